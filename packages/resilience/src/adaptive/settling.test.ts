import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { seededRandom } from '@ashlar/kernel/testing'
import { AdaptiveLimit, type AdaptiveLimitOptions } from './adaptive-limit.ts'
import { aimd } from './aimd.ts'
import { SimulatedServer } from './server.test.support.ts'

const minuteMs = 60_000

interface Scene {
  readonly server: SimulatedServer
  readonly limit: AdaptiveLimit
}

/** A server that is asked for half as much again as it can do. */
function overloaded(options: Partial<AdaptiveLimitOptions> = {}, workers = 20): Scene {
  const workMs = 20
  const callsPerSecond = 1.5 * (workers / workMs) * 1_000
  const server = new SimulatedServer({ workers, workMs, callsPerSecond, random: seededRandom(7) })
  return { server, limit: new AdaptiveLimit({ name: 'server', clock: server.clock, ...options }) }
}

/** The limit on average, and what the server did of what it could do. */
function observe({ server, limit }: Scene, durationMs: number): { limit: number; throughput: number } {
  const before = server.completed
  let area = 0
  for (let atMs = 0; atMs < durationMs; atMs += 100) {
    server.run(limit, 100)
    area += limit.limit * 100
  }
  const possible = (server.workers / server.workMs) * durationMs
  return { limit: area / durationMs, throughput: (server.completed - before) / possible }
}

function assertNearKnee({ limit, throughput }: ReturnType<typeof observe>, knee: number): void {
  assert.ok(limit >= knee * 0.9 && limit <= knee * 1.25, `limit ${limit} for ${knee} workers`)
  assert.ok(throughput >= 0.93, `throughput ${throughput}`)
}

suite('the limit by gradient', () => {
  for (const workers of [20, 50]) {
    test(`settles at the knee of a server with ${workers} workers, with nearly nothing left undone`, () => {
      const scene = overloaded({}, workers)
      observe(scene, minuteMs)
      assertNearKnee(observe(scene, minuteMs), workers)
    })
  }

  test('stays there however long the overload lasts', () => {
    const scene = overloaded()
    observe(scene, 4 * minuteMs)
    assertNearKnee(observe(scene, minuteMs), 20)
  })

  test('comes down from far too high a beginning', () => {
    const scene = overloaded({ initialConcurrent: 500 })
    observe(scene, minuteMs)
    assertNearKnee(observe(scene, minuteMs), 20)
  })

  test('finds its way back when the work itself has become slower, and when it is quick again', () => {
    const scene = overloaded()
    observe(scene, minuteMs)
    scene.server.workMs *= 4
    observe(scene, minuteMs)
    assertNearKnee(observe(scene, minuteMs), 20)
    scene.server.workMs /= 4
    observe(scene, minuteMs)
    assertNearKnee(observe(scene, minuteMs), 20)
  })

  test('is not held where it may not fall further', () => {
    const scene = overloaded({ minConcurrent: 40 })
    observe(scene, minuteMs)
    assert.ok(observe(scene, 10_000).limit < 50)
    scene.server.workers = 80
    scene.server.callsPerSecond *= 4
    observe(scene, minuteMs)
    assertNearKnee(observe(scene, minuteMs), 80)
  })

  test('follows a server that gets more workers, and one that loses them', () => {
    const scene = overloaded()
    observe(scene, minuteMs)
    scene.server.workers = 40
    scene.server.callsPerSecond *= 2
    observe(scene, minuteMs)
    assertNearKnee(observe(scene, minuteMs), 40)
    scene.server.workers = 20
    observe(scene, minuteMs)
    assertNearKnee(observe(scene, minuteMs), 20)
  })
})

suite('the limit by AIMD', () => {
  test('swings about where latency meets its bound', () => {
    const scene = overloaded({ algorithm: aimd({ maxLatencyMs: 24 }) })
    observe(scene, minuteMs)
    const { limit, throughput } = observe(scene, minuteMs)
    assert.ok(limit >= 20 && limit <= 26, `limit ${limit}`)
    assert.ok(throughput >= 0.93, `throughput ${throughput}`)
  })

  test('by timeouts alone, too', () => {
    const scene = overloaded({ algorithm: aimd(), initialConcurrent: 200 })
    scene.server.timeoutMs = 200
    observe(scene, minuteMs)
    const { limit, throughput } = observe(scene, minuteMs)
    assert.ok(limit >= 20 && limit <= 150, `limit ${limit}`)
    assert.ok(throughput >= 0.93, `throughput ${throughput}`)
  })
})
