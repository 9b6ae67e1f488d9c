/**
 * Remembers which messages were handled, and with what result. `Tx` is the transaction of the store that it keeps its
 * record in: the one that the handler writes to.
 */
export interface Dedupe<Tx> {
  /**
   * Runs `work` for the first with this message, and records it in the same transaction; for any other, returns the
   * recorded result. The same message in another transaction waits for this one to end, and runs if it rolls back.
   *
   * Delivered any number of times, the message takes effect once: what `work` does through its transaction, that is. A
   * `work` that fails leaves no record. The result travels as JSON, the first time too.
   */
  once<T>(transaction: Tx, consumer: string, messageId: string, work: (transaction: Tx) => Promise<T>): Promise<T>
  /**
   * Forgets what was handled longer ago than this, which must be longer than any message may still be repeated.
   * @returns How many were forgotten; when that is `limit`, there may be more.
   */
  purge(options: { olderThanMs: number; limit?: number }): Promise<number>
}

/** The result as it will be found by the next with the message. */
export function recorded(value: unknown): { readonly value?: unknown } {
  return JSON.parse(JSON.stringify({ value })) as { readonly value?: unknown }
}

/** For one who asks, within its own work, whether that has been done. */
export function withinItself(consumer: string, messageId: string): TypeError {
  return new TypeError(`dedupe: the work for message "${messageId}" of ${consumer} asks for that message itself`)
}
