import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '@ashlar/kernel/testing'
import * as fc from 'fast-check'
import { AdaptiveLimit } from './adaptive-limit.ts'
import { aimd } from './aimd.ts'
import { gradient2 } from './gradient2.ts'
import { SimulatedServer } from './server.test.support.ts'

const servers = fc.record({
  workers: fc.integer({ min: 1, max: 30 }),
  workMs: fc.constantFrom(1, 10, 100),
  load: fc.constantFrom(0.3, 1, 3),
  timeoutMs: fc.constantFrom(15, 1_000, Infinity),
})

const bounds = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 40 }))

test('the limit never falls below its least nor rises above its most, and no more calls are under way', () => {
  const property = fc.property(bounds, fc.boolean(), fc.array(servers, { minLength: 1, maxLength: 4 }), fc.nat(), run)
  fc.assert(property, { numRuns: 100 })
})

function run(
  [min, extra]: [number, number],
  byGradient: boolean,
  phases: readonly { workers: number; workMs: number; load: number; timeoutMs: number }[],
  seed: number,
): void {
  const max = min + extra
  const random = seededRandom(seed)
  const server = new SimulatedServer({ workers: 1, workMs: 1, callsPerSecond: 1, random })
  const algorithm = byGradient ? gradient2({ probeEvery: 5 }) : aimd({ maxLatencyMs: 20 })
  const bounded = { minConcurrent: min, maxConcurrent: max, windowMs: 50, minCalls: 5 }
  const limit = new AdaptiveLimit({ name: 'server', ...bounded, algorithm, clock: server.clock })
  for (const { workers, workMs, load, timeoutMs } of phases) {
    const callsPerSecond = (load * workers * 1_000) / workMs
    Object.assign(server, { workers, workMs, timeoutMs, callsPerSecond })
    // A thousand calls of any server.
    server.run(limit, (1_000 / callsPerSecond) * 1_000, () => {
      assert.ok(limit.limit >= min && limit.limit <= max, `${limit.limit} is not ${min} to ${max}`)
      assert.ok(limit.active <= max, `${limit.active} calls are under way`)
    })
  }
}
