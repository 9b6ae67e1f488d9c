import { type Clock, type Closeable } from '@ashlar/kernel'
import { every } from '../shared/every.ts'
import type { Log } from '../shared/log.ts'
import type { StockRepository } from './repository.ts'
import type { Reservation, ReservationState, StockLevel, StockLine } from './reservation.ts'

/** Stock as orders use it: by the clock, and with what happened in the log. */
export interface Stock {
  reserve(request: { id: string; lines: readonly StockLine[]; holdMs: number }): Promise<Reservation>
  release(id: string): Promise<ReservationState>
  commit(id: string): Promise<ReservationState>
  returnSold(id: string): Promise<ReservationState>
  levels(productIds: readonly string[] | 'all'): Promise<readonly StockLevel[]>
}

export interface StockOptions {
  readonly repository: StockRepository
  readonly clock: Clock
  readonly log: Log
}

export function createStock({ repository, clock, log }: StockOptions): Stock {
  return {
    async reserve({ id, lines, holdMs }) {
      const nowMs = clock.wall()
      const reservation = await repository.reserve({ id, lines, nowMs, expiresAtMs: nowMs + holdMs })
      log.info({ reservationId: id, state: reservation.state, lines: lines.length }, 'stock reserved')
      return reservation
    },
    async release(id) {
      const state = await repository.release(id, clock.wall())
      log.info({ reservationId: id, state }, 'stock released')
      return state
    },
    async commit(id) {
      const state = await repository.commit(id, clock.wall())
      log.info({ reservationId: id, state }, 'stock sold')
      return state
    },
    async returnSold(id) {
      const state = await repository.returnSold(id, clock.wall())
      log.info({ reservationId: id, state }, 'stock returned')
      return state
    },
    levels: (productIds) => repository.levels(productIds),
  }
}

const batchSize = 100

/** Gives expired reservations back every second, until drained. Several services may do so at once. */
export function sweeping({ repository, clock, log }: StockOptions): Closeable {
  const onError = (error: unknown): void => log.error({ err: error }, 'expired reservations were not swept')
  return every({ intervalMs: 1_000, timeoutMs: 10_000, clock, onError }, async () => {
    let swept: readonly string[]
    do {
      swept = await repository.sweep(clock.wall(), batchSize)
      for (const reservationId of swept) log.info({ reservationId }, 'reservation expired')
    } while (swept.length === batchSize)
  })
}
