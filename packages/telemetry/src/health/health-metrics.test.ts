import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HealthCheck } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { createLogger, LogLevels } from '../logs/index.ts'
import { MetricRegistry } from '../metrics/index.ts'
import { healthMetrics } from './health-metrics.ts'
import { Health } from './health.ts'

interface SetUp {
  readonly health: Health
  readonly clock: VirtualClock
  readonly loop: { isOverloaded: boolean }
  readonly dependency: { fails: boolean; asked: number }
  /** Readiness, and the checks with what is told of them, as metrics say. */
  readonly read: () => readonly [ready: number | undefined, checks: Readonly<Record<string, number>>]
}

/** A service with a critical database, which may fail, and a cache that never does. */
function setUp(): SetUp {
  const clock = new VirtualClock()
  const levels = new LogLevels({ level: 'info', components: {} }, clock)
  const log = createLogger({ service: 'order', levels, destination: { write: () => {} }, clock })
  const loop = { isOverloaded: false }
  const dependency = { fails: false, asked: 0 }
  const database: HealthCheck = {
    name: 'database',
    critical: true,
    async check() {
      dependency.asked += 1
      if (dependency.fails) throw new Error('away')
    },
  }
  const checks = [database, { name: 'cache', critical: false, check: async () => {} }]
  const health = new Health({ service: 'order', version: '1', checks, drainDelayMs: 0, loop, log, clock })
  const registry = new MetricRegistry({ clock })
  healthMetrics(health, registry)
  return {
    health,
    clock,
    loop,
    dependency,
    read() {
      const snapshot = registry.snapshot()
      const pointsOf = (name: string): readonly { labels: readonly string[]; value: number }[] => {
        const metric = snapshot.find((one) => one.name === name)
        return metric === undefined || metric.kind === 'histogram' ? [] : metric.points
      }
      const up = pointsOf('ashlar.health.check.up').map(({ labels, value }) => [labels.join(), value] as const)
      return [pointsOf('ashlar.health.ready')[0]?.value, Object.fromEntries(up)]
    },
  }
}

test('metrics tell readiness and each check as of the reading before, and nothing before there was one', async () => {
  const { read, dependency, clock } = setUp()
  assert.deepEqual(read(), [undefined, {}])
  await clock.advance(15_000)
  assert.deepEqual(read(), [1, { 'database,true': 1, 'cache,false': 1 }])
  dependency.fails = true
  await clock.advance(15_000)
  read()
  await clock.advance(15_000)
  assert.deepEqual(read(), [0, { 'database,true': 0, 'cache,false': 1 }])
  dependency.fails = false
  await clock.advance(15_000)
  read()
  await clock.advance(15_000)
  assert.deepEqual(read(), [1, { 'database,true': 1, 'cache,false': 1 }])
  assert.equal(dependency.asked, 6, 'once a reading')
})

test('what is known without asking is told at once: the process is overloaded, or an operator holds it back', async () => {
  const { read, health, loop, clock } = setUp()
  read()
  await clock.advance(15_000)
  loop.isOverloaded = true
  assert.equal(read()[0], 0)
  loop.isOverloaded = false
  assert.equal(read()[0], 1)
  health.holdBack(true)
  assert.equal(read()[0], 0)
})

test('a service that is about to stop is not ready, and what is closing is not asked any more', async () => {
  const { read, health, dependency, clock } = setUp()
  read()
  await clock.advance(15_000)
  await health.drain(new AbortController().signal)
  dependency.fails = true
  for (let times = 0; times < 3; times++) {
    assert.deepEqual(read(), [0, { 'database,true': 1, 'cache,false': 1 }])
    await clock.advance(15_000)
  }
  assert.equal(dependency.asked, 1)
})
