import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@ashlar/kernel'
import { openDatabase, sql, type Database } from '@ashlar/sql'
import { createBatch, type Batch } from '@ashlar/sql/batch'
import { startEmbedded } from '@ashlar/sql/embedded'
import { median, type Area, type Figure } from '../figure.ts'

const callers = 32

/** What a durable write costs, alone and in company: PostgreSQL with fsync and synchronous_commit on. */
export const dataArea: Area = {
  name: 'data',
  async measure({ quick, report }) {
    const directory = await mkdtemp(join(tmpdir(), 'ashlar-bench-'))
    await chmod(directory, 0o755)
    try {
      await using server = await startEmbedded({ directory }, { databases: ['bench'] })
      await using db = await openDatabase({ url: server.urlFor('bench'), name: 'bench' })
      await db.run(sql`create table entry (id bigint generated always as identity primary key, text text not null)`)
      await using batch = openJournal(db)
      return await measureWrites({ db, batch }, { rounds: quick ? 5 : 11, durationMs: quick ? 1_000 : 3_000, report })
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  },
}

interface Writers {
  readonly db: Database
  readonly batch: Batch<string, string>
}

const text = 'x'.repeat(200)
const single = (db: Database, entry: string): Promise<unknown> =>
  db.run(sql`insert into entry (text) values (${entry})`)

function openJournal(db: Database): Batch<string, string> {
  return createBatch<string, string>({
    name: 'bench',
    async flush(entries) {
      if (entries.length === 1) await single(db, entries[0] as string)
      else {
        const rows = sql.unnest(
          'entry',
          { text: 'text' },
          entries.map((one) => ({ text: one })),
        )
        await db.run(sql`insert into entry (text) select text from ${rows}`)
      }
      return entries
    },
  })
}

async function measureWrites(
  { db, batch }: Writers,
  { rounds, durationMs, report }: { rounds: number; durationMs: number; report: (line: string) => void },
): Promise<Figure[]> {
  const alone = (): Promise<unknown> => single(db, text)
  const together = (): Promise<unknown> => batch.add(text)
  const [aloneRates, togetherRates, latencies]: [number[], number[], number[]] = [[], [], []]
  for (let round = 0; round <= rounds; round++) {
    report(round === 0 ? 'warming up' : `round ${round} of ${rounds}`)
    const aloneRate = await rateOf(alone, durationMs)
    const togetherRate = await rateOf(together, durationMs)
    const latency = await latencyRatio(alone, together, durationMs)
    if (round === 0) continue
    aloneRates.push(aloneRate)
    togetherRates.push(togetherRate)
    latencies.push(latency)
  }
  const ratios = togetherRates.map((rate, round) => rate / (aloneRates[round] as number))
  const how = `${callers} callers, each writes rows of ${text.length} bytes one after another, over one shared connection`
  return [
    { name: 'single-32', unit: 'commits/s', rounds: aloneRates, how: `${how}, by db.run` },
    { name: 'batched-32', unit: 'commits/s', rounds: togetherRates, how: `${how}, by a batch` },
    { name: 'batch-32', unit: 'x', rounds: ratios, limit: { atLeast: 8 }, how: `${how}: batch against db.run` },
    {
      name: 'batch-1-latency',
      unit: 'x',
      rounds: latencies,
      limit: { atMost: 1.05 },
      how: 'one caller, by turns through a batch and by db.run: p50 of the one against p50 of the other',
    },
  ]
}

/** How many writes end in a second, when each caller begins the next as soon as one has. */
async function rateOf(write: () => Promise<unknown>, durationMs: number): Promise<number> {
  const beginMs = systemClock.now()
  const endMs = beginMs + durationMs
  let done = 0
  await Promise.all(
    Array.from({ length: callers }, async () => {
      for (; systemClock.now() < endMs; done++) await write()
    }),
  )
  return (done / (systemClock.now() - beginMs)) * 1_000
}

/** By turns, each first as often as the other, so that whatever else the disk has to do slows both. */
async function latencyRatio(
  alone: () => Promise<unknown>,
  together: () => Promise<unknown>,
  durationMs: number,
): Promise<number> {
  const endMs = systemClock.now() + durationMs
  const [base, batched]: [number[], number[]] = [[], []]
  for (let pair = 0; systemClock.now() < endMs || pair < 50; pair++) {
    if (pair % 2 === 0) base.push(await timed(alone))
    batched.push(await timed(together))
    if (pair % 2 === 1) base.push(await timed(alone))
  }
  return median(batched) / median(base)
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startMs = systemClock.now()
  await work()
  return systemClock.now() - startMs
}
