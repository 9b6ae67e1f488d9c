import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { checkExactlyOnce, type Asked } from './index.ts'

const findings = (asked: readonly Asked[], applied: readonly string[]): string[] =>
  checkExactlyOnce(asked, applied).map(({ kind, subject }) => `${kind} ${subject}`)

test('what was acknowledged and applied once, refused and not, or unknown and either way, is in order', () => {
  const asked: Asked[] = [
    { id: 'a', outcome: 'ok' },
    { id: 'b', outcome: 'fail' },
    { id: 'c', outcome: 'unknown' },
    { id: 'd', outcome: 'unknown' },
  ]
  assert.deepEqual(findings(asked, ['d', 'a']), [])
})

test('what is lost, doubled or invented is named', () => {
  const asked: Asked[] = [
    { id: 'lost', outcome: 'ok' },
    { id: 'twice', outcome: 'unknown' },
    { id: 'refused', outcome: 'fail' },
  ]
  assert.deepEqual(checkExactlyOnce(asked, ['twice', 'refused', 'twice', 'stranger']), [
    { kind: 'lost', subject: 'lost', message: '"lost" was acknowledged and never applied' },
    { kind: 'doubled', subject: 'twice', message: '"twice" was applied 2 times' },
    { kind: 'invented', subject: 'refused', message: '"refused" was applied though it was refused' },
    { kind: 'invented', subject: 'stranger', message: '"stranger" was applied though nobody asked for it' },
  ])
})

test('an id that is asked again counts as acknowledged when one of the askings was', () => {
  const asked: Asked[] = [
    { id: 'a', outcome: 'unknown' },
    { id: 'a', outcome: 'ok' },
    { id: 'a', outcome: 'fail' },
    { id: 'b', outcome: 'fail' },
    { id: 'b', outcome: 'unknown' },
  ]
  assert.deepEqual(findings(asked, ['a', 'b']), [])
  assert.deepEqual(findings(asked, []), ['lost a'])
})

test('any one loss and any one doubling among correct ones is found, and nothing else', () => {
  const ids = fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(ids, fc.nat(), (all, pick) => {
      const victim = all[pick % all.length] as string
      const asked = all.map((id): Asked => ({ id, outcome: 'ok' }))
      assert.deepEqual(findings(asked, all), [])
      assert.deepEqual(
        findings(
          asked,
          all.filter((id) => id !== victim),
        ),
        [`lost ${victim}`],
      )
      assert.deepEqual(findings(asked, [...all, victim]), [`doubled ${victim}`])
    }),
  )
})
