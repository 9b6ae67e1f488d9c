import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runCall, systemClock } from '@ashlar/kernel'
import { callHeaders, callOptions } from './headers.ts'

test('the callee knows when it is asked again; the first time nothing is said', async () => {
  await runCall({ attempt: 3 }, async (call) => {
    const headers = callHeaders(call, call.trace, systemClock)
    assert.equal(headers['ashlar-attempt'], '3')
    assert.equal(callOptions(headers).attempt, 3)
  })
  await runCall({}, async (call) => {
    assert.equal('ashlar-attempt' in callHeaders(call, call.trace, systemClock), false)
  })
})

test('an attempt that is no small number is taken for the first', () => {
  for (const text of ['0', '-1', '100', 'many', '2.5']) {
    assert.equal(callOptions({ 'ashlar-attempt': text }).attempt, undefined, text)
  }
})
