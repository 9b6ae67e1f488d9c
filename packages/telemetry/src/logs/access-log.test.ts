import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HttpRequest, HttpResponse } from '@ashlar/http'
import { edgeTable, newTrace, runCall, type TraceContext } from '@ashlar/kernel'
import { seededRandom, VirtualClock } from '@ashlar/kernel/testing'
import { Tracer } from '../traces/index.ts'
import { withAccessLog } from './access-log.ts'
import { LogLevels, type LogLevel } from './log-levels.ts'
import { createLogger } from './logger.ts'

interface Line {
  readonly level: string
  readonly msg: string
  readonly traceId: string
  readonly [field: string]: unknown
}

interface SetUp {
  readonly lines: Line[]
  readonly levels: LogLevels
  readonly clock: VirtualClock
  /** Sends a request in a trace of its own, or in the one given. */
  readonly send: (trace?: TraceContext) => Promise<HttpResponse>
}

function setUp(
  oneIn: number,
  {
    level = 'info',
    answer = async () => ({ status: 200 }),
  }: { level?: LogLevel; answer?: () => Promise<HttpResponse> } = {},
): SetUp {
  const clock = new VirtualClock()
  const lines: Line[] = []
  const destination = { write: (text: string): void => void lines.push(JSON.parse(text) as Line) }
  const levels = new LogLevels({ level, components: {} }, clock)
  const log = createLogger({ service: 'bank', levels, destination, clock })
  const handler = withAccessLog(answer, { oneIn, slowMs: 1_000, edge: edgeTable(), log, levels, clock })
  const request = { method: 'GET', url: { path: '/a', query: new URLSearchParams('token=hunter2') } } as HttpRequest
  const send = (trace = newTrace()): Promise<HttpResponse> =>
    runCall({ parent: null, trace, clock }, () => handler(request))
  return { lines, levels, clock, send }
}

const traces = (count: number): TraceContext[] => {
  const random = seededRandom(7)
  return Array.from({ length: count }, () => newTrace(random))
}

test('of the requests that went well one in so many leaves a line, the same ones in every service', async () => {
  const [first, second] = [setUp(10), setUp(10)]
  const all = traces(2_000)
  for (const trace of all) await Promise.all([first.send(trace), second.send(trace)])
  const logged = first.lines.map(({ traceId }) => traceId)
  assert.ok(logged.length > 140 && logged.length < 260, String(logged.length))
  assert.deepEqual(
    second.lines.map(({ traceId }) => traceId),
    logged,
  )
})

test('the requests that leave a line are those whose traces are kept by tracers of the same rate', async () => {
  const { lines, send } = setUp(20)
  const all = traces(1_000)
  for (const trace of all) await send(trace)
  const tracer = new Tracer({ keepOneIn: 20, clock: new VirtualClock() })
  assert.deepEqual(
    lines.map(({ traceId }) => traceId),
    all.filter((trace) => tracer.willKeep(trace)).map(({ traceId }) => traceId),
  )
})

test('every request that fails or is slow leaves a line, with method, path, status and duration but no query', async () => {
  const failed = setUp(1_000_000, { answer: async () => ({ status: 503 }) })
  const broken = setUp(1_000_000, {
    answer: async () => {
      throw new Error('select * from users')
    },
  })
  for (let index = 0; index < 20; index++) {
    await failed.send()
    await assert.rejects(broken.send(), /select/)
  }
  assert.equal(failed.lines.length, 20)
  const { time: _time, traceId: _traceId, spanId: _spanId, ...line } = failed.lines[0] as Line
  assert.deepEqual(line, {
    level: 'info',
    service: 'bank',
    method: 'GET',
    path: '/a',
    status: 503,
    durationMs: 0,
    msg: 'request',
  })
  assert.deepEqual([broken.lines.length, broken.lines[0]?.['status']], [20, 500])
  const opened = Promise.withResolvers<HttpResponse>()
  const slow = setUp(1_000_000, { answer: () => opened.promise })
  const answered = slow.send()
  await slow.clock.advance(1_000)
  opened.resolve({ status: 200 })
  await answered
  assert.deepEqual(
    slow.lines.map(({ durationMs }) => durationMs),
    [1_000],
  )
})

test('all requests leave a line when all are asked for, and none, failed ones included, when none are', async () => {
  const all = setUp(1)
  for (const trace of traces(50)) await all.send(trace)
  assert.equal(all.lines.length, 50)
  const off = setUp(0, { level: 'debug', answer: async () => ({ status: 500 }) })
  await off.send()
  assert.deepEqual(off.lines, [])
})

test('the level decides while it runs: at debug every request leaves a line, above info none does', async () => {
  const { lines, levels, send } = setUp(1_000_000)
  const trace = { ...newTrace(), traceId: '0'.repeat(31) + '1' }
  await send(trace)
  assert.deepEqual(lines, [])
  levels.set('debug')
  await send(trace)
  assert.deepEqual(
    lines.map(({ level }) => level),
    ['debug'],
  )
  levels.set('warn')
  await send({ ...trace, traceId: 'f'.repeat(32) })
  assert.equal(lines.length, 1)
})

test('a rate that is no whole number is misuse', () => {
  for (const oneIn of [-1, 1.5, Number.NaN, Infinity]) assert.throws(() => setUp(oneIn), { name: 'RangeError' })
})
