// A program that lives by the durable primitives, for the kill harness: it moves money through an outbox, keeps a
// journal in batches, and counts under a lease; started again, it goes on where it was. Run as
// `durable-program.ts <JSON of DurableArgument>`; the database is made by `prepareDatabase`.
import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { faultPoint, hasCode, sleep, systemClock } from '@ashlar/kernel'
import { openDatabase, sql, type Database, type Transaction } from '@ashlar/sql'
import { createBatch } from '@ashlar/sql/batch'
import { createDedupe } from '@ashlar/sql/dedupe'
import { openLeases, type Lease, type Leases } from '@ashlar/sql/lease'
import { createOutbox, type MessageHandler } from '@ashlar/sql/outbox'
import { openWake, type Wake } from '@ashlar/sql/wake'
import { controlFaults } from '@ashlar/testing/faults'
import { reportPoint, type Program } from '@ashlar/testing/kill'

export type DurablePart = 'transfers' | 'journal' | 'acts'
/** What is left out on purpose, so that the checks are seen to notice. */
export type DurableBug = 'none' | 'no dedupe' | 'no fence' | 'acknowledges first'

export interface DurableArgument {
  readonly url: string
  /** For what callers were told, which must survive the program. */
  readonly directory: string
  readonly parts: readonly DurablePart[]
  readonly bug: DurableBug
}

export const counts = { transfers: 6, entries: 24, acts: 8 } as const
export const keys = ['a', 'b', 'c'] as const
export const leaseMs = 300

export function durableProgram(argument: DurableArgument): Program {
  return {
    command: process.execPath,
    args: ['--conditions=ashlar:source', import.meta.filename, JSON.stringify(argument)],
  }
}

/** Lines that were written to a file of the program's, whoever was killed since. */
export function linesOf(directory: string, name: string): string[] {
  try {
    return readFileSync(join(directory, name), 'utf8').split('\n').filter(Boolean)
  } catch {
    return []
  }
}

/** Adds what a transfer brings to its receiver: once, however often the message comes. */
export function crediting(db: Database, bug: DurableBug = 'none'): MessageHandler {
  const dedupe = createDedupe(db)
  return async ({ id, key, payload }) => {
    const { amount, sequence } = payload as { amount: number; sequence: number }
    const work = async (tx: Transaction): Promise<void> => {
      await tx.run(sql`update account set amount = amount + ${amount} where id = ${key}`)
      await tx.run(sql`insert into applied (transfer, key, sequence) values (${id}, ${key}, ${sequence})`)
    }
    await db.transaction((tx) => (bug === 'no dedupe' ? work(tx) : dedupe.once(tx, 'credit', id, work)))
  }
}

/** Goes on counting from where the last owner of the lease was, which it reads once and then remembers. */
export async function act(
  db: Database,
  lease: Lease,
  {
    owner,
    until,
    bug = 'none',
  }: { readonly owner: string; readonly until: (n: number) => boolean; readonly bug?: DurableBug },
): Promise<void> {
  let { n } = await db.one(sql<{ n: number }>`select coalesce(max(n), 0) as n from act`)
  while (!until(n)) {
    n++
    await faultPoint('durable:acting')
    await db.transaction(async (tx) => {
      if (bug !== 'no fence') await lease.fenced(tx)
      await tx.run(sql`insert into act (n, epoch, owner) values (${n}, ${lease.epoch}, ${owner})`)
    })
  }
}

interface Tools {
  readonly db: Database
  readonly wake: Wake
  readonly leases: Leases
  readonly argument: DurableArgument
}

const parts: Readonly<Record<DurablePart, (tools: Tools) => Promise<void>>> = {
  async transfers({ db, wake, leases, argument: { directory, bug } }) {
    const dedupe = createDedupe(db)
    const outbox = createOutbox({ db, wake, leases })
    await using _ = outbox.relay(crediting(db, bug), { baseDelayMs: 5, maxDelayMs: 50, maxAttempts: 1_000 })
    const known = new Set(linesOf(directory, 'transfers'))
    for (let number = 1; number <= counts.transfers; number++) {
      const id = `transfer ${number}`
      if (known.has(id)) continue
      const key = keys[number % keys.length] as string
      const transfer = async (tx: Transaction): Promise<void> => {
        await tx.run(sql`update account set amount = amount - ${number} where id = 'source'`)
        const asked = sql<{ asked: number }>`update account set asked = asked + 1 where id = ${key} returning asked`
        const payload = { amount: number, sequence: (await tx.one(asked)).asked }
        await outbox.put(tx, [{ id, key, type: 'transfer', payload }])
      }
      await again(() => db.transaction((tx) => dedupe.once(tx, 'transfer', id, transfer)))
      appendFileSync(join(directory, 'transfers'), `${id}\n`)
    }
    const left = sql<{ left: number }>`select count(*) as left from ashlar_outbox`
    while ((await again(() => db.one(left))).left > 0) await sleep(systemClock, 5)
  },

  async journal({ db, argument: { directory, bug } }) {
    await using batch = createBatch<string, string>({
      name: 'journal',
      maxItems: 5,
      async flush(entries) {
        await db.run(sql`insert into journal (entry) select * from unnest(${entries}::text[])`)
        return entries
      },
    })
    const known = new Set(linesOf(directory, 'journal').map((line) => line.split(' ')[0]))
    const asks = Array.from({ length: counts.entries }, (_, number) => String(number)).filter((id) => !known.has(id))
    await Promise.all(
      asks.map((id) =>
        again(async () => {
          // Each asking is told from the others, so that none can hide that another was done twice.
          const entry = `${id} ${linesOf(directory, 'asked').length}`
          appendFileSync(join(directory, 'asked'), `${entry}\n`)
          if (bug === 'acknowledges first') appendFileSync(join(directory, 'journal'), `${entry}\n`)
          await batch.add(entry)
          if (bug !== 'acknowledges first') appendFileSync(join(directory, 'journal'), `${entry}\n`)
        }),
      ),
    )
  },

  async acts({ db, leases, argument: { bug } }) {
    await again(async () => {
      for (;;) {
        await using lease = await leases.tryClaim('acts')
        if (lease !== undefined)
          return await act(db, lease, { owner: `${process.pid}`, until: (n) => n >= counts.acts, bug })
        await sleep(systemClock, 10)
      }
    })
  },
}

/** Does it until nothing but the work itself is in its way: not the server, and nobody who took the lease over. */
async function again<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      const passing = hasCode(error, 'ASHLAR_SQL_UNAVAILABLE') || hasCode(error, 'ASHLAR_SQL_LEASE_LOST')
      if (!passing) throw error
    }
  }
}

async function run(argument: DurableArgument): Promise<void> {
  const { url } = argument
  using _ = controlFaults({ rules: [], onHit: reportPoint })
  await using db = await openDatabase({ url, name: 'durable program' })
  await using wake = openWake({ url, pollMs: 50 })
  await using leases = openLeases({ db, name: 'program', leaseMs })
  await Promise.all(argument.parts.map((part) => parts[part]({ db, wake, leases, argument })))
}

if (process.argv[1] === import.meta.filename) {
  await run(JSON.parse(process.argv[2] as string) as DurableArgument)
}
