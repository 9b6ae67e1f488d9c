import type { Script, ScriptRunner } from './script-runner.ts'

/** So many calls per `perMs`, and so many of them at once after a quiet time. */
export interface RateRule {
  readonly limit: number
  readonly perMs: number
  readonly burst: number
}

/** What is to be taken of one key. */
export interface RateTake {
  /** As the store knows it. */
  readonly key: string
  readonly rule: RateRule
  readonly cost: number
  /** Whole calls to be taken besides, as far as they are there. */
  readonly extra: number
}

/** How a key stands after that. */
export interface RateStanding {
  /** 0 where this key allows it. */
  readonly retryAfterMs: number
  /** Calls that could come right now. */
  readonly remaining: number
  /** Until the key has its whole burst again. */
  readonly resetMs: number
  /** Calls taken besides. */
  readonly extra: number
}

/**
 * Takes from all keys, or from none where one of them refuses. For each key five arguments: limit, period in
 * microseconds, burst, cost, extra calls; and four answers: microseconds to wait, remaining, microseconds until the whole
 * burst is back, extra calls taken.
 *
 * A key holds the calls that are used up, and when they were counted, in microseconds of the server's clock. It vanishes
 * when none would be used up any more. A clock that was set back drains nothing until it has passed where it counts from
 * now on, so that nobody is let through or locked out by that.
 *
 * Source: GCRA, ITU-T I.371 annex A, as a leaky bucket with continuous state. Counted in calls and not in time, so that
 * whole calls add up without rounding.
 */
export const rateTakeScript: Script = {
  name: 'ashlar_rate_take',
  lua: `
local call, ceil, floor = redis.call, math.ceil, math.floor
local time = call('TIME')
local now = time[1] * 1000000 + time[2]
-- Milliseconds: what is larger, Redis takes for no number.
local longest = 1e15

-- One key, which is nearly always: without the tables that several need, at two thirds of their cost.
if #KEYS == 1 then
  local key, perCall = KEYS[1], ARGV[2] / ARGV[1]
  local burst, cost, extra = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
  -- What adds up to the whole burst may be off in the last digits.
  local slack, used, isAhead = burst * 1e-12, 0, false
  local state = call('GET', key)
  if state then
    local at
    used, at = struct.unpack('dd', state)
    isAhead = at > now
    if at < now then
      used = used - (now - at) / perCall
      if used < 0 then used = 0 end
    end
    -- The burst may have been larger then.
    if used > burst + slack then used = burst + slack end
  end
  local over, wait = used + cost - burst, 0
  if over > slack then
    wait, extra = ceil(over * perCall), 0
    if wait < 1 then wait = 1 end
  else
    used = used + cost
    if extra > 0 then
      extra = math.max(0, math.min(extra, floor(burst - used + slack)))
      used = used + extra
    end
  end
  local reset, left = ceil(used * perCall), floor(burst - used + slack)
  if wait == 0 or isAhead then
    call('PSETEX', key, math.min(floor(reset / 1000) + 1, longest), struct.pack('dd', used, now))
  end
  return { wait, left < 0 and 0 or left, reset, extra }
end

local rules, fits = {}, true

for i, key in ipairs(KEYS) do
  local first = 5 * (i - 1)
  local rule = {
    perCall = tonumber(ARGV[first + 2]) / tonumber(ARGV[first + 1]),
    burst = tonumber(ARGV[first + 3]),
    cost = tonumber(ARGV[first + 4]),
    extra = tonumber(ARGV[first + 5]),
    used = 0,
    isAhead = false,
  }
  -- What adds up to the whole burst may be off in the last digits.
  rule.slack = rule.burst * 1e-12
  local state = call('GET', key)
  if state then
    local used, at = struct.unpack('dd', state)
    rule.isAhead = at > now
    rule.used = math.max(0, used - math.max(0, now - at) / rule.perCall)
    -- The burst may have been larger then.
    rule.used = math.min(rule.used, rule.burst + rule.slack)
  end
  local over = rule.used + rule.cost - rule.burst
  rule.wait = over > rule.slack and math.max(1, ceil(over * rule.perCall)) or 0
  fits = fits and rule.wait == 0
  rules[i] = rule
end

local answer = {}
for i, key in ipairs(KEYS) do
  local rule, extra = rules[i], 0
  if fits then
    rule.used = rule.used + rule.cost
    extra = math.max(0, math.min(rule.extra, floor(rule.burst - rule.used + rule.slack)))
    rule.used = rule.used + extra
  end
  local reset = ceil(rule.used * rule.perCall)
  if fits or rule.isAhead then
    call('PSETEX', key, math.min(floor(reset / 1000) + 1, longest), struct.pack('dd', rule.used, now))
  end
  local left = math.max(0, floor(rule.burst - rule.used + rule.slack))
  for _, value in ipairs({ rule.wait, left, reset, extra }) do answer[#answer + 1] = value end
end
return answer
`,
}

/** Runs the script for these takes. @returns How each of their keys stands, in the same order. */
export async function runTake(
  scripts: ScriptRunner,
  takes: readonly RateTake[],
  options?: { readonly signal?: AbortSignal | undefined },
): Promise<RateStanding[]> {
  const keys = takes.map(({ key }) => key)
  const args = takes.flatMap(({ rule, cost, extra }) => [rule.limit, rule.perMs * 1_000, rule.burst, cost, extra])
  const answer = await scripts.run(rateTakeScript, keys, args, options)
  return takes.map((_, index) => {
    const [waitUs, remaining, resetUs, extra] = answer.slice(4 * index, 4 * index + 4)
    if (waitUs === undefined || remaining === undefined || resetUs === undefined || extra === undefined) {
      throw new TypeError(`rate limiter: the store answered ${answer.length} numbers, for ${takes.length} keys`)
    }
    return { retryAfterMs: Math.ceil(waitUs / 1_000), remaining, resetMs: Math.ceil(resetUs / 1_000), extra }
  })
}
