import { askCollector, findCollector } from '../collector-client.ts'
import type { MetricSummary, MetricView, SeriesView } from '../collector/query/metric-view.ts'
import type { Console } from '../console.ts'
import { inline } from '../printable.ts'
import { quantile } from '../quantile.ts'
import { metricsFlags, textOf, wordAndFlags } from '../query-flags.ts'
import { table } from '../table.ts'

const command = 'metrics'
const quantiles = [0.5, 0.95, 0.99]

/** `ashlar metrics [<name>] [--flag ...]`. Resolves to the exit status. */
export async function metricsCommand(args: readonly string[], console: Console): Promise<number> {
  const { word: name, flags } = wordAndFlags(command, args, metricsFlags)
  const target = findCollector({ config: textOf(flags, 'config'), directory: textOf(flags, 'directory') })
  const query = { service: textOf(flags, 'service') }
  let lines: string[]
  if (name === undefined) {
    const { metrics } = await askCollector<{ metrics: readonly MetricSummary[] }>(target, command, query)
    lines = flags['json'] === true ? metrics.map((metric) => JSON.stringify(metric)) : listOf(metrics)
  } else {
    const metric = await askCollector<MetricView>(target, `${command}/${encodeURIComponent(name)}`, query)
    lines = flags['json'] === true ? [JSON.stringify(metric)] : seriesOf(metric)
  }
  for (const line of lines) void console.out(line)
  return 0
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

function seriesOf({ name, kind, unit, description, series }: MetricView): string[] {
  const isHistogram = kind === 'histogram'
  const figures = isHistogram ? ['count', 'mean', ...quantiles.map((one) => `p${one * 100}`)] : ['value', 'per second']
  const rows = series.map((one) => [
    inline(one.service),
    labelsOf(one),
    ...(isHistogram ? spread(one) : valueOf(one, kind)),
  ])
  const right = figures.map((_, at) => at + 2)
  return [
    `${inline(name)} (${kind}, ${inline(unit)}): ${inline(description)}`,
    '',
    ...table([['service', 'labels', ...figures], ...rows], right),
  ]
}

function labelsOf({ attributes }: SeriesView): string {
  return inline(
    Object.entries(attributes)
      .map(([name, value]) => `${name}=${String(value)}`)
      .join(' '),
  )
}

function valueOf({ points }: SeriesView, kind: MetricView['kind']): string[] {
  const [first, last] = [points[0], points.at(-1)]
  if (first === undefined || last === undefined) return ['', '']
  const seconds = (last[0] - first[0]) / 1_000
  // A counter that starts anew counts from nothing.
  const isRate = kind === 'counter' && seconds > 0 && last[1] >= first[1]
  return [figure(last[1]), isRate ? figure((last[1] - first[1]) / seconds) : '']
}

function spread({ points, histogram }: SeriesView): string[] {
  const [, count = 0, sum = 0] = points.at(-1) ?? []
  if (histogram === undefined || count === 0) return [figure(count), '', ...quantiles.map(() => '')]
  return [figure(count), figure(sum / count), ...quantiles.map((one) => figure(quantile(histogram, one)))]
}

function figure(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(4)
}
