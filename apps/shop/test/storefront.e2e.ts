import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { browserMissing, launchBrowser } from './browser.ts'
import { startShop, type RunningShop } from './running-shop.ts'
import { buy, register } from './storefront-steps.ts'

const axeSource = readFileSync(fileURLToPath(import.meta.resolve('axe-core')), 'utf8')
const skip = browserMissing() ?? false

suite('the storefront, in a real browser', { skip }, () => {
  let shop: RunningShop
  let browser: Browser

  before(async () => {
    ;[shop, browser] = await Promise.all([startShop(), launchBrowser()])
  })
  after(async () => {
    await browser.close()
    await shop.stop()
  })

  /** A page whose errors fail the test: what a customer's console says is part of what we promise. */
  async function visit(path: string, options: BrowserContextOptions = {}): Promise<{ page: Page; problems: string[] }> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
    const page = await context.newPage()
    page.setDefaultTimeout(10_000)
    const problems: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text())
    })
    page.on('pageerror', (error) => problems.push(String(error)))
    await page.goto(shop.url + path)
    return { page, problems }
  }

  test('a customer registers, searches, fills a cart, checks out and sees the order paid; then the bank declines: the order is refused, the stock is back, the customer is told', async () => {
    const { page, problems } = await visit('/')
    await register(page)
    await buy(page, { query: 'mug', quantity: 2 })
    await page.getByTestId('order-status').filter({ hasText: 'Paid' }).waitFor()

    const stock = await shop.stock()
    await shop.setBank('decline')
    await buy(page, { query: 'lamp', quantity: 1 })
    await page.getByTestId('order-status').filter({ hasText: 'Refused' }).waitFor()
    await page
      .getByText(/nothing was charged/i)
      .first()
      .waitFor()
    await shop.setBank('normal')
    assert.deepEqual(await shop.stock(), stock, 'what was held for the refused order is back on the shelf')
    assert.deepEqual(problems, [])
    await page.context().close()
  })

  test('the order page follows an order that changes while it is open', async () => {
    const { page } = await visit('/')
    await register(page)
    // The bank takes the card, and then does not answer the charge.
    await page.route('**/api/cards', async (route) => {
      const response = await route.fetch()
      await shop.setBank('hang')
      await route.fulfill({ response })
    })
    await buy(page, { query: 'bowl', quantity: 1, wait: false })
    const other = await page.context().newPage()
    await other.goto(`${shop.url}/account`)
    await other.locator('main a[href^="/orders/"]').first().click()
    await other.getByTestId('order-status').filter({ hasText: 'Reserved' }).waitFor()
    await shop.setBank('normal')
    await other.getByTestId('order-status').filter({ hasText: 'Paid' }).waitFor()
    await page.context().close()
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1280, 390]) {
      test(`no accessibility violation and no sideways scrolling: ${colorScheme}, ${width} px`, async () => {
        const { page, problems } = await visit('/', { colorScheme, viewport: { width, height: 900 } })
        const product = (await shop.customer().search('chair'))[0]
        for (const path of [
          '/',
          '/shop?query=lamp',
          '/shop?query=zzzzzz',
          `/products/${product?.id}`,
          '/cart',
          '/sign-in',
          '/nowhere',
        ]) {
          await page.goto(shop.url + path)
          await page.getByRole('heading', { level: 1 }).waitFor()
          await assertAccessible(page, path)
        }
        assert.deepEqual(problems, [])
        await page.context().close()
      })
    }
  }
})

async function assertAccessible(page: Page, path: string): Promise<void> {
  await page.evaluate(axeSource)
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { target: unknown }[] }[] }> }
    }
    const result = await axe.run()
    return result.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => String(target)).join(' | ')}`)
  })
  assert.deepEqual(violations, [], path)
  const overflow = await page.evaluate(() => {
    const { document } = globalThis as unknown as {
      document: { documentElement: { scrollWidth: number; clientWidth: number } }
    }
    return document.documentElement.scrollWidth - document.documentElement.clientWidth
  })
  assert.ok(overflow <= 0, `${path} is ${overflow} px too wide`)
}
