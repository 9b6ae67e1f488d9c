import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Topology } from './topology.ts'

/** A service that does what services of `@ashlar/service` do towards their host, in plain Node. */
export const plainService = `
import { createServer } from 'node:http'
const server = createServer((request, response) => {
  response.setHeader('content-type', 'application/json')
  response.setHeader('connection', 'close')
  response.end(JSON.stringify(request.url === '/health' ? { status: 'healthy' } : process.env))
})
const log = (msg, fields) => console.log(JSON.stringify({ level: 'info', time: '2026-01-31T12:03:41.123Z', service: 'fixture', msg, ...fields }))
server.listen(Number(process.env.PORT), '127.0.0.1', () => {
  log('listening', { port: server.address().port })
  process.send({ type: 'ashlar:ready', url: 'http://127.0.0.1:' + server.address().port, pid: process.pid })
})
process.on('SIGTERM', () => {
  log('stopping')
  process.exit(0)
})
process.on('disconnect', () => process.exit(0))
`

/** Serves actions besides, as services of `@ashlar/service` do: `echo` tells what it was sent, `fail` and `drain`. */
export const actingService = `
import { createServer } from 'node:http'
const text = { type: 'string', description: 'Any text.' }
const actions = [
  { name: 'echo', description: 'Tells what it was sent.', risk: 'read', timeoutMs: 5000, input: {
    level: { ...text, oneOf: ['debug', 'info'] },
    forMs: { type: 'integer', description: 'How long.', min: 1, max: 100, optional: true },
    quiet: { type: 'boolean', description: 'Without a sound.', optional: true },
  } },
  { name: 'fail', description: 'Fails.', risk: 'change', timeoutMs: 5000, input: {} },
  { name: 'drain', description: 'Stops the flow.', risk: 'disruptive', timeoutMs: 5000, input: {} },
]
const log = []
const answer = (response, status, body) => {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' })
  response.end(JSON.stringify(body))
}
const admin = createServer(async (request, response) => {
  const { authorization, 'ashlar-operator': operator, 'ashlar-reason': reason } = request.headers
  if (authorization !== 'Bearer ' + process.env.ADMIN_KEY) return answer(response, 401, { detail: 'the key is wrong' })
  log.push(request.method + ' ' + request.url)
  if (request.method === 'GET') return answer(response, 200, { actions })
  const input = JSON.parse(Buffer.concat(await request.toArray()))
  if (request.url === '/actions/fail') return answer(response, 409, { detail: 'it is too late', traceId: 'abc' })
  answer(response, 200, { result: { input, operator, reason, log } })
})
const server = createServer((request, response) => answer(response, 200, { status: 'healthy' }))
server.listen(Number(process.env.PORT), '127.0.0.1', () => {
  admin.listen(0, '127.0.0.1', () => {
    const adminUrl = 'http://127.0.0.1:' + admin.address().port
    process.send({ type: 'ashlar:ready', url: 'http://127.0.0.1:' + process.env.PORT, adminUrl, pid: process.pid })
  })
})
process.on('SIGTERM', () => process.exit(0))
process.on('disconnect', () => process.exit(0))
`

/** Reports that it cannot start, as a service with a wrong configuration does. */
export const failingService = `
process.send({ type: 'ashlar:failed', message: 'BANK_URL is missing; set it to the URL of the bank' }, () => process.exit(1))
`

/** Never becomes ready, and does not end when it is asked to. */
export const deafService = `
process.on('SIGTERM', () => console.log('no'))
process.on('disconnect', () => process.exit(0))
setInterval(() => {}, 1000)
`

/** Writes files into a directory of its own, which goes with the test. */
export function fixtureProject(t: { after(undo: () => void): void }, files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'ashlar host '))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), content)
  }
  return root
}

/** The configuration file of a topology that is plain data; without a collector unless it says so. */
export function configFile(topology: Topology): string {
  return `export default ${JSON.stringify({ collector: false, ...topology })}\n`
}
