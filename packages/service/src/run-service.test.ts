import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { request as rawRequest, type IncomingMessage } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const fixture = fileURLToPath(new URL('run-service.test.fixture.ts', import.meta.url))
type Line = Record<string, unknown> & { msg: string }
type Message = { type: string; url: string; pid: number; message: string }

class Probe {
  readonly child: ChildProcess
  readonly lines: Line[] = []
  readonly exit: Promise<unknown[]>
  #waiting: { msg: string; resolve: (line: Line) => void }[] = []

  constructor(env: Record<string, string> = {}, options: { ipc: boolean } = { ipc: true }) {
    this.child = spawn(process.execPath, ['--conditions=ashlar:source', fixture, JSON.stringify(env)], {
      stdio: ['ignore', 'pipe', 'inherit', ...(options.ipc ? ['ipc' as const] : [])],
    })
    const reader = createInterface({ input: this.child.stdout as NodeJS.ReadableStream })
    this.exit = Promise.all([once(this.child, 'exit'), once(reader, 'close')]).then(([codeAndSignal]) => codeAndSignal)
    reader.on('line', (text) => {
      const line = JSON.parse(text) as Line
      this.lines.push(line)
      for (const { msg, resolve } of this.#waiting) if (msg === line.msg) resolve(line)
    })
  }

  /** Resolves with the first line that says so, past or to come. */
  line(msg: string): Promise<Line> {
    const past = this.lines.find((line) => line.msg === msg)
    return past === undefined ? new Promise((resolve) => this.#waiting.push({ msg, resolve })) : Promise.resolve(past)
  }

  async message(): Promise<Message> {
    const [message] = (await once(this.child, 'message')) as [Message]
    return message
  }
}

test('a parent is told when the service is ready, and its loss stops the service in order', async () => {
  const probe = new Probe()
  const ready = await probe.message()
  assert.deepEqual(ready, { type: 'ashlar:ready', url: (await probe.line('ready'))['url'], pid: probe.child.pid })
  probe.child.disconnect()
  assert.deepEqual(await probe.exit, [0, null])
  assert.equal((await probe.line('stopping'))['cause'], 'parent gone')
  assert.deepEqual(
    probe.lines.map((line) => line.msg),
    ['ready', 'stopping', 'undone', 'stopped'],
  )
})

test('SIGTERM finishes the request in flight before the process ends with 0; SIGINT beside it changes nothing', async () => {
  const probe = new Probe({}, { ipc: false })
  const { url } = await probe.line('ready')
  const request = rawRequest(url as string, { method: 'POST', headers: { 'content-length': 5 } })
  request.flushHeaders()
  await probe.line('in flight')
  probe.child.kill('SIGTERM')
  await probe.line('stopping')
  probe.child.kill('SIGINT')
  request.end('hello')
  const [answer] = (await once(request, 'response')) as [IncomingMessage]
  assert.equal(String((await answer.toArray())[0]), 'hello')
  assert.deepEqual(await probe.exit, [0, null])
})

test('the same signal twice ends the process at once with 1', async () => {
  const probe = new Probe({}, { ipc: false })
  const { url } = await probe.line('ready')
  const request = rawRequest(`${url as string}/hang`).end()
  request.on('error', () => {})
  await probe.line('hanging')
  probe.child.kill('SIGTERM')
  await probe.line('stopping')
  probe.child.kill('SIGTERM')
  assert.deepEqual(await probe.exit, [1, null])
})

for (const [path, message] of [
  ['/throw', 'nobody catches this'],
  ['/reject', 'nobody handles this'],
] as const) {
  test(`an error that ${message.split(' ').slice(0, 2).join(' ')} is logged and ends the process with 1, in order: ${path}`, async () => {
    const probe = new Probe({}, { ipc: false })
    const { url } = await probe.line('ready')
    const request = rawRequest(url as string, { method: 'POST', headers: { 'content-length': 5 } })
    request.flushHeaders()
    await probe.line('in flight')
    rawRequest(`${url as string}${path}`)
      .on('error', () => {})
      .on('response', (answer) => answer.resume())
      .end()
    const fatal = await probe.line('uncaught exception; the process ends')
    assert.equal(fatal['level'], 'fatal')
    assert.match((fatal['err'] as { stack: string }).stack, new RegExp(`${message}[^]*fixture`))
    request.end('hello')
    const [answer] = (await once(request, 'response')) as [IncomingMessage]
    assert.equal(String((await answer.toArray())[0]), 'hello')
    assert.deepEqual(await probe.exit, [1, null])
    assert.equal(probe.lines.at(-1)?.msg, 'undone')
  })
}

test('a wrong setting ends the process with 1 and one clear line, without a stack, and tells the parent', async () => {
  const probe = new Probe({ PORT: 'abc' })
  const failed = await probe.message()
  assert.deepEqual(await probe.exit, [1, null])
  assert.equal(failed.type, 'ashlar:failed')
  assert.match(failed.message, /PORT must be an integer from 0 to 65535, got "abc"/)
  assert.equal(probe.lines.length, 1)
  assert.equal(probe.lines[0]?.['level'], 'fatal')
  assert.equal(probe.lines[0].msg, `cannot start: ${failed.message}`)
  assert.equal(probe.lines[0]['err'], undefined)
})

test('a busy port ends the process with 1 and says which, and what to do', async () => {
  const holder = createServer().listen(0, '127.0.0.1')
  await once(holder, 'listening')
  const { port } = holder.address() as AddressInfo
  const probe = new Probe({ PORT: String(port) }, { ipc: false })
  assert.deepEqual(await probe.exit, [1, null])
  assert.match(
    probe.lines.at(-1)?.msg ?? '',
    new RegExp(`^cannot start: port ${port} on 127\\.0\\.0\\.1 is in use; stop`),
  )
  holder.close()
})
