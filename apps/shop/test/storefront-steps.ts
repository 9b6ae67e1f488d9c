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

/** Signs in a customer who was registered elsewhere. */
export async function signIn(page: Page, { email, password }: { email: string; password: string }): Promise<void> {
  await page.goto(new URL('/sign-in', page.url()).href)
  await page.getByLabel('Email', { exact: true }).fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL((url) => url.pathname !== '/sign-in')
}

/** Puts the first thing that a search finds into the cart. */
export async function addToCart(page: Page, options: { query: string; quantity: number }): Promise<void> {
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
}

/** Puts one of a product into the cart, from its page. */
export async function putIntoCart(page: Page, { id }: { readonly id: string }): Promise<void> {
  await page.goto(new URL(`/products/${id}`, page.url()).href)
  await page.getByRole('button', { name: 'Add to cart' }).click()
  await page.getByRole('status').filter({ hasText: /added/i }).waitFor()
}

export async function fillAddress(page: Page): Promise<void> {
  await page.getByLabel('Name', { exact: true }).fill(address.name)
  await page.getByLabel('Street', { exact: true }).fill(address.line1)
  await page.getByLabel('Postal code', { exact: true }).fill(address.postalCode)
  await page.getByLabel('City', { exact: true }).fill(address.city)
  await page.getByLabel('Country', { exact: true }).selectOption(address.country)
}

export async function fillCard(page: Page, number: string = approvedCard): Promise<void> {
  await page.getByLabel('Card number', { exact: true }).fill(number)
  await page.getByLabel('Expiry', { exact: true }).fill('12/30')
  await page.getByLabel('Security code', { exact: true }).fill('123')
}

/** Buys the first thing that a search finds, with a card that the bank approves of. */
export async function buy(page: Page, options: { query: string; quantity: number; wait?: boolean }): Promise<void> {
  await addToCart(page, options)
  await page.goto(new URL('/checkout', page.url()).href)
  await fillAddress(page)
  await fillCard(page)
  await page.getByRole('button', { name: 'Place order' }).click()
  if (options.wait !== false) await page.waitForURL(/\/orders\//)
}

/** Makes an open order of the first thing that a search finds. */
export async function saveOpenOrder(page: Page, options: { query: string; quantity: number }): Promise<void> {
  await addToCart(page, options)
  await page.goto(new URL('/checkout', page.url()).href)
  await fillAddress(page)
  await page.getByRole('button', { name: 'Save as open order, pay later' }).click()
  await page.waitForURL(/\/orders\//)
}

/** A picture as a file field takes it: one colour, as a bitmap that Chromium encodes itself. */
export async function pngOf(page: Page, colour: string): Promise<{ name: string; mimeType: string; buffer: Buffer }> {
  const url = await page.evaluate((fill) => {
    const { document } = globalThis as unknown as {
      document: {
        createElement(name: 'canvas'): {
          width: number
          height: number
          getContext(kind: '2d'): { fillStyle: string; fillRect(x: number, y: number, w: number, h: number): void }
          toDataURL(type: string): string
        }
      }
    }
    const canvas = document.createElement('canvas')
    canvas.width = 320
    canvas.height = 240
    const context = canvas.getContext('2d')
    context.fillStyle = fill
    context.fillRect(0, 0, 320, 240)
    return canvas.toDataURL('image/png')
  }, colour)
  return { name: 'picture.png', mimeType: 'image/png', buffer: Buffer.from(url.split(',')[1] ?? '', 'base64') }
}
