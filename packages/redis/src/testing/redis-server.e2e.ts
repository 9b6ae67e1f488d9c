import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, connect } from 'node:net'
import { suite, test } from 'node:test'
import { noRedis, until } from '../on-redis.test.support.ts'
import { startRedisServer } from './index.ts'

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

const program = `
  import { startRedisServer } from ${JSON.stringify(import.meta.resolve('./index.ts'))}
  const server = await startRedisServer()
  if (process.argv.includes('paused')) server.pause()
  console.log(server.port)`

await suite('a Redis for tests', { skip: noRedis(process.env) }, async () => {
  for (const state of ['running', 'paused']) {
    test(`that is ${state} is gone when the process that started it was killed`, async () => {
      const args = ['--conditions=ashlar:source', '--input-type=module', '--eval', program, state]
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
      const [text] = (await once(child.stdout, 'data')) as [Buffer]
      const port = Number(String(text))
      assert.equal(await accepts(port), true)
      child.kill('SIGKILL')
      await until('the server is gone', async () => !(await accepts(port)))
    })
  }

  test('is at the same address, and empty, after it was killed and started', async () => {
    await using server = await startRedisServer()
    await server.kill()
    assert.equal(await accepts(server.port), false)
    await server.start()
    assert.equal(await accepts(server.port), true)
  })

  test('that cannot start says why', async () => {
    await using server = await startRedisServer()
    await server.kill()
    const other = createServer().listen(server.port, '127.0.0.1')
    await once(other, 'listening')
    await assert.rejects(server.start(), /did not start:[^]*Could not create server TCP listening socket/)
    other.close()
  })
})
