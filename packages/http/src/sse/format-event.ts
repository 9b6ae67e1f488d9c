/** One event of a stream. */
export interface SseEvent {
  /** May have any number of lines. */
  readonly data: string
  /** What listeners listen to. @default 'message' */
  readonly event?: string
  /** Where a client that comes back wants to go on; it sends the last one it has seen. */
  readonly id?: string
  /** How long the client is to wait before it comes back. */
  readonly retryMs?: number
}

/**
 * An event as it is sent. Source: WHATWG HTML, "Server-sent events", 9.2.5.
 * @throws {TypeError} | {RangeError} for a name or id that would become another field, and for a wait that is none.
 */
export function formatEvent({ data, event, id, retryMs }: SseEvent): string {
  let text = ''
  if (event !== undefined) text += `event: ${line('event', event)}\n`
  if (id !== undefined) text += `id: ${line('id', id)}\n`
  if (retryMs !== undefined) text += retryLine(retryMs)
  for (const one of data.split(/\r\n|\r|\n/)) text += `data: ${one}\n`
  return `${text}\n`
}

/** @throws {RangeError} */
export function retryLine(retryMs: number): string {
  if (!Number.isSafeInteger(retryMs) || retryMs < 0) {
    throw new RangeError(`sse: retryMs must be a whole number of milliseconds, 0 or more, got ${retryMs}`)
  }
  return `retry: ${retryMs}\n`
}

function line(field: string, value: string): string {
  // Clients ignore an id with a NUL in it, and would then go on from an earlier one.
  if (/[\r\n\0]/.test(value)) throw new TypeError(`sse: ${field} must hold no line break and no NUL`)
  return value
}
