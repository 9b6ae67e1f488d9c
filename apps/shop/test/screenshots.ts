// Takes the README's pictures of the storefront, from the real shop: npm run screenshots
// With a folder as argument, pictures of every page there instead, in both themes and at phone width.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { launchBrowser } from './browser.ts'
import { root, startShop, type RunningShop } from './running-shop.ts'
import { buy, register } from './storefront-steps.ts'

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
  const { url } = running
  const [product] = await running.customer().search('mug')
  const paths = [
    '/',
    '/shop?query=lamp',
    '/shop?query=zzzz',
    `/products/${product?.id}`,
    '/cart',
    '/sign-in',
    '/register',
    '/nowhere',
  ]
  for (const colorScheme of themes) {
    for (const width of [1280, 390]) {
      const context = await chromium.newContext({ colorScheme, viewport: { width, height: 900 } })
      const page = await context.newPage()
      const shoot = (name: string): Promise<unknown> =>
        page.screenshot({ path: join(target, `${name}-${colorScheme}-${width}.png`), fullPage: true })
      for (const path of paths) {
        await open(page, url + path)
        await shoot(path.replace(/\W+/g, '-').replace(product?.id ?? '', 'id'))
      }
      await register(page)
      await buy(page, { query: 'mug', quantity: 2 })
      await page.getByTestId('order-status').filter({ hasText: 'Paid' }).waitFor()
      await shoot('order-paid')
      await open(page, `${url}/account`)
      await shoot('account')
      await running.setBank('decline')
      await buy(page, { query: 'chair', quantity: 1 })
      await page.getByTestId('order-status').filter({ hasText: 'Refused' }).waitFor()
      await shoot('order-refused')
      await running.setBank('normal')
      await open(page, `${url}/cart`)
      await shoot('cart-full')
      await open(page, `${url}/checkout`)
      await shoot('checkout')
      await context.close()
    }
  }
}

async function open(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.waitForLoadState('networkidle')
}
