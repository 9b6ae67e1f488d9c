import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { describeRun } from './describe-run.ts'
import { plants } from './plants.ts'
import { simulate, type Run } from './simulate.ts'

const orders = 50

test('the same seed gives the same history, byte for byte, and another seed another', async () => {
  const history = async (seed: number): Promise<string> => (await simulate({ seed, orders })).history.text()
  const first = await history(1)
  assert.ok(first.length > 100_000, 'something happened')
  assert.equal(await history(1), first)
  assert.notEqual(await history(2), first)
})

suite('whatever goes wrong, no money and no piece is lost or made, no order is lost, and each comes to an end:', () => {
  const ends = new Map<string, number>()
  const troubles = new Map<string, number>()
  for (const first of [1, 11, 21, 31, 41]) {
    test(`seeds ${first} to ${first + 9}, ${orders} orders each`, async () => {
      for (let seed = first; seed < first + 10; seed++) {
        const run = await simulate({ seed, orders })
        assert.equal(run.violations.length, 0, describeRun(run))
        addTo(ends, run.ends)
        addTo(troubles, troublesOf(run))
      }
    })
  }
  // Runs in which nothing goes wrong would prove nothing.
  test('all of that came, and all kinds of orders', () => {
    const made = [...ends.values()].reduce((sum, count) => sum + count, 0)
    assert.ok(made >= 0.95 * 50 * orders, `${made} orders`)
    for (const end of ['PAID', 'SHIPPED', 'DELIVERED', 'REFUSED', 'CANCELLED', 'REFUNDED']) {
      assert.ok((ends.get(end) ?? 0) >= 20, `${end}: ${ends.get(end)}`)
    }
    for (const [trouble, count] of troubles) assert.ok(count >= 50, `${trouble}: ${count}`)
  })
})

suite('a planted mistake is found within 50 seeds:', () => {
  const shown = { 'double-charge': 'charged twice', oversell: 'oversold', 'lost-refund': 'not conserved' }
  for (const [name, kind] of Object.entries(shown)) {
    test(name, async (t) => {
      const plant = plants[name] ?? assert.fail(`no plant ${name}`)
      for (let seed = 1; seed <= 50; seed++) {
        const run = await simulate({ seed, orders, plant })
        if (!run.violations.some((violation) => violation.kind === kind)) continue
        return t.diagnostic(describeRun(run))
      }
      assert.fail('it was not found')
    })
  }
})

/** How often which kind of trouble came, by the history's words for it. */
function troublesOf({ history }: Run): Record<string, number> {
  const text = history.text()
  const count = (word: string): number => text.split(word).length - 1
  return {
    killed: count(' killed'),
    stalled: count(' stalled'),
    'lost by chance': count('(chance)'),
    'lost in a partition': count('(partition)'),
    duplicated: count(' duplicated'),
    interrupted: count('warn: order interrupted'),
    'failed statements': count('ASHLAR_SQL_UNAVAILABLE'),
    'bank not answering': count('SHOP_BANK_UNAVAILABLE'),
  }
}

function addTo(sums: Map<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) sums.set(name, (sums.get(name) ?? 0) + count)
}
