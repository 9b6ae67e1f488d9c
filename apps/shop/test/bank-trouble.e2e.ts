import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { systemClock } from '@ashlar/kernel'
import { startShop } from './running-shop.ts'
import { ChargeLoad, type ChargeTried } from './charge-load.ts'
import { hundreds, quantile, quantiles, RefusalTimes, tell, type Times } from './refusal-times.ts'

// Of the payment service's policy for the bank, with the jitter of the open periods.
const longestOpenMs = 4_000 * 1.2
const shortestOpenMs = 2_000 * 0.8
const attemptTimeoutMs = 1_300
const probes = 3
/** In which a call is refused, 99 times of 100. */
const fastMs = 5
/** Of how many refusals that is judged, and how many more seconds a machine that has other things to do may take for them. */
const [wantedRounds, fewestRounds, moreSeconds] = [800, 200, 20]

suite('a bank in trouble', () => {
  test('half errors, then silence, then well again: refusals are fast, probes few, and nobody is charged twice', async (t) => {
    const shop = await startShop()
    t.after(() => shop.stop())
    const load = await ChargeLoad.open(shop.payment, { perSecond: 30 })
    const sampled = await ChargeLoad.open(shop.payment, { perSecond: 1 })
    const times = new RefusalTimes(shop.payment, sampled, () => shop.bankRequests())
    await load.run(2_000)
    assert.ok(load.all.every(({ ending }) => ending === 'charged'))

    const before = { asked: await shop.bankRequests(), charges: load.all.length }
    await shop.setBank('error', 50)
    await load.runUntil(({ ending }) => ending === 'refused', 25_000)
    const open = { asked: await shop.bankRequests(), charges: load.all.length }
    const openedMs = systemClock.now()
    await Promise.all([load.run(4_000), times.sample(4_000)])
    await shop.setBank('hang')
    await Promise.all([load.run(6_000), times.sample(6_000)])
    for (let more = 0; more < moreSeconds && times.rounds.length < wantedRounds; more++) {
      await Promise.all([load.run(1_000), times.sample(1_000)])
    }
    const openMs = Math.round(systemClock.now() - openedMs)
    const probed = (await shop.bankRequests()) - open.asked
    const beside = load.all.slice(open.charges).flatMap(({ ending, tookMs }) => (ending === 'refused' ? [tookMs] : []))
    await shop.setBank('normal')
    const recoveredMs = await load.runUntil(({ ending }) => ending === 'charged', 15_000)
    await load.run(1_000)
    const asked = (await shop.bankRequests()) - before.asked
    const charges = load.all.length - before.charges
    await Promise.all([load.settle(), sampled.settle()])

    const quiet = quietMoments(times.rounds)
    const median = quantiles(times.rounds, 0.5)
    t.diagnostic(`refused while open, ${times.rounds.length} of each; median: ${tell(median)}`)
    t.diagnostic(`99 of 100, of all: ${tell(quantiles(times.rounds, 0.99))}`)
    // Rarer, and with the few among them that were let through as probes.
    const [half, most] = [quantile(beside, 0.5).toFixed(1), quantile(beside, 0.95).toFixed(1)]
    t.diagnostic(`beside them, ${beside.length} charges; median ${half} ms, 95 of 100 ${most} ms`)
    for (const moment of quiet) t.diagnostic(`99 of 100, in a quiet moment: ${tell(moment)}`)
    t.diagnostic(`${probed} probes; well again after ${recoveredMs} ms; ${asked} attempts for ${charges} charges`)
    assert.ok(times.rounds.length >= fewestRounds, `${times.rounds.length} rounds`)
    assert.ok(isFast(median), `refusals take long: ${tell(median)}`)
    assert.ok(quiet.some(isFast), 'some refusals take long, also in quiet moments')
    assert.ok(probed <= probes * (Math.ceil(openMs / shortestOpenMs) + 1), `${probed} probes in ${openMs} ms`)
    // Probes may have been on their way when the bank was silent still: those have failed.
    const latestMs = attemptTimeoutMs + longestOpenMs + 1_000
    assert.ok(recoveredMs <= latestMs, `recovered after ${recoveredMs} ms`)
    assert.ok(asked <= 1.25 * charges, `${asked} attempts for ${charges} charges`)
    const approved = (await shop.ledger()).filter(({ kind, status }) => kind === 'charge' && status === 'approved')
    const all = [...load.all, ...sampled.all]
    assert.deepEqual(descriptionsOf(all), approved.map(({ description }) => description ?? '').toSorted())
  })
})

/**
 * A machine that has other things to do makes some moments slow, also for the plain call: judged are those that were the
 * quietest by that, and where even they were slow it is what a refusal takes beyond the plain call that counts.
 */
function quietMoments(rounds: readonly Times[]): readonly Times[] {
  const moments = hundreds(rounds).map((hundred) => quantiles(hundred, 0.99))
  return moments.toSorted((one, other) => one.plain - other.plain).slice(0, Math.ceil(moments.length / 2))
}

/** A charge that is refused does twice what a plain call does, so what slows that one down slows it down by more. */
function isFast({ charge, token, plain }: Times): boolean {
  return Math.max(charge, token) <= Math.max(fastMs, 3 * plain)
}

function descriptionsOf(charges: readonly ChargeTried[]): readonly string[] {
  return charges.map(({ orderId }) => `Order ${orderId}`).toSorted()
}
