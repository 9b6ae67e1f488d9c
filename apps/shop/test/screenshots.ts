// Takes the README's pictures of the storefront, from the real shop: npm run screenshots
// With a folder as argument, pictures of every page there instead, in both themes and at phone width.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { launchBrowser } from './browser.ts'
import { hireMerchant, type Merchant } from './merchant-client.ts'
import { root, startShop, type RunningShop } from './running-shop.ts'
import { buy, fillAddress, fillCard, pngOf, putIntoCart, register, signIn } from './storefront-steps.ts'
import type { Order } from './shop-client.ts'
import { until } from './until.ts'
import { visit } from './visit.ts'

const themes = ['light', 'dark'] as const
const folder = process.argv[2]
const shop = await startShop()
const browser = await launchBrowser()
try {
  await (folder === undefined ? firstScreen(shop, browser) : everyPage(shop, browser, folder))
} finally {
  await browser.close()
  await shop.stop()
}

async function firstScreen({ url }: RunningShop, chromium: Browser): Promise<void> {
  for (const colorScheme of themes) {
    const page = await chromium.newPage({ colorScheme, viewport: { width: 1280, height: 800 } })
    await open(page, url)
    await page.screenshot({ path: join(root, `docs/images/storefront-${colorScheme}.png`) })
    await page.close()
  }
}

async function everyPage(running: RunningShop, chromium: Browser, target: string): Promise<void> {
  await mkdir(target, { recursive: true })
  const [product] = await running.customer().search('mug')
  await buyTogether(running, product?.id ?? '')
  const merchant = await hireMerchant(running)
  const interrupted = await interruptedOrders(running, merchant, product?.id ?? '')
  for (const colorScheme of themes) {
    for (const width of [1280, 390]) {
      const visited = async (): Promise<Studio> => {
        const { page, problems } = await visit(chromium, running.url, { colorScheme, viewport: { width, height: 900 } })
        const shoot = async (name: string): Promise<void> => {
          await page.waitForLoadState('networkidle')
          await page.screenshot({ path: join(target, `${name}-${colorScheme}-${width}.png`), fullPage: true })
        }
        return { page, problems, shoot, open: (path) => open(page, running.url + path) }
      }
      await customerPages(running, await visited(), { product: product?.id ?? '', merchant })
      await interruptedPages(await visited(), interrupted)
      await merchantPages(await visited(), { product: product?.id ?? '', merchant })
    }
  }
}

/** Lets the shop learn what goes with a product. */
async function buyTogether(running: RunningShop, productId: string): Promise<void> {
  const customer = running.customer()
  await customer.register()
  const others = await Promise.all(['teapot', 'plate', 'tray'].map((query) => customer.search(query)))
  const ids = [productId, ...others.flatMap((found) => found[0]?.id ?? [])]
  for (let order = 0; order < 2; order++) {
    for (const id of ids) await customer.setCartItem(id, 1)
    await customer.placeOrder(await customer.cardToken())
  }
}

interface Interrupted {
  readonly credentials: { readonly email: string; readonly password: string }
  readonly checkout: string
  readonly refund: string
}

/** Kills the order service in the middle of a checkout, and of a refund. */
async function interruptedOrders(running: RunningShop, merchant: Merchant, productId: string): Promise<Interrupted> {
  const customer = running.customer()
  const credentials = await customer.register()
  const newest = async (): Promise<Order | undefined> => (await customer.orders())[0]
  const killedWhile = async (asked: Promise<unknown>, isUnderWay: (order: Order) => boolean): Promise<string> => {
    const ended = asked.catch(() => undefined)
    await until(async () => {
      const order = await newest()
      return order !== undefined && isUnderWay(order)
    })
    await running.crash('order')
    await ended
    await until(async () => (await newest())?.status === 'ORDER_STATUS_INTERRUPTED')
    return (await newest())?.id ?? ''
  }
  await customer.setCartItem(productId, 1)
  const { id } = await customer.placeOrder(await customer.cardToken())
  await merchant.ship({ id })
  await running.setBank('hang')
  const wanted = { reason: 'It broke on the way.', restock: true }
  const refunding = merchant.client.call('POST', `/api/merchant/orders/${id}/refund`, wanted)
  const refund = await killedWhile(refunding, (order) => 'refundReason' in order && order.refundReason !== '')
  await running.setBank('normal')
  await customer.setCartItem(productId, 1)
  const card = await customer.cardToken()
  await running.setBank('hang')
  const checkout = await killedWhile(customer.placeOrder(card), ({ status }) => status === 'ORDER_STATUS_RESERVED')
  await running.setBank('normal')
  return { credentials, checkout, refund }
}

async function interruptedPages({ page, shoot, open: goto }: Studio, orders: Interrupted): Promise<void> {
  await signIn(page, orders.credentials)
  await goto(`/orders/${orders.checkout}`)
  await shoot('order-interrupted')
  await goto(`/orders/${orders.refund}`)
  await shoot('refund-interrupted')
  await page.context().close()
}

interface Studio {
  readonly page: Page
  readonly problems: readonly string[]
  readonly shoot: (name: string) => Promise<void>
  readonly open: (path: string) => Promise<void>
}

interface Subjects {
  readonly product: string
  readonly merchant: Merchant
}

async function customerPages(running: RunningShop, studio: Studio, { product, merchant }: Subjects): Promise<void> {
  const { page, shoot, open: goto } = studio
  const [lamp] = await running.customer().search('lamp')
  const paths = {
    home: '/',
    'shop-lamp': '/shop?query=lamp',
    'shop-nothing': '/shop?query=zzzz',
    product: `/products/${product}`,
    cart: '/cart',
    'product-best-sellers': `/products/${lamp?.id ?? ''}`,
    'sign-in': '/sign-in',
    register: '/register',
    'forgot-password': '/forgot-password',
    'reset-password': '/reset-password#token=abcdefghijklmnopqrstuvwxyz',
    nowhere: '/nowhere',
  }
  for (const [name, path] of Object.entries(paths)) {
    await goto(path)
    await shoot(name)
  }
  await register(page)
  await buy(page, { query: 'mug', quantity: 2 })
  await page.getByTestId('order-status').filter({ hasText: 'Paid' }).waitFor()
  await shoot('order-paid')
  const paid = new URL(page.url()).pathname
  await goto(`${paid}/invoice`)
  await shoot('invoice')
  await merchant.ship({ id: paid.split('/').at(-1) ?? '' })
  await goto(paid)
  await shoot('order-shipped')
  await running.setBank('decline')
  await buy(page, { query: 'chair', quantity: 1 })
  await page.getByTestId('order-status').filter({ hasText: 'Refused' }).waitFor()
  await shoot('order-refused')
  await running.setBank('normal')
  await goto('/cart')
  await shoot('cart-full')
  await openOrderPages(studio, { product, merchant })
  await goto('/account')
  await shoot('account')
  await goto('/account/password')
  await shoot('account-password')
  await goto('/merchant')
  await shoot('forbidden')
  await page.context().close()
}

async function openOrderPages({ page, shoot, open: goto }: Studio, { product, merchant }: Subjects): Promise<void> {
  const restless = await merchant.create({ name: 'A mug that changes its price', euros: 12 })
  await putIntoCart(page, restless)
  await goto('/checkout')
  await shoot('checkout')
  await fillAddress(page)
  await fillCard(page)
  const changed = await merchant.reprice(restless, 15)
  await page.getByRole('button', { name: 'Place order' }).click()
  await page.getByText('A price has changed').waitFor()
  await shoot('checkout-price-changed')
  await page.getByRole('button', { name: 'Save as open order, pay later' }).click()
  await page.getByTestId('order-status').filter({ hasText: 'Open' }).waitFor()
  await page.getByRole('button', { name: 'Add items' }).click()
  await page.getByRole('searchbox', { name: 'Add to this order' }).fill('lamp')
  await page.getByRole('button', { name: 'Find' }).click()
  await page.locator('.finder .lines').waitFor()
  await shoot('order-open')
  await goto(`/products/${product}`)
  await page.getByRole('button', { name: /^Add to open order/ }).click()
  await page.getByRole('link', { name: /^See order/ }).waitFor()
  await shoot('product-open-order')
  await putIntoCart(page, restless)
  await merchant.retire(changed)
  await goto(`/products/${restless.id}`)
  await shoot('product-retired')
  await goto('/cart')
  await shoot('cart-retired')
}

async function merchantPages({ page, shoot, open: goto }: Studio, { product, merchant }: Subjects): Promise<void> {
  await signIn(page, merchant.credentials)
  await goto('/merchant')
  await shoot('merchant')
  await goto('/merchant/products')
  await shoot('merchant-products')
  await goto(`/merchant/products/${product}`)
  await page.getByLabel(/^Choose/).setInputFiles(await pngOf(page, 'teal'))
  await page.getByRole('img', { name: 'Preview of picture.png' }).waitFor()
  await shoot('merchant-product')
  await goto('/merchant/products/new')
  await page.getByRole('button', { name: 'Create product' }).click()
  await page.getByRole('button', { name: 'Add a detail' }).click()
  await shoot('merchant-new-product')
  await goto('/merchant/orders?show=all')
  await shoot('merchant-orders')
  await goto('/merchant/orders?show=interrupted')
  await shoot('merchant-interrupted')
  await page.locator('main a[href^="/merchant/orders/"]').first().click()
  await page.getByRole('heading', { name: 'Refund interrupted' }).waitFor()
  await shoot('merchant-refund-interrupted')
  await goto('/merchant/orders?show=shipped')
  await page.locator('main a[href^="/merchant/orders/"]').first().click()
  await page.getByRole('button', { name: 'Refund' }).click()
  await shoot('merchant-refund')
  await page.getByRole('button', { name: 'Do not refund' }).click()
  await shoot('merchant-order')
  await page.context().close()
}

async function open(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.waitForLoadState('networkidle')
}
