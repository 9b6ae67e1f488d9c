import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  channel,
  childTrace,
  newTrace,
  parentSpanId,
  runInTrace,
  type ChannelDescriptor,
  type TraceContext,
} from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { MetricRegistry } from '../metrics/index.ts'
import { span, Tracer, type SpanRecord } from '../traces/index.ts'
import { observe, type LogSink } from './index.ts'

const descriptor: ChannelDescriptor = {
  description: 'A call has ended.',
  fields: {
    method: 'what was called',
    trace: 'where it stands',
    parent: 'what it is part of',
    durationMs: 'how long it took, in ms',
    error: 'why it failed',
    card: 'the number of a card',
  },
  metrics: [
    { name: 'test.calls', kind: 'counter', unit: '{call}', attributes: ['method', 'error'] },
    { name: 'test.duration', kind: 'histogram', unit: 'ms', field: 'durationMs', attributes: ['method'] },
    { name: 'test.latest', kind: 'gauge', unit: 'ms', field: 'durationMs', attributes: [] },
  ],
  span: {
    name: 'call',
    nameField: 'method',
    kind: 'client',
    traceField: 'trace',
    parentField: 'parent',
    durationField: 'durationMs',
    errorField: 'error',
    attributes: ['method'],
  },
  log: { level: 'warn', message: 'a call has ended', attributes: ['method', 'error'] },
}

/** Declares a channel with metrics of its own, as modules do that are loaded at some time. */
let declared = 0
function declareCalls(changes: Partial<ChannelDescriptor> = {}) {
  const own = `test${declared++}`
  const metrics = descriptor.metrics?.map((metric) => ({ ...metric, name: metric.name.replace('test', own) }))
  const letters = own.replaceAll(/\d/g, (digit) => 'abcdefghij'[Number(digit)] as string)
  return {
    own,
    calls: channel<object>(`ashlar:${letters}:called`, { ...descriptor, ...(metrics && { metrics }), ...changes }),
  }
}

function parts() {
  const clock = new VirtualClock(1_000_000)
  const lines: unknown[][] = []
  const write = (level: string) => (fields: object, message: string) => void lines.push([level, fields, message])
  const log: LogSink = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
  return { clock, lines, log, tracer: new Tracer({ clock, keepOneIn: 1 }), metrics: new MetricRegistry({ clock }) }
}

const pointsOf = (metrics: MetricRegistry, name: string): readonly object[] =>
  metrics.snapshot().find((metric) => metric.name === name)?.points ?? []

const call = (method: string, more: object = {}): object => ({
  method,
  durationMs: 12,
  card: '4111111111111111',
  ...more,
})

for (const when of ['before', 'after']) {
  test(`what a channel reports that was declared ${when} observing began is metrics, a span and a line, by its descriptor alone`, () => {
    const { lines, log, tracer, metrics } = parts()
    const early = when === 'before' ? declareCalls() : undefined
    using _ = observe({ tracer, metrics, log })
    const { own, calls } = early ?? declareCalls()
    const parent = newTrace()
    const trace = childTrace(parent)
    const error = new RangeError('the card 4111111111111111')
    calls.publish(call('get', { trace, parent: parentSpanId(parent), error }))
    tracer.record(rootOf(parent), parent)

    assert.deepEqual(pointsOf(metrics, `${own}.calls`), [{ labels: ['get', 'RangeError'], value: 1 }])
    assert.deepEqual(pointsOf(metrics, `${own}.latest`), [{ labels: [], value: 12 }])
    const [histogram] = pointsOf(metrics, `${own}.duration`) as { count: number; sum: number; exemplars: object[] }[]
    assert.deepEqual([histogram?.count, histogram?.sum], [1, 12])
    assert.deepEqual(
      histogram?.exemplars.filter((one) => one !== undefined),
      [{ value: 12, timeMs: 1_000_000, traceId: trace.traceId, spanId: trace.spanId }],
    )
    assert.deepEqual(tracer.drain(10)[0], {
      traceId: trace.traceId,
      spanId: trace.spanId,
      parentSpanId: parent.spanId,
      name: 'get',
      kind: 'client',
      startMs: 1_000_000 - 12,
      durationMs: 12,
      attributes: { method: 'get' },
      error: 'RangeError',
      events: [],
      links: [],
    })
    assert.deepEqual(lines, [['warn', { channel: calls.name, method: 'get', error: 'RangeError' }, 'a call has ended']])
  })
}

/** The span that the others are decided with. */
function rootOf({ traceId, spanId }: TraceContext): SpanRecord {
  const nothing = { parentSpanId: undefined, attributes: {}, error: undefined, events: [], links: [] }
  return { traceId, spanId, name: 'root', kind: 'server', startMs: 0, durationMs: 1, ...nothing }
}

test('when observing ends nobody is subscribed to anything any more, and channels declared later stay free', () => {
  const { log, tracer, metrics } = parts()
  const { calls } = declareCalls()
  const observation = observe({ tracer, metrics, log })
  assert.equal(calls.hasSubscribers, true)
  observation[Symbol.dispose]()
  observation[Symbol.dispose]()
  assert.equal(calls.hasSubscribers, false)
  assert.equal(declareCalls().calls.hasSubscribers, false)
  span('nobody records this', () => {})
  assert.deepEqual(tracer.drain(10), [])
  // The registry can be observed into again.
  observe({ tracer, metrics })[Symbol.dispose]()
})

test('a channel of which nothing is made is not subscribed to', () => {
  const { log, tracer, metrics } = parts()
  using _ = observe({ tracer, metrics, log })
  assert.equal(declareCalls({ metrics: [], span: undefined, log: undefined } as object).calls.hasSubscribers, false)
})

test('only what there is a consumer for is made: metrics alone subscribe to no channel that has none', () => {
  const { metrics } = parts()
  const { metrics: _none, ...others } = descriptor
  using _ = observe({ metrics })
  assert.equal(channel('ashlar:test-only:spans', others).hasSubscribers, false)
  assert.equal(declareCalls().calls.hasSubscribers, true)
})

test('a log that throws never reaches the publisher, is counted, and stops neither metric nor span', () => {
  const { tracer, metrics } = parts()
  const { own, calls } = declareCalls()
  const fails = (): never => {
    throw new Error('disk full')
  }
  using observation = observe({ tracer, metrics, log: { debug: fails, info: fails, warn: fails, error: fails } })
  calls.publish(call('get', { trace: newTrace() }))
  calls.publish(call('get', { trace: newTrace() }))
  assert.equal(observation.failures, 2)
  assert.deepEqual(pointsOf(metrics, `${own}.calls`), [{ labels: ['get', ''], value: 2 }])
  assert.deepEqual(pointsOf(metrics, 'ashlar.telemetry.observe.failures'), [{ labels: [calls.name], value: 2 }])
  assert.equal(tracer.drain(10).length, 2)
})

test('work that was over before it was told of begins when it did, and lasts as long as it did', () => {
  const { tracer } = parts()
  assert.ok(descriptor.span !== undefined)
  const { calls } = declareCalls({
    span: { ...descriptor.span, ageField: 'ageMs' },
    fields: { ...descriptor.fields, ageMs: 'how long ago it began, in ms' },
  })
  using _ = observe({ tracer })
  const told = (more: object): unknown[] => {
    const trace = newTrace()
    calls.publish(call('get', { trace, ...more }))
    tracer.record(rootOf(trace), trace)
    const [ended] = tracer.drain(10)
    return [ended?.startMs, ended?.durationMs]
  }
  assert.deepEqual(told({ ageMs: 15 }), [1_000_000 - 15, 12])
  assert.deepEqual(told({ ageMs: 'long' }), [1_000_000 - 12, 12])
})

test('an event that is not as its descriptor says makes what it can, and fails nobody', () => {
  const { lines, log, tracer, metrics } = parts()
  const { own, calls } = declareCalls()
  using observation = observe({ tracer, metrics, log })
  const hostile = Object.defineProperty({}, 'method', {
    get: () => {
      throw new Error('no')
    },
  })
  for (const event of [{}, call('get', { durationMs: 'long', trace: newTrace() }), hostile]) calls.publish(event)
  assert.deepEqual(pointsOf(metrics, `${own}.calls`), [
    { labels: ['', ''], value: 1 },
    { labels: ['get', ''], value: 1 },
  ])
  assert.deepEqual([tracer.drain(10).length, lines.length], [0, 2])
  assert.equal(observation.failures, 3, 'counter, histogram and line of the one that throws')
})

test('a channel whose metric is another one’s by name is not observed, whoever declares it is none the wiser, and it is told', () => {
  const { lines, log, metrics } = parts()
  using observation = observe({ metrics, log })
  const { own } = declareCalls()
  const metric = { name: `${own}.calls`, kind: 'gauge', unit: '1', attributes: [] } as const
  const { calls } = declareCalls({ metrics: [metric] })
  assert.equal(calls.hasSubscribers, false)
  assert.equal(observation.failures, 1)
  assert.match(JSON.stringify(lines), /is registered already/)
})

test('a line that nobody will see is not built', () => {
  const { lines, log } = parts()
  const { calls } = declareCalls()
  using _ = observe({ log: { ...log, isLevelEnabled: (level) => level === 'error' } })
  let isRead = false
  calls.publish({
    get method() {
      isRead = true
      return 'get'
    },
  })
  assert.deepEqual([lines, isRead], [[], false])
})

test('what has become of spans is among the metrics', () => {
  const { tracer, metrics } = parts()
  using _ = observe({ tracer, metrics })
  runInTrace(newTrace(), () => span('work', (own) => own.setAttribute('long', 'x'.repeat(5_000))))
  tracer.start('alone', { parent: null }).end()
  const [kept, ...others] = pointsOf(metrics, 'ashlar.telemetry.spans')
  assert.deepEqual(kept, { labels: ['kept'], value: 1 })
  assert.deepEqual(
    others,
    ['not-kept', 'overflowed', 'overwritten'].map((outcome) => ({ labels: [outcome], value: 0 })),
  )
  assert.deepEqual(pointsOf(metrics, 'ashlar.telemetry.spans.cuts')[1], { labels: ['shortened'], value: 1 })
  assert.throws(() => observe({ tracer, metrics }), TypeError, 'one tracer for a registry')
  assert.equal(
    span('still recorded', (own) => own.isRecording),
    true,
  )
})

test('a registry is observed into once at a time: what is reported would count twice', () => {
  const { metrics } = parts()
  const { own, calls } = declareCalls()
  for (let times = 1; times <= 2; times++) {
    using _ = observe({ metrics })
    assert.throws(() => observe({ metrics }), /TypeError.*observed/)
    calls.publish(call('get'))
    assert.deepEqual(pointsOf(metrics, `${own}.calls`), [{ labels: ['get', ''], value: times }])
  }
})

test('an error that is told as text is cut to the length of a code', () => {
  const { tracer } = parts()
  const { calls } = declareCalls()
  using _ = observe({ tracer })
  calls.publish(call('get', { trace: newTrace(), error: 'x'.repeat(100_000) }))
  assert.equal(tracer.drain(1)[0]?.error, 'x'.repeat(256))
})

test('a registry in which a name is taken is refused, and left as it was', () => {
  const { tracer, metrics } = parts()
  const mine = { name: 'ashlar.telemetry.traces.kept', description: '', unit: '1', read: () => {} }
  using _ = metrics.observableCounter(mine)
  assert.throws(() => observe({ tracer, metrics }), TypeError)
  metrics.observableCounter({ ...mine, name: 'ashlar.telemetry.spans' })[Symbol.dispose]()
})
