import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startEmbedded, type EmbeddedPostgres } from '@ashlar/sql/embedded'
import { killAtPoints, type KillReport } from '@ashlar/testing/kill'
import { durableTrial, type DurableTrialOptions } from './proofs/durable-trial.ts'

let server: EmbeddedPostgres
before(async () => {
  server = await startEmbedded({ ephemeral: true })
})
after(() => server.stop())

function strike(
  how: 'kill' | 'pause',
  drawn: number,
  seed: number,
  options: DurableTrialOptions = {},
): Promise<KillReport> {
  return killAtPoints({ points: { drawn }, how, seed, timeoutMs: 30_000, prepare: () => durableTrial(server, options) })
}

test('killed at any point, batch, lease, dedupe and outbox lose nothing, do nothing twice and keep the order', async () => {
  const { trials, failures } = await strike('kill', 7, 101)
  assert.deepEqual(failures, [])
  assert.equal(trials.length, 7)
})

test('paused past its leases at any point, a process that goes on writes nothing that is another’s to write', async () => {
  const { trials, failures } = await strike('pause', 5, 201)
  assert.deepEqual(failures, [])
  assert.equal(trials.length, 5)
})

/** A correct program survives every seed; this one must not survive twenty. */
async function finds(how: 'kill' | 'pause', options: DurableTrialOptions, what: RegExp): Promise<void> {
  for (let seed = 1; seed <= 20; seed++) {
    const [failure] = (await strike(how, 1, seed, options)).failures
    if (failure === undefined) continue
    assert.match(failure.message, what)
    return
  }
  assert.fail('a program that is wrong passed twenty trials')
}

test('an owner that does not fence what it writes is found out', async () => {
  await finds('pause', { parts: ['acts'], bug: 'no fence' }, /under epoch \d+ of the lease, after epoch \d+/)
})

test('a handler that does not remember its messages is found out', async () => {
  await finds('kill', { parts: ['transfers'], bug: 'no dedupe' }, /was applied 2 times/)
})

test('a batch that is acknowledged before it is written is found out', async () => {
  await finds('kill', { parts: ['journal'], bug: 'acknowledges first' }, /was acknowledged and never applied/)
})
