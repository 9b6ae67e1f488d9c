// The part of Node that the kernel uses, as far as a browser can have it. Imports nothing.

/**
 * A value that holds while `run` runs, and no longer: what comes after an `await` runs outside, never in somebody
 * else's context.
 */
export class AsyncLocalStorage<T> {
  #current: T | undefined

  /** The browser calls back with nothing on the stack, so nothing has to be left behind. */
  static snapshot(): <R>(work: () => R) => R {
    return (work) => work()
  }

  getStore(): T | undefined {
    return this.#current
  }

  run<R, A extends unknown[]>(value: T, work: (...args: A) => R, ...args: A): R {
    return this.#with(value, () => work(...args))
  }

  exit<R>(work: () => R): R {
    return this.#with(undefined, work)
  }

  #with<R>(value: T | undefined, work: () => R): R {
    const outer = this.#current
    this.#current = value
    try {
      return work()
    } finally {
      this.#current = outer
    }
  }
}

type Listener = (message: unknown, name: string) => void

class DiagnosticsChannel {
  readonly name: string
  #listeners: readonly Listener[] = []

  constructor(name: string) {
    this.name = name
  }

  get hasSubscribers(): boolean {
    return this.#listeners.length > 0
  }

  publish(message: unknown): void {
    for (const listener of this.#listeners) {
      try {
        listener(message, this.name)
      } catch (error) {
        // As on Node: the publisher hears nothing of it.
        setTimeout(() => {
          throw error
        })
      }
    }
  }

  subscribe(listener: Listener): void {
    this.#listeners = [...this.#listeners, listener]
  }

  unsubscribe(listener: Listener): boolean {
    const index = this.#listeners.indexOf(listener)
    if (index >= 0) this.#listeners = this.#listeners.toSpliced(index, 1)
    return index >= 0
  }
}

const channels = new Map<string, DiagnosticsChannel>()

/** The one channel of this name in the page. */
export function diagnosticsChannel(name: string): DiagnosticsChannel {
  let channel = channels.get(name)
  if (channel === undefined) channels.set(name, (channel = new DiagnosticsChannel(name)))
  return channel
}

/** Calls `run` as a task of its own; the result takes it back. */
export function immediate(run: () => void): () => void {
  const handle = setTimeout(run, 0)
  return () => clearTimeout(handle)
}
