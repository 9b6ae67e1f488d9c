/** What a connection says unasked. */
export interface WireEvents {
  /** The connection is of no use any more; everything that waited for an answer rejects as well. */
  lost(error: unknown): void
  /** The key was changed, as far as tracking is on; `null`: any key may have been. */
  changed(key: string | null): void
}

/** One connection to Redis, made and signed in. What it rejects with is the client's own. */
export interface Wire {
  send(args: readonly string[]): Promise<unknown>
  subscribe(channel: string, listener: (message: string) => void): Promise<unknown>
  unsubscribe(channel: string, listener: (message: string) => void): Promise<unknown>
  /** At once; everything that waits for an answer rejects. May be repeated. */
  destroy(): void
}

/** Makes connections with a client library. */
export interface Driver {
  /** @param listening whether messages and changes of keys are wanted. */
  connect(events: WireEvents, listening: boolean): Opening
  /** The text of Redis's own answer; `undefined` when the error is about the connection. */
  replyOf(error: unknown): string | undefined
}

/** A connection that is being made. */
export interface Opening {
  readonly opened: Promise<Wire>
  /** Lets go of it, made or not. */
  destroy(): void
}
