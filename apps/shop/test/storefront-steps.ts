import { randomUUID } from 'node:crypto'
import type { Page } from 'playwright-core'
import { address, approvedCard } from './shop-client.ts'

/** Makes a customer of the page's visitor. */
export async function register(page: Page): Promise<void> {
  await page.goto(new URL('/register', page.url()).href)
  await page.getByLabel('Name', { exact: true }).fill('Ada Lovelace')
  await page.getByLabel('Email', { exact: true }).fill(`${randomUUID()}@example.com`)
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery')
  await page.getByRole('button', { name: 'Create account' }).click()
  await page.waitForURL((url) => url.pathname !== '/register')
}

/** Buys the first thing that a search finds, with a card that the bank approves of. */
export async function buy(page: Page, options: { query: string; quantity: number; wait?: boolean }): Promise<void> {
  await page.getByLabel('Search products').fill(options.query)
  await page.getByLabel('Search products').press('Enter')
  await page.locator('main a[href^="/products/"]').first().click()
  for (let more = 1; more < options.quantity; more++) {
    await page
      .getByRole('button', { name: /increase|more|one more/i })
      .first()
      .click()
  }
  await page.getByRole('button', { name: 'Add to cart' }).first().click()
  await page.getByRole('status').filter({ hasText: /added/i }).first().waitFor()
  await page.goto(new URL('/checkout', page.url()).href)
  await page.getByLabel('Name', { exact: true }).fill(address.name)
  await page.getByLabel('Street', { exact: true }).fill(address.line1)
  await page.getByLabel('Postal code', { exact: true }).fill(address.postalCode)
  await page.getByLabel('City', { exact: true }).fill(address.city)
  await page.getByLabel('Country', { exact: true }).selectOption(address.country)
  await page.getByLabel('Card number', { exact: true }).fill(approvedCard)
  await page.getByLabel('Expiry', { exact: true }).fill('12/30')
  await page.getByLabel('Security code', { exact: true }).fill('123')
  await page.getByRole('button', { name: 'Place order' }).click()
  if (options.wait !== false) await page.waitForURL(/\/orders\//)
}
