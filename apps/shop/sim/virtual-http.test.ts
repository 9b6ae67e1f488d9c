import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeOf, edgeTable, runCall, sleep } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import type { HttpHandler } from '@ashlar/http'
import { Life } from './life.ts'
import { VirtualHttp } from './virtual-http.ts'

/** A client and a server, and what came of each request, with the time at which it did. */
function rig(handler: HttpHandler) {
  const clock = new VirtualClock()
  const http = new VirtualHttp({ clock, seed: 1, onEvent() {} })
  const [client, server] = [new Life(clock), new Life(clock)]
  http.join('client', client)
  http.join('server', server, { handler, edge: edgeTable() })
  const send = http.sender('client', client, () => 'server')
  const outcomes: string[] = []
  const ask = (path = '/'): void => {
    const request = { method: 'GET', path, headers: {}, body: null }
    const asked = runCall({ timeoutMs: 1_000, clock }, ({ signal }) => send(request, signal))
    const outcome = asked.then((response) => `${response.status} ${response.text()}`, codeOf)
    void outcome.then((what) => outcomes.push(`${what} at ${clock.now()}`))
  }
  return { clock, http, server, ask, outcomes }
}

const slow =
  (clock: () => VirtualClock): HttpHandler =>
  async ({ url, signal }) => {
    await sleep(clock(), 100, { signal })
    return { status: 200, body: url.path }
  }

test('a request is answered over the network, and what the handler throws as a problem', async () => {
  const { clock, ask, outcomes } = rig(async ({ url }) => {
    if (url.path === '/broken') throw new Error('a secret')
    return { status: 200, body: url.path }
  })
  ask('/fine')
  ask('/broken')
  await clock.advance(10)
  assert.equal(outcomes[0], '200 /fine at 2')
  assert.match(outcomes[1] ?? '', /^500 .*ASHLAR_INTERNAL/)
  assert.doesNotMatch(outcomes[1] ?? '', /secret/)
})

test('who asks a process that is dead, or that dies before it answers, is told so at once', async () => {
  const { clock, server, ask, outcomes } = rig(slow(() => clock))
  ask()
  await clock.advance(50)
  server.end()
  await clock.advance(1)
  ask()
  await clock.advance(10)
  assert.deepEqual(outcomes, ['ASHLAR_HTTP_UNREACHABLE at 51', 'ASHLAR_HTTP_UNREACHABLE at 53'])
})

test('who is cut off from a process waits until their time is up', async () => {
  const { clock, http, ask, outcomes } = rig(slow(() => clock))
  http.network.cut('server', 'client')
  ask()
  await clock.advance(2_000)
  assert.deepEqual(outcomes, ['ASHLAR_DEADLINE_EXCEEDED at 1000'])
})

test('a client that gives up is noticed by its server', async () => {
  const noticed: number[] = []
  const { clock, ask } = rig(async ({ signal }) => {
    signal.addEventListener('abort', () => noticed.push(clock.now()))
    return new Promise(() => {})
  })
  ask()
  await clock.advance(2_000)
  assert.deepEqual(noticed, [1_001])
})
