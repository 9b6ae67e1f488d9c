import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { systemClock } from '@ashlar/kernel'
import { MetricRegistry } from '../registry.ts'
import { pointsOf, valueOf } from '../snapshot.test.support.ts'
import { processMetrics } from './process-metrics.ts'

test('a process tells its CPU time, memory, files, start and version', () => {
  const registry = new MetricRegistry()
  using _ = processMetrics(registry)
  const value = (name: string): number => valueOf(registry, name) as number
  assert.ok(value('process_cpu_seconds_total') > 0)
  assert.ok(value('process_resident_memory_bytes') > value('nodejs_heap_size_used_bytes'))
  assert.ok(value('nodejs_heap_size_total_bytes') >= value('nodejs_heap_size_used_bytes'))
  assert.ok(Math.abs(value('process_start_time_seconds') + process.uptime() - systemClock.wall() / 1_000) < 5)
  const [major, minor, patch] = process.versions.node.split('.') as [string, string, string]
  assert.equal(valueOf(registry, 'nodejs_version_info', process.version, major, minor, patch), 1)
  assert.ok((valueOf(registry, 'nodejs_heap_space_size_used_bytes', 'old') as number) > 0)
  if (process.platform !== 'linux') return
  assert.ok(value('process_open_fds') >= 3)
  assert.ok(value('process_max_fds') > value('process_open_fds'))
  assert.ok(value('process_virtual_memory_bytes') > value('process_resident_memory_bytes'))
})

test('metrics of a process can be stopped and started again, and a second set in one registry is misuse', () => {
  const registry = new MetricRegistry()
  const first = processMetrics(registry)
  assert.throws(() => processMetrics(registry), { name: 'TypeError' })
  assert.ok(valueOf(registry, 'process_cpu_seconds_total') !== undefined)
  first[Symbol.dispose]()
  assert.throws(() => pointsOf(registry, 'process_cpu_seconds_total'), /there is no metric/)
  using _ = processMetrics(registry)
})

test('a set that cannot be registered whole leaves nothing of itself', () => {
  const registry = new MetricRegistry()
  registry.gauge({ name: 'nodejs_eventloop_lag_p90_seconds', description: 'Mine.', unit: 's' })
  assert.throws(() => processMetrics(registry), { name: 'TypeError' })
  assert.deepEqual(
    registry.snapshot().map(({ name }) => name),
    ['ashlar.telemetry.metric.losses', 'nodejs_eventloop_lag_p90_seconds'],
  )
})

test('collections and lag are measured, and a process that measures itself still ends by itself', () => {
  const program = `
    import { MetricRegistry, prometheusText, processMetrics } from ${JSON.stringify(new URL('../index.ts', import.meta.url).href)}
    import { sleep, systemClock } from '@ashlar/kernel'
    const registry = new MetricRegistry()
    processMetrics(registry)
    gc()
    await sleep(systemClock, 100)
    console.log(prometheusText(registry.snapshot()))`
  const args = ['--conditions=ashlar:source', '--expose-gc', '--input-type=module', '-e', program]
  const { stdout, stderr, status } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    timeout: 30_000,
    cwd: import.meta.dirname,
  })
  assert.equal(status, 0, stderr)
  assert.match(stdout, /^nodejs_gc_duration_seconds_count\{kind="major"\} [1-9]/m)
  assert.match(stdout, /^nodejs_eventloop_lag_max_seconds [\d.e-]+$/m)
})
