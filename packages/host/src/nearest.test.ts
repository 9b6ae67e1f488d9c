import assert from 'node:assert/strict'
import test from 'node:test'
import { hint, nearest } from './nearest.ts'

const names = ['log-level', 'log-level-set', 'drain', 'undrain', 'pool', 'up']

test('a slip of the fingers is told by its nearest name', () => {
  for (const [text, name] of [
    ['drian', 'drain'],
    ['dran', 'drain'],
    ['undrian', 'undrain'],
    ['log-levle', 'log-level'],
    ['log-level-sett', 'log-level-set'],
    ['log', 'log-level'],
    ['pol', 'pool'],
    ['uo', 'up'],
  ] as const) {
    assert.equal(nearest(text, names), name, text)
  }
})

test('what is near nothing is not guessed at', () => {
  for (const text of ['', 'x', 'health', 'pl']) assert.equal(nearest(text, names), undefined, text)
  assert.equal(hint('health', ['a', 'b']), '; there are: a, b')
  assert.equal(hint('health', []), '; there are none')
  assert.equal(hint('poll', names), '; did you mean "pool"?')
})
