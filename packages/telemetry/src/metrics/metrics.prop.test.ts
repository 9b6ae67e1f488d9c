import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseExposition, type ParsedSample } from './prometheus/exposition.test.support.ts'
import { prometheusText } from './prometheus/prometheus-text.ts'
import { MetricRegistry } from './registry.ts'

const maxSeries = 5
const bounds = [-1, 0, 0.5, 2, 100]

interface Update {
  readonly metric: 'calls' | 'depth' | 'sizes'
  readonly labels: readonly [string, string]
  /** In quarters, so that the model's plain sums are exact. */
  readonly quarters: number
  readonly isBound: boolean
}

const updates: fc.Arbitrary<Update[]> = fc.array(
  fc.record({
    metric: fc.constantFrom('calls', 'depth', 'sizes'),
    labels: fc.tuple(
      fc.constantFrom('a', 'b', '', 'a\0b'),
      fc.oneof(fc.constantFrom('x', 'y\n', '"', '\\', '\\n'), fc.string({ unit: 'binary', maxLength: 3 })),
    ),
    quarters: fc.oneof(fc.integer({ min: -20, max: 1_000 }), fc.constant(Number.NaN)),
    isBound: fc.boolean(),
  }),
  { maxLength: 60 },
)

/** What the metrics must show: lists of what each series was given, in plain maps. */
class Model {
  readonly values = {
    calls: new Map<string, number[]>(),
    depth: new Map<string, number[]>(),
    sizes: new Map<string, number[]>(),
  }
  refused = { calls: 0, depth: 0, sizes: 0 }
  overflowed = { calls: 0, depth: 0, sizes: 0 }

  update({ metric, labels, quarters }: Update): void {
    const series = this.values[metric]
    const value = quarters / 4
    let key = JSON.stringify(labels.map((label) => label.toWellFormed()))
    if (!series.has(key) && [...series.keys()].filter((each) => each !== overflowKey).length >= maxSeries) {
      this.overflowed[metric] += 1
      key = overflowKey
    }
    const list = series.get(key) ?? []
    series.set(key, list)
    if (Number.isNaN(value) || (metric === 'calls' && value < 0)) this.refused[metric] += 1
    else list.push(value)
  }
}

const overflowKey = JSON.stringify(['otel.metric.overflow', 'otel.metric.overflow'])
const sumOf = (list: readonly number[]): number => list.reduce((sum, value) => sum + value, 0)

function setUp(): { registry: MetricRegistry; apply: (update: Update) => void } {
  const registry = new MetricRegistry({ maxSeries })
  const common = { description: 'A "metric"\nwith \\n.', unit: '{call}', labels: ['first', 'second'] } as const
  const calls = registry.counter({ ...common, name: 'calls' })
  const depth = registry.gauge({ ...common, name: 'depth' })
  const sizes = registry.histogram({ ...common, name: 'sizes', bounds })
  return {
    registry,
    apply({ metric, labels, quarters, isBound }) {
      const value = quarters / 4
      if (metric === 'calls') return isBound ? calls.with(...labels).add(value) : calls.add(value, labels)
      if (metric === 'depth') return isBound ? depth.with(...labels).set(value) : depth.set(value, labels)
      return isBound ? sizes.with(...labels).observe(value) : sizes.observe(value, labels)
    },
  }
}

function keyOf({ labels }: ParsedSample): string {
  return JSON.stringify([labels['first'], labels['second']])
}

test('whatever is done to metrics, both formats are read back as what a plain model of lists says', () => {
  const property = fc.property(updates, fc.constantFrom('text' as const, 'openmetrics' as const), (list, format) => {
    const { registry, apply } = setUp()
    const model = new Model()
    for (const update of list) {
      apply(update)
      model.update(update)
    }
    const families = parseExposition(prometheusText(registry.snapshot(), { format }), format)
    const samples = [...families.values()].flatMap((family) => family.samples)
    const shown = (name: string): Record<string, number> =>
      Object.fromEntries(samples.filter((each) => each.name === name).map((each) => [keyOf(each), each.value]))

    const { calls, depth, sizes } = model.values
    assert.deepEqual(shown('calls_total'), Object.fromEntries([...calls].map(([key, of]) => [key, sumOf(of)])))
    const set = [...depth].filter(([, of]) => of.length > 0)
    assert.deepEqual(shown('depth'), Object.fromEntries(set.map(([key, of]) => [key, of.at(-1)])))
    for (const [at, bound] of [...bounds, Infinity].entries()) {
      const le = ['-1.0', '0.0', '0.5', '2.0', '100.0', '+Inf'][at]
      const found = samples.filter((each) => each.name === 'sizes_bucket' && each.labels['le'] === le)
      assert.deepEqual(
        Object.fromEntries(found.map((each) => [keyOf(each), each.value])),
        Object.fromEntries([...sizes].map(([key, of]) => [key, of.filter((value) => value <= bound).length])),
      )
    }
    if (format === 'text') {
      assert.deepEqual(shown('sizes_sum'), Object.fromEntries([...sizes].map(([key, of]) => [key, sumOf(of)])))
      assert.deepEqual(shown('sizes_count'), Object.fromEntries([...sizes].map(([key, of]) => [key, of.length])))
    }
    for (const metric of ['calls', 'depth', 'sizes'] as const) {
      for (const reason of ['refused', 'overflowed'] as const) {
        const sample = samples.find(({ labels }) => labels['metric'] === metric && labels['reason'] === reason)
        assert.equal(sample?.value ?? 0, model[reason][metric])
      }
    }
  })
  fc.assert(property, { numRuns: 150 })
})

test('any snapshot at all, whatever things are called in it, is written as text that can be read', () => {
  const odd = fc.string({ unit: 'binary', maxLength: 8 })
  const point = (labels: number): fc.Arbitrary<{ labels: string[]; value: number }> =>
    fc.record({ labels: fc.array(odd, { minLength: labels, maxLength: labels }), value: fc.double() })
  const metric = fc.record({
    kind: fc.constantFrom('counter' as const, 'gauge' as const),
    name: fc.oneof(odd, fc.constantFrom('a.b', 'a_b', 'aB', 'a_b_total', 'ashlar.metrics.left.out', '__name__', '1')),
    description: odd,
    unit: fc.oneof(odd, fc.constantFrom('ms', 'By/s', '1', '%', '{call}/s', '{a}{b}')),
    labels: fc.oneof(fc.constant(['a.b', 'a_b']), fc.constant(['le', '__x']), fc.tuple(odd, odd)),
    points: fc.array(point(2), { maxLength: 1 }),
  })
  const property = fc.property(
    fc.array(metric, { maxLength: 8 }),
    fc.constantFrom('text' as const, 'openmetrics' as const),
    (metrics, format) => {
      const families = parseExposition(prometheusText(metrics, { format }), format)
      const leftOut = families.get('ashlar_metrics_left_out')?.samples[0]?.value ?? 0
      const written = families.size - (leftOut > 0 ? 1 : 0)
      assert.equal(written + leftOut, metrics.filter(({ points }) => points.length > 0).length)
    },
  )
  fc.assert(property, { numRuns: 300 })
})
