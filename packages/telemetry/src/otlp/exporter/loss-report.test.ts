import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '@ashlar/kernel/testing'
import { createLogger, LogLevels, type RootLogger } from '../../logs/index.ts'
import { observe } from '../../observe/index.ts'
import { exportLoss, type ExportLoss } from './events.ts'
import { LossReport } from './loss-report.ts'
import { OtlpExporter } from './otlp-exporter.ts'
import type { OtlpExporterOptions } from './options.ts'
import { someSpan, startReceiver, until } from './receiver.test.support.ts'

const told = ({ reason, why, items }: ExportLoss): string => `${reason} ${why} ${items}`

test('the first loss of each reason is told at once, and what comes within ten seconds together after them', async () => {
  const clock = new VirtualClock()
  const losses: string[] = []
  using _ = exportLoss.subscribe((loss) => losses.push(told(loss)))
  const report = new LossReport('traces', clock)
  for (let count = 0; count < 1_000; count++) report.add('queue-full', 2, undefined)
  report.add('gave-up', 512, 'ECONNREFUSED')
  assert.deepEqual(losses.splice(0), ['queue-full undefined 2', 'gave-up ECONNREFUSED 512'])
  await clock.advance(9_999)
  assert.deepEqual(losses, [])
  await clock.advance(1)
  assert.deepEqual(losses.splice(0), ['queue-full undefined 1998'])
  report.add('queue-full', 1, undefined)
  report.add('gave-up', 1, 'status 503')
  assert.deepEqual(losses.splice(0), ['gave-up status 503 1'])
  await clock.advance(10_000)
  assert.deepEqual(losses.splice(0), ['queue-full undefined 1'])
  await clock.advance(10_000)
  assert.deepEqual([losses, clock.armed], [[], 0])
})

test('who loses more by being told of a loss is told that later, and nothing is left out of the sum', async () => {
  const clock = new VirtualClock()
  const losses: ExportLoss[] = []
  const report = new LossReport('logs', clock)
  let more = 20
  using _ = exportLoss.subscribe((loss) => {
    losses.push(loss)
    for (const reason of ['queue-full', 'closed'] as const) if (more-- > 0) report.add(reason, 1, undefined)
  })
  report.add('closed', 1, undefined)
  report.add('closed', 1, undefined)
  await clock.advance(100_000)
  assert.equal(
    losses.reduce((sum, { items }) => sum + items, 0),
    22,
  )
  assert.equal(clock.armed, 0)
})

test('closing tells what is untold; afterwards a reason is told of once, and nothing waits', async () => {
  const clock = new VirtualClock()
  const losses: string[] = []
  using _ = exportLoss.subscribe((loss) => losses.push(told(loss)))
  const report = new LossReport('traces', clock)
  for (let count = 0; count < 3; count++) report.add('gave-up', 5, 'status 503')
  report.close()
  assert.deepEqual(losses.splice(0), ['gave-up status 503 5', 'gave-up status 503 10'])
  for (let count = 0; count < 3; count++) report.add('closed', 1, undefined)
  assert.deepEqual([losses, clock.armed], [['closed undefined 1'], 0])
})

interface Logging extends AsyncDisposable {
  readonly log: RootLogger
  readonly exporter: OtlpExporter
  /** What was written about losses. */
  readonly lines: Record<string, unknown>[]
}

/** A program that logs what it loses, and sends its log to where it may be lost. */
function logging(endpoint: string, clock: VirtualClock, options: Partial<OtlpExporterOptions> = {}): Logging {
  const service = { name: 'order', version: '1', instanceId: 'a' }
  const exporter = new OtlpExporter({ endpoint, service, clock, ...options })
  const lines: Record<string, unknown>[] = []
  const destination = {
    write(text: string): void {
      const line = JSON.parse(text) as Record<string, unknown>
      if (line['channel'] === exportLoss.name) lines.push(line)
    },
  }
  const levels = new LogLevels({ level: 'info', components: {} }, clock)
  const onRecord = (record: Parameters<OtlpExporter['addLog']>[0]): void => exporter.addLog(record)
  const log = createLogger({ service: 'order', levels, destination, clock, onRecord })
  const observation = observe({ log })
  return {
    log,
    exporter,
    lines,
    async [Symbol.asyncDispose]() {
      observation[Symbol.dispose]()
      await exporter[Symbol.asyncDispose]()
    },
  }
}

test('a receiver that refuses everything makes no line about lines that tell of lost lines', async () => {
  const clock = new VirtualClock()
  await using receiver = await startReceiver()
  receiver.answers.push(...Array.from({ length: 100 }, () => ({ status: 401 })))
  await using program = logging(receiver.url, clock, { timeoutMs: 3_600_000 })
  program.log.info({}, 'placed')
  program.exporter.addSpans([someSpan()])
  await clock.advance(1_000)
  await until(clock, () => program.lines.length === 2)
  // Five minutes, in steps between which answers come.
  for (let second = 0; second < 300; second++) await clock.advance(1_000)
  const { logs, traces } = program.exporter.stats
  // The line about the trace was worth a try, and its loss a line that was not.
  assert.deepEqual([traces.lost.rejected, logs.lost.rejected, receiver.received.length], [1, 2, 3])
  assert.deepEqual(
    program.lines
      .map(({ level, msg, signal, reason, why, items }) => [level, msg, signal, reason, why, items].join())
      .toSorted(),
    ['logs', 'logs', 'traces'].map((signal) => `warn,telemetry was lost,${signal},rejected,status 401,1`),
  )
})

test('ten thousand lines that find no room make one at once and one every ten seconds, with how many there were', async () => {
  const clock = new VirtualClock()
  await using receiver = await startReceiver()
  receiver.answers.push('hang')
  await using program = logging(receiver.url, clock, { maxQueueItems: 10, timeoutMs: 60_000 })
  for (let count = 0; count < 5_000; count++) program.log.info({}, 'placed')
  await clock.advance(10_000)
  for (let count = 0; count < 5_000; count++) program.log.info({}, 'placed')
  await clock.advance(10_000)
  assert.deepEqual(
    program.lines.map(({ reason, items }) => [reason, items].join(' ')),
    ['queue-full 1', 'queue-full 4989', 'queue-full 5000'],
  )
  assert.equal(program.exporter.stats.logs.lost['queue-full'], 9_990)
})
