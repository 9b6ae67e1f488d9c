import { openDatabase, sql } from '@ashlar/sql'
import { startEmbedded, type EmbeddedPostgres } from '@ashlar/sql/embedded'
import { installedPostgres } from '@ashlar/sql/testing'
import { killAtPoints } from '@ashlar/testing/kill'
import type { ProofArea, ProofResult } from './area.ts'
import { durableTrial } from './durable-trial.ts'

const strikes = ['kill', 'pause'] as const
const pointsEach = 100

/**
 * Batch, lease, dedupe and outbox under SIGKILL and SIGSTOP: whatever point is struck, nothing is lost, nothing takes
 * effect twice, every key keeps its order, and nobody writes under a lease that is another's.
 */
export const durableProof: ProofArea = {
  name: 'durable',
  seed: 1,
  async prove({ seed, report }) {
    const installed = installedPostgres()
    const results: ProofResult[] = []
    for (const programs of [undefined, ...(installed === undefined ? [] : [installed])]) {
      await using server = await startEmbedded({ ephemeral: true }, programs === undefined ? {} : { programs })
      const postgres = await versionOf(server)
      for (const how of strikes) {
        report(`PostgreSQL ${postgres}: ${pointsEach} times ${how}`)
        results.push({ about: { postgres, how }, ...(await campaign(server, how, seed)) })
      }
    }
    return results
  },
}

async function campaign(
  server: EmbeddedPostgres,
  how: 'kill' | 'pause',
  seed: number,
): Promise<Omit<ProofResult, 'about'>> {
  const { reported, trials, failures } = await killAtPoints({
    points: { drawn: pointsEach },
    how,
    seed,
    prepare: () => durableTrial(server),
    timeoutMs: 60_000,
    totalTimeoutMs: 3_600_000,
  })
  const struck: Record<string, number> = {}
  for (const { name = 'none: it had ended' } of trials) struck[name] = (struck[name] ?? 0) + 1
  return {
    figures: { trials: trials.length, pointsOfOneRun: reported.length, failures: failures.length, struck },
    failures: failures.map(({ message }) => message),
  }
}

async function versionOf(server: EmbeddedPostgres): Promise<string> {
  await server.ensureDatabases(['version'])
  await using db = await openDatabase({ url: server.urlFor('version') })
  const { version } = await db.one(sql<{ version: string }>`select current_setting('server_version') as version`)
  return version.split(' ')[0] as string
}
