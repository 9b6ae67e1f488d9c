import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sleep, systemClock } from '@ashlar/kernel'
import { openDatabase, sql, type Database } from '@ashlar/sql'
import { migrateDedupe } from '@ashlar/sql/dedupe'
import type { EmbeddedPostgres } from '@ashlar/sql/embedded'
import { migrateLeases, openLeases } from '@ashlar/sql/lease'
import { createOutbox, migrateOutbox } from '@ashlar/sql/outbox'
import { openWake } from '@ashlar/sql/wake'
import { checkConservation, checkExactlyOnce, checkKeyOrder, type Asked, type Violation } from '@ashlar/testing/history'
import type { KillTrial } from '@ashlar/testing/kill'
import {
  act,
  counts,
  crediting,
  durableProgram,
  keys,
  leaseMs,
  linesOf,
  type DurableBug,
  type DurablePart,
} from './durable-program.ts'

export interface DurableTrialOptions {
  /** @default all */
  readonly parts?: readonly DurablePart[]
  /** @default 'none' */
  readonly bug?: DurableBug
}

const total = 1_000
let made = 0

/** One run of the program on a database of its own; what it leaves is judged by what callers were told. */
export async function durableTrial(server: EmbeddedPostgres, options: DurableTrialOptions = {}): Promise<KillTrial> {
  const { parts = ['transfers', 'journal', 'acts'], bug = 'none' } = options
  const name = `trial_${++made}`
  await server.ensureDatabases([name])
  const url = server.urlFor(name)
  const db = await openDatabase({ url, name: 'judge' })
  const directory = await mkdtemp(join(tmpdir(), 'ashlar-durable-'))
  await prepareDatabase(db)
  return {
    program: durableProgram({ url, directory, parts, bug }),
    whilePaused: () => takeOver(url, parts),
    async check() {
      const checks: Record<DurablePart, (db: Database, directory: string) => Promise<Violation[]>> = {
        transfers: checkTransfers,
        journal: checkJournal,
        acts: checkActs,
      }
      const violations = await Promise.all(parts.map((part) => checks[part](db, directory)))
      const [first] = violations.flat()
      if (first !== undefined) throw new Error(first.message)
    },
    async [Symbol.asyncDispose]() {
      await db[Symbol.asyncDispose]()
      await server.dropDatabase(name)
      await rm(directory, { recursive: true })
    },
  }
}

async function prepareDatabase(db: Database): Promise<void> {
  await migrateLeases(db)
  await migrateDedupe(db)
  await migrateOutbox(db)
  await db.run(sql`create table account (id text primary key, amount int not null, asked int not null default 0)`)
  await db.run(sql`insert into account select id, 0 from unnest(${keys}::text[]) id`)
  await db.run(sql`insert into account values ('source', ${total})`)
  // Nothing here keeps a row from being there twice: that is for the primitives to do.
  await db.run(sql`create table applied (at int generated always as identity, transfer text, key text, sequence int)`)
  await db.run(sql`create table journal (entry text)`)
  await db.run(sql`create table act (at int generated always as identity, n int, epoch bigint, owner text)`)
}

/** What the next process does when this one has been silent for longer than its leases last. */
async function takeOver(url: string, parts: readonly DurablePart[]): Promise<void> {
  await using db = await openDatabase({ url, name: 'rival' })
  await using wake = openWake({ url, pollMs: 20 })
  await using leases = openLeases({ db, name: 'rival', leaseMs: 5_000 })
  const outbox = createOutbox({ db, wake, leases })
  await using _ = parts.includes('transfers') ? outbox.relay(crediting(db), { timeoutMs: 200 }) : undefined
  // What the paused one has locked is free when its lease has run out, and the server has ended its transaction.
  const untilMs = systemClock.now() + 4 * leaseMs
  while (systemClock.now() < untilMs) {
    await using lease = parts.includes('acts') ? await leases.tryClaim('acts') : undefined
    if (lease !== undefined) {
      const begin = await db.one(sql<{ n: number }>`select coalesce(max(n), 0) as n from act`)
      return await act(db, lease, { owner: 'rival', until: (n) => n >= Math.min(begin.n + 2, counts.acts) })
    }
    await sleep(systemClock, 5)
  }
}

async function checkTransfers(db: Database, directory: string): Promise<Violation[]> {
  const applied = await db.rows(sql<{ transfer: string; key: string; sequence: number }>`
    select transfer, key, sequence from applied order by at`)
  const accounts = await db.rows(sql<{ amount: number }>`select amount from account`)
  const asked = linesOf(directory, 'transfers').map((id): Asked => ({ id, outcome: 'ok' }))
  return [
    ...short('transfers', asked, counts.transfers),
    ...checkExactlyOnce(
      asked,
      applied.map(({ transfer }) => transfer),
    ),
    ...checkConservation([{ name: 'all accounts', amounts: accounts.map(({ amount }) => amount) }], total),
    ...checkKeyOrder(applied),
  ]
}

async function checkJournal(db: Database, directory: string): Promise<Violation[]> {
  const rows = await db.rows(sql<{ entry: string }>`select entry from journal`)
  const acknowledged = linesOf(directory, 'journal').map((id): Asked => ({ id, outcome: 'ok' }))
  return [
    ...short('journal', acknowledged, counts.entries),
    ...checkExactlyOnce(
      [...linesOf(directory, 'asked').map((id): Asked => ({ id, outcome: 'unknown' })), ...acknowledged],
      rows.map(({ entry }) => entry),
    ),
  ]
}

/** Every number once and in order, epochs that never go back, and of each epoch one owner. */
async function checkActs(db: Database): Promise<Violation[]> {
  const acts = await db.rows(sql<{ n: number; epoch: number; owner: string }>`
    select n, epoch, owner from act order by at`)
  const owners = new Map<number, string>()
  const violations: Violation[] = []
  let highest = 0
  for (const { n, epoch, owner } of acts) {
    const holder = owners.get(epoch) ?? owner
    owners.set(epoch, holder)
    const wrong = epoch < highest ? `after epoch ${highest}` : holder === owner ? undefined : `which was ${holder}'s`
    if (wrong !== undefined) {
      const message = `${owner} wrote ${n} under epoch ${epoch} of the lease, ${wrong}`
      violations.push({ kind: 'out of order', subject: String(epoch), message })
    }
    highest = Math.max(highest, epoch)
  }
  return [
    ...violations,
    ...checkKeyOrder(acts.map(({ n }) => ({ key: 'acts', sequence: n }))),
    ...short('acts', acts, counts.acts),
  ]
}

/** A program that stops early proves nothing. */
function short(what: string, found: readonly unknown[], expected: number): Violation[] {
  if (found.length === expected) return []
  return [{ kind: 'lost', subject: what, message: `${what}: ${found.length} were done instead of ${expected}` }]
}
