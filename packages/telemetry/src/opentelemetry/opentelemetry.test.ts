import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'
import {
  context,
  createContextKey,
  defaultTextMapGetter,
  defaultTextMapSetter,
  metrics as otelMetrics,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { currentCall, runCall, runInContext, systemClock, type TraceContext } from '@ashlar/kernel'
import { VirtualClock, seededRandom } from '@ashlar/kernel/testing'
import { MetricRegistry } from '../metrics/registry.ts'
import type { SpanRecord } from '../traces/span-record.ts'
import { Tracer } from '../traces/tracer.ts'
import { registerOpenTelemetry } from './index.ts'

interface Parts {
  readonly tracer: Tracer
  readonly metrics: MetricRegistry
  readonly clock: VirtualClock
  /** What has been kept, by name. */
  readonly spans: () => Record<string, SpanRecord>
}

/** Runs with everything registered, and checks that nothing stays so. */
async function registered(work: (parts: Parts) => void | Promise<void>): Promise<void> {
  const clock = new VirtualClock()
  const tracer = new Tracer({ clock, random: seededRandom(1), keepOneIn: 1 })
  const metrics = new MetricRegistry({ clock })
  const spans = (): Record<string, SpanRecord> => Object.fromEntries(tracer.drain(100).map((span) => [span.name, span]))
  {
    using _ = registerOpenTelemetry({ tracer, metrics })
    await runInContext(undefined, () => work({ tracer, metrics, clock, spans }))
  }
  trace.getTracer('after').startActiveSpan('after', (span) => assert.equal(span.isRecording(), false))
}

test('spans of the API nest, across awaits, and each is active while its work runs', () =>
  registered(async ({ spans }) => {
    const tracer = trace.getTracer('lib', '1.2')
    await tracer.startActiveSpan('outer', { kind: SpanKind.SERVER }, async (outer) => {
      assert.equal(trace.getActiveSpan(), outer)
      await tracer.startActiveSpan('inner', async (inner) => {
        await Promise.resolve()
        assert.equal(trace.getActiveSpan(), inner)
        inner.end()
      })
      assert.equal(trace.getActiveSpan(), outer)
      outer.end()
    })
    assert.equal(trace.getActiveSpan(), undefined)
    const { outer, inner } = spans()
    assert.equal(inner?.traceId, outer?.traceId)
    assert.equal(inner?.parentSpanId, outer?.spanId)
    assert.equal(outer?.parentSpanId, undefined)
    assert.equal(outer?.kind, 'server')
    assert.deepEqual(outer?.attributes, { 'otel.scope.name': 'lib', 'otel.scope.version': '1.2' })
  }))

test('a span of ours within one of the API is its child, and a call made there carries its trace', () =>
  registered(async ({ tracer, spans }) => {
    await trace.getTracer('lib').startActiveSpan('theirs', async (theirs) => {
      assert.equal(currentCall()?.trace.spanId, theirs.spanContext().spanId)
      await tracer.span('ours', async (ours) => {
        assert.equal(trace.getActiveSpan()?.spanContext().spanId, ours.spanId)
      })
      await runCall({}, async (call) => assert.equal(call.trace.traceId, theirs.spanContext().traceId))
      theirs.end()
    })
    const { theirs, ours } = spans()
    assert.equal(ours?.parentSpanId, theirs?.spanId)
  }))

test('a span of the API within one of ours is its child, and may speak for it', () =>
  registered(({ tracer, spans }) => {
    tracer.span('ours', () => {
      trace.getActiveSpan()?.setAttribute('said', 'by theirs')
      trace.getTracer('lib').startSpan('theirs').end()
    })
    const { theirs, ours } = spans()
    assert.equal(theirs?.traceId, ours?.traceId)
    assert.equal(theirs?.parentSpanId, ours?.spanId)
    assert.deepEqual(ours?.attributes, { said: 'by theirs' })
  }))

test('a span of the API within a call is part of its trace, and keeps the call', () =>
  registered(async ({ spans }) => {
    await runCall({ parent: null, tenant: 'acme' }, async (call) => {
      trace.getTracer('lib').startActiveSpan('theirs', (span) => {
        assert.equal(currentCall()?.tenant, 'acme')
        span.end()
      })
      assert.equal(spans()['theirs']?.traceId, call.trace.traceId)
    })
  }))

test('what one call queued and another runs belongs to the one that runs it', () =>
  registered(({ tracer }) => {
    let other: TraceContext | undefined
    const call = tracer.span('other', () => currentCall())
    other = call?.trace
    trace.getTracer('lib').startActiveSpan('theirs', () => {
      runInContext(call, () => assert.equal(trace.getActiveSpan()?.spanContext().traceId, other?.traceId))
      runInContext(undefined, () => assert.equal(trace.getActiveSpan(), undefined))
    })
  }))

test('values of a context stay with it within its trace, also under spans of ours', () =>
  registered(({ tracer }) => {
    const key = createContextKey('locale')
    context.with(context.active().setValue(key, 'de'), () => {
      assert.equal(context.active().getValue(key), 'de')
      trace.getTracer('lib').startActiveSpan('theirs', () => {
        assert.equal(context.active().getValue(key), 'de')
        tracer.span('ours', () => assert.equal(context.active().getValue(key), 'de'))
      })
    })
    assert.equal(context.active().getValue(key), undefined)
  }))

test('context.with hands on arguments, receiver and result, and context.bind keeps them for later', () =>
  registered(({ tracer }) => {
    const span = trace.getTracer('lib').startSpan('held')
    const held = trace.setSpan(ROOT_CONTEXT, span)
    const receiver = { base: 40 }
    function add(this: typeof receiver, more: number): number {
      assert.equal(trace.getActiveSpan(), span)
      return this.base + more
    }
    assert.equal(context.with(held, add, receiver, 2), 42)
    const bound = context.bind(held, add)
    assert.equal(bound.length, 1)
    tracer.span('elsewhere', () => assert.equal(bound.call(receiver, 2), 42))
    const emitter = new EventEmitter()
    assert.equal(context.bind(held, emitter), emitter)
    assert.throws(() => context.with(held, () => assert.fail('as it was')), /as it was/)
  }))

test('an exception is an event, and the span’s error is its class, never its message', () =>
  registered(({ clock, spans }) => {
    trace.getTracer('lib').startActiveSpan('failing', (span) => {
      span.recordException(new RangeError('card 4711'))
      span.setStatus({ code: SpanStatusCode.ERROR, message: 'card 4711' })
      span.end(clock.wall() + 5)
    })
    trace.getTracer('lib').startActiveSpan('recovered', (span) => {
      span.recordException('tried once')
      span.setStatus({ code: SpanStatusCode.ERROR }).setStatus({ code: SpanStatusCode.OK })
      span.setStatus({ code: SpanStatusCode.ERROR }).end()
    })
    const { failing, recovered } = spans()
    assert.equal(failing?.error, 'RangeError')
    assert.equal(failing?.durationMs, 5)
    const [event] = failing?.events ?? []
    assert.equal(event?.name, 'exception')
    assert.equal(event?.attributes['exception.type'], 'RangeError')
    assert.equal(event?.attributes['exception.message'], 'card 4711')
    assert.equal(recovered?.error, undefined)
    assert.deepEqual(recovered?.events[0]?.attributes, { 'exception.message': 'tried once' })
  }))

test('what a status and an exception leave unsaid changes nothing, and never fails who says it', () =>
  registered(({ spans }) => {
    const span = trace.getTracer('').startSpan('failed')
    span.setStatus({ code: SpanStatusCode.ERROR }).setStatus({ code: SpanStatusCode.UNSET })
    // JavaScript throws anything, and callers are not all compiled.
    for (const nothing of [undefined, null] as never[]) {
      span.recordException(nothing)
      span.setAttributes(nothing).setAttribute(nothing, 1)
      trace.getTracer('').startSpan(nothing).updateName(nothing).addEvent(nothing).end(nothing)
    }
    span.addEvent('bare', null as never, null as never)
    span.end(null as never)
    const { failed } = spans()
    assert.equal(failed?.error, 'Error')
    assert.deepEqual(
      failed?.events.map(({ name, attributes }) => [name, attributes]),
      [['bare', {}]],
    )
  }))

test('a time that `performance.now()` told is a time of today', () =>
  registered(({ spans }) => {
    const beganMs = systemClock.now()
    trace
      .getTracer('')
      .startSpan('measured', { startTime: beganMs })
      .end(beganMs + 7)
    const { measured } = spans()
    assert.ok(Math.abs((measured?.startMs ?? 0) - systemClock.wall()) < 60_000, `${measured?.startMs}`)
    assert.ok(Math.abs((measured?.durationMs ?? 0) - 7) < 5, `${measured?.durationMs}`)
  }))

test('links, events, attributes, names and times come through in all their forms', () =>
  registered(({ clock, spans }) => {
    const tracer = trace.getTracer('')
    const far = tracer.startSpan('far')
    const atMs = clock.wall() - 1_000
    const span = tracer.startSpan('first name', {
      startTime: [atMs / 1_000, 250_000],
      attributes: { list: ['a', null, 'b'], missing: undefined, flag: true, map: { deep: [1] }, mixed: [1, 'a'] },
      links: [{ context: far.spanContext(), attributes: { why: 'batch' } }],
    })
    span.updateName('name').setAttributes({ n: 1, m: 2.5 })
    span.addEvent('by number', atMs + 1).addEvent('with both', { a: 1 }, [atMs / 1_000, 2_000_000])
    span.end(atMs + 10)
    assert.equal(span.isRecording(), false)
    span.setAttribute('late', 1)
    const { name } = spans()
    assert.equal(name?.startMs, atMs + 0.25)
    assert.equal(name?.durationMs, 9.75)
    assert.deepEqual(name?.attributes, {
      list: ['a', 'b'],
      flag: true,
      map: '{"deep":[1]}',
      mixed: '[1,"a"]',
      n: 1,
      m: 2.5,
    })
    const { traceId, spanId } = far.spanContext()
    assert.deepEqual(name?.links, [{ traceId, spanId, attributes: { why: 'batch' } }])
    assert.deepEqual(name?.events, [
      { name: 'by number', timeMs: atMs + 1, attributes: {} },
      { name: 'with both', timeMs: atMs + 2, attributes: { a: 1 } },
    ])
  }))

test('attributes beyond the bounds of a span are left out and counted', () =>
  registered(({ tracer, spans }) => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`key${at}`, at]))
    trace.getTracer('').startSpan('full').setAttributes(many).end()
    assert.equal(Object.keys(spans()['full']?.attributes ?? {}).length, 64)
    assert.equal(tracer.counts.leftOut, 36)
  }))

test('a root span begins a trace, and where tracing is suppressed none is recorded', () =>
  registered(({ tracer, spans }) => {
    tracer.span('ours', () => {
      trace.getTracer('').startSpan('root', { root: true }).end()
      const quiet = context.active().setValue(Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING'), true)
      context.with(quiet, () => trace.getTracer('').startSpan('quiet').end())
      const sent = {}
      propagation.inject(quiet, sent, defaultTextMapSetter)
      assert.deepEqual(sent, {})
    })
    const { ours, root, quiet } = spans()
    assert.equal(quiet, undefined)
    assert.equal(root?.parentSpanId, undefined)
    assert.notEqual(root?.traceId, ours?.traceId)
  }))

test('the trace goes out and comes in by the W3C’s headers, with its flags and its state', () =>
  registered(({ spans }) => {
    const headers = {
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      tracestate: 'vendor=1',
    }
    const remote = propagation.extract(ROOT_CONTEXT, headers, defaultTextMapGetter)
    assert.equal(trace.getSpanContext(remote)?.isRemote, true)
    context.with(remote, () => {
      trace.getTracer('').startActiveSpan('server', (span) => {
        assert.equal(span.spanContext().traceFlags, 1)
        const sent: Record<string, string> = {}
        propagation.inject(context.active(), sent, defaultTextMapSetter)
        assert.deepEqual(sent, {
          traceparent: `00-0af7651916cd43dd8448eb211c80319c-${span.spanContext().spanId}-01`,
          tracestate: 'vendor=1',
        })
        span.end()
      })
    })
    assert.equal(spans()['server']?.parentSpanId, 'b7ad6b7169203331')
    const unsampled = { traceparent: headers.traceparent.replace(/01$/, '00') }
    const other = propagation.extract(ROOT_CONTEXT, unsampled, defaultTextMapGetter)
    assert.equal(trace.getSpanContext(other)?.traceFlags, 0)
    assert.equal(trace.getTracer('').startSpan('unsampled', {}, other).spanContext().traceFlags, 0)
    assert.equal(propagation.extract(ROOT_CONTEXT, { traceparent: 'nonsense' }, defaultTextMapGetter), ROOT_CONTEXT)
  }))

test('instruments of the API count in the registry, by the attributes that they are first given', () =>
  registered(({ metrics }) => {
    const meter = otelMetrics.getMeter('lib')
    const calls = meter.createCounter('lib.calls', { description: 'Calls.', unit: '{call}' })
    calls.add(1, { method: 'GET' })
    calls.add(2, { method: 'GET', unknown: 'left out' })
    calls.add(4, { method: 'PUT' })
    calls.add(8, { method: [1n] as never })
    const open = meter.createUpDownCounter('lib.open')
    open.add(3)
    open.add(-1)
    meter.createGauge('lib.level').record(0.5)
    meter.createHistogram('lib.size', { advice: { explicitBucketBoundaries: [1, 10] } }).record(7)
    const found = (name: string): unknown => metrics.snapshot().find((metric) => metric.name === name)?.points
    assert.deepEqual(found('lib.calls'), [
      { labels: ['GET'], value: 3 },
      { labels: ['PUT'], value: 4 },
      { labels: [''], value: 8 },
    ])
    assert.deepEqual(found('lib.open'), [{ labels: [], value: 2 }])
    assert.deepEqual(found('lib.level'), [{ labels: [], value: 0.5 }])
    assert.deepEqual(
      metrics.snapshot().flatMap((metric) => (metric.kind === 'histogram' ? metric.points[0]?.counts : [])),
      [0, 1, 0],
    )
  }))

test('instruments of one name and kind count together, by the attributes that the first of them was given', () =>
  registered(({ metrics }) => {
    const [first, second] = ['lib', 'other'].map((name) => otelMetrics.getMeter(name).createCounter('lib.calls'))
    first?.add(1, { method: 'GET' })
    second?.add(2, { method: 'GET', unknown: 'left out' })
    second?.add(4)
    assert.deepEqual(metrics.snapshot().find(({ name }) => name === 'lib.calls')?.points, [
      { labels: ['GET'], value: 3 },
      { labels: [''], value: 4 },
    ])
  }))

test('an observable that has nothing to tell at first is told apart by what it tells later', () =>
  registered(({ metrics }) => {
    const rooms: string[] = []
    const gauge = otelMetrics.getMeter('lib').createObservableGauge('lib.temperature')
    gauge.addCallback((result) => rooms.forEach((room, at) => result.observe(at, { room })))
    const found = (): unknown => metrics.snapshot().find(({ name }) => name === 'lib.temperature')?.points
    assert.deepEqual(found(), [])
    rooms.push('kitchen', 'hall')
    // The reading that finds out, and then those that show it.
    metrics.snapshot()
    assert.deepEqual(found(), [
      { labels: ['kitchen'], value: 0 },
      { labels: ['hall'], value: 1 },
    ])
  }))

test('observable instruments are asked when metrics are read, alone and in batches, until they are removed', () =>
  registered(({ metrics }) => {
    const meter = otelMetrics.getMeter('lib')
    let value = 1
    const gauge = meter.createObservableGauge('lib.temperature')
    gauge.addCallback((result) => result.observe(value, { room: 'kitchen' }))
    const counter = meter.createObservableCounter('lib.ticks')
    const batch: Parameters<typeof meter.addBatchObservableCallback>[0] = (result) =>
      result.observe(counter, 10 * value)
    meter.addBatchObservableCallback(batch, [counter])
    value = 2
    const found = (name: string): unknown => metrics.snapshot().find((metric) => metric.name === name)?.points
    assert.deepEqual(found('lib.temperature'), [{ labels: ['kitchen'], value: 2 }])
    assert.deepEqual(found('lib.ticks'), [{ labels: [], value: 20 }])
    meter.removeBatchObservableCallback(batch, [counter])
    assert.equal(found('lib.ticks'), undefined)
  }))

test('an instrument that the registry refuses does nothing, and its user’s code goes on', () =>
  registered(({ metrics }) => {
    metrics.gauge({ name: 'lib.taken', description: '', unit: '1' })
    const meter = otelMetrics.getMeter('lib')
    meter.createCounter('lib.taken').add(1)
    meter.createCounter('not a name').add(1)
    meter.createObservableGauge('lib.taken').addCallback((result) => result.observe(1))
    meter.createObservableGauge('lib.broken').addCallback(() => assert.fail('broken'))
  }))

test('it is registered once, and not at all when something else is', () =>
  registered(({ tracer, metrics }) => {
    assert.throws(() => registerOpenTelemetry({ tracer, metrics }), /TypeError.*context manager/)
  }))
