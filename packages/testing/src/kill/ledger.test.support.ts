// A program for the harness's tests: a client that asks a ledger for entries 1 and 2, and goes on with the first one
// that was not acknowledged. The third argument plants a bug. Run as `ledger.test.support.ts <directory> <bug>`.
import { appendFileSync, closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { faultPoint } from '@ashlar/kernel'
import { controlFaults } from '../faults/index.ts'
import type { Asked } from '../history/index.ts'
import { reportPoint, type Program } from './index.ts'

/** `acknowledges first`: before the entry is durable. `forgets`: what it has applied, so a retry is applied again. */
export type LedgerBug = 'none' | 'acknowledges first' | 'forgets'

export const lastEntry = 2

export function ledgerProgram(directory: string, bug: LedgerBug): Program {
  return {
    command: process.execPath,
    args: ['--conditions=ashlar:source', import.meta.filename, directory, bug],
  }
}

/** What the client was told, and what the ledger holds. */
export function readLedger(directory: string): { readonly asked: Asked[]; readonly applied: string[] } {
  const asked = linesOf(join(directory, 'acknowledged')).map((id): Asked => ({ id, outcome: 'ok' }))
  return { asked, applied: linesOf(join(directory, 'entries')) }
}

async function run(directory: string, bug: LedgerBug): Promise<void> {
  controlFaults({ rules: [], onHit: reportPoint })
  const first = readLedger(directory).asked.length + 1
  for (let entry = first; entry <= lastEntry; entry++) {
    const steps = [() => write(directory, String(entry), bug), () => acknowledge(directory, String(entry))]
    for (const step of bug === 'acknowledges first' ? steps.toReversed() : steps) await step()
  }
}

async function write(directory: string, entry: string, bug: LedgerBug): Promise<void> {
  if (bug === 'forgets' || !readLedger(directory).applied.includes(entry)) {
    const file = openSync(join(directory, 'entries'), 'a')
    writeSync(file, `${entry}\n`)
    fsyncSync(file)
    closeSync(file)
  }
  await faultPoint('ledger:written')
}

async function acknowledge(directory: string, entry: string): Promise<void> {
  appendFileSync(join(directory, 'acknowledged'), `${entry}\n`)
  await faultPoint('ledger:acknowledged')
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean)
  } catch {
    return []
  }
}

if (process.argv[1] === import.meta.filename) {
  await run(process.argv[2] as string, process.argv[3] as LedgerBug)
}
