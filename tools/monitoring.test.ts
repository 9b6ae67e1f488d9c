import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { madeFiles, monitoringFolder } from './monitoring.ts'
import { rulesIn, unknownIn } from './monitoring/promql.ts'
import { samplesOf, type Samples } from './monitoring/samples.ts'
import { parseSlos } from './monitoring/slo.ts'
import { declaredMetrics } from './telemetry-docs.ts'

const read = (name: string): Promise<string> => readFile(join(monitoringFolder, name), 'utf8')

interface Dashboard {
  readonly uid: string
  readonly schemaVersion: number
  readonly panels: readonly {
    readonly id: number
    readonly type: string
    readonly title: string
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
    readonly targets?: readonly { readonly refId: string; readonly expr: string; readonly legendFormat: string }[]
  }[]
}

const dashboard = async (): Promise<Dashboard> => JSON.parse(await read('dashboard.json')) as Dashboard

/** What a scrape of the shop can hold, and what the recording rules add. */
async function known(): Promise<Samples> {
  const { records } = rulesIn(await read('slo.rules.yaml'))
  const recorded = records.map((name): [string, Set<string>] => [name, new Set()])
  return new Map([...samplesOf(await declaredMetrics()), ...recorded])
}

test('the recording rules and the dashboard are those that are made of the objectives', async () => {
  for (const [name, text] of await madeFiles()) {
    assert.equal(await read(name), text, `${name}: run "node tools/monitoring.ts"`)
  }
})

test('every metric and label that a rule, a test of one or the dashboard asks for is declared by the code', async () => {
  const samples = await known()
  const alerts = rulesIn(await read('alerts.rules.yaml'))
  const recordings = rulesIn(await read('slo.rules.yaml'))
  const panels = (await dashboard()).panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
  const series = [...(await read('alerts.test.yaml')).matchAll(/series: (.+)/g)].map(
    ([, selector]) => selector as string,
  )
  for (const [what, least, expressions] of [
    ['alerts', 17, alerts.expressions],
    ['recording rules', 48, recordings.expressions],
    ['dashboard', 40, panels],
    ['tests', 20, series],
  ] as const) {
    assert.ok(expressions.length >= least, `${what}: ${expressions.length} expressions`)
    for (const expression of expressions) assert.deepEqual(unknownIn(expression, samples), [], `${what}: ${expression}`)
  }
})

test('a metric or a label that nobody has is found, wherever it stands in an expression', () => {
  const samples = new Map([
    ['calls_total', new Set(['status', 'route'])],
    ['slo:ratio', new Set<string>()],
  ])
  const expression = 'sum by (job, route) (rate(calls_total{app="shop", status=~"5.."}[$window])) / on(slo) slo:ratio'
  assert.deepEqual(unknownIn(`${expression} > 14.4 unless calls_total offset 15m`, samples), [])
  assert.deepEqual(unknownIn(expression.replace('calls_total', 'callz_total'), samples), ['callz_total'])
  assert.deepEqual(unknownIn(expression.replace('status', 'state'), samples), ['calls_total{state}'])
  assert.deepEqual(unknownIn(expression.replace('job, route', 'job, path'), samples), ['path'])
  assert.deepEqual(unknownIn(expression.replace('slo:ratio', 'slo:other'), samples), ['slo:other'])
})

test('every alert has a test that makes it fire, and a section that says what to do', async () => {
  const rules = await read('alerts.rules.yaml')
  const tests = await read('alerts.test.yaml')
  const readme = await read('README.md')
  const alerts = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name]) => name as string)
  const runbooks = [...rules.matchAll(/runbook: README\.md#(\w+)/g)].map(([, anchor]) => anchor)
  const severities = [...rules.matchAll(/severity: (\w+)/g)].map(([, severity]) => severity)
  assert.deepEqual(
    runbooks,
    alerts.map((name) => name.toLowerCase()),
  )
  assert.deepEqual(
    severities.map((severity) => severity === 'page' || severity === 'ticket'),
    alerts.map(() => true),
  )
  for (const name of alerts) {
    assert.match(tests, new RegExp(`alertname: ${name}\\n +exp_alerts:\\n +- exp_labels`), name)
    assert.match(readme, new RegExp(`^### ${name}$`, 'm'), name)
  }
})

test('panels of the dashboard have numbers and places of their own, and each says what it is for', async () => {
  const { uid, schemaVersion, panels } = await dashboard()
  assert.deepEqual([uid, schemaVersion], ['ashlar-shop', 39])
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length)
  const taken = new Set<string>()
  for (const { type, title, gridPos, targets = [] } of panels) {
    assert.ok(type === 'row' || targets.length > 0, title)
    assert.equal(new Set(targets.map(({ refId }) => refId)).size, targets.length, title)
    assert.ok(gridPos.x + gridPos.w <= 24, title)
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        assert.ok(!taken.has(`${x},${y}`), `${title} lies over another`)
        taken.add(`${x},${y}`)
      }
    }
  }
})

test('objectives with a share that is none, a name twice or an expression over no window are refused', () => {
  const good = { name: 'a', title: 'A', objective: 0.99, bad: 'b[$window]', total: 't[$window]' }
  assert.equal(parseSlos(JSON.stringify([good])).length, 1)
  for (const [fault, slos] of [
    [/objective a: .*got 99/, [{ ...good, objective: 99 }]],
    [/there are two of this name/, [good, good]],
    [/over \[\$window\]/, [{ ...good, total: 't[5m]' }]],
    [/lower-case/, [{ ...good, name: 'A b' }]],
  ] as const) {
    assert.throws(() => parseSlos(JSON.stringify(slos)), fault)
  }
})
