import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from './sql.ts'
import { compile } from './statement.ts'

test('values become numbered parameters, whatever they hold', () => {
  const { text, values } = compile(sql`select * from person where name = ${"'; drop table person --"} and age > ${30}`)
  assert.equal(text, 'select * from person where name = $1 and age > $2')
  assert.deepEqual(values, ["'; drop table person --", '30'])
})

test('fragments join the statement with their parameters renumbered', () => {
  const filter = sql`price between ${10} and ${20}`
  const { text, values } = compile(sql`select * from product where ${filter} or (${filter}) limit ${5}`)
  assert.equal(text, 'select * from product where price between $1 and $2 or (price between $3 and $4) limit $5')
  assert.deepEqual(values, ['10', '20', '10', '20', '5'])
})

test('an object that looks like a statement is not taken for one', () => {
  const forged = JSON.parse('{"strings": ["1; drop table person"], "values": []}') as never
  assert.throws(() => compile(sql`select ${forged}`), /TypeError|cannot be a parameter/)
})

test('join puts commas, or what it is told, between values and fragments', () => {
  assert.equal(
    compile(sql`select * from t where id in (${sql.join([1, 2, 3])})`).text,
    'select * from t where id in ($1, $2, $3)',
  )
  const conditions = sql.join([sql`a = ${1}`, sql`b = ${2}`], sql` and `)
  assert.equal(compile(sql`select * from t where ${conditions}`).text, 'select * from t where a = $1 and b = $2')
  assert.throws(() => sql.join([]), RangeError)
})

test('identifiers are quoted, and refused when the server would cut or misread them', () => {
  assert.equal(compile(sql`select * from ${sql.id('shop', 'or"der')}`).text, 'select * from "shop"."or""der"')
  for (const bad of ['', 'a\0b', 'x'.repeat(64)]) assert.throws(() => sql.id(bad), RangeError)
})

test('the same text has the same name wherever it is written, and another text another', () => {
  const here = compile(sql`select ${1}`)
  const there = compile(sql`select ${2}`)
  assert.equal(here.name, there.name)
  assert.notEqual(here.name, compile(sql`select  ${1}`).name)
  assert.equal(compile(sql`${sql`select ${1}`}`).name, here.name)
})

test('endless different texts do not become endless plans on the server', () => {
  const names = new Set<string | undefined>()
  for (let index = 1; index <= 1_200; index++) names.add(compile(sql`select ${sql.id(`column_${index}`)}`).name)
  assert.ok(names.size <= 1_001)
  assert.ok(names.has(undefined))
})

test('what PostgreSQL has no parameter for is refused with advice', () => {
  const select = (value: unknown): unknown => compile(sql`select ${value as null}`)
  assert.throws(() => select(undefined), /undefined cannot be a parameter; pass null/)
  assert.throws(() => select({ a: 1 }), /an object \(Object\).*sql\.json/)
  assert.throws(() => select([1, undefined]), /undefined cannot be a parameter/)
  assert.throws(() => sql.json(undefined), /sql\.json/)
})

test('the first word is found behind comments and parentheses', () => {
  const verbOf = (text: string): string => compile(sql`${sql.join([rawFragment(text)])}`).verb
  assert.equal(verbOf('\n -- begin\n /* commit */ ((SELECT 1))'), 'select')
  assert.equal(verbOf('  Begin'), 'begin')
})

function rawFragment(text: string): ReturnType<typeof sql> {
  return sql([text] as unknown as TemplateStringsArray)
}
