import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, suite, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { browserMissing, launchBrowser } from './browser.ts'
import { hireMerchant, type Merchant } from './merchant-client.ts'
import { startShop, type RunningShop } from './running-shop.ts'
import { address, type Order, type Product, type ShopClient } from './shop-client.ts'
import { buy, pngOf, putIntoCart, register, signIn } from './storefront-steps.ts'
import { assertAccessible, lookAt, looks, visit } from './visit.ts'

const skip = browserMissing() ?? false

suite('the pages for merchants, in a real browser', { skip }, () => {
  let shop: RunningShop
  let browser: Browser
  let merchant: Merchant
  // One merchant at one desk all day: signing in costs a second of computing.
  let page: Page
  let problems: string[]

  before(async () => {
    ;[shop, browser] = await Promise.all([startShop(), launchBrowser()])
    merchant = await hireMerchant(shop)
    ;({ page, problems } = await visit(browser, shop.url))
    await signIn(page, merchant.credentials)
  })
  beforeEach(() => void problems.splice(0))
  after(async () => {
    await browser.close()
    await shop.stop()
  })

  const open = async (path: string, where = page): Promise<void> => {
    await where.goto(shop.url + path)
    await where.getByRole('heading', { level: 1 }).waitFor()
  }

  test('a merchant creates a product with a picture, and a customer finds and sees it', async () => {
    await page.getByRole('link', { name: 'Merchant' }).click()
    await page.getByRole('link', { name: 'New product' }).click()
    await page.getByLabel('Name', { exact: true }).fill('Quillwort beaker')
    await page.getByLabel('Brand').fill('Testware')
    await page.getByLabel('Category').selectOption('mugs')
    await page.getByLabel('Description').fill('Holds what is poured into it.')
    await page.getByRole('button', { name: 'Add a detail' }).click()
    await page.getByLabel('Name of detail 1').fill('Volume')
    await page.getByLabel('Value of detail 1').fill('0.3 l')
    await page.getByLabel('Article number').fill(`quill-${randomUUID().slice(0, 8)}`)
    await page.getByLabel('Price in euros').fill('12.50')
    await page.getByLabel('Pieces in stock').fill('7')
    await page.getByRole('button', { name: 'Create product' }).click()
    await page.getByRole('heading', { level: 1, name: 'Quillwort beaker' }).waitFor()

    await page.getByLabel('Choose a picture').setInputFiles(await pngOf(page, 'rebeccapurple'))
    await page.getByRole('img', { name: 'Preview of picture.png' }).waitFor()
    await page.getByRole('button', { name: 'Put this picture into the shop' }).click()
    await page.getByRole('img', { name: 'Quillwort beaker' }).waitFor()

    const customer = await visit(browser, `${shop.url}/shop?query=quillwort`)
    await customer.page.getByRole('link', { name: /Quillwort beaker/ }).click()
    const picture = customer.page.getByRole('img', { name: 'Quillwort beaker' })
    await picture.waitFor()
    assert.equal(await picture.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth), 320)
    await customer.page.getByText('€12.50').waitFor()
    await customer.page.getByText('0.3 l').waitFor()
    await customer.page.context().close()
    assert.deepEqual(problems, [])
  })

  test('a file that cannot be a picture is refused before it is sent', async () => {
    const product = await merchant.create({ name: 'Pictureless pot', euros: 5 })
    await open(`/merchant/products/${product.id}`)
    const choose = (name: string, mimeType: string, buffer: Buffer): Promise<void> =>
      page.getByLabel('Choose a picture').setInputFiles({ name, mimeType, buffer })
    await choose('notes.txt', 'text/plain', Buffer.from('a'))
    await page.getByText('Choose a PNG, JPEG or WebP file.').waitFor()
    await choose('large.png', 'image/png', Buffer.alloc(1_048_577))
    await page.getByText('a picture may have 1 MB at most').waitFor()
    await choose('broken.png', 'image/png', Buffer.from('not a picture'))
    await page.getByText('This file is not a picture, or it is damaged.').waitFor()
    assert.deepEqual(problems, [], 'nothing was sent that could be refused')
  })

  test('a merchant edits a product, reprices it and books stock; the customer sees it, and the price history keeps both prices', async () => {
    const product = await merchant.create({ name: 'Sedge saucer', euros: 5, stock: 0 })
    await open(`/merchant/products/${product.id}`)
    await page.getByLabel('Name', { exact: true }).fill('Sedge saucer, large')
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByRole('heading', { level: 1, name: 'Sedge saucer, large' }).waitFor()
    await page.getByLabel('Price in euros').fill('6,75')
    await page.getByRole('button', { name: 'Change price' }).click()
    await page.locator('.price-history').getByText('€6.75').waitFor()
    await page.locator('.price-history').getByText('€5.00').waitFor()
    await page.getByLabel('Pieces to add').fill('3')
    await page.getByRole('button', { name: 'Book stock' }).click()
    await page.locator('.levels div').filter({ hasText: 'Available' }).getByText('3', { exact: true }).waitFor()
    assert.deepEqual(problems, [])

    await open(`/products/${product.id}`)
    await page.getByRole('heading', { level: 1, name: 'Sedge saucer, large' }).waitFor()
    await page.getByText('€6.75').waitFor()
    await page.getByText('Only 3 left').waitFor()
  })

  test('a merchant retires a product: it cannot be found or bought any more, is flagged in carts, and can be put back', async () => {
    const product = await merchant.create({ name: 'Fescue flask', euros: 9 })
    const customer = await visit(browser, `${shop.url}/products/${product.id}`)
    await register(customer.page)
    await putIntoCart(customer.page, product)

    await open(`/merchant/products/${product.id}`)
    await page.getByRole('button', { name: 'Retire this product' }).click()
    await page.getByRole('button', { name: 'Retire', exact: true }).click()
    await page.getByText('Retired', { exact: true }).waitFor()

    await open('/cart', customer.page)
    await customer.page.getByText('No longer sold. Take it out to go on.').waitFor()
    assert.equal(await customer.page.getByRole('link', { name: 'Checkout' }).count(), 0)
    await open(`/products/${product.id}`, customer.page)
    await customer.page.getByText('No longer sold').waitFor()
    assert.equal(await customer.page.getByRole('button', { name: 'Add to cart' }).count(), 0)
    await open('/shop?query=fescue', customer.page)
    await customer.page.getByText('Nothing matches that').waitFor()

    await page.getByRole('button', { name: 'Put back on sale' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Put back on sale' }).click()
    await page.getByText('On sale', { exact: true }).waitFor()
    await open('/shop?query=fescue', customer.page)
    await customer.page.getByRole('link', { name: /Fescue flask/ }).waitFor()
    await customer.page.context().close()
  })

  test('a merchant whose product somebody else has changed meanwhile is told so, and loses nothing of what was typed', async () => {
    const product = await merchant.create({ name: 'Bracken bowl', euros: 9 })
    await open(`/merchant/products/${product.id}`)
    await page.getByLabel('Name', { exact: true }).fill('Bracken bowl of mine')
    await merchant.reprice(product, 11)
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByText('Somebody else has changed this product').waitFor()
    await page.getByRole('button', { name: 'Load the latest version and keep what I typed' }).click()
    await page.locator('.price-history').getByText('€11.00').waitFor()
    assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), 'Bracken bowl of mine')
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByRole('heading', { level: 1, name: 'Bracken bowl of mine' }).waitFor()
  })

  test('what the shop finds wrong with a product stands at the field', async () => {
    const sku = `TWICE-${randomUUID().slice(0, 8).toUpperCase()}`
    for (const name of ['First of its number', 'Second of its number']) {
      await open('/merchant/products/new')
      await page.getByLabel('Name', { exact: true }).fill(name)
      await page.getByLabel('Brand').fill('Testware')
      await page.getByLabel('Category').selectOption('mugs')
      await page.getByLabel('Article number').fill(sku)
      await page.getByLabel('Price in euros').fill('1')
      await page.getByRole('button', { name: 'Create product' }).click()
      if (name.startsWith('First')) await page.getByRole('heading', { level: 1, name }).waitFor()
    }
    await page.getByText('Another product has this article number.').waitFor()
    const field = page.getByLabel('Article number')
    assert.equal(await field.getAttribute('aria-invalid'), 'true')
    assert.equal(await field.evaluate((input) => input === input.ownerDocument.activeElement), true, 'has the focus')
  })

  test('a merchant ships an order with a tracking number and delivers it, and the customer sees both; then it is refunded with a reason', async () => {
    const customer = await visit(browser, shop.url)
    await register(customer.page)
    await buy(customer.page, { query: 'teapot', quantity: 1 })
    await customer.page.getByTestId('order-status').filter({ hasText: 'Paid' }).waitFor()
    const id = customer.page.url().split('/').at(-1) ?? ''
    const sees = async (...texts: string[]): Promise<void> => {
      await customer.page.reload()
      for (const text of texts) await customer.page.getByText(text).first().waitFor()
    }

    await open('/merchant/orders')
    await page.locator(`a[href="/merchant/orders/${id}"]`).click()
    await page.getByRole('button', { name: 'Mark as shipped' }).click()
    await page.getByText('Enter who carries it.').waitFor()
    await page.getByLabel('Carrier').fill('DHL')
    await page.getByLabel('Tracking number').fill('JD014600006281230700')
    await page.getByRole('button', { name: 'Mark as shipped' }).click()
    await page.getByTestId('order-status').filter({ hasText: 'Shipped' }).waitFor()
    await sees('Your order is on its way', 'DHL', 'JD014600006281230700')
    assert.equal(await customer.page.getByRole('button', { name: 'Cancel order' }).count(), 0)

    await page.getByRole('button', { name: 'Mark as delivered' }).click()
    await page.getByTestId('order-status').filter({ hasText: 'Delivered' }).waitFor()
    await sees('Your order has arrived')

    const books = await shop.ledger()
    await page.getByRole('button', { name: 'Refund' }).click()
    const question = page.getByRole('dialog')
    await question.getByRole('button', { name: /^Refund €/ }).click()
    await question.getByText('Say why.').waitFor()
    await question.getByLabel('Reason').fill('The spout\nbroke off.')
    await question.getByRole('button', { name: /^Refund €/ }).click()
    await page.getByTestId('order-status').filter({ hasText: 'Refunded' }).waitFor()
    const booked = (await shop.ledger()).slice(books.length)
    assert.deepEqual(
      booked.map(({ kind }) => kind),
      ['refund'],
    )
    await sees('We have given your money back', 'The spout broke off.')
    assert.deepEqual(problems, [])
    await customer.page.context().close()
  })

  test('a refund that the bank comes between is said not to be through, is found among the interrupted orders, and ends', async () => {
    const product = await merchant.create({ name: 'Mug that broke', euros: 7 })
    const customer = shop.customer()
    await customer.register()
    const { id, number } = await merchant.ship(await paid(customer, product))
    const refund = async (): Promise<void> => {
      await page.getByRole('button', { name: 'Refund' }).click()
      await page.getByRole('dialog').getByLabel('Reason').fill('It broke.')
      await page
        .getByRole('dialog')
        .getByRole('button', { name: /^Refund €/ })
        .click()
    }
    await shop.setBank('error')
    await open(`/merchant/orders/${id}`)
    await refund()
    await page.getByRole('heading', { name: 'Refund interrupted' }).waitFor()
    await page.getByText('The refund is not through yet').waitFor({ state: 'attached' })

    await shop.setBank('normal')
    await open('/merchant/orders')
    await page.getByRole('link', { name: 'Interrupted' }).click()
    await page.getByRole('link', { name: number }).click()
    await refund()
    await page.getByTestId('order-status').filter({ hasText: 'Refunded' }).waitFor()
  })

  test('the pages for merchants are not shown to customers, in the header or anywhere', async () => {
    const customer = await visit(browser, shop.url)
    await register(customer.page)
    await open('/merchant/orders', customer.page)
    await customer.page.getByRole('heading', { name: 'This page is for the staff of the shop' }).waitFor()
    assert.equal(await customer.page.getByRole('link', { name: 'Merchant' }).count(), 0)
    await customer.page.context().close()
  })

  test('markup in the names of products and customers is text, wherever it is shown', async () => {
    const name = '<img src=x onerror="document.title=1"><b>Mug</b>'
    const product = await merchant.create({ name, euros: 3 })
    for (const path of [`/products/${product.id}`, `/merchant/products/${product.id}`]) {
      await open(path)
      await page.getByRole('heading', { level: 1, name }).waitFor()
    }
    await open('/shop?query=onerror')
    await page.getByText(name).first().waitFor()
    await open(`/products/${product.id}`)
    await page.getByRole('button', { name: 'Add to cart' }).click()
    await page.getByRole('complementary', { name: 'Added to your cart' }).getByText(name).waitFor()
    await open('/cart')
    await page.getByRole('heading', { level: 2, name }).waitFor()
    assert.equal(await page.locator('main b, img[src="x"]').count(), 0)

    const customer = shop.customer()
    await customer.register()
    await customer.setCartItem(product.id, 1)
    const order = await customer.call<Order>(
      'POST',
      '/api/orders',
      { cardToken: await customer.cardToken(), address: { ...address, name } },
      { 'idempotency-key': randomUUID() },
    )
    await open(`/merchant/orders/${order.id}`)
    await page.locator('address').getByText(name).waitFor()
    assert.equal(await page.locator('main b, img[src="x"]').count(), 0)
    assert.deepEqual(problems, [])
  })

  test('no accessibility violation and no sideways scrolling on the pages for merchants, in both themes and at both widths', async () => {
    const product = await merchant.create({ name: 'Accessible mug with a rather long name for a row', euros: 4 })
    const customer = shop.customer()
    await customer.register()
    const [toShip, shipped] = [await paid(customer, product), await merchant.ship(await paid(customer, product))]
    for (const look of looks) {
      await lookAt(page, look)
      const check = async (path: string, sign: string): Promise<void> => {
        await open(path)
        await page.getByText(sign).first().waitFor()
        await assertAccessible(page, path)
      }
      await check('/merchant', 'Waiting to be shipped')
      await check('/merchant/products?query=accessible', product.name)
      await check(`/merchant/products/${product.id}`, 'Price history')
      await check('/merchant/products/new', 'Create product')
      await check('/merchant/orders', 'What has waited longest stands first.')
      await check(`/merchant/orders/${toShip.id}`, 'Ship this order')
      await check(`/merchant/orders/${shipped.id}`, 'Mark as delivered')
      await page.getByRole('button', { name: 'Refund' }).click()
      await assertAccessible(page, 'the question before a refund')
    }
    assert.deepEqual(problems, [])
  })
})

async function paid(customer: ShopClient, product: Product): Promise<Order> {
  await customer.setCartItem(product.id, 2)
  return customer.placeOrder(await customer.cardToken())
}
