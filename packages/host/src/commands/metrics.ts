import { toIsoTime } from '@ashlar/kernel'
import { askCollector, findCollector } from '../collector-client.ts'
import type { MetricSummary, MetricView } from '../collector/query/metric-view.ts'
import type { SeriesView } from '../collector/query/series-in-range.ts'
import type { HistogramState } from '../collector/store/histogram-state.ts'
import type { Console } from '../console.ts'
import { growthOf, metricRows, type MetricRow } from '../metric-rows.ts'
import { inline } from '../printable.ts'
import { quantile } from '../quantile.ts'
import { metricsFlags, sinceOf, textOf, wordAndFlags } from '../query-flags.ts'
import { table } from '../table.ts'

const command = 'metrics'
const quantiles = [0.5, 0.95, 0.99]

/** `ashlar metrics [<name>] [--flag ...]`. Resolves to the exit status. */
export async function metricsCommand(args: readonly string[], console: Console): Promise<number> {
  const { word: name, flags } = wordAndFlags(command, args, metricsFlags)
  const query = { service: textOf(flags, 'service'), since: sinceOf(command, flags) }
  const target = findCollector({ config: textOf(flags, 'config'), directory: textOf(flags, 'directory') })
  let lines: string[]
  if (name === undefined) {
    const { metrics } = await askCollector<{ metrics: readonly MetricSummary[] }>(target, command, query)
    lines = flags['json'] === true ? metrics.map((metric) => JSON.stringify(metric)) : listOf(metrics)
  } else {
    const metric = await askCollector<MetricView>(target, `${command}/${pathOf(name)}`, query)
    lines = flags['json'] === true ? [JSON.stringify(metric)] : seriesOf(metric, query.since !== undefined)
  }
  for (const line of lines) void console.out(line)
  return 0
}

/** An encoded slash is none that a path may hold. */
function pathOf(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/')
}

function listOf(metrics: readonly MetricSummary[]): string[] {
  if (metrics.length === 0) return ['no metrics yet; services report theirs every ten seconds']
  const rows = metrics.map(({ name, kind, unit, series, services }) => [
    inline(name),
    kind,
    inline(unit),
    String(series),
    inline(services.join(', ')),
  ])
  return table([['metric', 'kind', 'unit', 'series', 'services'], ...rows], [3])
}

/** @param isPast whether a time was asked for: of a histogram that is shown, and not all since its process was started. */
function seriesOf({ name, kind, unit, description, series, ...range }: MetricView, isPast: boolean): string[] {
  const figures = figuresOf(kind)
  const rows = metricRows(series).map((row) =>
    [inline(row[0].service), labelsOf(row[0])].concat(
      kind === 'histogram' ? spread(row, isPast) : kind === 'counter' ? growth(row) : extent(row),
    ),
  )
  const right = figures.map((_, at) => at + 2)
  const times = `from ${toIsoTime(Math.floor(range.fromMs))} to ${toIsoTime(Math.floor(range.toMs))}`
  return [
    `${inline(name)} (${kind}, ${inline(unit)}): ${inline(description)}`,
    ...(isPast ? [times] : []),
    ...(range.complete ? [] : ['not all that there is: the database is away, or it is more than one answer holds']),
    '',
    ...table([['service', 'labels', ...figures], ...rows], right),
  ]
}

function figuresOf(kind: MetricView['kind']): string[] {
  if (kind === 'histogram') return ['count', 'mean', ...quantiles.map((one) => `p${one * 100}`)]
  return kind === 'counter' ? ['value', 'increase', 'per second'] : ['value', 'least', 'most']
}

function labelsOf({ attributes }: SeriesView): string {
  return inline(
    Object.entries(attributes)
      .map(([name, value]) => `${name}=${String(value)}`)
      .join(' '),
  )
}

/** The value is that of the latest process; it counts from its own start. */
function growth(row: MetricRow): string[] {
  const { amount, seconds = 0 } = growthOf(row) ?? {}
  return [
    figure(lastOf(row)[1]),
    amount === undefined ? '' : figure(amount),
    amount === undefined || seconds === 0 ? '' : figure(amount / seconds),
  ]
}

function extent(row: MetricRow): string[] {
  let [least, most] = [Infinity, -Infinity]
  for (const { points } of row) {
    for (const [, value] of points) [least, most] = [Math.min(least, value), Math.max(most, value)]
  }
  return [lastOf(row)[1], least, most].map(figure)
}

function spread(row: MetricRow, isPast: boolean): string[] {
  if (isPast) {
    const { amount = 0, sum = 0, histogram } = growthOf(row) ?? {}
    return spreadOf(amount, sum, histogram)
  }
  const [, count, sum = 0] = lastOf(row)
  return spreadOf(count, sum, row.at(-1)?.histogram)
}

function spreadOf(count: number, sum: number, histogram: HistogramState | undefined): string[] {
  if (count === 0) return [figure(count), '', ...quantiles.map(() => '')]
  const isTold = histogram?.counts.some((one) => one > 0) === true
  return [
    figure(count),
    figure(sum / count),
    ...quantiles.map((one) => (isTold ? figure(quantile(histogram, one)) : '')),
  ]
}

function lastOf(row: MetricRow): SeriesView['points'][number] {
  return row.at(-1)?.points.at(-1) ?? [0, 0]
}

function figure(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(4)
}
