import assert from 'node:assert/strict'
import { join } from 'node:path'
import test, { after, before, suite } from 'node:test'
import { systemClock } from '@ashlar/kernel'
import { encodeOtlp, otlpLogs, otlpMetrics, type MetricRecord } from '@ashlar/telemetry/otlp'
import { batchOf, counterOf, logOf, spanOf, traceId, tracesBody } from '../collector/collector.test.support.ts'
import { findCollector } from '../collector-client.ts'
import type { Console } from '../console.ts'
import { configFile, fixtureProject, plainService } from '../fixture-project.test.support.ts'
import { up, type RunningTopology } from '../up.ts'
import { completeCommand } from './complete.ts'
import { logsCommand } from './logs.ts'
import { metricsCommand } from './metrics.ts'
import { tracesCommand } from './traces.ts'

interface Screen extends Console {
  readonly lines: string[]
  /** Resolves with the first line that matches. */
  line(pattern: RegExp): Promise<string>
}

function screen(): Screen {
  const lines: string[] = []
  const waiting: { readonly pattern: RegExp; readonly resolve: (line: string) => void }[] = []
  return {
    lines,
    out(line) {
      lines.push(line)
      for (const { pattern, resolve } of waiting) if (pattern.test(line)) resolve(line)
    },
    err: (line) => void lines.push(line),
    colour: false,
    line: (pattern) => new Promise((resolve) => waiting.push({ pattern, resolve })),
  }
}

const services = { order: { main: 'plain.mjs' } }

suite('telemetry on the command line', () => {
  let undo: (() => Promise<void> | void)[]
  let running: RunningTopology
  let place: string[]
  let send: (path: string, body: Uint8Array) => Promise<void>

  before(async () => {
    undo = []
    const scope = { after: (run: () => void) => void undo.push(run) }
    const root = fixtureProject(scope, {
      'plain.mjs': plainService,
      'ashlar.config.ts': configFile({ name: 'x', services }),
    })
    running = await up({ name: 'x', services }, { root, env: {} })
    undo.push(() => running.stop())
    await running.waitFor('collector')
    const directory = join(root, '.ashlar')
    place = ['--directory', directory]
    const { url, key } = findCollector({ directory })
    send = async (path, body) => {
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
      assert.equal((await fetch(url + path, { method: 'POST', headers, body: new Uint8Array(body) })).status, 200)
    }
    const child = spanOf({ spanId: '1'.repeat(16), parentSpanId: spanOf().spanId, name: 'charge', error: 'DECLINED' })
    await send('/v1/traces', tracesBody([spanOf(), child]))
    await send('/v1/traces', tracesBody([spanOf({ traceId: 'd'.repeat(32), durationMs: 2_000 })], 'json', 'payment'))
    await send(
      '/v1/logs',
      encodeOtlp(otlpLogs, 'json', batchOf([logOf(), logOf({ severity: 17, severityText: 'error', body: 'oh' })])),
    )
    await send('/v1/metrics', encodeOtlp(otlpMetrics, 'json', batchOf([counterOf(7)])))
  })
  after(async () => {
    for (const run of undo.toReversed()) await run()
  })

  async function shown(
    command: (args: readonly string[], console: Console) => Promise<number>,
    ...args: string[]
  ): Promise<string[]> {
    const console = screen()
    assert.equal(await command([...args, ...place], console), 0)
    return console.lines
  }

  test('traces are listed, the latest first, and narrowed by service, failure and duration', async () => {
    const all = await shown(tracesCommand)
    assert.match(all[0] ?? '', /^started +took +spans +failed +service +what +trace$/)
    assert.match(all[1] ?? '', /2000\.0 ms +1 +payment +GET \/orders +d{32}$/)
    assert.match(all[2] ?? '', new RegExp(`12\\.5 ms +2 +1 +order +GET /orders +${traceId}$`))
    const idsOf = async (...flags: string[]): Promise<string[]> =>
      (await shown(tracesCommand, ...flags, '--json')).map((line) => (JSON.parse(line) as { traceId: string }).traceId)
    assert.deepEqual(await idsOf('--service', 'order'), [traceId])
    assert.deepEqual(await idsOf('--errors'), [traceId])
    assert.deepEqual(await idsOf('--slower-than', '1s'), ['d'.repeat(32)])
    assert.deepEqual(await idsOf('--limit', '1'), ['d'.repeat(32)])
    assert.deepEqual(await shown(tracesCommand, '--service', 'nobody'), [
      'no traces; those that services keep arrive after a second',
    ])
  })

  test('traces stand in the order in which they began, whatever came first, and no name takes the whole line', async () => {
    const late = spanOf({ traceId: 'e'.repeat(32), startMs: spanOf().startMs - 5_000, name: 'x'.repeat(100) })
    await send('/v1/traces', tracesBody([late]))
    const listed = (await shown(tracesCommand)).slice(1).map((line) => line.split(/ {2,}/).at(-1))
    assert.deepEqual(listed, ['d'.repeat(32), traceId, 'e'.repeat(32)])
    assert.match((await shown(tracesCommand)).at(-1) ?? '', /  x{59}…  e{32}$/)
  })

  test('a trace is shown span by span, and what was logged meanwhile', async () => {
    const lines = await shown(tracesCommand, traceId)
    assert.match(lines[0] ?? '', /^GET \/orders   12\.5 ms   2 spans, 1 failed   2023-11-14T/)
    assert.match(lines[3] ?? '', /^order {4}GET \/orders \(server\) +█{32} +0\.0 ms/)
    assert.match(lines[4] ?? '', /^order {6}charge \(server\) .* failed: DECLINED$/)
    assert.ok(lines.some((line) => /order +info +order paid/.test(line)))
  })

  test('logs are shown as the services print them, narrowed by level, trace and text', async () => {
    assert.equal((await shown(logsCommand)).length, 2)
    assert.match(
      (await shown(logsCommand, '--level', 'error')).join('\n'),
      /^\S+ +order +error +oh +trace=0af7651916cd43dd8448eb211c80319c$/,
    )
    assert.match((await shown(logsCommand, '--text', 'PAID')).join('\n'), /order paid/)
    assert.deepEqual(await shown(logsCommand, '--trace', 'e'.repeat(32)), [])
  })

  test('metrics are listed, and one of them is shown with the values of its series', async () => {
    const list = await shown(metricsCommand)
    assert.ok(list.some((line) => /^orders +counter +\{order\} +1 +order$/.test(line)))
    const [title, , , row] = await shown(metricsCommand, 'orders', '--service', 'order')
    assert.equal(title, 'orders (counter, {order}): Orders.')
    assert.match(row ?? '', /^order +method=card +7$/)
    const lines = await shown(metricsCommand, 'orders', '--since', '6h')
    assert.match(lines[1] ?? '', /^from 20\S+Z to 20\S+Z$/)
    assert.match(lines[3] ?? '', /^service +labels +value +increase +per second$/)
    assert.ok((await shown(metricsCommand, '--since', '6h')).some((line) => line.startsWith('orders ')))
    await assert.rejects(metricsCommand(['orders', '--since', 'soon', ...place], screen()), {
      message: /^metrics: --since is a duration/,
    })
    const json = JSON.parse((await shown(metricsCommand, 'orders', '--json'))[0] ?? '') as {
      series: { points: number[][] }[]
    }
    assert.equal(json.series[0]?.points[0]?.[1], 7)
  })

  test('a counter that began within the time shows its growth, a gauge its extent, a histogram how it was spread then', async () => {
    const startMs = systemClock.wall() - 1_000
    const { name: _, ...common } = counterOf(0)
    const point = { attributes: {}, startMs, timeMs: startMs }
    const spread = { count: 4, sum: 60, bounds: [10, 20], counts: [0, 4, 0], exemplars: [] }
    const metrics: readonly MetricRecord[] = [
      counterOf(5, 'new', startMs),
      { ...common, name: 'level', kind: 'gauge', points: [{ ...point, value: -2.5 }] },
      { ...common, name: 'took', kind: 'histogram', temporality: 'cumulative', points: [{ ...point, ...spread }] },
    ]
    await send('/v1/metrics', encodeOtlp(otlpMetrics, 'json', batchOf(metrics)))
    const figuresOf = async (name: string, ...flags: string[]): Promise<string> =>
      (await shown(metricsCommand, name, ...flags))
        .at(-1)
        ?.replace(/^order +(method=card)? +/, '')
        .replaceAll(/ +/g, ' ') ?? ''
    // Since a second ago, and the time that this took.
    assert.match(await figuresOf('new', '--since', '1h'), /^5 5 [0-4]\.\d+$/)
    assert.equal(await figuresOf('level'), '-2.500 -2.500 -2.500')
    const old = { ...spread, attributes: {}, startMs: 0, timeMs: startMs }
    const started = { ...common, name: 'old', kind: 'histogram', temporality: 'cumulative', points: [old] } as const
    await send('/v1/metrics', encodeOtlp(otlpMetrics, 'json', batchOf([started])))
    assert.equal(await figuresOf('old', '--since', '1h'), '0', 'nothing is known to have come since')
    assert.equal(await figuresOf('old'), '4 15 15 19.50 19.90')
    for (const flags of [[], ['--since', '1h']]) assert.equal(await figuresOf('took', ...flags), '4 15 15 19.50 19.90')
  })

  test('a metric of any name and of very many series is shown as far as one answer goes, and that this is not all is said', async () => {
    const name = 'a/b %2F\u001b[2J'
    const points = Array.from({ length: 700 }, (_, id) => ({ attributes: { id }, startMs: 0, timeMs: 0, value: id }))
    const metric: MetricRecord = { ...counterOf(0), name, kind: 'gauge', points }
    for (const service of ['a', 'b', 'c']) {
      await send('/v1/metrics', encodeOtlp(otlpMetrics, 'json', batchOf([metric], service)))
    }
    const [title, not, ...rows] = await shown(metricsCommand, name)
    assert.equal(title, 'a/b %2F\\x1b[2J (gauge, {order}): Orders.')
    assert.equal(not, 'not all that there is: the database is away, or it is more than one answer holds')
    assert.equal(rows.length, 2_002)
    assert.equal((await shown(metricsCommand, name, '--service', 'c')).length, 703)
    assert.deepEqual((await shown(metricsCommand, name, '--service', 'd')).slice(1), [
      '',
      'service  labels  value  least  most',
    ])
  })

  test('what the collector refuses, or does not have, is said in words', async () => {
    const fails = (args: string[]): Promise<number> => tracesCommand([...args, ...place], screen())
    await assert.rejects(fails(['xyz']), {
      code: 'ASHLAR_HOST_USAGE',
      message: 'traceId is a trace id: 32 hexadecimal digits',
    })
    await assert.rejects(fails(['0'.repeat(32)]), {
      code: 'ASHLAR_HOST_ACTION_FAILED',
      message: /there is no trace 0{32}/,
    })
    await assert.rejects(logsCommand(['--level', 'loud', ...place], screen()), {
      message: /level is one of trace, debug/,
    })
    await assert.rejects(metricsCommand(['nothing', ...place], screen()), {
      message: 'collector: there is no metric nothing',
    })
  })

  test('the services are ready before the collector is, and each is told where to report, with the key', async () => {
    const env = (await (await fetch(running.urls['order'] ?? '')).json()) as Record<string, string>
    assert.equal(env['OTEL_EXPORTER_OTLP_ENDPOINT'], running.urls['collector'])
    const [, header = ''] = /^authorization=(.*)$/.exec(env['OTEL_EXPORTER_OTLP_HEADERS'] ?? '') ?? []
    const answer = await fetch(`${running.urls['collector']}/api/v1/stats`, {
      headers: { authorization: decodeURIComponent(header) },
    })
    assert.equal(answer.status, 200)
    assert.ok(running.service('collector').since >= running.service('order').since)
  })

  test('a collector that dies comes back at the same place, and the services do not notice', async () => {
    const { pid = 0 } = running.service('collector')
    const order = running.service('order')
    process.kill(pid, 'SIGKILL')
    await running.waitFor('collector', { otherThanPid: pid })
    assert.deepEqual(running.service('order'), order)
    assert.equal(running.service('collector').restarts, 1)
    assert.equal((await shown(tracesCommand)).length, 1, 'without a database everything is forgotten')
  })

  test('completion offers the collector among the services, for it has actions like any other', async () => {
    const console = screen()
    await completeCommand(['logs', '--service', ...place, '--service', ''], console)
    assert.deepEqual(
      console.lines.map((line) => line.split('\t')[0]),
      ['order', 'collector'],
    )
  })

  test('followed logs go on with those that come, and only with those that are wanted', async () => {
    const sendLogs = (...bodies: string[]): Promise<void> =>
      send(
        '/v1/logs',
        encodeOtlp(
          otlpLogs,
          'json',
          batchOf(bodies.map((body) => logOf({ severity: 17, severityText: 'error', body }))),
        ),
      )
    await sendLogs('first, wanted')
    const console = screen()
    const first = console.line(/first/)
    const wanted = ['--level', 'error', '--text', 'WANTED', '--trace', traceId.toUpperCase()]
    const following = logsCommand(['--follow', ...wanted, ...place], console)
    await first
    await send('/v1/logs', encodeOtlp(otlpLogs, 'json', batchOf([logOf({ body: 'info, wanted' })])))
    const second = console.line(/second/)
    await sendLogs('not this one', 'second, Wanted')
    await second
    assert.deepEqual(
      console.lines.map((line) => line.replace(/^.* error +/, '').split(',')[0]),
      ['first', 'second'],
    )
    await running.stop()
    assert.equal(await following, 0)
    await assert.rejects(tracesCommand(place, screen()), { code: 'ASHLAR_HOST_NOT_RUNNING', message: /^not running; / })
  })
})

test('a topology without a collector says so, and its services report to nobody', async (t) => {
  const root = fixtureProject(t, { 'plain.mjs': plainService })
  const running = await up({ name: 'x', services, collector: false }, { root, env: {} })
  t.after(() => running.stop())
  const env = (await (await fetch(running.urls['order'] ?? '')).json()) as Record<string, string>
  assert.deepEqual(
    Object.keys(env).filter((name) => /^OTEL|COLLECTOR/.test(name)),
    [],
  )
  const place = ['--directory', join(root, '.ashlar')]
  for (const command of [tracesCommand, logsCommand, metricsCommand]) {
    await assert.rejects(command(place, screen()), { code: 'ASHLAR_HOST_NOT_RUNNING', message: /has no collector/ })
  }
})
