import assert from 'node:assert/strict'
import { hasCode } from '@ashlar/kernel'

/** Asserts that the promise rejects with this code, and with a message like this; returns the error. */
export async function rejectsWith(promise: Promise<unknown>, code: string, message: RegExp = /./): Promise<Error> {
  const error = await promise.then(
    () => assert.fail(`expected ${code}`),
    (reason: unknown) => reason,
  )
  assert.ok(hasCode(error, code), String(error))
  assert.match(error.message, message)
  return error
}
