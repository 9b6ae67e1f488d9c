import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { faultPoint, hasCode } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { controlFaults } from './index.ts'

/** Passes the point and says how it went. */
async function pass(point: string): Promise<string> {
  try {
    await faultPoint(point)
    return 'passed'
  } catch (error) {
    return (error as Error).message
  }
}

async function passMany(point: string, times: number): Promise<string[]> {
  const results: string[] = []
  for (let time = 0; time < times; time++) results.push(await pass(point))
  return results
}

test('a rule with a hit applies to that hit alone, and the error says where it was', async () => {
  using control = controlFaults({ rules: [{ point: 'sql:flushed', action: { kind: 'throw' }, at: 2 }] })
  const failed = 'fault at "sql:flushed", hit 2, as a test asked'
  assert.deepEqual(await passMany('sql:flushed', 3), ['passed', failed, 'passed'])
  assert.equal(control.hits('sql:flushed'), 3)
  assert.equal(control.hits('sql:other'), 0)
})

test('a fault is known by its code, or is the error that the rule was given', async () => {
  const own = new Error('disk full')
  using control = controlFaults({
    rules: [
      { point: 'a:first', action: { kind: 'throw', error: own } },
      { point: 'a:*', action: { kind: 'throw' } },
    ],
  })
  await assert.rejects(faultPoint('a:first') as Promise<void>, own)
  await assert.rejects(faultPoint('a:second') as Promise<void>, (error) =>
    hasCode(error, 'ASHLAR_TESTING_FAULT_INJECTED'),
  )
  assert.equal(faultPoint('b:second'), undefined, 'a point that no rule names costs nothing')
  assert.equal(control.hits('b:second'), 1)
})

test('a rule for many points counts the hits of all of them, and the first rule that applies decides', async () => {
  const seen: unknown[] = []
  using _ = controlFaults({
    rules: [
      { point: 'a:*', action: { kind: 'throw', error: new Error('third of all') }, at: 3 },
      { point: 'a:y', action: { kind: 'throw', error: new Error('second of y') }, at: 2 },
    ],
    onFault: ({ point, hit }) => seen.push([point, hit]),
  })
  assert.deepEqual(await passMany('a:x', 2), ['passed', 'passed'])
  assert.deepEqual(await passMany('a:y', 3), ['third of all', 'second of y', 'passed'])
  assert.deepEqual(seen, [
    ['a:y', 3],
    ['a:y', 2],
  ])
})

test('a delay lasts as long as it says, on the clock that was given', async () => {
  const clock = new VirtualClock()
  using _ = controlFaults({ rules: [{ point: 'a:b', action: { kind: 'delay', delayMs: 50 } }], clock })
  let passedAtMs: number | undefined
  const passing = pass('a:b').then(() => (passedAtMs = clock.now()))
  await clock.advance(49)
  assert.equal(passedAtMs, undefined)
  await clock.advance(1)
  await passing
  assert.equal(passedAtMs, 50)
})

test('what hangs goes on when it is released or the control ends, and not before', async () => {
  const passed: string[] = []
  const control = controlFaults({ rules: [{ point: 'a:b', action: { kind: 'hang' } }] })
  const mark = (name: string) => (): void => void passed.push(name)
  const first = pass('a:b').then(mark('first'))
  await new VirtualClock().advance(0)
  assert.equal(passed.length, 0)
  control.release()
  await first
  const second = pass('a:b').then(mark('second'))
  await new VirtualClock().advance(0)
  assert.equal(passed.join(), 'first')
  control[Symbol.dispose]()
  await second
  assert.equal(faultPoint('a:b'), undefined, 'nobody is in charge any more')
})

test('a probability and a seed decide which hits fail: the same again with the same seed, and about as many', async () => {
  const run = async (seed: number, more: boolean): Promise<string> => {
    const error = new Error('x')
    using _ = controlFaults({
      rules: [
        { point: 'a:b', action: { kind: 'throw', error }, probability: 0.25 },
        ...(more ? [{ point: 'a:c', action: { kind: 'hang' }, probability: 0.5 } as const] : []),
      ],
      seed,
    })
    return (await passMany('a:b', 400)).map((result) => result.slice(0, 1)).join('')
  }
  const first = await run(7, false)
  assert.equal(await run(7, false), first)
  assert.equal(await run(7, true), first, 'another rule changes nothing')
  assert.notEqual(await run(8, false), first)
  const failures = first.replaceAll('p', '').length
  assert.ok(failures > 60 && failures < 140, `${failures} of 400`)
})

test('whoever watches hits is told of each, before its fault, and the hit waits', async () => {
  const log: string[] = []
  const gate = Promise.withResolvers<void>()
  using _ = controlFaults({
    rules: [{ point: 'a:b', action: { kind: 'throw' } }],
    onHit: (point) => {
      // Services that other test files of this process have opened pass points of their own.
      if (point !== 'a:b') return undefined
      log.push(`hit ${point}`)
      return gate.promise
    },
    onFault: () => log.push('fault'),
  })
  const passing = pass('a:b')
  await new VirtualClock().advance(0)
  assert.deepEqual(log, ['hit a:b'])
  gate.resolve()
  assert.match(await passing, /^fault at/)
  assert.deepEqual(log, ['hit a:b', 'fault'])
})

test('a crash ends the process by SIGKILL at the hit, before another step is taken', async () => {
  const program = `
    import { faultPoint } from '@ashlar/kernel'
    import { controlFaults, parseFaults } from '@ashlar/testing/faults'
    import { writeSync } from 'node:fs'
    controlFaults(parseFaults(process.argv[1]))
    process.on('exit', () => writeSync(1, 'exit handlers ran'))
    for (let step = 1; step <= 3; step++) {
      writeSync(1, 'before ' + step + '\\n')
      await faultPoint('a:b')
      writeSync(1, 'after ' + step + '\\n')
    }`
  const child = spawn(
    process.execPath,
    ['--conditions=ashlar:source', '--input-type=module', '-e', program, 'a:b@2=crash'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const [output, exit] = await Promise.all([child.stdout.setEncoding('utf8').toArray(), once(child, 'exit')])
  assert.equal(output.join(''), 'before 1\nafter 1\nbefore 2\n')
  assert.deepEqual(exit, [null, 'SIGKILL'])
})

test('a rule that cannot be followed is refused when the control is made, with the value it got', () => {
  const make = (rule: object) => () =>
    controlFaults({ rules: [{ point: 'a:b', action: { kind: 'hang' }, ...rule }] })[Symbol.dispose]()
  assert.throws(make({ at: 0 }), new RangeError('controlFaults: rules[0]: at must be an integer from 1, got 0'))
  assert.throws(make({ probability: 1.5 }), /probability must be above 0 and at most 1, got 1.5/)
  assert.throws(make({ at: 1, probability: 1 }), /exclude each other/)
  assert.throws(make({ point: 'a b' }), /point must be a name.*"a b"/)
  assert.throws(make({ action: { kind: 'delay', delayMs: -1 } }), /delayMs must be 0 or more, got -1/)
})
