import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createHttpServer, type ServerResponse } from 'node:http'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { test, type TestContext } from 'node:test'
import { edgeTable, hasCode } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { listen } from '@ashlar/http'
import { createClient, implement, rpcEdgeRows, rpcHandler, type RemoteError } from '../index.ts'
import { EchoService } from '../gen/ashlar/rpctest/v1/echo_pb.ts'
import type { UnaryClientOptions } from './unary-client.ts'

type Client = ReturnType<typeof createClient<typeof EchoService>>

async function portOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

function clientOf(t: TestContext, baseUrl: string, options: Partial<UnaryClientOptions> = {}): Client {
  const client = createClient(EchoService, { name: 'echo', baseUrl, ...options })
  t.after(() => client[Symbol.asyncDispose]())
  return client
}

/** A client of a server that answers every request in this way. */
async function answered(t: TestContext, answer: (response: ServerResponse) => void): Promise<Client> {
  const server = createHttpServer((request, response) => {
    request.resume()
    answer(response)
  })
  t.after(() => server.close().closeAllConnections())
  return clientOf(t, `http://127.0.0.1:${await portOf(server)}`)
}

function errorAnswer(body: string): (response: ServerResponse) => void {
  return (response) => response.writeHead(500, { 'content-type': 'application/json' }).end(body)
}

test('details that make no sense take nothing away from the error itself', async (t) => {
  // The second is an ErrorInfo without a reason.
  for (const details of ['[null]', '[{"type":"google.rpc.ErrorInfo","value":""}]', '[7,{"value":7}]', '{}']) {
    const client = await answered(t, errorAnswer(`{"code":"aborted","message":"m","details":${details}}`))
    await assert.rejects(client.echo({}), (error: RemoteError) => {
      assert.equal(error.code, 'ASHLAR_RPC_ABORTED')
      assert.equal(error.message, 'm')
      return true
    })
  }
})

test('a deadline that a foreign callee saw pass first is told as the caller’s own timer would have told it', async (t) => {
  const client = await answered(t, errorAnswer('{"code":"deadline_exceeded","message":"the operation timed out"}'))
  await assert.rejects(client.echo({}), (error) => hasCode(error, 'ASHLAR_DEADLINE_EXCEEDED'))
})

test('an answer that cannot be read is the callee’s fault, and is told to nobody as their own', async (t) => {
  const broken = await answered(t, (response) =>
    response.writeHead(200, { 'content-type': 'application/proto' }).end(Buffer.from([255, 255, 255])),
  )
  await assert.rejects(broken.echo({}), (error) => hasCode(error, 'ASHLAR_RPC_PROTOCOL'))

  const { methods } = EchoService
  const passingOn = Object.fromEntries(methods.map(({ localName }) => [localName, () => broken.echo({})]))
  const edge = edgeTable(rpcEdgeRows)
  const middle = await listen(rpcHandler([implement(EchoService, passingOn as never)], { edge }), { port: 0, edge })
  t.after(() => middle[Symbol.asyncDispose]())
  await assert.rejects(clientOf(t, middle.url).echo({}), (error: RemoteError) => {
    assert.equal(error.status, 'internal')
    return true
  })
})

test('a call whose deadline passed while it waited for a connection counts until it has left the queue', async (t) => {
  const sockets: Socket[] = []
  // Accepts, and never says a word: the TLS handshake hangs.
  const silent = createServer((socket) => void sockets.push(socket.on('error', () => {})))
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    silent.close()
  })
  const clock = new VirtualClock()
  const client = clientOf(t, `https://127.0.0.1:${await portOf(silent)}`, { clock, maxInFlight: 1 })
  const first = assert.rejects(client.echo({}), (error) => hasCode(error, 'ASHLAR_DEADLINE_EXCEEDED'))
  await clock.advance(5_000)
  await first
  await assert.rejects(client.echo({}), (error) => hasCode(error, 'ASHLAR_RPC_OVERLOADED'))
})
