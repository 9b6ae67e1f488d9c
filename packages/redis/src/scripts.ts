import { createHash } from 'node:crypto'

/** A program that Redis runs in one go: nobody sees or changes its keys in between. */
export interface Script {
  /** For messages and events. */
  readonly name: string
  readonly lua: string
}

const hashes = new WeakMap<Script, string>()

/** By which Redis knows the script. */
export function hashOf(script: Script): string {
  let hash = hashes.get(script)
  if (hash === undefined) hashes.set(script, (hash = createHash('sha1').update(script.lua).digest('hex')))
  return hash
}

const many = new WeakMap<Script, Script>()

/** The script for several calls, after their number the arguments of one behind the other; each fails by itself. */
export function manyTimes(script: Script): Script {
  let wrapped = many.get(script)
  if (wrapped === undefined) many.set(script, (wrapped = { name: script.name, lua: wrapper(script.lua) }))
  return wrapped
}

// What a script says of KEYS and ARGV is then about the function's own.
const wrapper = (lua: string): string => `
local function ashlar_script(KEYS, ARGV)
${lua}
end

local calls, answers, keys, args = tonumber(ARGV[1]), {}, {}, {}
local keysEach, argsEach, nextKey, nextArg = #KEYS / calls, (#ARGV - 1) / calls, 1, 2
for call = 1, calls do
  for i = 1, keysEach do keys[i], nextKey = KEYS[nextKey], nextKey + 1 end
  for i = 1, argsEach do args[i], nextArg = ARGV[nextArg], nextArg + 1 end
  local ok, answer = pcall(ashlar_script, keys, args)
  if not ok and type(answer) ~= 'table' then answer = { err = 'ERR ' .. tostring(answer) } end
  -- A list would end there.
  if answer == nil then answer = false end
  answers[call] = answer
end
return answers
`

/** `EVALSHA hash 1 key argument`. */
export function scriptCommand(
  verb: 'EVAL' | 'EVALSHA',
  body: string,
  keys: readonly string[],
  args: readonly (string | number)[],
): string[] {
  const command = [verb, body, String(keys.length)]
  for (const key of keys) command.push(key)
  for (const arg of args) command.push(String(arg))
  return command
}

/** Whether Redis answered a list of integers. */
export function isNumbers(answer: unknown): answer is readonly number[] {
  return Array.isArray(answer) && answer.every((value) => typeof value === 'number')
}
