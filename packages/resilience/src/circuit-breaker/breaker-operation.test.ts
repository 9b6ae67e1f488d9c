import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { breakerOf, fail, held, isOpen, open, succeed } from './breaker.test.support.ts'
import { CircuitBreaker } from './circuit-breaker.ts'
import { breakerTransition, type BreakerTransition } from './events.ts'
import { consecutive } from './options.ts'

suite('a person', () => {
  test('isolates a dependency until it is closed again', async () => {
    const { clock, breaker } = breakerOf()
    breaker.isolate('maintenance')
    await clock.advance(3_600_000)
    await assert.rejects(breaker.run(succeed), isOpen)
    assert.deepEqual(breaker.state, { kind: 'isolated', reason: 'maintenance' })
    breaker.close()
    assert.equal(await breaker.run(succeed), 'well')
  })

  test('can let it observe only: it judges and reports, and refuses nothing', async () => {
    const { breaker } = breakerOf()
    breaker.mode = 'observing'
    await open(breaker)
    for (let call = 0; call < 5; call++) assert.equal(await breaker.run(succeed), 'well')
    assert.equal(breaker.state.kind, 'open')
  })

  test('who lets it observe only sees it probe as it would: beyond the probes nothing is judged', async () => {
    const { clock, breaker } = breakerOf({ probes: 2 })
    breaker.mode = 'observing'
    await open(breaker)
    await clock.advance(1_000)
    const calls = Array.from({ length: 5 }, () => held())
    const running = calls.map(({ work }) => breaker.run(work))
    assert.deepEqual(breaker.state, { kind: 'half-open', succeeded: 0, inFlight: 2, openings: 1 })
    for (const call of calls.slice(2)) call.answer()
    await Promise.all(running.slice(2))
    assert.deepEqual(breaker.state, { kind: 'half-open', succeeded: 0, inFlight: 2, openings: 1 })
    for (const call of calls.slice(0, 2)) call.answer()
    await Promise.all(running)
    assert.equal(breaker.state.kind, 'closed')
  })

  test('can switch it off: it closes, and counts nothing', async () => {
    const { breaker } = breakerOf()
    assert.equal(breaker.mode, 'enforcing')
    await open(breaker)
    breaker.mode = 'observing'
    assert.equal(breaker.snapshot().kind, 'open')
    breaker.mode = 'disabled'
    assert.equal(breaker.mode, 'disabled')
    assert.equal(breaker.snapshot().kind, 'closed')
    for (let call = 0; call < 10; call++) await assert.rejects(breaker.run(fail), /ill/)
    assert.equal(breaker.snapshot().kind, 'closed')
    assert.equal(breaker.snapshot().window.calls, 0)
  })

  test('who has switched it off is refused nothing, whatever state it is put into', async () => {
    const { breaker } = breakerOf()
    await open(breaker)
    const opened = breaker.snapshot()
    breaker.mode = 'disabled'
    breaker.restore(opened)
    for (let call = 0; call < 3; call++) assert.equal(await breaker.run(succeed), 'well')
    breaker.mode = 'enforcing'
    await assert.rejects(breaker.run(succeed), isOpen)
  })

  test('who asks for fewer probes than have succeeded already has it closed, not stuck', async () => {
    const { clock, breaker } = breakerOf({ probes: 5 })
    await open(breaker)
    await clock.advance(1_000)
    for (let probe = 0; probe < 3; probe++) await breaker.run(succeed)
    breaker.update({ probes: 4 })
    assert.equal(breaker.state.kind, 'half-open')
    breaker.update({ probes: 2 })
    assert.equal(breaker.state.kind, 'closed')
    assert.equal(await breaker.run(succeed), 'well')
  })

  test('changes settings while it runs; what is nonsense changes nothing', async () => {
    const { clock, breaker } = breakerOf()
    await assert.rejects(breaker.run(fail), /ill/)
    assert.throws(() => breaker.update({ openMs: -1 }), /openMs must be 1 to 86400000, got -1/)
    breaker.update({ openMs: 3_000 })
    await assert.rejects(breaker.run(fail), /ill/)
    assert.deepEqual(breaker.state, { kind: 'open', untilMs: clock.now() + 3_000, openings: 1 })
  })

  test('who closes it or disposes of it leaves no timer behind', async () => {
    for (const end of ['close', 'dispose']) {
      const { clock, breaker } = breakerOf({ openMs: 60_000 })
      breaker[Symbol.dispose]()
      await open(breaker)
      // The ticker of its clock stops by itself.
      await clock.advance(10_000)
      assert.equal(clock.armed, 1)
      if (end === 'close') breaker.close()
      else breaker[Symbol.dispose]()
      assert.equal(clock.armed, 0)
    }
  })

  test('is told of each change of state, with what was judged', async () => {
    const seen: BreakerTransition[] = []
    using _ = breakerTransition.subscribe((event) => void seen.push(event))
    const { clock, breaker } = breakerOf()
    await open(breaker)
    await clock.advance(1_000)
    await breaker.run(succeed)
    assert.deepEqual(
      seen.map(({ from, to }) => `${from} > ${to}`),
      ['closed > open', 'open > half-open', 'half-open > closed'],
    )
    assert.deepEqual({ ...seen[0] }, { breaker: 'bank', from: 'closed', to: 'open', calls: 2, failures: 2, slow: 0 })
  })
})

suite('memory', () => {
  test('a snapshot carries window, state and growth to another process', async () => {
    const { clock, breaker } = breakerOf()
    await open(breaker)
    await clock.advance(400)
    const kept: unknown = JSON.parse(JSON.stringify(breaker.snapshot()))
    const next = breakerOf()
    next.breaker.restore(kept as ReturnType<typeof breaker.snapshot>)
    await next.clock.advance(599)
    await assert.rejects(next.breaker.run(succeed), isOpen)
    await next.clock.advance(1)
    assert.equal(await next.breaker.run(succeed), 'well')
  })

  test('a snapshot holds what its state needs, and nothing of an earlier one', async () => {
    const { clock, breaker } = breakerOf()
    const nothing = { calls: 0, failures: 0, slow: 0 }
    const closed = { kind: 'closed', openings: 0, openForMs: 0, reason: '', window: nothing }
    assert.deepEqual(breaker.snapshot(), closed)
    await open(breaker)
    await clock.advance(400)
    const twoFailures = { calls: 2, failures: 2, slow: 0 }
    assert.deepEqual(breaker.snapshot(), { ...closed, kind: 'open', openings: 1, openForMs: 600, window: twoFailures })
    await clock.advance(600)
    assert.deepEqual(breaker.snapshot(), { ...closed, kind: 'half-open', openings: 1, window: twoFailures })
    breaker.isolate('maintenance')
    const isolated = { ...closed, kind: 'isolated', reason: 'maintenance', openings: 1, window: twoFailures } as const
    assert.deepEqual(breaker.snapshot(), isolated)
    breaker.close()
    assert.deepEqual(breaker.snapshot(), closed)
    breaker.restore(isolated)
    assert.deepEqual(breaker.state, { kind: 'isolated', reason: 'maintenance' })
    assert.deepEqual(breaker.snapshot(), isolated)
  })

  test('a snapshot that something has spoilt is refused by field and value, and changes nothing', async () => {
    const { breaker } = breakerOf()
    await open(breaker)
    const good = breaker.snapshot()
    const spoilt = [
      [{ kind: 'ajar' }, /kind cannot be "ajar"/],
      [{ openings: -1 }, /openings cannot be -1/],
      [{ openForMs: null }, /openForMs cannot be null/],
      [{ openForMs: 1e12 }, /openForMs cannot be 1000000000000/],
      [{ reason: undefined }, /reason cannot be undefined/],
      [{ window: undefined }, /window.calls cannot be undefined/],
      [{ window: { calls: 1e12, failures: 0, slow: 0 } }, /window.calls cannot be 1000000000000/],
      [{ window: { calls: 2, failures: 3, slow: 0 } }, /window.failures cannot be 3/],
      [{ window: { calls: 2, failures: 0, slow: '1' } }, /window.slow cannot be "1"/],
    ] as const
    for (const [fields, message] of spoilt) {
      assert.throws(() => breaker.restore({ ...good, ...fields } as never), { name: 'TypeError', message })
    }
    assert.deepEqual(breaker.snapshot(), good)
  })

  test('a restored time window weighs as much as before, however many calls it holds', async () => {
    const options = { window: { kind: 'time', durationMs: 1_000 }, minCalls: 10, failureRate: 0.5 } as const
    const { clock, breaker } = breakerOf(options)
    const window = { calls: 900_000_000, failures: 449_999_999, slow: 0 }
    breaker.restore({ ...breaker.snapshot(), window })
    assert.deepEqual(breaker.snapshot().window, window)
    await clock.advance(1_000)
    assert.equal(breaker.snapshot().window.calls, 0)
  })

  test('calls that were let through before a restore say nothing after it', async () => {
    const { breaker } = breakerOf()
    const late = held()
    const running = breaker.run(late.work)
    breaker.restore(breaker.snapshot())
    late.answer()
    await running
    assert.equal(breaker.snapshot().window.calls, 0)
  })

  test('a snapshot of a time window holds what is in it now', async () => {
    const { clock, breaker } = breakerOf({ window: { kind: 'time', durationMs: 1_000 }, minCalls: 10 })
    await assert.rejects(breaker.run(fail), /ill/)
    assert.equal(breaker.snapshot().window.failures, 1)
    await clock.advance(1_000)
    assert.equal(breaker.snapshot().window.failures, 0)
  })

  test('a restored window weighs as much as before', async () => {
    const options = { window: { kind: 'count', calls: 10 }, minCalls: 10, failureRate: 0.5 } as const
    const { breaker } = breakerOf(options)
    for (let call = 0; call < 9; call++) await breaker.run<unknown>(call < 5 ? fail : succeed).catch(() => {})
    const next = breakerOf(options)
    next.breaker.restore(breaker.snapshot())
    await next.breaker.run(succeed)
    assert.equal(next.breaker.state.kind, 'open')
  })

  test('the caller’s options are not touched, and later changes to them change nothing', async () => {
    const options = { name: 'bank', ...consecutive(2) }
    const frozen = Object.freeze({ ...options })
    const breaker = new CircuitBreaker(frozen)
    assert.equal(breaker.name, 'bank')
    assert.deepEqual(frozen, options)
  })
})
