/** What is to be told to somebody else, because of what a transaction did. */
export interface NewMessage {
  /** Messages of one key are delivered in order: the id of what they are about. */
  readonly key: string
  readonly type: string
  /** Anything that JSON can hold. */
  readonly payload: unknown
  /** Unique; receivers tell repeats by it. @default a new UUID */
  readonly id?: string
  /** Not interpreted, but for W3C Trace Context: by default `traceparent` and `tracestate` of the call that puts it. */
  readonly headers?: Readonly<Record<string, string>>
}

/** A message on its way. */
export interface OutboxMessage extends Required<NewMessage> {
  /** When it was put, in epoch milliseconds. */
  readonly createdAtMs: number
}

/** One that has failed so often that it waits for a person, and with it the later ones of its key. */
export interface ParkedMessage extends OutboxMessage {
  readonly attempts: number
  /** What the last attempt failed with. */
  readonly error: string
}
