import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { Code, ConnectError } from '@connectrpc/connect'
import { connectNodeAdapter } from '@connectrpc/connect-node'
import { hasCode, runCall } from '@ashlar/kernel'
import { EchoService } from './gen/ashlar/rpctest/v1/echo_pb.ts'
import { createClient } from './index.ts'

for (const format of ['binary', 'json'] as const) {
  test(`connect-node as server (${format}) understands our client, and our client its errors`, async (t) => {
    const seen: (string | null)[] = []
    const server = createServer(
      connectNodeAdapter({
        routes: (router) =>
          router.service(EchoService, {
            echo(request, context) {
              seen.push(context.requestHeader.get('traceparent'))
              return { text: request.text, number: request.number, remainingMs: Math.floor(context.timeoutMs() ?? -1) }
            },
            fail() {
              throw new ConnectError('no such thing', Code.NotFound)
            },
            wait: (_, { signal }) =>
              new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
          }),
      }),
    )
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const client = createClient(EchoService, { name: 'echo', baseUrl: `http://127.0.0.1:${port}`, format })
    t.after(async () => {
      await client[Symbol.asyncDispose]()
      server.close()
    })

    await runCall({ timeoutMs: 5_000 }, async (call) => {
      const answer = await client.echo({ text: 'hello', number: -7n })
      assert.equal(answer.text, 'hello')
      assert.equal(answer.number, -7n)
      assert.ok(answer.remainingMs > 0 && answer.remainingMs <= 5_000)
      assert.match(seen[0] ?? '', new RegExp(`^00-${call.trace.traceId}-[0-9a-f]{16}-[0-9a-f]{2}$`))
    })
    await assert.rejects(client.fail({}), (error) => {
      assert.ok(hasCode(error, 'ASHLAR_RPC_NOT_FOUND'))
      assert.equal(error.message, 'no such thing')
      return true
    })
    await assert.rejects(client.wait({}, { timeoutMs: 30 }), (error) => hasCode(error, 'ASHLAR_DEADLINE_EXCEEDED'))
  })
}
