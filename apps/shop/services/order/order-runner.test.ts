import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock, seededRandom } from '@ashlar/kernel/testing'
import { silentLog } from '../shared/log.ts'
import { MemoryOrderRepository } from './memory-repository.ts'
import { OrderRunner } from './order-runner.ts'
import type { Claim } from './repository.ts'
import { address } from './shop-fixture.test.support.ts'
import { placed } from './transitions.ts'

test('the end of a run that had lost its order does not hide the run that took it over', async () => {
  const clock = new VirtualClock()
  const repository = new MemoryOrderRepository()
  const runner = new OrderRunner({ id: 'main', repository, clock, random: seededRandom(1), log: silentLog })
  const placement = { id: 'o1', number: 'A', userId: 'ada', idempotencyKey: 'k', lines: [], address, cardToken: 'c' }
  const first = (await repository.insert(placed(placement, clock.wall()), runner.lease())) as Claim
  const [stuck, working] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  runner.start(first, () => stuck.promise)
  const ended = runner.running('o1')
  const second = { order: first.order, lease: { ...first.lease, epoch: 2 } }
  runner.start(second, () => working.promise)
  stuck.resolve()
  await ended
  assert.notEqual(runner.running('o1'), undefined)
  let isDrained = false
  const draining = runner.drain(new AbortController().signal).then(() => (isDrained = true))
  await clock.advance(0)
  assert.equal(isDrained, false)
  working.resolve()
  await draining
})
