import assert from 'node:assert/strict'
import test from 'node:test'
import { VirtualClock } from '@ashlar/kernel/testing'
import { describeEvent } from './describe-event.ts'
import { Supervisor, type ProcessEvents, type SupervisorOptions } from './supervisor.ts'

/** A process that does nothing by itself. */
interface FakeProcess extends ProcessEvents {
  readonly pid: number
  asked: number
  killed: number
}

function setUp(options: Partial<SupervisorOptions> = {}): {
  clock: VirtualClock
  supervisor: Supervisor
  processes: FakeProcess[]
  latest: () => FakeProcess
  log: string[]
  becomeReady: () => void
} {
  const clock = new VirtualClock()
  const processes: FakeProcess[] = []
  const log: string[] = []
  const latest = (): FakeProcess => processes.at(-1) as FakeProcess
  const supervisor = new Supervisor({
    name: 'order',
    clock,
    // Always the longest delay that the backoff allows.
    random: { next: () => 1, fill: (target) => target },
    spawn(events) {
      const process = { ...events, pid: processes.length + 1, asked: 0, killed: 0 }
      processes.push(process)
      return { pid: process.pid, terminate: () => void process.asked++, kill: () => void process.killed++ }
    },
    onChange(event) {
      const line = event === undefined ? undefined : describeEvent('order', event)
      if (line !== undefined) log.push(`${line.level}: ${line.msg}`)
    },
    ...options,
  })
  const becomeReady = (): void => latest().ready({ pid: latest().pid, url: 'http://127.0.0.1:1' })
  return { clock, supervisor, processes, latest, log, becomeReady }
}

test('a process that is ready is ready; the start resolves', async () => {
  const { supervisor, becomeReady } = setUp()
  const started = supervisor.start()
  assert.equal(supervisor.state.kind, 'starting')
  becomeReady()
  await started
  assert.deepEqual(supervisor.state, { kind: 'ready', pid: 1, url: 'http://127.0.0.1:1', sinceMs: 0 })
})

test('a process that cannot start the first time is not tried again, and its reason is the error', async () => {
  const { clock, supervisor, processes, latest } = setUp()
  const started = supervisor.start()
  latest().failed('DATABASE_URL is missing')
  latest().exited('exited with code 1')
  await assert.rejects(started, {
    code: 'ASHLAR_HOST_SERVICE_START',
    message: 'order could not start: DATABASE_URL is missing',
  })
  await clock.advance(60_000)
  assert.equal(processes.length, 1)
  assert.equal(supervisor.state.kind, 'stopped')
  assert.equal(clock.armed, 0)
})

test('a process that dies without a word the first time is an error that says how', async () => {
  const { supervisor, latest } = setUp()
  const started = supervisor.start()
  latest().exited('was killed by SIGSEGV')
  await assert.rejects(started, { message: 'order could not start: it was killed by SIGSEGV' })
})

test('a process that dies is started again, later and later while it keeps dying, never later than the bound', async () => {
  const { clock, supervisor, processes, latest, becomeReady } = setUp()
  const started = supervisor.start()
  becomeReady()
  await started
  for (const delayMs of [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]) {
    const before = processes.length
    latest().exited('was killed by SIGKILL')
    assert.deepEqual(supervisor.state, { kind: 'backing off', untilMs: clock.now() + delayMs })
    await clock.advance(delayMs - 1)
    assert.equal(processes.length, before)
    await clock.advance(1)
    assert.equal(processes.length, before + 1)
    becomeReady()
  }
  assert.equal(supervisor.restarts, 8)
})

test('deaths are counted afresh once it has been ready for long', async () => {
  const { clock, supervisor, latest, becomeReady } = setUp()
  const started = supervisor.start()
  becomeReady()
  await started
  latest().exited('exited with code 1')
  await clock.advance(100)
  becomeReady()
  await clock.advance(9_999)
  latest().exited('exited with code 1')
  assert.deepEqual(supervisor.state, { kind: 'backing off', untilMs: clock.now() + 200 })
  await clock.advance(200)
  becomeReady()
  await clock.advance(10_000)
  latest().exited('exited with code 1')
  assert.deepEqual(supervisor.state, { kind: 'backing off', untilMs: clock.now() + 100 })
})

test('the log says what died, how, when it starts again and that it is back; it gets loud when it does not stop', async () => {
  const { clock, supervisor, latest, log, becomeReady } = setUp()
  const started = supervisor.start()
  becomeReady()
  await started
  latest().exited('was killed by SIGKILL')
  await clock.advance(350)
  becomeReady()
  assert.deepEqual(log, [
    'warn: order was killed by SIGKILL; starts again in 100 ms',
    'info: order is back after 250 ms',
  ])
  for (let death = 2; death <= 5; death++) {
    latest().failed('no database')
    latest().exited('exited with code 1')
    await clock.advance(5_000)
  }
  assert.equal(log.at(-1), 'error: order KEEPS DYING, 5 times in a row: no database; starts again in 1600 ms')
})

test('a process that the system has no room for is tried again, like one that died', async () => {
  let isFull = true
  const processes: ProcessEvents[] = []
  const { clock, supervisor, log } = setUp({
    spawn(events) {
      if (processes.length > 0 && isFull) throw new Error('spawn ENOMEM')
      processes.push(events)
      return { pid: processes.length, terminate: () => {}, kill: () => {} }
    },
  })
  const started = supervisor.start()
  processes[0]?.ready({ pid: 1, url: 'http://127.0.0.1:1' })
  await started
  processes[0]?.exited('was killed by SIGKILL')
  await clock.advance(100)
  assert.equal(log.at(-1), 'warn: order could not be started: spawn ENOMEM; starts again in 200 ms')
  isFull = false
  await clock.advance(200)
  assert.equal(supervisor.state.kind, 'starting')
})

test('a restarted process that does not become ready in time is killed and counts as dead', async () => {
  const { clock, supervisor, processes, latest, log, becomeReady } = setUp({ startTimeoutMs: 1_000 })
  const started = supervisor.start()
  becomeReady()
  await started
  latest().exited('exited with code 1')
  await clock.advance(100 + 1_000)
  assert.equal(latest().killed, 1)
  assert.equal(log.at(-1), 'error: order is not ready after 1 s; it is killed')
  latest().exited('was killed by SIGKILL')
  await clock.advance(200)
  assert.equal(processes.length, 3)
})

test('stopping asks first, and kills when the time is up', async () => {
  const { clock, supervisor, latest, log, becomeReady } = setUp({ graceMs: 10_000 })
  const started = supervisor.start()
  becomeReady()
  await started
  const stopped = supervisor.stop()
  assert.deepEqual([latest().asked, latest().killed], [1, 0])
  await clock.advance(10_000)
  assert.deepEqual([latest().asked, latest().killed], [1, 1])
  assert.equal(log.at(-1), 'error: order did not end within 10 s; it is killed')
  latest().exited('was killed by SIGKILL')
  await stopped
  await supervisor.stop()
  assert.equal(supervisor.state.kind, 'stopped')
  assert.equal(clock.armed, 0)
})

test('stopping while it waits to start again starts nothing any more', async () => {
  const { clock, supervisor, processes, latest, becomeReady } = setUp()
  const started = supervisor.start()
  becomeReady()
  await started
  latest().exited('exited with code 1')
  await supervisor.stop()
  await clock.advance(60_000)
  assert.equal(processes.length, 1)
  assert.equal(clock.armed, 0)
})

test('what an earlier process still says is not taken for the present one', async () => {
  const { clock, supervisor, processes, becomeReady } = setUp()
  const started = supervisor.start()
  becomeReady()
  await started
  const [first] = processes as [FakeProcess]
  first.exited('was killed by SIGKILL')
  await clock.advance(100)
  first.ready({ pid: 1, url: 'http://127.0.0.1:1' })
  first.exited('again')
  assert.deepEqual(supervisor.state, { kind: 'starting', pid: 2 })
})

test('a process that is kept is tried again until it runs, the first time too', async () => {
  const { clock, supervisor, processes, latest, becomeReady } = setUp()
  supervisor.keep()
  latest().failed('the database is not there yet')
  latest().exited('exited with code 1')
  assert.equal(supervisor.state.kind, 'backing off')
  await clock.advance(100)
  assert.equal(processes.length, 2)
  // One that hangs is killed, as at any restart.
  await clock.advance(30_000)
  assert.equal(latest().killed, 1)
  latest().exited('was killed')
  await clock.advance(200)
  becomeReady()
  assert.equal(supervisor.state.kind, 'ready')
})
