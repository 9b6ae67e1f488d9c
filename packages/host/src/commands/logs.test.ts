import assert from 'node:assert/strict'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import test from 'node:test'
import { systemRandom } from '@ashlar/kernel'
import { makeAdminKey } from '../admin-keys.ts'
import { fixtureProject } from '../fixture-project.test.support.ts'
import { processStart } from '../process-info.ts'
import { claimState } from '../state-file.ts'
import { logsCommand } from './logs.ts'

test('a collector that goes while it is followed is told of in words, once', async (t) => {
  let stream: ServerResponse | undefined
  const collector = createServer(({ url = '' }, response) => {
    if (url.includes('/stream')) {
      stream = response.writeHead(200, { 'content-type': 'text/event-stream' })
      stream.flushHeaders()
      return
    }
    response.setHeader('content-type', 'application/json')
    response.end('{"logs":[]}', () => stream?.destroy())
  })
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
  t.after(() => collector.close())
  const { port } = collector.address() as AddressInfo

  const directory = join(fixtureProject(t, {}), '.ashlar')
  const since = '2026-01-31T12:03:41.123Z'
  const report = {
    name: 'collector',
    state: 'ready',
    port,
    url: `http://127.0.0.1:${port}`,
    restarts: 0,
    since,
  } as const
  claimState(join(directory, 'state.json'), {
    name: 'shop',
    pid: process.pid,
    processStart: processStart(process.pid) ?? '',
    startedAt: since,
    urls: {},
    services: { collector: report },
  })
  makeAdminKey(directory, systemRandom)

  await assert.rejects(
    logsCommand(['--follow', '--directory', directory], { out: () => {}, err: assert.fail, colour: false }),
    { code: 'ASHLAR_HOST_NOT_RUNNING', message: /^the collector has gone; / },
  )
})
