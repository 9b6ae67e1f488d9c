import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { sleep, systemClock } from '@ashlar/kernel'
import type { Browser, Page } from 'playwright-core'
import { browserMissing, launchBrowser } from './browser.ts'
import { hireMerchant, type Merchant } from './merchant-client.ts'
import { startShop, type RunningShop } from './running-shop.ts'
import { declinedCard } from './shop-client.ts'
import { buy, fillAddress, fillCard, putIntoCart, register, signIn } from './storefront-steps.ts'
import { assertAccessible, lookAt, looks, visit } from './visit.ts'

const skip = browserMissing() ?? false

suite('orders and accounts of customers, in a real browser', { skip }, () => {
  let shop: RunningShop
  let browser: Browser
  let merchant: Merchant

  before(async () => {
    ;[shop, browser] = await Promise.all([startShop(), launchBrowser()])
    merchant = await hireMerchant(shop)
  })
  after(async () => {
    await browser.close()
    await shop.stop()
  })

  async function asCustomer(): Promise<{ page: Page; problems: string[] }> {
    const visited = await visit(browser, shop.url)
    await register(visited.page)
    return visited
  }

  const status = (page: Page, name: string): Promise<void> =>
    page.getByTestId('order-status').filter({ hasText: name }).waitFor()

  test('items are added to an order before it is paid, from its page and from the page of a product; then it is paid', async () => {
    await merchant.create({ name: 'Openorder pot', euros: 25 })
    const mug = await merchant.create({ name: 'Openorder mug', euros: 10 })
    const jar = await merchant.create({ name: 'Openorder jar', euros: 4 })
    const { page, problems } = await asCustomer()
    await putIntoCart(page, mug)
    await page.goto(`${shop.url}/checkout`)
    await fillAddress(page)
    await page.getByRole('button', { name: 'Save as open order, pay later' }).click()
    await status(page, 'Open')
    const order = page.url()
    assert.equal(await page.getByRole('link', { name: /Cart/ }).textContent(), 'Cart', 'the cart is empty again')

    await page.getByRole('button', { name: 'Add items' }).click()
    await page.getByRole('searchbox', { name: 'Add to this order' }).fill('openorder pot')
    await page.getByRole('button', { name: 'Find' }).click()
    await page.getByRole('button', { name: 'Add Openorder pot' }).click()
    await page.getByRole('button', { name: 'Pay €35.00' }).waitFor()
    await page.getByRole('group', { name: 'Openorder mug' }).getByRole('button', { name: 'One more' }).click()
    await page.getByRole('button', { name: 'Pay €45.00' }).waitFor()

    await page.goto(`${shop.url}/products/${jar.id}`)
    await page.getByRole('button', { name: /^Add to open order/ }).click()
    await page.getByRole('link', { name: /^See order/ }).click()
    await page.waitForURL(order)
    await page.getByRole('button', { name: 'Pay €49.00' }).waitFor()
    await page.getByRole('button', { name: 'Remove Openorder pot' }).click()
    await page.getByRole('button', { name: 'Pay €24.00' }).waitFor()

    await fillCard(page)
    await page.getByRole('button', { name: 'Pay €24.00' }).click()
    await status(page, 'Paid')
    const charge = (await shop.ledger()).at(-1)
    assert.deepEqual([charge?.kind, charge?.amountMinor], ['charge', 2400])
    assert.deepEqual(problems, [])
    await page.context().close()
  })

  test('an order that is declined is told so once, and what an open one held is in the cart again', async () => {
    const product = await merchant.create({ name: 'Declined dish', euros: 10 })
    const { page } = await asCustomer()
    await putIntoCart(page, product)
    await page.goto(`${shop.url}/checkout`)
    await fillAddress(page)
    await page.getByRole('button', { name: 'Save as open order, pay later' }).click()
    await status(page, 'Open')
    await fillCard(page, declinedCard)
    await page.getByRole('button', { name: 'Pay €10.00' }).click()
    await status(page, 'Refused')
    const news = await page.getByRole('region', { name: 'Your card was declined' }).textContent()
    assert.equal(news?.match(/nothing was charged/gi)?.length, 1, news ?? '')
    await page.getByRole('link', { name: 'Back to the cart' }).click()
    await page.getByRole('heading', { level: 2, name: 'Declined dish' }).waitFor()
    await page.context().close()
  })

  test('a price that changes during the checkout is shown with the old and the new total, and is charged only when it is accepted', async () => {
    const product = await merchant.create({ name: 'Restless mug', euros: 10 })
    const { page } = await asCustomer()
    await putIntoCart(page, product)
    await page.goto(`${shop.url}/checkout`)
    await fillAddress(page)
    await fillCard(page)
    const books = (await shop.ledger()).length
    const dearer = await merchant.reprice(product, 13)
    await page.getByRole('button', { name: 'Place order' }).click()
    const told = page.getByRole('alert').filter({ hasText: 'A price has changed' })
    await told.getByRole('row', { name: 'Total €10.00 €13.00' }).waitFor()
    assert.equal((await shop.ledger()).length, books, 'nothing is charged before it is accepted')

    // Changed again before it is accepted: asked again.
    await merchant.reprice(dearer, 14)
    await page.getByRole('button', { name: 'Accept €13.00 and place order' }).click()
    await told.getByRole('row', { name: 'Total €13.00 €14.00' }).waitFor()
    await assertAccessible(page, 'a checkout with a changed price')
    await page.getByRole('button', { name: 'Accept €14.00 and place order' }).click()
    await status(page, 'Paid')
    assert.equal((await shop.ledger()).at(-1)?.amountMinor, 1400)
    await page.context().close()
  })

  test('an open order whose price changes is paid for the new total only when that is accepted', async () => {
    const product = await merchant.create({ name: 'Restless pot', euros: 20 })
    const { page } = await asCustomer()
    await putIntoCart(page, product)
    await page.goto(`${shop.url}/checkout`)
    await fillAddress(page)
    await page.getByRole('button', { name: 'Save as open order, pay later' }).click()
    await status(page, 'Open')
    await merchant.reprice(product, 18)
    await fillCard(page)
    await page.getByRole('button', { name: 'Pay €20.00' }).click()
    await page.getByRole('row', { name: 'Total €20.00 €18.00' }).waitFor()
    await page.getByRole('button', { name: 'Accept the new price: pay €18.00' }).click()
    await status(page, 'Paid')
    assert.equal((await shop.ledger()).at(-1)?.amountMinor, 1800)
    await page.context().close()
  })

  test('a customer cancels an order with a reason, and has the money back', async () => {
    const { page, problems } = await asCustomer()
    await buy(page, { query: 'candle', quantity: 1 })
    await status(page, 'Paid')
    await page.getByRole('button', { name: 'Cancel order' }).click()
    await page.getByLabel('Reason').selectOption('I ordered the wrong thing')
    await page.getByRole('button', { name: 'Cancel and refund' }).click()
    await status(page, 'Cancelled')
    await page.getByText('Your reason: I ordered the wrong thing').waitFor()
    assert.equal((await shop.ledger()).at(-1)?.kind, 'refund')
    assert.deepEqual(problems, [])
    await page.context().close()
  })

  test('a customer sees their orders, newest first, a page at a time', async () => {
    const product = await merchant.create({ name: 'Ordinary mug', euros: 2, stock: 100 })
    const client = shop.customer()
    const credentials = await client.register()
    const placed: string[] = []
    for (let each = 1; each <= 12; each++) {
      await client.setCartItem(product.id, each)
      placed.unshift((await client.placeOrder(await client.cardToken())).id)
    }
    const { page, problems } = await visit(browser, shop.url)
    await signIn(page, credentials)
    await page.goto(`${shop.url}/account`)
    const rows = page.locator('main a[href^="/orders/"]')
    const shown = async (): Promise<(string | undefined)[]> =>
      rows.evaluateAll((links) => links.map((link) => link.getAttribute('href')?.split('/').at(-1)))
    await rows.nth(9).waitFor()
    assert.deepEqual(await shown(), placed.slice(0, 10))
    await page.getByRole('button', { name: 'Show more' }).click()
    await rows.nth(11).waitFor()
    assert.deepEqual(await shown(), placed)
    assert.equal(await page.getByRole('button', { name: 'Show more' }).count(), 0)
    assert.deepEqual(problems, [])
    await page.context().close()
  })

  test('an invoice prints on one page', async () => {
    const { page, problems } = await asCustomer()
    await buy(page, { query: 'mug', quantity: 2 })
    await status(page, 'Paid')
    await page.getByRole('link', { name: 'Invoice' }).click()
    await page.getByRole('heading', { level: 1, name: /^Invoice/ }).waitFor()
    await page.getByText('St James Square 12').waitFor()
    const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1')
    assert.equal(pdf.match(/\/Type\s*\/Page\b/g)?.length, 1)
    const [, width, height] = /\/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]/.exec(pdf) ?? []
    assert.deepEqual([Math.round(Number(width)), Math.round(Number(height))], [595, 842], 'A4, in points')
    assert.deepEqual(problems, [])
    await page.context().close()
  })

  test('a forgotten password is set anew by the link of a mail: once, and it ends every session', async () => {
    const client = shop.customer()
    const { email, password } = await client.register()
    const elsewhere = await visit(browser, shop.url)
    await signIn(elsewhere.page, { email, password })

    const { page } = await visit(browser, `${shop.url}/sign-in`)
    await page.getByRole('link', { name: 'Forgot your password?' }).click()
    await page.getByLabel('Email').fill(email)
    await page.getByRole('button', { name: 'Send the link' }).click()
    await page.getByRole('heading', { name: 'Look into your mail' }).waitFor()
    const link = await linkIn(shop, email)
    await page.goto(link)
    const fresh = 'another horse battery'
    await page.getByLabel('New password', { exact: true }).fill(fresh)
    assert.equal(page.url(), `${shop.url}/reset-password`, 'the token is not left in the address bar')
    await page.getByRole('button', { name: 'Set the new password' }).click()
    await page.getByText('Your password is changed.').waitFor()
    await signIn(page, { email, password: fresh })
    await page.waitForURL(/\/account$/)

    await elsewhere.page.reload()
    await elsewhere.page.getByRole('heading', { name: 'Welcome back' }).waitFor()
    await page.goto(link)
    await page.getByLabel('New password', { exact: true }).fill('a third horse battery')
    await page.getByRole('button', { name: 'Set the new password' }).click()
    await page.getByText('This link has been used, or it is too old.').waitFor()
    await elsewhere.page.context().close()
    await page.context().close()
  })

  test('whoever asks for a link is told the same, whether there is such a customer or not', async () => {
    const { page, problems } = await visit(browser, `${shop.url}/forgot-password`)
    await page.getByLabel('Email').fill('nobody-has-this@example.com')
    await page.getByRole('button', { name: 'Send the link' }).click()
    await page.getByRole('heading', { name: 'Look into your mail' }).waitFor()
    assert.deepEqual(problems, [])
    await page.context().close()
  })

  test('a customer changes their password and stays signed in; the wrong one is told at its field', async () => {
    const { page } = await asCustomer()
    await page.goto(`${shop.url}/account/password`)
    await page.getByLabel('Current password').fill('not my password')
    await page.getByLabel('New password', { exact: true }).fill('another horse battery')
    await page.getByRole('button', { name: 'Change password' }).click()
    await page.getByText('This is not your current password.').waitFor()
    await page.getByLabel('Current password').fill('correct horse battery')
    await page.getByRole('button', { name: 'Change password' }).click()
    await page.getByText('Saved', { exact: true }).first().waitFor()
    await page.reload()
    await page.getByRole('heading', { level: 1, name: 'Your password' }).waitFor()
    await page.context().close()
  })

  test('another site can neither use nor end the session of a customer', async () => {
    const { page } = await asCustomer()
    const other = await page.context().newPage()
    await other.route('http://elsewhere.test/', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Elsewhere</title>' }),
    )
    await other.goto('http://elsewhere.test/')
    const tried = await other.evaluate(async (url) => {
      const attempt = (method: string, path: string, init: object): Promise<string> =>
        fetch(url + path, { method, credentials: 'include', ...init }).then(
          () => 'answered',
          () => 'refused',
        )
      const asPage = { headers: { 'x-session': 'cookie' } }
      return [
        await attempt('POST', '/api/session/refresh', asPage),
        await attempt('DELETE', '/api/session', asPage),
        // What a form of that site could send; its answer cannot be read, so what it did is looked at below.
        await attempt('POST', '/api/session/refresh', { mode: 'no-cors', body: '{}' }),
      ]
    }, shop.url)
    assert.deepEqual(tried.slice(0, 2), ['refused', 'refused'])
    await page.reload()
    await page.getByRole('link', { name: 'Account' }).waitFor()
    await page.goto(`${shop.url}/account`)
    await page.getByRole('heading', { level: 1, name: 'Your orders' }).waitFor()
    await page.context().close()
  })

  test('no accessibility violation and no sideways scrolling on the pages of customers, in both themes and at both widths', async () => {
    const { page, problems } = await asCustomer()
    await buy(page, { query: 'mug', quantity: 2 })
    await status(page, 'Paid')
    const paid = new URL(page.url()).pathname
    await page.goto(shop.url)
    await putIntoCart(page, await merchant.create({ name: 'Accessible mug', euros: 4 }))
    for (const look of looks) {
      await lookAt(page, look)
      const check = async (path: string, sign: string): Promise<void> => {
        await page.goto(shop.url + path)
        await page.getByText(sign).first().waitFor()
        await assertAccessible(page, path)
      }
      await check(paid, 'Thank you, your order is paid')
      await check(`${paid}/invoice`, 'Total, VAT included')
      await check('/cart', 'Summary')
      await check('/checkout', 'Save as open order, pay later')
      await check('/account', 'Your orders')
      await check('/account/profile', 'Save profile')
      await check('/account/password', 'Change password')
      await check('/account/preferences', 'Save preferences')
      await check('/forgot-password', 'Send the link')
      await check('/reset-password#token=abcdefghijklmnopqrstuvwxyz', 'Set the new password')
    }
    await page.goto(`${shop.url}/checkout`)
    await fillAddress(page)
    await page.getByRole('button', { name: 'Save as open order, pay later' }).click()
    await status(page, 'Open')
    await page.getByRole('button', { name: 'Add items' }).click()
    for (const look of looks) {
      await lookAt(page, look)
      await assertAccessible(page, 'an open order')
    }
    assert.deepEqual(problems, [])
    await page.context().close()
  })
})

/** The link of the mail that was sent to somebody, once it is there. */
async function linkIn(shop: RunningShop, email: string): Promise<string> {
  for (let tries = 0; tries < 100; tries++) {
    const link = /https?:\S+\/reset-password#\S+/.exec((await shop.mails(email)).at(-1) ?? '')
    if (link !== null) return link[0]
    await sleep(systemClock, 100)
  }
  throw new Error(`no mail with a link to ${email}`)
}
