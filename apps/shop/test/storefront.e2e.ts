import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { browserMissing, launchBrowser } from './browser.ts'
import { hung } from './hung.ts'
import { startShop, type RunningShop } from './running-shop.ts'
import { buy, register } from './storefront-steps.ts'
import { until } from './until.ts'
import { assertAccessible, lookAt, looks, visit } from './visit.ts'

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

  test('a customer registers, searches, fills a cart, checks out and sees the order paid; then the bank declines: the order is refused, the stock is back, the customer is told', async () => {
    const { page, problems } = await visit(browser, shop.url)
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
    const { page } = await visit(browser, shop.url)
    await register(page)
    // The card is taken; then the payment service stands still, and the order waits for it: three times six seconds.
    let stalled: ReturnType<typeof hung> | undefined
    await page.route('**/api/cards', async (route) => {
      const response = await route.fetch()
      stalled = hung(shop, 'payment')
      await route.fulfill({ response })
    })
    try {
      await buy(page, { query: 'bowl', quantity: 1, wait: false })
      // By then it is in the customer's list.
      await until(async () => (await shop.stock()).some(({ reserved }) => reserved > 0))
      const other = await page.context().newPage()
      await other.goto(`${shop.url}/account`)
      await other.locator('main a[href^="/orders/"]').first().click()
      await other.getByTestId('order-status').filter({ hasText: 'Reserved' }).waitFor()
      stalled?.goOn()
      await other.getByTestId('order-status').filter({ hasText: 'Paid' }).waitFor()
    } finally {
      stalled?.goOn()
    }
    await page.context().close()
  })

  for (const look of looks) {
    test(`no accessibility violation and no sideways scrolling: ${look.colorScheme}, ${look.width} px`, async () => {
      const { page, problems } = await visit(browser, shop.url)
      await lookAt(page, look)
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
})
