import { faultPoint } from '@ashlar/kernel'
import { migrate, type MigrateResult } from '../migrate.ts'
import type { Database, Transaction } from '../queryable.ts'
import { sql } from '../sql.ts'
import { recorded, withinItself, type Dedupe } from './dedupe.ts'
import { messageRepeated } from './events.ts'

const directory = new URL('../../migrations/dedupe/', import.meta.url)

/** Makes the table of handled messages, or brings it up to date. */
export function migrateDedupe(db: Database): Promise<MigrateResult> {
  return migrate(db, { namespace: 'ashlar_dedupe', directory })
}

/** @param db Where `migrateDedupe` has made the table: of the handlers' transactions. */
export function createDedupe(db: Database): Dedupe<Transaction> {
  return {
    once: (transaction, consumer, messageId, work) =>
      // A handler that fails, and whose failure is handled, must not leave the message marked as done.
      transaction.savepoint((tx) => once(tx, consumer, messageId, work)),
    purge: ({ olderThanMs, limit = 10_000 }) =>
      db.run(sql`
        delete from ashlar_dedupe where (consumer, message_id) in (
          select consumer, message_id from ashlar_dedupe
          where at < now() - ${olderThanMs} * interval '1 millisecond'
          limit ${limit} for update skip locked)`),
  }
}

async function once<T>(
  tx: Transaction,
  consumer: string,
  messageId: string,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  // Waits for whoever has the same message under way: a row that is not committed is as good as a lock.
  const isFirst = await tx.run(sql`
    insert into ashlar_dedupe (consumer, message_id) values (${consumer}, ${messageId}) on conflict do nothing`)
  const row = sql`consumer = ${consumer} and message_id = ${messageId}`
  if (isFirst === 0) {
    const { result } = await tx.one(sql<{ result: { value: T } | null }>`
      select result from ashlar_dedupe where ${row}`)
    if (result === null) throw withinItself(consumer, messageId)
    if (messageRepeated.hasSubscribers) messageRepeated.publish({ consumer, messageId })
    return result.value
  }
  const result = recorded(await work(tx))
  const fault = faultPoint('sql:dedupe-worked')
  if (fault !== undefined) await fault
  await tx.run(sql`update ashlar_dedupe set result = ${sql.json(result)} where ${row}`)
  return result.value as T
}
