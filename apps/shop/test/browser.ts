import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Where Chromium is: `CHROMIUM`, or where systems put it. */
export function findChromium(): string | undefined {
  return process.env.CHROMIUM ?? places.find((path) => existsSync(path))
}

/** Why browser cases cannot run here; `undefined` when they can, and in CI, where they must. */
export function browserMissing(): string | undefined {
  if (findChromium() !== undefined || process.env.CI !== undefined) return undefined
  return 'no Chromium found: install it, or set CHROMIUM to its path'
}

export function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === undefined) throw new Error('no Chromium found, and in CI it must be: install it')
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
