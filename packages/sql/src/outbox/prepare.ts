import { currentCall, newId, traceHeaders } from '@ashlar/kernel'
import type { NewMessage, OutboxMessage } from './message.ts'

/** A message as it is put: with an id, and with the trace of the call that puts it. */
export type PreparedMessage = Omit<OutboxMessage, 'createdAtMs'>

// As many advisory locks as this, the server has room for beside everybody else's.
const maxMessages = 1_000

/** @throws {RangeError} when they are too many. */
export function prepare(messages: readonly NewMessage[], mint: () => string = newId): PreparedMessage[] {
  if (messages.length > maxMessages) {
    throw new RangeError(`outbox: ${maxMessages} messages can be put at a time, got ${messages.length}`)
  }
  const trace = currentCall()?.trace
  const inherited = trace === undefined ? {} : traceHeaders(trace)
  return messages.map(({ id = mint(), key, type, payload, headers }) => ({
    id,
    key,
    type,
    payload,
    // A message with a trace of its own has none of what goes with ours.
    headers: headers?.['traceparent'] === undefined ? { ...inherited, ...headers } : headers,
  }))
}
