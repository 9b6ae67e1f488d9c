import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasCode } from '@ashlar/kernel'
import { findJsonFault } from './json-fault.ts'
import { parseJson } from './json.ts'

const parse = (text: string): unknown => parseJson(Buffer.from(text))
const messageOf = (text: string | Buffer): string => {
  try {
    parseJson(Buffer.from(text))
  } catch (error) {
    assert.ok(hasCode(error, 'ASHLAR_HTTP_MALFORMED_JSON'))
    return error.message
  }
  return assert.fail('was accepted')
}

test('JSON is parsed', () => {
  assert.deepEqual(parse('{"a":[1,2,{"b":null}],"c":"\\u00e9"}'), { a: [1, 2, { b: null }], c: 'é' })
})

test('malformed JSON is located and never quoted', () => {
  assert.equal(messageOf('{\n  "password": hunter2\n}'), 'the body is not valid JSON: line 2, column 15')
})

test('an empty body, and one that is not UTF-8, say so', () => {
  assert.match(messageOf(''), /empty/)
  assert.match(messageOf(Buffer.from([0x22, 0xff, 0x22])), /UTF-8/)
})

test('a __proto__ key is refused at any depth and in any spelling, and is no trouble as a value', () => {
  assert.match(messageOf('{"__proto__":{"admin":true}}'), /__proto__/)
  assert.match(messageOf('[{"a":[{"__pr\\u006fto__":1}]}]'), /__proto__/)
  assert.deepEqual(parse('["__proto__"]'), ['__proto__'])
  assert.equal(parse('"__proto__"'), '__proto__')
})

test('a body of very many or very long values is searched and located like any other', () => {
  assert.equal((parse(`["\\u0041"${',1'.repeat(500_000)}]`) as unknown[]).length, 500_001)
  assert.match(messageOf(`"${'a'.repeat(1_000_000)}`), /line 1, column 1$/)
  assert.match(messageOf(`["${'\\n'.repeat(500_000)}"`), /column 1000004$/)
})

test('nesting as deep as a body allows does not overflow the stack', () => {
  const depth = 200_000
  assert.match(messageOf(`${'['.repeat(depth)}{"__proto__":1}${']'.repeat(depth)}`), /__proto__/)
  assert.match(messageOf('['.repeat(depth)), new RegExp(`column ${depth + 1}`))
})

const faults: Record<string, number> = {
  '': 1,
  '{': 2,
  '{"a"}': 5,
  '{"a":}': 6,
  '{"a":1,}': 8,
  '{a:1}': 2,
  '[1,]': 4,
  '[1 2]': 4,
  '[1}': 3,
  '{]': 2,
  '01': 2,
  '1.': 2,
  '+1': 1,
  nul: 1,
  'true false': 6,
  "'a'": 1,
  '"a': 1,
  '"a\\x"': 1,
  '"a\tb"': 1,
  '["a", "b" "c"]': 11,
  ' \r\t[1],': 7,
}

for (const [text, column] of Object.entries(faults)) {
  test(`the fault in ${JSON.stringify(text)} is at column ${column}`, () => {
    assert.throws(() => JSON.parse(text))
    assert.deepEqual(findJsonFault(text), { line: 1, column })
  })
}
