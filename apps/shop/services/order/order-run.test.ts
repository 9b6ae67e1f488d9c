import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasCode, runCall } from '@ashlar/kernel'
import { VirtualClock, seededRandom } from '@ashlar/kernel/testing'
import { refusal } from '../shared/shop-errors.ts'
import { MemoryOrderRepository } from './memory-repository.ts'
import { OrderRun } from './order-run.ts'
import type { Claim } from './repository.ts'
import { address } from './shop-fixture.test.support.ts'
import { placed, reserved } from './transitions.ts'

async function open() {
  const clock = new VirtualClock()
  const repository = new MemoryOrderRepository()
  const placement = { id: 'o1', number: 'A', userId: 'ada', idempotencyKey: 'k', lines: [], address, cardToken: 'c' }
  const claim = await repository.insert(placed(placement, clock.wall()), { runner: 'main', untilMs: clock.wall() + 1 })
  const run = new OrderRun(claim as Claim, { repository, clock, random: seededRandom(1) })
  return { clock, repository, run }
}

test('a step that fails in a way that may pass is tried three times, within a second or two', async () => {
  const { clock, run } = await open()
  let tries = 0
  const failing = run.step('trying', async () => {
    tries++
    throw refusal('SHOP_BUSY', 'busy', { retryAfterMs: 1 })
  })
  const rejected = assert.rejects(failing, { code: 'SHOP_BUSY' })
  await clock.advance(1_000)
  await rejected
  assert.deepEqual([tries, run.doing], [3, 'trying'])
})

test('who asks to be left alone for a while is', async () => {
  const { run } = await open()
  let tries = 0
  const refused = run.step('charging', async () => {
    tries++
    throw refusal('SHOP_BANK_UNAVAILABLE', 'the bank is left alone', { retryAfterMs: 2_000 })
  })
  await assert.rejects(refused, { code: 'SHOP_BANK_UNAVAILABLE' })
  assert.equal(tries, 1)
})

test('a refusal comes through at once', async () => {
  const { run } = await open()
  let tries = 0
  const refused = run.step('trying', async () => {
    tries++
    throw refusal('SHOP_OUT_OF_STOCK', 'none left')
  })
  await assert.rejects(refused, (error) => hasCode(error, 'SHOP_OUT_OF_STOCK'))
  assert.equal(tries, 1)
})

test('a step that hangs is given up after six seconds, and tried again', async () => {
  const { clock, run } = await open()
  let tries = 0
  const step = run.step('trying', async () => (++tries === 1 ? new Promise<never>(() => {}) : 'done'))
  await clock.advance(6_500)
  assert.equal(await step, 'done')
})

test('a run whose call is over stores nothing and begins nothing', async () => {
  const { clock, repository, run } = await open()
  const over = new AbortController()
  const late: unknown[] = []
  let begun = 0
  const work = async (): Promise<void> => {
    over.abort(new Error('over'))
    await run.advance(reserved).catch((error: unknown) => late.push(error))
    await run.step('trying', async () => void begun++).catch((error: unknown) => late.push(error))
  }
  await assert.rejects(runCall({ signal: over.signal }, work), /over/)
  await clock.advance(0)
  assert.deepEqual([(await repository.find('o1'))?.order.version, begun, late.length], [1, 0, 2])
})
