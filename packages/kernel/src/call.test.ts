import assert from 'node:assert/strict'
import { test } from 'node:test'
import { currentCall, orAborted, remainingMs, runCall, runInContext, runInTrace } from './call.ts'
import { hasCode } from './errors.ts'
import { VirtualClock } from './testing/index.ts'
import { childTrace, newTrace } from './trace.ts'

const forever = (): Promise<never> => new Promise(() => {})

test('the deadline aborts the signal and rejects the call, with a code that says so', async () => {
  const clock = new VirtualClock()
  let seen: unknown
  const call = runCall({ timeoutMs: 100, clock }, ({ signal }) => {
    signal.addEventListener('abort', () => (seen = signal.reason))
    return forever()
  })
  const rejected = assert.rejects(call, (error) => hasCode(error, 'ASHLAR_DEADLINE_EXCEEDED'))
  await clock.advance(100)
  await rejected
  assert.ok(hasCode(seen, 'ASHLAR_DEADLINE_EXCEEDED'))
})

test('a nested call cannot outlive its parent, and may be shorter', async () => {
  const clock = new VirtualClock()
  await runCall({ timeoutMs: 100, clock }, async () => {
    await runCall({ timeoutMs: 1_000, clock }, async (inner) => assert.equal(remainingMs(inner, clock), 100))
    await runCall({ timeoutMs: 10, clock }, async (inner) => assert.equal(remainingMs(inner, clock), 10))
  })
  assert.equal(clock.armed, 0, 'no timer is left when the calls are over')
})

test('who hears of the deadline is called from the call around it, not from a stranger’s', async () => {
  const clock = new VirtualClock()
  let heardIn: unknown
  await runCall({ clock }, async (outer) => {
    const inner = runCall({ timeoutMs: 10, clock }, ({ signal }) => {
      signal.addEventListener('abort', () => (heardIn = currentCall()))
      return forever()
    })
    const rejected = assert.rejects(inner, (error) => hasCode(error, 'ASHLAR_DEADLINE_EXCEEDED'))
    await clock.advance(10)
    await rejected
    assert.equal(heardIn, outer)
  })
})

test('many calls with deadlines arm one timer of the clock', async () => {
  const clock = new VirtualClock()
  const calls = Array.from({ length: 100 }, (_, index) => runCall({ timeoutMs: 100 + index, clock }, forever))
  assert.equal(clock.armed, 1)
  const settled = Promise.allSettled(calls)
  await clock.advance(200)
  assert.ok((await settled).every(({ status }) => status === 'rejected'))
  assert.equal(clock.armed, 0)
})

test('work whose deadline has passed is not started', async () => {
  const clock = new VirtualClock()
  let started = false
  await assert.rejects(
    runCall({ timeoutMs: 0, clock }, async () => {
      started = true
    }),
    (error) => hasCode(error, 'ASHLAR_DEADLINE_EXCEEDED'),
  )
  assert.equal(started, false)
})

test('cancelling the caller cancels the callee, with the reason', async () => {
  const caller = new AbortController()
  const call = runCall({ signal: caller.signal }, () => runCall({}, forever))
  caller.abort(new Error('closed the page'))
  await assert.rejects(call, /closed the page/)
})

test('an abort without a reason of its own becomes a cancellation', async () => {
  const caller = new AbortController()
  const call = orAborted(forever(), caller.signal)
  caller.abort()
  await assert.rejects(call, (error) => hasCode(error, 'ASHLAR_CANCELLED'))
})

test('principal, trace and keys are inherited; a root call starts a trace of its own', async () => {
  const principal = { subject: 'u1', roles: ['customer'] }
  await runCall({ principal, idempotencyKey: 'k', baggage: { a: '1' }, attempt: 2 }, async (outer) => {
    await runCall({ tenant: 't' }, async (inner) => {
      assert.deepEqual(inner.principal, principal)
      assert.equal(inner.idempotencyKey, 'k')
      assert.equal(inner.tenant, 't')
      assert.deepEqual(inner.baggage, { a: '1' })
      assert.equal(inner.attempt, 2)
      assert.equal(inner.trace.traceId, outer.trace.traceId)
    })
    await runCall({ parent: null }, async (fresh) => {
      assert.equal(fresh.principal, undefined)
      assert.equal(fresh.attempt, 1)
      assert.notEqual(fresh.trace.traceId, outer.trace.traceId)
    })
  })
})

test('the current call follows awaits and is left behind by runInContext(undefined)', async () => {
  assert.equal(currentCall(), undefined)
  await runCall({}, async (call) => {
    await Promise.resolve()
    assert.equal(currentCall(), call)
    runInContext(undefined, () => assert.equal(currentCall(), undefined))
  })
})

test('work at another place in the trace is the same call in all else; outside any, it is a call without a deadline', async () => {
  await runCall({ parent: null, tenant: 't', timeoutMs: 1_000 }, async (call) => {
    const trace = childTrace(call.trace)
    await runInTrace(trace, async () => {
      await Promise.resolve()
      assert.deepEqual({ ...currentCall() }, { ...call, trace })
      await runCall({}, async (inner) => assert.equal(inner.trace, trace))
    })
    assert.equal(currentCall(), call)
  })
  const alone = newTrace()
  runInTrace(alone, () => {
    const call = currentCall()
    assert.deepEqual([call?.trace, call?.deadlineMs, call?.signal.aborted, call?.attempt], [alone, undefined, false, 1])
  })
  assert.equal(currentCall(), undefined)
})
