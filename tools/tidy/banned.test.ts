import { suite } from 'node:test'
import { allows, catches } from './planted.test.support.ts'

suite('tidy finds clocks, timers, chance and the environment:', () => {
  const banned = [
    'new Date()',
    "globalThis['setTimeout'](() => {}, 1)",
    'performance.now()',
    'setTimeout(() => {}, 1)',
    'setImmediate(() => {})',
    'AbortSignal.timeout(1)',
    'const { random } = Math',
    'const later = setTimeout',
    'Math.random()',
    'crypto.randomUUID()',
    'globalThis.crypto.getRandomValues(bytes)',
    "import { setTimeout } from 'node:timers/promises'",
    "import { performance } from 'node:perf_hooks'",
    "import { randomBytes as bytes } from 'node:crypto'",
    "import * as c from 'node:crypto'\nc.randomInt(3)",
  ]
  for (const text of banned) {
    catches(
      text.replace('\n', '; '),
      { 'packages/sql/src/a.test.ts': text, 'apps/shop/services/order/a.ts': text },
      /packages\/sql.*(Clock or a Random)/,
      /apps\/shop/,
    )
  }
  for (const text of ['process.env.HOME', 'const { env } = process', "import { env } from 'node:process'"]) {
    catches(text, { 'packages/sql/src/a.ts': text, 'apps/shop/services/a.ts': text }, /packages\/sql.*take an option/)
  }
  allows('not in words, types, keys, names of its own and methods of others', {
    'packages/sql/src/a.ts': `
      // Date.now() and process.env
      export const text = 'setTimeout(() => {}, 1)'
      export let timer: ReturnType<typeof setTimeout> | undefined
      export interface Row { at: Date; setTimeout(ms: number): void }
      export const table = { Date: 1, random: () => 4 }
      export const use = (clock: Row) => clock.setTimeout(table.random() + table.Date)
      export function wait(setImmediate: () => void) { setImmediate() }`,
  })
  allows('not where they belong', {
    'packages/kernel/src/clock.ts': 'export const now = () => performance.now() + Math.random()',
    'packages/host/src/up.ts': 'export const home = process.env.HOME',
    'apps/shop/gateway/main.ts': 'export const home = process.env.HOME',
    'apps/shop/storefront/src/a.ts': 'setTimeout(() => crypto.randomUUID() + Date.now(), 1)',
    'apps/shop/test/a.e2e.ts': 'AbortSignal.timeout(1)',
  })
  catches(
    'chance in the storefront, the environment in the kernel',
    { 'apps/shop/storefront/src/a.ts': 'Math.random()', 'packages/kernel/src/a.ts': 'process.env.HOME' },
    /storefront.*Math.random/,
    /kernel.*process.env/,
  )
})
