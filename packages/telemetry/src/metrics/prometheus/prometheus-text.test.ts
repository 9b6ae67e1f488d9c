import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '@ashlar/kernel/testing'
import { MetricRegistry } from '../registry.ts'
import { familyOf } from './family.ts'
import { boundNumber } from './numbers.ts'
import { prometheusText } from './prometheus-text.ts'

function shop(): MetricRegistry {
  const registry = new MetricRegistry({ clock: new VirtualClock() })
  registry
    .counter({
      name: 'http_requests_total',
      description: 'Requests, by "route".\nAll of them: \\o/',
      unit: '{request}',
      labels: ['method', 'route'],
    })
    .add(3, ['GET', '/a"\\\n'])
  registry
    .histogram({
      name: 'ashlar.rpc.duration',
      description: 'Calls.',
      unit: 'ms',
      bounds: [2.5, 1_000],
      exemplars: true,
    })
    .observe(1.5, [], { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true })
  return registry
}

test('Prometheus text is written to the letter', () => {
  assert.equal(
    prometheusText(shop().snapshot()),
    `# HELP ashlar_rpc_duration_seconds Calls.
# TYPE ashlar_rpc_duration_seconds histogram
ashlar_rpc_duration_seconds_bucket{le="0.0025"} 1
ashlar_rpc_duration_seconds_bucket{le="1.0"} 1
ashlar_rpc_duration_seconds_bucket{le="+Inf"} 1
ashlar_rpc_duration_seconds_sum 0.0015
ashlar_rpc_duration_seconds_count 1
# HELP http_requests_total Requests, by "route".\\nAll of them: \\\\o/
# TYPE http_requests_total counter
http_requests_total{method="GET",route="/a\\"\\\\\\n"} 3
`,
  )
})

test('OpenMetrics is written to the letter, with the exemplar and its end', () => {
  assert.equal(
    prometheusText(shop().snapshot(), { format: 'openmetrics' }),
    `# HELP ashlar_rpc_duration_seconds Calls.
# TYPE ashlar_rpc_duration_seconds histogram
# UNIT ashlar_rpc_duration_seconds seconds
ashlar_rpc_duration_seconds_bucket{le="0.0025"} 1 # {trace_id="${'a'.repeat(32)}",span_id="${'b'.repeat(16)}"} 0.0015 1767225600
ashlar_rpc_duration_seconds_bucket{le="1.0"} 1
ashlar_rpc_duration_seconds_bucket{le="+Inf"} 1
ashlar_rpc_duration_seconds_sum 0.0015
ashlar_rpc_duration_seconds_count 1
# HELP http_requests Requests, by \\"route\\".\\nAll of them: \\\\o/
# TYPE http_requests counter
http_requests_total{method="GET",route="/a\\"\\\\\\n"} 3
# EOF
`,
  )
})

test('a name says its base unit and what it counts, each once', () => {
  const names = [
    ['counter', 'http_requests_total', '{request}', 'http_requests'],
    ['histogram', 'http_request_duration_seconds', 's', 'http_request_duration_seconds'],
    ['histogram', 'http_request_duration_seconds', 'ms', 'http_request_duration_seconds'],
    ['counter', 'process_cpu_seconds_total', 's', 'process_cpu_seconds'],
    ['counter', 'ashlar.rpc.sent', 'By', 'ashlar_rpc_sent_bytes'],
    ['gauge', 'ashlar.pool.use', '1', 'ashlar_pool_use_ratio'],
    ['histogram', 'ashlar.pool.use', '1', 'ashlar_pool_use'],
    ['gauge', 'ashlar.cpu', '%', 'ashlar_cpu_ratio'],
    ['gauge', 'disk.io', 'By/s', 'disk_io_bytes_per_second'],
    ['gauge', 'calls', '{call}/s', 'calls_per_second'],
    ['gauge', 'room.temperature', 'Cel', 'room_temperature_cel'],
    ['gauge', 'cacheHits', '', 'cache_hits'],
    ['gauge', '2nd', '', '_2nd'],
  ] as const
  for (const [kind, name, unit, expected] of names) assert.equal(familyOf({ kind, name, unit }).name, expected)
})

test('numbers are in the base unit to the last digit, and infinite and missing ones in Prometheus’ words', () => {
  const values = [Infinity, -Infinity, Number.NaN, 4.1, 1e21]
  const points = values.map((value, at) => ({ labels: [String(at)], value }))
  const metric = { kind: 'gauge', name: 'age', description: '', unit: 'ms', labels: ['at'], points } as const
  assert.deepEqual(
    prometheusText([metric])
      .split('\n')
      .slice(2, -1)
      .map((line) => line.split(' ')[1]),
    ['+Inf', '-Inf', 'NaN', '0.0041', '1000000000000000000'],
  )
})

test('bounds are canonical numbers', () => {
  const bounds = [0, 1, -2, 0.25, 0.0001, 0.00001, 999_999, 1e6, 2_500_000, 1e100, 5e-324]
  assert.deepEqual(
    bounds.map((bound) => boundNumber(bound)),
    ['0.0', '1.0', '-2.0', '0.25', '0.0001', '1e-05', '999999.0', '1e+06', '2.5e+06', '1e+100', '5e-324'],
  )
})

test('a family for which there is no room is left out whole and counted, and others still fit', () => {
  const big = { kind: 'gauge', name: 'big', description: '', unit: '', labels: ['a'] } as const
  const points = Array.from({ length: 100 }, (_, at) => ({ labels: [String(at)], value: at }))
  const small = { ...big, name: 'small', points: points.slice(0, 1) }
  const text = prometheusText([{ ...big, points }, small], { maxCharacters: 200 })
  assert.doesNotMatch(text, /big/)
  assert.match(text, /^small\{a="0"\} 0$/m)
  assert.match(text, /^ashlar_metrics_left_out 1$/m)
})

test('of two families with one name the first is shown, and the other counted', () => {
  const first = {
    kind: 'gauge',
    name: 'a.b',
    description: '',
    unit: '',
    labels: [],
    points: [{ labels: [], value: 1 }],
  } as const
  const text = prometheusText([first, { ...first, name: 'a_b', points: [{ labels: [], value: 2 }] }])
  assert.match(text, /^a_b 1$/m)
  assert.doesNotMatch(text, /^a_b 2$/m)
  assert.match(text, /^ashlar_metrics_left_out 1$/m)
})

test('labels that would be one, or be a bucket’s bound, get names of their own', () => {
  const labels = ['a.b', 'a_b', 'le', 'a b']
  const point = { labels: ['1', '2', '3', '4'], count: 1, sum: 1, counts: [1, 0], exemplars: [] }
  const metric = {
    kind: 'histogram',
    name: 'h',
    description: '',
    unit: '',
    labels,
    bounds: [1],
    points: [point],
  } as const
  assert.match(prometheusText([metric]), /^h_bucket\{a_b="1",a_b_2="2",le_2="3",a_b_3="4",le="1.0"\} 1$/m)
})
