import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from './clock.ts'
import { parseTraceparent } from './trace.ts'
import { parseTracestate } from './tracestate.ts'

const members = (count: number, of: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => of(index)).join(',')

test('a tracestate that is well formed is passed on as it came', () => {
  const good = {
    one: 'congo=t61rcWkgMzE',
    two: 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE',
    'white space between': 'foo=1 \t , \t bar=2, \t baz=3',
    'white space around': ' foo=1\t',
    'a space in a value': 'foo=a b',
    'a value that begins with a space': 'foo= 1',
    'empty members': 'foo=1,,bar=2,',
    'every character of a key': 'abcdefghijklmnopqrstuvwxyz0123456789_-*/=1',
    'every character of a tenant’s key': '0a-*/_@a-0*/_=1',
    'every character of a value':
      'foo=!"#$%&\'()*+-./0123456789:;<>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~',
    'the longest key': `${'z'.repeat(256)}=1`,
    'the longest tenant and system': `${'t'.repeat(241)}@${'v'.repeat(14)}=1`,
    'the longest value': `foo=${'v'.repeat(256)}`,
    'as many as may be': members(32, (index) => `k${index}=1`),
    'as many characters as are passed on': `${members(4, (index) => `k${index}=${'v'.repeat(121)}`)},k=${'v'.repeat(10)}`,
  }
  for (const [what, header] of Object.entries(good)) assert.equal(parseTracestate(header), header, what)
})

test('a tracestate that is not well formed is dropped, and the traceparent stays', () => {
  const bad = {
    empty: '',
    'nothing but commas': ' , ,\t',
    'a member without =': 'foo',
    'no key': '=1',
    'no value': 'foo=',
    'two =': 'foo=a=b',
    'a key that is there twice': 'foo=1,bar=2,foo=3',
    'a space in a key': 'fo o=1',
    'a space after a key': 'foo =1',
    'upper case in a key': 'FOO=1',
    'a dot in a key': 'foo.bar=1',
    'a key that begins with a digit': '1a=1',
    'no system': 'foo@=1',
    'no tenant': '@foo=1',
    'two @': 'foo@bar@baz=1',
    'a system that begins with a digit': 'foo@1a=1',
    'a key too long': `${'z'.repeat(257)}=1`,
    'a tenant too long': `${'t'.repeat(242)}@v=1`,
    'a system too long': `t@${'v'.repeat(15)}=1`,
    'a value too long': `foo=${'v'.repeat(257)}`,
    'a tab in a value': 'foo=a\tb',
    'a letter beyond ASCII': 'foo=ä',
    'too many': members(33, (index) => `k${index}=1`),
  }
  for (const [what, header] of Object.entries(bad)) {
    assert.equal(parseTracestate(header), undefined, what)
    const read = parseTraceparent('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', header)
    assert.deepEqual([read?.sampled, read?.state], [true, undefined], what)
  }
})

test('without a traceparent a tracestate says nothing', () => {
  assert.equal(parseTraceparent(undefined, 'foo=1'), undefined)
  assert.equal(parseTraceparent('nonsense', 'foo=1'), undefined)
})

test('more than 512 characters are cut by whole members: those beyond 128 characters first, then from the end', () => {
  const long = `long=${'v'.repeat(200)}`
  const short = (from: number, count: number): string => members(count, (index) => `k${from + index}=${'v'.repeat(40)}`)
  assert.equal(parseTracestate(`a=1,${long},${short(10, 8)}`), `a=1,${short(10, 8)}`)
  assert.equal(parseTracestate(`a=1,${short(10, 15)}`), `a=1,${short(10, 11)}`)
  const [first, second, third] = ['a', 'b', 'c'].map((name) => `${name}=${'v'.repeat(250)}`)
  assert.equal(parseTracestate(`${first},${second},${third}`), `${first},${second}`)
})

test('white space within a long member is looked at once: no header takes long to refuse', () => {
  const blanks = ' '.repeat(64_000)
  const startMs = systemClock.now()
  for (let times = 0; times < 5; times++) assert.equal(parseTracestate(`foo=a${blanks}b`), undefined)
  // In the square of their number: six seconds each.
  const tookMs = systemClock.now() - startMs
  assert.ok(tookMs < 2_000, `${tookMs} ms`)
})
