import { currentCall, orAborted, sleep, type Clock } from '@ashlar/kernel'
import { UnavailableError } from '@ashlar/sql'
import type { Chance } from './chance.ts'
import type { Life } from './life.ts'

export interface StorageOptions {
  /** Of the process that uses it. */
  readonly life: Life
  /** The database's, which goes on when the process does not. */
  readonly clock: Clock
  readonly chance: Chance
  /** Probability that a statement fails for want of its connection; half of those have taken effect. */
  readonly failure: () => number
  /** Told before a statement is sent: here a process may be killed. */
  readonly onSend: () => void
  /** Told when it has taken effect: here, too. `subject` is the order, product or key that it is about. */
  readonly onStored: (statement: string, subject: string) => void
}

/**
 * A process's view of what it has stored: each call is a statement that takes its time. It takes effect once it is sent,
 * even if the process is stalled or dead by then; it may fail without telling whether it has; and where the call that it
 * is part of ends, nobody waits for it any more, and it may still be stopped. What is stored outlives the process.
 */
export function durable<T extends object>(store: T, name: string, options: StorageOptions): T {
  return new Proxy(store, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key, target)
      if (typeof member !== 'function') return member
      const method = member as (...given: unknown[]) => Promise<unknown>
      return async (...given: unknown[]): Promise<unknown> => {
        const signal = currentCall()?.signal
        signal?.throwIfAborted()
        options.onSend()
        const statement = async (): Promise<unknown> => {
          const result = await method.apply(target, given)
          options.onStored(`${name}.${String(key)}`, subjectOf(given[0]))
          return result
        }
        return orAborted(
          options.life.run(() => execute(statement, signal, options)),
          signal,
        )
      }
    },
  })
}

async function execute<T>(
  statement: () => Promise<T>,
  signal: AbortSignal | undefined,
  { clock, chance, failure }: StorageOptions,
): Promise<T> {
  // Drawn at once, so that what happens to a statement does not depend on those that run at the same time.
  const tookMs = chance.between(0.2, 4)
  const fault = chance.happens(failure()) ? chance.pick(['before', 'after'] as const) : undefined
  const isStoppable = chance.happens(0.5)
  await sleep(clock, tookMs)
  if (isStoppable) signal?.throwIfAborted()
  if (fault === 'before') throw new UnavailableError('database', 'the connection was lost')
  const result = await statement()
  if (fault === 'after') throw new UnavailableError('database', 'the connection was lost', { mayHaveRun: true })
  return result
}

function subjectOf(given: unknown): string {
  if (typeof given === 'string') return given
  const { id, description } = (given ?? {}) as { readonly id?: string; readonly description?: string }
  return description ?? id ?? ''
}
