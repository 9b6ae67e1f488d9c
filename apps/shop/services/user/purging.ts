import type { Clock, Closeable } from '@ashlar/kernel'
import { every } from '../shared/every.ts'
import { inBatches } from '../shared/in-batches.ts'
import type { Log } from '../shared/log.ts'
import { requestsCountForMs } from './password-changes.ts'
import type { UserStore } from './repository.ts'

export interface PurgingOptions {
  readonly store: Pick<UserStore, 'sessions' | 'passwords'>
  readonly clock: Clock
  readonly log: Log
}

/** Forgets every ten minutes what nobody can use any more, so that its amount follows the number of customers. */
export function purging({ store: { sessions, passwords }, clock, log }: PurgingOptions): Closeable {
  const onError = (error: unknown): void => log.error({ err: error }, 'what has expired was not purged')
  return every({ intervalMs: 600_000, timeoutMs: 30_000, clock, onError }, async () => {
    const nowMs = clock.wall()
    const purged = {
      sessions: await inBatches((limit) => sessions.purge(nowMs, limit)),
      resets: await inBatches((limit) => passwords.purgeResets(nowMs - requestsCountForMs, limit)),
    }
    if (purged.sessions + purged.resets > 0) log.info(purged, 'what has expired was purged')
  })
}
