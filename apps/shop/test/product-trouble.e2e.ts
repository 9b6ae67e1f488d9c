import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { promisify } from 'node:util'
import { sleep, systemClock } from '@ashlar/kernel'
import { longestOpenMs } from '../services/shared/callee-policy.ts'
import { hung } from './hung.ts'
import { root, startShop, type RunningShop } from './running-shop.ts'
import type { ShopClient } from './shop-client.ts'

// Of the gateway's policy for the product service, and what a machine that has other things to do adds.
const attemptTimeoutMs = 3_000
const slackMs = 1_000
// What half of the answers keep to, and what nearly all do on a machine that has other things to do: far from what waiting
// for one that hangs takes. What was measured is printed.
const [fastMs, nobodyWaitsMs] = [50, 500]

interface Answered {
  readonly status: number
  readonly code: string
  readonly retryAfter: number
  readonly tookMs: number
}

suite('a product service that hangs', () => {
  test('is left alone: its part is refused fast, all else is served, and it is back soon after', async (t) => {
    const shop = await startShop()
    t.after(() => shop.stop())
    const customer = shop.customer()
    await customer.register()
    const [product] = await customer.search('mug')
    assert.ok(product !== undefined)
    const ask = (): Promise<Answered> => read(customer, `/api/products/${product.id}`)

    using stalled = hung(shop, 'product')
    const first = await Promise.all(Array.from({ length: 12 }, ask))
    assert.ok(first.every(({ status }) => status === 503 || status === 504))
    const longestMs = Math.max(...first.map(({ tookMs }) => tookMs))
    assert.ok(longestMs <= attemptTimeoutMs + slackMs, `the first were kept waiting for ${longestMs} ms`)

    const refused: Answered[] = []
    const others: Answered[] = []
    for (const endMs = systemClock.now() + 8_000; systemClock.now() < endMs;) {
      refused.push(...(await Promise.all([ask(), ask()])))
      others.push(await read(customer, '/api/orders'), await read(customer, '/api/me'))
      await sleep(systemClock, 20)
    }
    const open = refused.filter(({ code }) => code === 'ASHLAR_BREAKER_OPEN')
    assert.ok(open.every(({ status, retryAfter }) => status === 503 && retryAfter >= 1))
    assert.ok(others.every(({ status }) => status === 200))
    // Two are asked at a time, so no more than that wait for each round of probes.
    assert.ok(refused.length - open.length <= 6, `${refused.length - open.length} were let through`)
    for (const [what, answered, medianMs] of [
      ['refused while open', open, fastMs],
      ['others served', others, 3 * fastMs],
    ] as const) {
      const [median, p99] = [quantile(answered, 0.5), quantile(answered, 0.99)]
      const figures = `${answered.length} ${what}, median ${median} ms, p99 ${p99} ms`
      t.diagnostic(figures)
      assert.ok(median <= medianMs && p99 <= nobodyWaitsMs, figures)
    }
    assert.match(await actionOf(shop, 'policy-snapshot', 'product'), /breaker\.kind +(?:open|half-open)/)

    stalled.goOn()
    const recoveredMs = await until(ask, ({ status }) => status === 200, 15_000)
    t.diagnostic(`served again after ${recoveredMs} ms`)
    assert.ok(recoveredMs <= longestOpenMs + attemptTimeoutMs + slackMs, `recovered after ${recoveredMs} ms`)
    await until(ask, ({ status }) => status === 200, 1_000)
    for (let call = 0; call < 20; call++) assert.equal((await ask()).status, 200)
  })
})

async function read(client: ShopClient, path: string): Promise<Answered> {
  const beganMs = systemClock.now()
  const { status, body, headers } = await client.send('GET', path)
  const tookMs = Math.round((systemClock.now() - beganMs) * 10) / 10
  const { code = '' } = (body ?? {}) as { code?: string }
  return { status, code, retryAfter: Number(headers.get('retry-after')), tookMs }
}

/** Asks until it is answered as wanted. @returns how long that took. */
async function until(
  ask: () => Promise<Answered>,
  isWanted: (answered: Answered) => boolean,
  maxMs: number,
): Promise<number> {
  const beganMs = systemClock.now()
  while (!isWanted(await ask())) {
    assert.ok(systemClock.now() - beganMs < maxMs, `it did not come to be so within ${maxMs} ms`)
    await sleep(systemClock, 50)
  }
  return Math.round(systemClock.now() - beganMs)
}

function quantile(answered: readonly Answered[], share: number): number {
  const tookMs = answered.map((one) => one.tookMs).toSorted((a, b) => a - b)
  return tookMs[Math.floor(tookMs.length * share)] ?? Infinity
}

/** What an operator does at the gateway. */
async function actionOf(shop: RunningShop, action: string, policy: string): Promise<string> {
  const cli = ['--conditions=ashlar:source', join(root, 'packages/host/src/cli.ts')]
  const args = ['gateway', action, '--policy', policy, '--directory', shop.directory]
  return (await promisify(execFile)(process.execPath, [...cli, ...args], { cwd: root })).stdout
}
