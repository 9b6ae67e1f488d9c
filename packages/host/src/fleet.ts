import { orAborted, type Clock, type Timer } from '@ashlar/kernel'
import { StartTimeoutError } from './errors.ts'
import type { Supervisor } from './supervisor.ts'

/** Who calls whom, as far as the order of stopping needs it. */
export interface Member {
  readonly calls: readonly string[]
  readonly supervisor: Supervisor
}

/**
 * Starts all members at once and resolves when all are ready.
 * @throws {ServiceStartError} when one cannot start; {StartTimeoutError} with the names of those that are not ready in
 * time; the signal's reason. Those that did start are then still running.
 */
export async function startAll(
  members: readonly Member[],
  options: { readonly timeoutMs: number; readonly clock: Clock; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const { timeoutMs, clock, signal } = options
  const ready = Promise.all(members.map(({ supervisor }) => supervisor.start()))
  let timer: Timer | undefined
  const late = new Promise<never>((_, reject) => {
    timer = clock.timer(timeoutMs, () => {
      const missing = members.filter(({ supervisor }) => supervisor.state.kind !== 'ready')
      reject(
        new StartTimeoutError(
          missing.map(({ supervisor }) => supervisor.name),
          timeoutMs,
        ),
      )
    })
  })
  try {
    await orAborted(Promise.race([ready, late]), signal)
  } finally {
    timer?.cancel()
  }
}

/** Stops callers before those they call, so that nobody is asked for something while it is going away. */
export async function stopAll(members: readonly Member[]): Promise<void> {
  for (const layer of stopOrder(members)) await Promise.all(layer.map(({ supervisor }) => supervisor.stop()))
}

/** The members in layers: those in a layer are called by members of earlier layers only. */
export function stopOrder<
  M extends { readonly calls: readonly string[]; readonly supervisor: { readonly name: string } },
>(members: readonly M[]): M[][] {
  const layers: M[][] = []
  let left = [...members]
  while (left.length > 0) {
    const called = new Set(left.flatMap(({ calls }) => calls))
    const free = left.filter(({ supervisor }) => !called.has(supervisor.name))
    // Services that call each other in a circle have no order: they go together.
    const layer = free.length > 0 ? free : left
    layers.push(layer)
    left = left.filter((member) => !layer.includes(member))
  }
  return layers
}
