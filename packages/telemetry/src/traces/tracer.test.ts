import assert from 'node:assert/strict'
import { test } from 'node:test'
import { childTrace, currentCall, newTrace, parseTraceparent, runCall, runInTrace } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { Tracer } from './tracer.ts'
import { keptNames, pair, strictTracer } from './tracer.test.support.ts'

test('a trace with an error anywhere is kept whole, in the order in which its spans ended', () => {
  const tracer = strictTracer(new VirtualClock())
  const { root, child } = pair(tracer)
  const other = tracer.start('other', { parent: root })
  child.fail(new TypeError('x')).end()
  other.end()
  assert.deepEqual(keptNames(tracer), [], 'it is not decided while its first span goes on')
  root.end()
  assert.deepEqual(keptNames(tracer), ['child', 'other', 'root'])
  assert.equal(tracer.counts.traces.error, 1)
})

test('a trace that was slow is kept, one that was not is forgotten, and both are counted', async () => {
  const clock = new VirtualClock()
  const tracer = strictTracer(clock, { slowMs: 100 })
  const fast = pair(tracer)
  await clock.advance(99)
  fast.child.end()
  fast.root.end()
  const slow = pair(tracer)
  slow.child.end()
  await clock.advance(100)
  slow.root.end()
  const [child, root] = tracer.drain(10)
  assert.deepEqual([child?.name, child?.durationMs, root?.name, root?.durationMs], ['child', 0, 'root', 100])
  assert.deepEqual(tracer.drain(10), [])
  const { ended, kept, notKept, waiting, traces } = tracer.counts
  assert.deepEqual([ended, kept, notKept, waiting, traces.slow], [4, 2, 2, 0, 1])
})

test('one trace in N is kept, the same ones by every tracer, and as many as that', () => {
  const clock = new VirtualClock()
  const [first, second] = [new Tracer({ clock, keepOneIn: 10 }), new Tracer({ clock, keepOneIn: 10 })]
  const traces = Array.from({ length: 5_000 }, () => newTrace())
  const keptBy = (tracer: Tracer): string[] => {
    const ids: string[] = []
    for (const trace of traces) {
      tracer.start('work', { parent: trace }).end()
      tracer.start('again', { parent: parseTraceparent(`00-${trace.traceId}-${trace.spanId}-00`) ?? null }).end()
      ids.push(...tracer.drain(10).map(({ traceId }) => traceId))
    }
    return [...new Set(ids)]
  }
  const kept = keptBy(first)
  assert.deepEqual(keptBy(second), kept)
  assert.ok(kept.length > 400 && kept.length < 600, `${kept.length} of 5,000`)
})

test('which ones are one in N goes by the last 7 bytes of the id, as OpenTelemetry’s consistent sampling has it', () => {
  const tracer = new Tracer({ keepOneIn: 4, clock: new VirtualClock() })
  const ids = ['bfffffffffffff', 'c0000000000000', 'ffffffffffffff', '00000000000000']
  const isKept = ids.map((end) => tracer.willKeep({ traceId: `0123456789abcdef01${end}`, spanId: '', sampled: false }))
  assert.deepEqual(isKept, [false, true, true, false])
})

test('a trace that the caller asked for is kept, here and where it is passed on, as many in a second as may be', async () => {
  const clock = new VirtualClock()
  const tracer = strictTracer(clock, { maxForcedPerSecond: 2 })
  const asked = parseTraceparent(`00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`)
  assert.ok(asked)
  const ask = (): void => tracer.start('asked', { parent: asked }).end()
  for (let times = 0; times < 5; times++) ask()
  assert.equal(keptNames(tracer).length, 2)
  await clock.advance(1_000)
  ask()
  assert.deepEqual([keptNames(tracer).length, tracer.counts.traces.forced, tracer.counts.notKept], [1, 3, 3])
  assert.equal(childTrace(tracer.start('asked', { parent: asked })).sampled, true)
})

test('the first traces of each second are asked for, so many and no more', async () => {
  const clock = new VirtualClock()
  const tracer = strictTracer(clock, { askPerSecond: 2 })
  const asked = (): boolean[] => [1, 2, 3].map(() => tracer.asksToKeep())
  assert.deepEqual(asked(), [true, true, false])
  await clock.advance(1_000)
  assert.deepEqual(asked(), [true, true, false])
  assert.throws(() => strictTracer(clock, { askPerSecond: -1 }), /askPerSecond must be an integer of 0 or more, got -1/)
})

test('a span can have its trace kept, and asks the same of those that are called from then on', () => {
  const tracer = strictTracer(new VirtualClock())
  const { root, child } = pair(tracer)
  assert.equal(childTrace(child).sampled, false)
  child.keep()
  assert.equal(childTrace(child).sampled, true)
  child.end()
  root.end()
  assert.deepEqual(keptNames(tracer), ['child', 'root'])
})

test('a span that ends after its trace was decided follows the decision', () => {
  const tracer = strictTracer(new VirtualClock())
  const [kept, dropped] = [pair(tracer), pair(tracer)]
  kept.root.fail(new Error('x')).end()
  dropped.root.end()
  kept.child.end()
  dropped.child.fail(new Error('too late')).end()
  assert.deepEqual(keptNames(tracer), ['root', 'child'])
  assert.equal(tracer.counts.notKept, 2)
})

test('two requests of one trace that are under way here at once are decided each by itself', () => {
  const tracer = strictTracer(new VirtualClock())
  const caller = parseTraceparent(`00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-00`)
  assert.ok(caller)
  const [good, bad] = ['good', 'bad'].map((name) => tracer.start(name, { parent: caller, kind: 'server' }))
  assert.ok(good && bad)
  tracer.start('of bad', { parent: bad }).end()
  tracer.start('of good', { parent: good }).end()
  good.end()
  bad.fail(new Error('x')).end()
  const kept = tracer.drain(10)
  assert.deepEqual(
    kept.map(({ name }) => name),
    ['of bad', 'bad'],
  )
  assert.deepEqual([kept[1]?.traceId, kept[1]?.parentSpanId], [caller.traceId, caller.spanId])
})

test('a trace whose first span does not end is decided when its time is up, by what is known then', async () => {
  const clock = new VirtualClock()
  const tracer = strictTracer(clock, { maxOpenMs: 1_000, slowMs: 5_000 })
  const [failed, good, failedLate] = [pair(tracer), pair(tracer), pair(tracer)]
  failed.child.fail(new Error('x')).end()
  good.child.end()
  failedLate.child.end()
  await clock.advance(999)
  assert.deepEqual(keptNames(tracer), [])
  await clock.advance(1)
  assert.deepEqual(keptNames(tracer), ['child'])
  const { decidedEarly, notKept, waiting } = tracer.counts
  assert.deepEqual([decidedEarly, notKept, waiting], [3, 2, 0])
  good.root.end()
  assert.deepEqual(keptNames(tracer), [])
  failed.root.end()
  failedLate.root.fail(new Error('x')).end()
  assert.deepEqual(keptNames(tracer), ['root', 'root'], 'one follows, the other has a reason of its own')
})

test('a span that ends after its trace was decided early waits for nothing, and follows what was decided', async () => {
  const clock = new VirtualClock()
  const tracer = strictTracer(clock, { maxOpenMs: 1_000 })
  const [{ root, child }, other] = [pair(tracer), pair(tracer)]
  child.fail(new Error('x')).end()
  await clock.advance(500)
  other.child.end()
  tracer.start('sibling', { parent: root }).end()
  await clock.advance(500)
  assert.deepEqual(keptNames(tracer), ['child', 'sibling'])
  tracer.start('late', { parent: root }).end()
  assert.deepEqual(keptNames(tracer), ['late'])
  assert.equal(tracer.counts.waiting, 1, 'that of the other')
})

test('a trace that was kept before its first span ended is one trace still, whatever its first span says', () => {
  const tracer = strictTracer(new VirtualClock())
  const { root, child } = pair(tracer)
  child.fail(new Error('x')).end()
  tracer.flush()
  root.fail(new Error('x')).end()
  assert.deepEqual(keptNames(tracer), ['child', 'root'])
  assert.equal(tracer.counts.traces.error, 1)
})

test('who looks after open traces is one timer, which is gone when there are none', async () => {
  const clock = new VirtualClock()
  const tracer = strictTracer(clock, { maxOpenMs: 1_000 })
  const [first, second, third] = [pair(tracer), pair(tracer), pair(tracer)]
  first.child.end()
  await clock.advance(600)
  second.child.end()
  assert.equal(clock.armed, 1)
  await clock.advance(400)
  assert.deepEqual([tracer.counts.decidedEarly, clock.armed], [1, 1])
  await clock.advance(1_000)
  assert.deepEqual([tracer.counts.decidedEarly, clock.armed], [2, 0])
  third.child.end()
  tracer.flush()
  assert.deepEqual([tracer.counts.decidedEarly, clock.armed], [3, 0])
})

test('a span that somebody else has recorded is cut to its bounds as well', () => {
  const tracer = strictTracer(new VirtualClock(), { keepOneIn: 1 })
  tracer.start('like this', { parent: null }).end()
  const [like] = tracer.drain(1)
  assert.ok(like)
  const trace = newTrace()
  tracer.record({ ...like, ...trace, name: 'n'.repeat(2_000), attributes: { a: 'x'.repeat(2_000) } }, trace)
  const [cut] = tracer.drain(1)
  assert.deepEqual([cut?.name.length, String(cut?.attributes['a']).length], [1_024, 1_024])
  assert.equal(tracer.counts.shortened, 2)

  const event = { name: 'e', timeMs: 1, attributes: { a: 'x'.repeat(2_000) } }
  const events = Array.from({ length: 200 }, () => event)
  const links = events.map(() => ({ ...newTrace(), attributes: {} }))
  tracer.record({ ...like, ...trace, events, links }, trace)
  const [busy] = tracer.drain(1)
  assert.deepEqual([busy?.events.length, busy?.links.length], [128, 128])
  assert.equal(busy?.links[0]?.spanId, links[0]?.spanId)
  const chars = busy?.events.map(({ attributes }) => String(attributes['a'] ?? '').length)
  // Of each event: its name, and that of its attribute.
  assert.deepEqual(chars, [...Array.from({ length: 15 }, () => 1_024), ...Array.from({ length: 113 }, () => 0)])
})

test('no more spans wait than may: the trace that has waited longest is decided early', () => {
  const tracer = strictTracer(new VirtualClock(), { capacitySpans: 3 })
  const [first, second] = [pair(tracer), pair(tracer)]
  first.child.fail(new Error('x')).end()
  for (let times = 0; times < 2; times++) tracer.start('second', { parent: second.root }).end()
  assert.deepEqual(keptNames(tracer), [])
  second.child.end()
  assert.deepEqual([keptNames(tracer), tracer.counts.waiting, tracer.counts.decidedEarly], [['child'], 3, 1])
})

test('a trace with more spans than may wait is cut, counted, and still kept for an error among those', () => {
  const tracer = strictTracer(new VirtualClock(), { maxSpansPerTrace: 2 })
  const { root, child } = pair(tracer)
  for (const name of ['a', 'b']) tracer.start(name, { parent: root }).end()
  child.fail(new Error('x')).end()
  root.end()
  assert.deepEqual(keptNames(tracer), ['a', 'b', 'root'])
  assert.equal(tracer.counts.overflowed, 1)
})

test('kept spans that nobody drained are overwritten by later ones, and counted', () => {
  const tracer = strictTracer(new VirtualClock(), { capacitySpans: 3, keepOneIn: 1 })
  for (const name of 'abcde') tracer.start(name, { parent: null }).end()
  assert.deepEqual(keptNames(tracer), ['c', 'd', 'e'])
  for (const name of 'fghi') tracer.start(name, { parent: null }).end()
  assert.equal(tracer.counts.overwritten, 3)
  assert.equal(tracer.drain(1)[0]?.name, 'g')
})

test('a span says where it stands: in its call’s trace, below the span that is current, at the time it began', async () => {
  const clock = new VirtualClock(1_000_000)
  await clock.advance(500)
  const tracer = strictTracer(clock, { keepOneIn: 1 })
  await runCall({ parent: null }, async ({ trace }) => {
    await tracer.span('outer', async (outer) => {
      await clock.advance(2)
      tracer.span('inner', () => assert.equal(currentCall()?.trace.traceId, outer.traceId), { kind: 'client' })
      await clock.advance(5)
    })
    const [inner, outer] = tracer.drain(10)
    assert.equal(outer?.traceId, trace.traceId)
    assert.equal(outer?.parentSpanId, undefined, 'the call around it is no span')
    assert.deepEqual([inner?.traceId, inner?.parentSpanId, inner?.kind], [trace.traceId, outer?.spanId, 'client'])
    assert.deepEqual([outer?.startMs, outer?.durationMs, inner?.startMs], [1_000_500, 7, 1_000_502])
    assert.deepEqual([outer?.attributes, outer?.events, outer?.links, outer?.error], [{}, [], [], undefined])
  })
})

test('times follow the wall clock when it is set, and durations do not', async () => {
  const clock = new VirtualClock(1_000_000)
  const tracer = strictTracer(clock, { keepOneIn: 1 })
  const span = tracer.start('across', { parent: null })
  clock.setWall(5_000_000)
  await clock.advance(20_000)
  span.end()
  tracer.start('after', { parent: null }).end()
  const [across, after] = tracer.drain(10)
  assert.deepEqual([across?.startMs, across?.durationMs, after?.startMs], [1_000_000, 20_000, 5_020_000])
})

test('a span that was measured by somebody else has the times that they give', () => {
  const tracer = strictTracer(new VirtualClock(1_000_000), { keepOneIn: 1 })
  tracer.start('given', { parent: null, startMs: 42.5 }).end(50)
  tracer.start('backwards', { parent: null, startMs: 50 }).end(42)
  assert.deepEqual(
    tracer.drain(10).map(({ startMs, durationMs }) => [startMs, durationMs]),
    [
      [42.5, 7.5],
      [50, 0],
    ],
  )
})

test('work under a span that was begun by hand is part of it', () => {
  const tracer = strictTracer(new VirtualClock(), { keepOneIn: 1 })
  const outer = tracer.start('outer', { parent: null })
  runInTrace(outer, () => tracer.span('inner', () => {}))
  outer.end()
  const [inner] = tracer.drain(10)
  assert.equal(inner?.parentSpanId, outer.spanId)
  assert.equal(currentCall(), undefined)
})

test('listeners are told of kept spans in batches, outside any call; one that throws does not stop the others', async () => {
  const clock = new VirtualClock()
  const tracer = strictTracer(clock, { keepOneIn: 1 })
  const told: string[][] = []
  using _ = tracer.onKept(() => {
    throw new Error('x')
  })
  const subscription = tracer.onKept((spans) => {
    assert.equal(currentCall(), undefined)
    told.push(spans.map(({ name }) => name))
  })
  await runCall({ parent: null }, async () => {
    for (const name of ['a', 'b']) tracer.start(name).end()
    assert.deepEqual(told, [], 'never from within the observed code')
    await clock.advance(0)
  })
  tracer.start('c', { parent: null }).end()
  await clock.advance(0)
  subscription[Symbol.dispose]()
  tracer.start('d', { parent: null }).end()
  await clock.advance(0)
  assert.deepEqual(told, [['a', 'b'], ['c']])
  assert.equal(tracer.counts.failedListeners, 3)
  assert.deepEqual(keptNames(tracer), ['a', 'b', 'c', 'd'], 'who drains is told the same')
})

test('a listener that could not be told of all misses the oldest, and that is counted', async () => {
  const clock = new VirtualClock()
  const tracer = strictTracer(clock, { capacitySpans: 2, keepOneIn: 1 })
  const told: string[] = []
  const subscription = tracer.onKept((spans) => told.push(...spans.map(({ name }) => name)))
  for (const name of 'abcde') tracer.start(name, { parent: null }).end()
  assert.equal(tracer.counts.overwritten, 3)
  await clock.advance(0)
  subscription[Symbol.dispose]()
  assert.deepEqual([told, tracer.counts.overwritten], [['d', 'e'], 3])
})

test('at the end of the program what still waits is decided, and listeners are told at once', () => {
  const tracer = strictTracer(new VirtualClock())
  const told: string[] = []
  using _ = tracer.onKept((spans) => told.push(...spans.map(({ name }) => name)))
  const [failed, good] = [pair(tracer), pair(tracer)]
  failed.child.fail(new Error('x')).end()
  good.child.end()
  tracer.flush()
  tracer.flush()
  assert.deepEqual([told, tracer.counts.waiting, tracer.counts.notKept], [['child'], 0, 1])
})

test('options that are no numbers within their bounds are refused by name', () => {
  assert.throws(() => new Tracer({ keepOneIn: 0 }), /keepOneIn must be an integer of 1 or more, got 0/)
  assert.throws(() => new Tracer({ capacitySpans: 1.5 }), /capacitySpans/)
  assert.throws(() => new Tracer({ slowMs: -1 }), /slowMs/)
  assert.throws(() => new Tracer({ maxOpenMs: Infinity }), /maxOpenMs/)
})
