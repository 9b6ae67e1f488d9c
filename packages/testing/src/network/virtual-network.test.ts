import assert from 'node:assert/strict'
import { test } from 'node:test'
import { currentCall, hasCode, runCall } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import {
  exponentialDelay,
  formatNetworkEvent,
  uniformDelay,
  VirtualNetwork,
  type NetworkOptions,
  type NetworkNode,
} from './index.ts'

/** Nodes a, b and c, each with a list of what it received; and the history as text. */
function rig(options: Partial<NetworkOptions> = {}, handlers: NetworkNode<unknown> = {}) {
  const clock = new VirtualClock()
  const history: string[] = []
  const network = new VirtualNetwork({
    clock,
    seed: 1,
    onEvent: (event) => history.push(formatNetworkEvent(event)),
    ...options,
  })
  const received: Record<string, unknown[]> = { a: [], b: [], c: [] }
  const nodes = Object.keys(received).map((name) =>
    network.node(name, { receive: (message) => received[name]?.push(message), ...handlers }),
  )
  return { clock, history, network, received, nodes }
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

test('a message arrives after its delay, and its history says so', async () => {
  const { clock, network, received, history } = rig({ delayMs: 5 })
  network.send('a', 'b', { hello: 'b' })
  await clock.advance(4)
  assert.deepEqual(received['b'], [])
  await clock.advance(1)
  assert.deepEqual(received['b'], [{ hello: 'b' }])
  assert.deepEqual(history, [
    "0.000 #1 a > b message sent { hello: 'b' }",
    "5.000 #1 a > b message delivered { hello: 'b' }",
  ])
})

test('the same seed gives the same history byte for byte, and another seed another', async () => {
  const run = async (seed: number): Promise<string> => {
    const delayMs = exponentialDelay(10, 200)
    const { clock, network, history } = rig(
      { seed, delayMs, drop: 0.1, duplicate: 0.1, reorder: 0.2 },
      { answer: async (message, from) => ({ message, from }) },
    )
    for (const n of numbers(100)) {
      network.send('a', 'b', n)
      network.request('b', 'c', n, { timeoutMs: 50 }).catch(() => {})
      if (n === 40) network.partition(['a', 'b'])
      if (n === 60) network.heal()
      await clock.advance(3)
    }
    await clock.advance(1_000)
    return history.join('\n')
  }
  const first = await run(42)
  for (const word of ['(chance)', '(partition)', 'duplicated', 'answer delivered'])
    assert.ok(first.includes(word), word)
  assert.equal(await run(42), first)
  assert.notEqual(await run(43), first)
})

test('without reordering a link keeps the order of sending, whatever the delays', async () => {
  const { clock, network, received } = rig({ delayMs: uniformDelay(0, 100), duplicate: 0.2 })
  for (const n of numbers(200)) {
    network.send('a', 'b', n)
    await clock.advance(1)
  }
  await clock.advance(1_000)
  const inOrder = [...(received['b'] as number[])].sort((one, other) => one - other)
  assert.deepEqual(received['b'], inOrder)
  assert.ok(inOrder.length > 200, 'duplicates came too')
})

test('with reordering some messages are overtaken, and none is lost', async () => {
  const { clock, network, received } = rig({ reorder: 0.3 })
  for (const n of numbers(200)) {
    network.send('a', 'b', n)
    await clock.advance(1)
  }
  await clock.advance(1_000)
  assert.notDeepEqual(received['b'], numbers(200))
  assert.deepEqual(
    [...(received['b'] as number[])].sort((one, other) => one - other),
    numbers(200),
  )
})

test('messages are lost and doubled about as often as asked, and the weather may change', async () => {
  const { clock, network, received } = rig({ drop: 0.2, duplicate: 0.5 })
  for (const n of numbers(1_000)) network.send('a', 'b', n)
  await clock.advance(10)
  const distinct = new Set(received['b']).size
  const total = received['b']?.length ?? 0
  assert.ok(Math.abs(distinct - 800) < 50, `${distinct} of 1000 arrived`)
  assert.ok(Math.abs(total / distinct - 1.5) < 0.05, `${total} copies of ${distinct}`)
  network.change({ drop: 1 })
  network.send('a', 'b', 'lost')
  await clock.advance(10)
  assert.equal(received['b']?.length, total)
})

test('a partition stops what crosses it, even what was under way, until it heals; what it took stays lost', async () => {
  const { clock, network, received } = rig({ delayMs: 10 })
  network.send('a', 'b', 'under way')
  await clock.advance(5)
  network.partition(['a'])
  network.send('a', 'b', 'across')
  network.send('b', 'a', 'back across')
  network.send('b', 'c', 'same side')
  await clock.advance(5)
  network.heal()
  network.send('a', 'b', 'after')
  await clock.advance(20)
  assert.deepEqual(received, { a: [], b: ['after'], c: ['same side'] })
})

test('a partition changes the fate of no message that does not cross it', async () => {
  const run = async (isSplit: boolean): Promise<string[]> => {
    const { clock, network, history } = rig({ delayMs: uniformDelay(1, 50), drop: 0.2, duplicate: 0.2, reorder: 0.2 })
    if (isSplit) network.partition(['c'])
    for (const n of numbers(100)) network.send('a', n % 2 === 0 ? 'b' : 'c', n)
    await clock.advance(1_000)
    return history.filter((line) => line.includes('a > b'))
  }
  assert.deepEqual(await run(true), await run(false))
})

test('a cut stops one direction alone: a request is carried out and its answer does not come back', async () => {
  let carriedOut = 0
  const { clock, network, received } = rig({}, { answer: () => ++carriedOut })
  network.cut('b', 'a')
  const outcome = network.request('a', 'b', 'count', { timeoutMs: 100 }).catch((error: unknown) => error)
  network.send('c', 'b', 'still here')
  await clock.advance(100)
  assert.ok(hasCode(await outcome, 'ASHLAR_DEADLINE_EXCEEDED'))
  assert.equal(carriedOut, 1)
  assert.deepEqual(received['b'], ['still here'])
})

test('a request is answered, or fails with the error that the other node threw', async () => {
  const { clock, network } = rig(
    { delayMs: 5 },
    {
      async answer(message, from) {
        if (message === 'fail') throw new RangeError('no such thing')
        return `${String(message)} from ${from}`
      },
    },
  )
  const answered = network.request('a', 'b', 'hello', { timeoutMs: 100 })
  const failed = network.request('a', 'b', 'fail', { timeoutMs: 100 }).catch((error: unknown) => error)
  await clock.advance(10)
  assert.equal(await answered, 'hello from a')
  assert.deepEqual(await failed, new RangeError('no such thing'))
  assert.equal(clock.armed, 0, 'no timer is left')
})

test('a request ends at its timeout or when it is cancelled, and a late answer is ignored', async () => {
  const { clock, network } = rig({ delayMs: 40 }, { answer: () => 'late' })
  const late = network.request('a', 'b', 1, { timeoutMs: 50 }).catch((error: unknown) => error)
  const stop = new AbortController()
  const stopped = network.request('a', 'b', 1, { timeoutMs: 500, signal: stop.signal }).catch((error: unknown) => error)
  await clock.advance(50)
  assert.ok(hasCode(await late, 'ASHLAR_DEADLINE_EXCEEDED'))
  stop.abort()
  assert.ok(hasCode(await stopped, 'ASHLAR_CANCELLED'))
  await clock.advance(1_000)
  assert.equal(clock.armed, 0)
})

test('what reaches a node that is down is lost; the name may come up again', async () => {
  const { clock, network, nodes, received, history } = rig()
  nodes[1]?.[Symbol.dispose]()
  network.send('a', 'b', 'nobody there')
  network.send('b', 'a', 'nobody sends')
  await clock.advance(10)
  assert.deepEqual(received, { a: [], b: [], c: [] })
  assert.deepEqual(
    history.filter((line) => line.includes('dropped')),
    [
      "0.000 #2 b > a message dropped (sender down) 'nobody sends'",
      "1.000 #1 a > b message dropped (receiver down) 'nobody there'",
    ],
  )
  const again: unknown[] = []
  network.node('b', { receive: (message) => again.push(message) })
  nodes[1]?.[Symbol.dispose]()
  network.send('a', 'b', 'welcome')
  await clock.advance(10)
  assert.deepEqual(again, ['welcome'], 'disposed of twice, the first does not take down the second')
})

test('nodes share no memory, and no call context', async () => {
  const clock = new VirtualClock()
  const network = new VirtualNetwork<{ items: number[] }>({ clock, seed: 1, duplicate: 1 })
  const seen: unknown[] = []
  network.node('a', {})
  network.node('b', {
    receive(message) {
      message.items.push(2)
      seen.push(message.items.length, currentCall())
    },
  })
  const message = { items: [1] }
  await runCall({}, async () => network.send('a', 'b', message))
  message.items.push(3, 4)
  await runCall({}, () => clock.advance(10))
  assert.deepEqual(seen, [2, undefined, 2, undefined])
})

test('sending without end fails instead of filling the memory', () => {
  const { network } = rig({ maxInFlight: 3 })
  for (const n of numbers(3)) network.send('a', 'b', n)
  assert.throws(
    () => network.send('a', 'b', 3),
    (error) => hasCode(error, 'ASHLAR_TESTING_NETWORK_OVERFLOW'),
  )
})

test('a name that was never put up, a name put up twice and weather that cannot be are refused', () => {
  const { network } = rig()
  assert.throws(() => network.send('a', 'z', 1), new RangeError('network: there is no node "z"'))
  assert.throws(() => network.node('a', {}), /node "a" is up already/)
  assert.throws(() => network.partition(['a', 'b'], ['b']), /"b" is on two sides/)
  assert.throws(() => network.change({ drop: 2 }), new RangeError('network: drop must be from 0 to 1, got 2'))
  assert.throws(() => network.change({ delayMs: -1 }), /delayMs must be 0 or more, got -1/)
  assert.throws(() => uniformDelay(5, 1), RangeError)
  assert.throws(() => exponentialDelay(5, 1), RangeError)
})
