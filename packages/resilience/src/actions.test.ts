import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { parseActionInput, runCall } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { policyActions } from './actions.ts'
import { policy, type ResiliencePolicy } from './policy/index.ts'

const clock = new VirtualClock()

function bankAndMail(): { bank: ResiliencePolicy; mail: ResiliencePolicy<string> } {
  const breaker = { minCalls: 20, openMs: 1_000, openJitter: 0 }
  return {
    bank: policy('bank', { breaker, retry: { idempotent: true }, clock }),
    mail: policy('mail', { fallback: () => 'later', clock }),
  }
}

/** As a command line would: by name, with input that anybody may have written. */
async function act(policies: Parameters<typeof policyActions>[0], name: string, input: unknown): Promise<unknown> {
  const action = policyActions(policies).find((one) => one.name === name)
  assert.ok(action !== undefined, `no action ${name}`)
  return runCall({ clock }, (call) => action.run(parseActionInput(action, input), call))
}

suite('an operator', () => {
  test('isolates a policy with a reason, and closes it again', async () => {
    const { bank, mail } = bankAndMail()
    await act([bank, mail], 'policy-isolate', { policy: 'bank', why: 'maintenance' })
    await assert.rejects(
      bank.run(async () => {}),
      /is open/,
    )
    assert.deepEqual(bank.breaker?.state, { kind: 'isolated', reason: 'maintenance' })
    assert.deepEqual(await act([bank, mail], 'policy-close', { policy: 'bank' }), { kind: 'closed' })
    assert.equal(await bank.run(async () => 'paid'), 'paid')
  })

  test('lets a breaker observe only', async () => {
    const { bank } = bankAndMail()
    const told = await act([bank], 'policy-breaker-mode', { policy: 'bank', mode: 'observing' })
    assert.deepEqual(told, { mode: 'observing', kind: 'closed' })
    bank.breaker?.isolate('looking')
    assert.equal(await bank.run(async () => 'paid'), 'paid')
  })

  test('changes numbers, and what is left out stays', async () => {
    const { bank } = bankAndMail()
    const told = await act([bank], 'policy-update', { policy: 'bank', maxAttempts: 1, minCalls: 2, failurePercent: 50 })
    assert.deepEqual(told, { breaker: { minCalls: 2, failureRate: 0.5 }, retry: { maxAttempts: 1 } })
    for (let call = 0; call < 2; call++) await assert.rejects(bank.run(() => Promise.reject(new Error('ill'))))
    assert.equal(bank.counters.retried, 0)
    const { state } = bank.breaker!
    assert.ok(state.kind === 'open' && state.untilMs === clock.now() + 1_000)
  })

  test('sees what a policy has counted and remembers', async () => {
    const { mail } = bankAndMail()
    await mail.run(async () => 'sent')
    const counters = { calls: 1, failed: 0, refused: 0, retried: 0, hedged: 0, timedOut: 0 }
    assert.deepEqual(await act([mail], 'policy-snapshot', { policy: 'mail' }), { name: 'mail', counters })
  })

  test('is told what is wrong with an input, and nothing is changed', async () => {
    const { bank, mail } = bankAndMail()
    const all = [bank, mail]
    await assert.rejects(act(all, 'policy-isolate', { policy: 'mail', why: '' }), /policy must be one of bank/)
    await assert.rejects(act(all, 'policy-snapshot', { policy: 'card' }), /policy must be one of bank, mail/)
    await assert.rejects(
      act(all, 'policy-breaker-mode', { policy: 'bank', mode: 'off' }),
      /one of enforcing, observing, disabled/,
    )
    await assert.rejects(act(all, 'policy-update', { policy: 'bank' }), /nothing is to be changed/)
    await assert.rejects(act(all, 'policy-update', { policy: 'bank', probes: 0 }), /probes must be a whole number/)
    await assert.rejects(act(all, 'policy-update', { policy: 'mail', maxAttempts: 2 }), /"mail" has no retry/)
    const tooLong = { policy: 'bank', maxAttempts: 1, openMs: 3_600_000 }
    await assert.rejects(act(all, 'policy-update', tooLong), /maxOpenMs must be 3600000 to 86400000, got 60000/)
    await assert.rejects(bank.run(() => Promise.reject(Object.assign(new Error('ill'), { retryable: false }))))
  })
})

test('the risk of each action is stated, and those about breakers are there where there is one', () => {
  const { bank, mail } = bankAndMail()
  const risks = policyActions([bank]).map(({ name, risk }) => `${name}: ${risk}`)
  assert.deepEqual(risks, [
    'policy-isolate: change',
    'policy-close: change',
    'policy-breaker-mode: change',
    'policy-update: change',
    'policy-snapshot: read',
  ])
  assert.deepEqual(
    policyActions([mail]).map(({ name }) => name),
    ['policy-update', 'policy-snapshot'],
  )
})

test('two policies of one name are refused: nobody could tell them apart', () => {
  const { bank } = bankAndMail()
  assert.throws(() => policyActions([bank, policy('bank')]), /a name of its own/)
})
