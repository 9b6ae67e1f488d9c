import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { hasCode, sleep, systemClock } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { checkExactlyOnce } from '../history/index.ts'
import { killAtPoints, type KillOptions, type KillReport, type KillTrial } from './index.ts'
import { lastEntry, ledgerProgram, readLedger, type LedgerBug } from './ledger.test.support.ts'
import { isRunning } from './process-state.ts'

/** A directory that is there for as long as the trial is. */
async function place(): Promise<{ directory: string; [Symbol.asyncDispose](): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'ashlar-kill-'))
  return { directory, [Symbol.asyncDispose]: () => rm(directory, { recursive: true }) }
}

async function killLedger(bug: LedgerBug, points: KillOptions['points'], seed = 1): Promise<KillReport> {
  return killAtPoints({
    points,
    seed,
    async prepare() {
      const { directory, [Symbol.asyncDispose]: dispose } = await place()
      return {
        program: ledgerProgram(directory, bug),
        check() {
          const { asked, applied } = readLedger(directory)
          assert.equal(asked.length, lastEntry)
          const [violation] = checkExactlyOnce(asked, applied)
          if (violation !== undefined) throw new Error(violation.message)
        },
        [Symbol.asyncDispose]: dispose,
      }
    },
  })
}

/** Trials of a shell script, each run in a directory of its own. */
function script(
  text: string,
  hooks: (directory: string, point: number | undefined) => Partial<Omit<KillTrial, 'program'>> = () => ({}),
): KillOptions['prepare'] {
  return async ({ point }) => {
    const { directory, [Symbol.asyncDispose]: dispose } = await place()
    return {
      program: { command: '/bin/sh', args: ['-c', text], cwd: directory },
      check: () => {},
      [Symbol.asyncDispose]: dispose,
      ...hooks(directory, point),
    }
  }
}

const read = async (directory: string, name: string): Promise<string> =>
  (await readFile(join(directory, name), 'utf8')).trim()

test('a program that writes, then acknowledges, and knows what it has applied survives a kill at each point', async () => {
  const report = await killLedger('none', 'each')
  const names = ['ledger:written', 'ledger:acknowledged']
  assert.deepEqual(report.reported, [...names, ...names])
  assert.deepEqual(
    report.trials.map(({ point, name, seed }) => `${seed} ${point} ${name}`),
    report.reported.map((name, index) => `${index + 1} ${index + 1} ${name}`),
  )
  assert.deepEqual(report.failures, [])
})

test('a program that acknowledges before it writes is found, with the point and the seed that find it again', async () => {
  const report = await killLedger('acknowledges first', [1, 2], 40)
  assert.deepEqual(
    report.failures.map(({ message }) => message),
    [
      'killed at point 1 "ledger:acknowledged", seed 40: "1" was acknowledged and never applied; ' +
        'again with { seed: 40, points: [1] }',
    ],
  )
  assert.ok(hasCode(report.failures[0], 'ASHLAR_TESTING_KILL_TRIAL'))
})

test('a program that applies a retry again is found', async () => {
  const report = await killLedger('forgets', [1])
  assert.match(report.failures[0]?.message ?? '', /point 1 "ledger:written".*"1" was applied 2 times/)
})

const threePoints = 'for n in 1 2 3; do echo $n >> log; echo "ashlar:point step $n"; done'

test('a program in any language reports by lines; drawn points are the same for the same seed', async () => {
  const draw = async (seed: number): Promise<string> => {
    const report = await killAtPoints({ points: { drawn: 8 }, seed, prepare: script(threePoints) })
    assert.deepEqual(report.reported, ['step 1', 'step 2', 'step 3'])
    assert.deepEqual(report.failures, [])
    return report.trials.map(({ point, name }) => `${point} ${name}`).join()
  }
  const first = await draw(7)
  assert.equal(await draw(7), first)
  assert.notEqual(await draw(100), first)
})

test('a point that is not reached is said to be so, and what is there is checked all the same', async () => {
  const checked: string[] = []
  const prepare = script(threePoints, (directory) => ({
    async check() {
      checked.push(await read(directory, 'log'))
    },
  }))
  const report = await killAtPoints({ points: [9], prepare })
  assert.deepEqual(report.trials, [{ seed: 1, point: 9, name: undefined, failure: undefined }])
  assert.deepEqual(checked, ['1\n2\n3', '1\n2\n3'])
})

test('a paused program stands still while others act, then goes on where it was', async () => {
  const seen: string[] = []
  const text =
    'echo $$ > pid; echo before > log; echo "ashlar:point x"; until [ -f go ]; do sleep 0.01; done; echo after >> log'
  const prepare = script(text, (directory, point) => {
    const letGo = (): void => writeFileSync(join(directory, 'go'), '')
    if (point === undefined) letGo()
    return {
      async whilePaused() {
        letGo()
        const state = isRunning(Number(await read(directory, 'pid'))) ? 'runs' : 'stands'
        seen.push(`${state} ${await read(directory, 'log')}`)
      },
      check: async () => void seen.push(await read(directory, 'log')),
    }
  })
  const report = await killAtPoints({ points: [1], how: 'pause', prepare })
  assert.deepEqual(report.failures, [])
  assert.deepEqual(seen, ['before\nafter', 'stands before', 'before\nafter'])
})

test('what fails while the program stands still is a finding, and the program is not left standing', async () => {
  let pid = 0
  const prepare = script('echo $$ > pid; echo "ashlar:point x"', (directory) => ({
    async whilePaused() {
      pid = Number(await read(directory, 'pid'))
      assert.fail('the lease was not to be had')
    },
  }))
  const report = await killAtPoints({ points: [1], how: 'pause', prepare })
  assert.match(report.failures[0]?.message ?? '', /^paused at point 1 "x", seed 1: the lease was not to be had/)
  assert.ok(await isGone(pid))
})

test('a restarted program that fails is a finding, and what it printed is in it', async () => {
  const text =
    '[ -f log ] && { echo "cannot read my own log" >&2; exit 3; }; echo x > log; echo "ashlar:point x"; sleep 0.1'
  const report = await killAtPoints({ points: 'each', prepare: script(text) })
  assert.match(
    report.failures[0]?.message ?? '',
    /killed at point 1 "x".*ended with exit code 3\ncannot read my own log/,
  )
})

test('a restarted program that does not end in its time is a finding, and is ended', async () => {
  const clock = new VirtualClock()
  let last = ''
  const text = 'if [ -f begun ]; then echo $$ > again; exec sleep 60; fi; echo > begun; echo "ashlar:point x"'
  const prepare = script(text, (directory) => {
    last = directory
    return {}
  })
  const running = killAtPoints({ points: 'each', clock, prepare, timeoutMs: 5_000 })
  const pid = await waitFor(async () => Number(await read(last, 'again')))
  await clock.advance(5_000)
  assert.match((await running).failures[0]?.message ?? '', /did not end within 5000 ms/)
  assert.ok(await isGone(pid))
  assert.equal(clock.armed, 0)
})

test('no process is left behind, not even what the program started and left', async () => {
  const pids: number[] = []
  const text = 'sleep 60 & echo $! >> pids; echo $$ >> pids; echo "ashlar:point x"; echo "ashlar:point y"'
  const prepare = script(text, (directory) => ({
    async check() {
      pids.push(...(await read(directory, 'pids')).split('\n').map(Number))
    },
  }))
  const report = await killAtPoints({ points: 'each', prepare })
  assert.deepEqual(report.failures, [])
  assert.equal(pids.length, 2 + 2 * 4)
  for (const pid of pids) assert.ok(await isGone(pid), `process ${pid}`)
})

/** The system ends a killed process in its own time. */
async function isGone(pid: number): Promise<boolean> {
  assert.ok(pid > 1)
  return waitFor(() => !isRunning(pid))
}

/** What `look` finds once it finds something: what another process does is waited for, not timed. */
async function waitFor<T>(look: () => T | Promise<T>): Promise<T> {
  for (let tries = 0; tries < 1_000; tries++) {
    const found = await (async () => look())().catch(() => undefined)
    if (found !== undefined && Boolean(found)) return found
    await sleep(systemClock, 5)
  }
  return assert.fail('it did not happen in 5 s')
}

test('a program that fails without being struck, cannot be started or reports nothing tells nothing about crashes', async () => {
  const run = (prepare: KillOptions['prepare']) => killAtPoints({ points: 'each', prepare })
  await assert.rejects(
    run(script('echo no disk; exit 1')),
    (error) =>
      hasCode(error, 'ASHLAR_TESTING_UNHARMED_RUN') && error.message.endsWith('ended with exit code 1\nno disk'),
  )
  await assert.rejects(
    run(script(threePoints, () => ({ check: () => assert.fail('not as it should be') }))),
    (error) => hasCode(error, 'ASHLAR_TESTING_UNHARMED_RUN') && /not as it should be/.test(error.message),
  )
  await assert.rejects(
    run(() => ({ program: { command: '/no/such/program' }, check() {} })),
    (error) => hasCode(error, 'ASHLAR_TESTING_UNHARMED_RUN') && /could not be started/.test(error.message),
  )
  await assert.rejects(run(script('echo hello')), (error) => hasCode(error, 'ASHLAR_TESTING_NO_POINTS'))
})

test('the whole is bounded in time and can be cancelled, and then leaves nothing behind either', async () => {
  const clock = new VirtualClock()
  const cancel = new AbortController()
  const pids: number[] = []
  const kill = (stop: () => unknown): Promise<KillReport> =>
    killAtPoints({
      points: [1],
      how: 'pause',
      clock,
      totalTimeoutMs: 5_000,
      signal: cancel.signal,
      prepare: script('echo $$ > pid; echo "ashlar:point x"', (directory) => ({
        async whilePaused() {
          pids.push(Number(await read(directory, 'pid')))
          void stop()
          await new Promise(() => {})
        },
      })),
    })
  await assert.rejects(
    kill(() => clock.advance(5_000)),
    (error) =>
      hasCode(error, 'ASHLAR_DEADLINE_EXCEEDED') && error.message === '0 points were tried in 5000 ms, not all',
  )
  const reason = new Error('enough')
  await assert.rejects(
    kill(() => cancel.abort(reason)),
    reason,
  )
  assert.equal(pids.length, 2)
  for (const pid of pids) assert.ok(await isGone(pid), `process ${pid}`)
  assert.equal(clock.armed, 0)
})

test('points that cannot be are refused before anything is started', async () => {
  const prepare = (): never => assert.fail('nothing is prepared')
  await assert.rejects(killAtPoints({ points: [0], prepare }), /points must be integers from 1, got 0/)
  await assert.rejects(killAtPoints({ points: { drawn: 1.5 }, prepare }), RangeError)
})
