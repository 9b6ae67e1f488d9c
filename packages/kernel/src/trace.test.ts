import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runCall } from './call.ts'
import { systemRandom } from './random.ts'
import { seededRandom } from './testing/index.ts'
import { childTrace, formatTraceparent, newTrace, parentSpanId, parseTraceparent, traceHeaders } from './trace.ts'

// Written from the specification: https://www.w3.org/TR/trace-context/ (level 1) and its level 2.
const traceId = '0af7651916cd43dd8448eb211c80319c'
const spanId = 'b7ad6b7169203331'
const good = `00-${traceId}-${spanId}-01`

test('a traceparent is read: the trace, the caller’s span, whether it is to be kept', () => {
  const read = parseTraceparent(good)
  assert.deepEqual(read, { traceId, spanId, sampled: true, random: false, state: undefined, root: undefined })
  assert.equal(parseTraceparent(`00-${traceId}-${spanId}-00`)?.sampled, false)
})

test('a traceparent that is not well formed is no trace', () => {
  const bad = {
    absent: undefined,
    empty: '',
    nonsense: 'nonsense',
    'upper case': good.toUpperCase(),
    'upper case in the trace id only': `00-${traceId.toUpperCase()}-${spanId}-01`,
    'trace id of zeros': `00-${'0'.repeat(32)}-${spanId}-01`,
    'span id of zeros': `00-${traceId}-${'0'.repeat(16)}-01`,
    'trace id too short': `00-${traceId.slice(1)}-${spanId}-01`,
    'trace id too long': `00-${traceId}0-${spanId}-01`,
    'span id too short': `00-${traceId}-${spanId.slice(1)}-01`,
    'span id too long': `00-${traceId}-${spanId}0-01`,
    'flags too short': `00-${traceId}-${spanId}-1`,
    'flags too long': `00-${traceId}-${spanId}-001`,
    'flags that are no digits': `00-${traceId}-${spanId}-.0`,
    'a letter that is no digit': `00-${traceId.replace('a', 'g')}-${spanId}-01`,
    'a dot in the span id': `00-${traceId}-${spanId.replace('b', '.')}-01`,
    'version ff': `ff${good.slice(2)}`,
    'version of one digit': good.slice(1),
    'version of no digits': `.0${good.slice(2)}`,
    'white space before': ` ${good}`,
    'white space after': `${good} `,
    'white space within': good.replaceAll('-', ' - '),
    'other separators': good.replaceAll('-', '_'),
    'version 00 with more': `${good}-extra`,
    'version 00 with a dash more': `${good}-`,
    'a later version with more and no dash': `cc${good.slice(2)}.extra`,
    'the header sent twice': `${good}, ${good}`,
  }
  for (const [what, header] of Object.entries(bad)) assert.equal(parseTraceparent(header), undefined, what)
})

test('a later version is read as far as it is known, and what is sent on is version 00', () => {
  for (const more of ['', '-', '-what-the-future-will-be-like', '-01']) {
    const read = parseTraceparent(`cc${good.slice(2)}${more}`)
    assert.equal(read?.traceId, traceId, more)
    assert.match(formatTraceparent(childTrace(read)), /^00-/)
  }
})

test('flags that nobody knows are not passed on; that the id is random is', () => {
  for (const [came, goes] of Object.entries({ ff: '03', fe: '02', '09': '01', '04': '00' })) {
    const read = parseTraceparent(`00-${traceId}-${spanId}-${came}`)
    assert.ok(read)
    assert.equal(formatTraceparent(childTrace(read)).slice(-2), goes)
  }
  assert.equal(formatTraceparent(newTrace()).slice(-2), '02')
})

test('work within a trace keeps its id and has a span id of its own; a trace that begins has ids of its own', () => {
  const parent = parseTraceparent(good, 'a=1')
  assert.ok(parent)
  const child = childTrace(parent)
  assert.equal(child.traceId, traceId)
  assert.notEqual(child.spanId, spanId)
  assert.deepEqual(traceHeaders(child), { traceparent: formatTraceparent(child), tracestate: 'a=1' })
  assert.notEqual(newTrace().traceId, newTrace().traceId)
  assert.deepEqual(Object.keys(traceHeaders(newTrace())), ['traceparent'])
})

test('the first piece of work here is the root of all that is done within it, wherever its trace began', async () => {
  for (const first of [newTrace(), childTrace(undefined), childTrace(parseTraceparent(good) ?? newTrace())]) {
    const inner = childTrace(childTrace(first))
    assert.deepEqual([first.root, inner.root], [first.spanId, first.spanId])
  }
  await runCall({ parent: null }, async ({ trace }) => {
    assert.equal(parentSpanId(trace), undefined, 'a call is no span')
    const first = childTrace(trace)
    assert.equal(first.root, first.spanId)
    assert.equal(parentSpanId(first), first.spanId)
  })
})

test('work that is part of nothing begins a trace, as if one had been asked for', () => {
  const begun = childTrace(undefined, seededRandom(3))
  assert.deepEqual(begun, newTrace(seededRandom(3)))
  const { traceId: own, ...others } = begun
  assert.match(own, /^[0-9a-f]{32}$/)
  const { spanId: id } = others
  assert.deepEqual(others, { spanId: id, sampled: false, random: true, state: undefined, root: id })
})

test('an id that only begins with zeros is what the source gave', () => {
  const almost = { next: () => 0, fill: (target: Uint8Array) => target.fill(0).fill(255, target.length - 1) }
  assert.equal(newTrace(almost).spanId, `${'0'.repeat(14)}ff`)
})

test('the same source gives the same ids, and one of the system’s never gives the bytes it gave before', () => {
  assert.deepEqual(newTrace(seededRandom(3)), newTrace(seededRandom(3)))
  const ids = new Set(Array.from({ length: 5_000 }, () => newTrace(systemRandom).spanId))
  assert.equal(ids.size, 5_000)
  const parent = newTrace()
  const inner = Array.from({ length: 5_000 }, () => childTrace(parent, systemRandom).spanId)
  // By chance one in 256 does.
  const continuing = inner.filter((id, at) => inner[at + 1]?.startsWith(id.slice(-2)))
  assert.ok(continuing.length < 100, `${continuing.length} ids begin as the one before them ends`)
})
