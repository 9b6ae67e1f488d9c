import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CancelledError, newTrace } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { currentSpan, span, useTracer } from './index.ts'
import { strictTracer } from './tracer.test.support.ts'

test('what is said of the current span is in its record', async () => {
  const clock = new VirtualClock(1_000)
  const tracer = strictTracer(clock, { keepOneIn: 1 })
  using _ = useTracer(tracer)
  const other = newTrace()
  const given = Object.freeze({ sku: 'mug' })
  const result = await span(
    'reserve',
    async () => {
      await clock.advance(3)
      currentSpan().setAttribute('units', 2).setAttribute('sku', 'lamp').addEvent('locked', { row: 7 }).link(other)
      return 'done'
    },
    { attributes: given, kind: 'internal' },
  )
  assert.equal(result, 'done')
  const [record] = tracer.drain(10)
  assert.deepEqual(record?.attributes, { sku: 'lamp', units: 2 })
  assert.deepEqual(record?.events, [{ name: 'locked', timeMs: 1_003, attributes: { row: 7 } }])
  assert.deepEqual(record?.links, [{ traceId: other.traceId, spanId: other.spanId, attributes: {} }])
  assert.deepEqual(given, { sku: 'mug' }, 'what was given is not written to')
})

test('what the work throws is thrown on, and is the span’s error by its code or class', async () => {
  const tracer = strictTracer(new VirtualClock())
  const failure = new RangeError('the card of Ada')
  assert.throws(
    () =>
      tracer.span('at once', () => {
        throw failure
      }),
    (error) => error === failure,
  )
  await assert.rejects(
    tracer.span('later', async () => {
      throw new CancelledError()
    }),
    CancelledError,
  )
  const told = tracer.drain(10).map(({ name, error }) => [name, error])
  assert.deepEqual(told, [
    ['at once', 'RangeError'],
    ['later', 'ASHLAR_CANCELLED'],
  ])
})

test('a span ends once, and what is said of it later is ignored', () => {
  const tracer = strictTracer(new VirtualClock(), { keepOneIn: 1 })
  const one = tracer.start('one', { parent: null })
  one.end()
  one.end()
  assert.equal(one.isRecording, false)
  one.setAttribute('a', 1).setName('two').addEvent('late').link(newTrace()).fail(new Error('x')).keep()
  assert.equal(one.sampled, false)
  const [record, ...others] = tracer.drain(10)
  assert.deepEqual(
    [record?.name, record?.attributes, record?.events, record?.links, record?.error],
    ['one', {}, [], [], undefined],
  )
  assert.deepEqual(others, [])
})

test('attributes, events, links and names are bounded however they come, and what is beyond is counted', () => {
  const tracer = strictTracer(new VirtualClock(), { keepOneIn: 1 })
  const one = tracer.start('n'.repeat(2_000), { parent: null, attributes: { first: 'x'.repeat(2_000) } })
  for (let at = 0; at < 200; at++) one.setAttribute(`a${at}`, 'y').addEvent('e').link(newTrace())
  // Setting one anew takes no room.
  one.setAttribute('first', 'again').setAttribute('a0', { a: 1 } as unknown as string)
  one.end()
  const [record] = tracer.drain(10)
  assert.ok(record)
  assert.equal(record.name.length, 1_024)
  assert.equal(Object.keys(record.attributes).length, 64)
  assert.deepEqual([record.attributes['first'], record.attributes['a0']], ['again', 'y'])
  assert.deepEqual([record.events.length, record.links.length], [128, 128])
  assert.deepEqual([tracer.counts.shortened, tracer.counts.leftOut], [2, 137 + 72 + 72 + 1])
})

test('what a span, its events and its links hold has one bound, and an attribute that is set anew gives back its room', () => {
  const tracer = strictTracer(new VirtualClock(), { keepOneIn: 1 })
  // With a name of one character 1,024: 16 times that is all there is room for.
  const text = 'x'.repeat(1_023)
  const one = tracer.start('one', { parent: null, attributes: { a: text } })
  for (const name of 'bcdefgh') one.setAttribute(name, text)
  for (const event of 'ijkl') one.addEvent(event, { '': text })
  for (const name of 'mnop') one.link(newTrace(), { [name]: text })
  one.setAttribute('a', 'y'.repeat(24)).addEvent('p'.repeat(999))
  assert.equal(tracer.counts.leftOut, 0)
  one.setAttribute('q', '').addEvent('late').setAttribute('a', 'z'.repeat(1_025)).setAttribute('b', text.slice(1))
  one.addEvent('', { a: '', '': '' }, 0)
  one.setAttribute('r', '').link(newTrace(), { s: '' })
  one.end()
  const [record] = tracer.drain(1)
  assert.equal(Object.keys(record?.attributes ?? {}).join(''), 'abcdefgh')
  assert.deepEqual([record?.attributes['a'], record?.attributes['b']], ['y'.repeat(24), text.slice(1)])
  assert.deepEqual(record?.events.slice(5), [{ name: '', timeMs: 0, attributes: { a: '', '': '' } }])
  assert.deepEqual(
    record?.links.map(({ attributes }) => Object.keys(attributes).join('')),
    ['m', 'n', 'o', 'p', ''],
  )
  assert.deepEqual([tracer.counts.leftOut, tracer.counts.shortened], [5, 1])
})

test('an attribute that is called as the prototype is left out: nothing else appears among those that are kept', () => {
  const tracer = strictTracer(new VirtualClock(), { keepOneIn: 1 })
  const hostile = JSON.parse('{"__proto__":["x"],"list":[1]}') as Record<string, string[]>
  tracer.start('set', { parent: null }).setAttribute('__proto__', ['x']).setAttribute('good', 1).end()
  tracer.start('given', { parent: null, attributes: hostile }).end()
  const seen = tracer.drain(2).map(({ attributes }) => {
    const names: string[] = []
    for (const name in attributes) names.push(name)
    return names
  })
  assert.deepEqual(seen, [['good'], ['list']])
  assert.equal(tracer.counts.leftOut, 2)
})

test('with no tracer work just runs, and its span ignores what it is told', () => {
  assert.equal(
    span('work', (own) => own.setAttribute('a', 1).isRecording),
    false,
  )
  currentSpan().setName('b').addEvent('c').link(newTrace()).fail(new Error('x')).keep().end()
  assert.equal(currentSpan().sampled, false)
})

test('the tracer that was put in use last records; when it goes, the one before it does', () => {
  const [first, second] = [1, 2].map(() => strictTracer(new VirtualClock(), { keepOneIn: 1 }))
  assert.ok(first && second)
  const one = useTracer(first)
  const two = useTracer(second)
  span('a', () => {})
  two[Symbol.dispose]()
  two[Symbol.dispose]()
  span('b', () => {})
  one[Symbol.dispose]()
  span('c', () => {})
  const names = [first, second].map((tracer) => tracer.drain(10).map(({ name }) => name))
  assert.deepEqual(names, [['b'], ['a']])
})
