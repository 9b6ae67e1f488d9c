import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { newId } from '@ashlar/kernel'
import { seededRandom } from '@ashlar/kernel/testing'
import type { ScriptRunner } from './script-runner.ts'
import { runTake, type RateRule, type RateStanding, type RateTake } from './take-script.ts'

/** One store, with what the contract needs to do behind its back. */
export interface SharedRateHarness {
  readonly scripts: ScriptRunner
  /** Makes what is kept of these keys so much older, as if that time had passed; younger where it is negative. */
  readonly age: (keys: readonly string[], ms: number) => Promise<void>
  /** In how many milliseconds the key vanishes by itself; 0 or less where it has, or is not there. */
  readonly lifeMs: (key: string) => Promise<number>
}

/** The harness of a store that runs Lua: all the contract needs is scripts as well. */
export function luaHarness(scripts: ScriptRunner): SharedRateHarness {
  return {
    scripts,
    async age(keys, ms) {
      await scripts.run({ name: 'contract_age', lua: ageLua }, keys, [ms])
    },
    async lifeMs(key) {
      const [life = 0] = await scripts.run(
        { name: 'contract_life', lua: "return { redis.call('PTTL', KEYS[1]) }" },
        [key],
        [],
      )
      return life
    },
  }
}

const ageLua = `
for _, key in ipairs(KEYS) do
  local state = redis.call('GET', key)
  local life = redis.call('PTTL', key) - tonumber(ARGV[1])
  if state and life <= 0 then
    redis.call('DEL', key)
  elseif state then
    local used, at = struct.unpack('dd', state)
    redis.call('PSETEX', key, life, struct.pack('dd', used, at - tonumber(ARGV[1]) * 1000))
  end
end
return {}
`

const hour = 3_600_000
/** A call comes back every 450 seconds: what passes while a test runs is far less than a quarter of one. */
const slow: RateRule = { limit: 8, perMs: hour, burst: 8 }
const callMs = hour / 8

type Keep = (harness: SharedRateHarness, keys: readonly string[]) => Promise<void>
type Define = (title: string, keep: Keep) => void

/** The promises of every store that limits a rate for several processes. */
export function sharedRateContract(name: string, open: (t: TestContext) => Promise<SharedRateHarness>): void {
  const define: Define = (title, keep) => {
    test(`${name}: ${title}`, async (t) => {
      const scope = newId()
      const keys = ['a', 'b', 'c', 'd'].map((key) => `{contract:${scope}}:${key}`)
      await keep(await open(t), keys)
    })
  }
  promiseTaking(define)
  promiseAllOrNone(define)
  promiseTime(define)
  promiseBucket(define)
}

function promiseTaking(promise: Define): void {
  promise(
    'of many at the same time as many are let through as the burst has room for',
    async ({ scripts }, [key = '']) => {
      const standings = await Promise.all(Array.from({ length: 40 }, () => takeOne(scripts, { key })))
      assert.equal(standings.filter(isAllowed).length, 8)
      for (const { retryAfterMs } of standings.filter((one) => !isAllowed(one))) near(retryAfterMs, callMs)
    },
  )

  promise('keys have rates of their own', async ({ scripts }, keys) => {
    for (const key of keys) assert.ok(isAllowed(await takeOne(scripts, { key, cost: 8 })), key)
    for (const key of keys) assert.ok(!isAllowed(await takeOne(scripts, { key })), key)
  })

  promise('says what remains, when to come back, and when all is there again', async ({ scripts }, [key = '']) => {
    const taken = await takeOne(scripts, { key, cost: 5 })
    assert.deepEqual([taken.retryAfterMs, taken.remaining, taken.extra], [0, 3, 0])
    near(taken.resetMs, 5 * callMs)
    const refused = await takeOne(scripts, { key, cost: 6 })
    assert.equal(refused.remaining, 3)
    near(refused.retryAfterMs, 3 * callMs)
    near(refused.resetMs, 5 * callMs)
  })

  promise('a call that is refused takes nothing', async ({ scripts }, [key = '']) => {
    assert.ok(isAllowed(await takeOne(scripts, { key, cost: 5 })))
    for (let call = 0; call < 10; call++) assert.ok(!isAllowed(await takeOne(scripts, { key, cost: 4 })))
    assert.ok(isAllowed(await takeOne(scripts, { key, cost: 3 })))
  })

  promise('fractions of a call add up, also where no binary number has them', async ({ scripts }, [key = '']) => {
    const rule = { limit: 1, perMs: hour, burst: 1 }
    for (let tenth = 0; tenth < 10; tenth++)
      assert.ok(isAllowed(await takeOne(scripts, { key, rule, cost: 0.1 })), `${tenth}`)
    assert.ok(!isAllowed(await takeOne(scripts, { key, rule, cost: 0.1 })))
  })

  promise(
    'extra calls are taken as far as they are there, and only by who is let through',
    async ({ scripts }, [key = '']) => {
      const taken = await takeOne(scripts, { key, cost: 0.5, extra: 5 })
      assert.deepEqual([taken.retryAfterMs, taken.extra, taken.remaining], [0, 5, 2])
      const rest = await takeOne(scripts, { key, cost: 1, extra: 5 })
      assert.deepEqual([rest.retryAfterMs, rest.extra, rest.remaining], [0, 1, 0])
      const refused = await takeOne(scripts, { key, cost: 1, extra: 5 })
      assert.ok(refused.retryAfterMs > 0)
      assert.equal(refused.extra, 0)
    },
  )
}

function promiseAllOrNone(promise: Define): void {
  promise(
    'of several keys all are taken from, or none, and each says why',
    async ({ scripts }, [first = '', second = '']) => {
      const strict: RateRule = { limit: 2, perMs: hour, burst: 2 }
      const both = (): Promise<RateStanding[]> =>
        runTake(scripts, [takeOf({ key: first }), takeOf({ key: second, rule: strict, cost: 2 })])
      assert.deepEqual(
        (await both()).map(({ retryAfterMs, remaining }) => [retryAfterMs, remaining]),
        [
          [0, 7],
          [0, 0],
        ],
      )
      const [free, shut] = await both()
      assert.deepEqual([free?.retryAfterMs, free?.remaining], [0, 7])
      near(shut?.retryAfterMs ?? 0, hour)
    },
  )

  promise('takers of the same keys in opposite orders do not block each other for good', async ({ scripts }, keys) => {
    const takes = keys.map((key) => takeOf({ key, rule: { limit: 30, perMs: hour, burst: 30 } }))
    const rounds = Array.from({ length: 40 }, (_, round) =>
      runTake(scripts, round % 2 === 0 ? takes : takes.toReversed()),
    )
    const allowed = (await Promise.all(rounds)).filter((standings) => standings.every(isAllowed))
    assert.equal(allowed.length, 30)
  })
}

function promiseTime(promise: Define): void {
  promise(
    'what is used up comes back at the rate, and never more than the burst',
    async ({ scripts, age }, [key = '']) => {
      assert.ok(isAllowed(await takeOne(scripts, { key, cost: 8 })))
      await age([key], 2.5 * callMs)
      assert.ok(!isAllowed(await takeOne(scripts, { key, cost: 3 })))
      assert.ok(isAllowed(await takeOne(scripts, { key, cost: 2.5 })))
      await age([key], 1_000 * callMs)
      assert.equal((await takeOne(scripts, { key, cost: 1 })).remaining, 7)
    },
  )

  promise(
    'a key vanishes when it would be as good as new, and not before',
    async ({ scripts, age, lifeMs }, [key = '']) => {
      assert.ok((await lifeMs(key)) <= 0)
      const { resetMs } = await takeOne(scripts, { key, cost: 3 })
      const life = await lifeMs(key)
      assert.ok(life <= resetMs + 1_000 && life > resetMs - 60_000, `${life} of ${resetMs}`)
      await age([key], 4 * callMs)
      assert.ok((await lifeMs(key)) <= 0)
    },
  )

  promise(
    'a server clock that is set back lets nobody through and locks nobody out',
    async ({ scripts, age }, [key = '']) => {
      assert.ok(isAllowed(await takeOne(scripts, { key, cost: 8 })))
      await age([key], -1_000 * hour)
      const refused = await takeOne(scripts, { key })
      near(refused.retryAfterMs, callMs)
      await age([key], callMs)
      assert.ok(isAllowed(await takeOne(scripts, { key })))
      assert.ok(!isAllowed(await takeOne(scripts, { key })))
    },
  )

  promise(
    'a burst that was made smaller locks nobody out for what was taken before',
    async ({ scripts }, [key = '']) => {
      assert.ok(isAllowed(await takeOne(scripts, { key, cost: 800, rule: { limit: 8, perMs: hour, burst: 800 } })))
      near((await takeOne(scripts, { key })).retryAfterMs, callMs)
    },
  )
}

function promiseBucket(promise: Define): void {
  for (const [limit, perMs, burst] of [
    [1_000_000, 1, 1_000_000],
    [1, 31_536_000_000, 10],
    [7, 1_000, 1_000_000_000],
  ] as const) {
    promise(`holds exactly at ${limit} in ${perMs} ms, burst ${burst}`, async ({ scripts }, [key = '']) => {
      const rule = { limit, perMs, burst }
      const { remaining, resetMs } = await takeOne(scripts, { key, rule, cost: burst })
      assert.deepEqual([remaining, resetMs], [0, Math.ceil((burst * perMs) / limit)])
    })
  }

  promise('whatever is taken, in whatever order: what a bucket of tokens does', async ({ scripts, age }, keys) => {
    const random = seededRandom(7)
    const below = (bound: number): number => Math.floor(random.next() * bound)
    const tokens = new Map<string, number>()
    for (let step = 0; step < 200; step++) {
      if (below(3) === 0) {
        const quarters = below(8)
        await age(keys, (quarters * callMs) / 4)
        for (const key of keys) tokens.set(key, Math.min(8, (tokens.get(key) ?? 8) + quarters / 4))
        continue
      }
      const takes = keys
        .filter(() => below(2) === 0)
        .map((key) => takeOf({ key, cost: (1 + below(12)) / 4, extra: below(3) }))
      if (takes.length === 0) continue
      const left = (key: string): number => tokens.get(key) ?? 8
      const fits = takes.every(({ key, cost }) => cost <= left(key))
      const standings = await runTake(scripts, takes)
      takes.forEach(({ key, cost, extra }, index) => {
        const { retryAfterMs, ...standing } = standings[index] as RateStanding
        near(retryAfterMs, Math.max(0, cost - left(key)) * callMs)
        const more = fits ? Math.min(extra, Math.floor(left(key) - cost)) : 0
        if (fits) tokens.set(key, left(key) - cost - more)
        assert.deepEqual([standing.extra, standing.remaining], [more, Math.floor(left(key))], `step ${step}, ${key}`)
        near(standing.resetMs, (8 - left(key)) * callMs)
      })
    }
  })
}

function isAllowed({ retryAfterMs }: RateStanding): boolean {
  return retryAfterMs === 0
}

function takeOf(take: Partial<RateTake> & Pick<RateTake, 'key'>): RateTake {
  return { rule: slow, cost: 1, extra: 0, ...take }
}

async function takeOne(scripts: ScriptRunner, take: Partial<RateTake> & Pick<RateTake, 'key'>): Promise<RateStanding> {
  const [standing] = await runTake(scripts, [takeOf(take)])
  assert.ok(standing)
  return standing
}

/** That much, or less by what has passed while the test ran. 0 is 0. */
function near(ms: number, expectedMs: number): void {
  if (expectedMs === 0) assert.equal(ms, 0)
  else assert.ok(ms <= expectedMs + 1 && ms > expectedMs - 60_000, `${ms} where ${expectedMs} was expected`)
}
