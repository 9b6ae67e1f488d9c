import type { Slo } from './slo.ts'

/** The windows that alerts look at, two for each speed at which a budget can burn, and the one of the objective itself. */
const windows = ['30m', '1h', '2h', '6h', '1d', '3d', '30d'] as const

/**
 * The recording rules of objectives, as a rules file of Prometheus. Only five minutes are ever read from the raw series;
 * longer windows are sums of what was recorded, weighted by how many events there were.
 */
export function sloRules(slos: readonly Slo[]): string {
  return `# Made from slos.json by \`node tools/monitoring.ts\`.
#
# slo:events:rate5m          events a second, of an objective
# slo:events_bad:rate5m      those of them that break it
# slo:error_ratio:rate<w>    share that breaks it, over a window
# slo:error_budget:ratio     share that may break it
# slo:error_budget_left:ratio30d   what is left of that over 30 days: 1 is all of it, below 0 the promise is broken
groups:
${slos.map(group).join('\n')}`
}

function group({ name, title, objective, bad, total }: Slo): string {
  const over = (expression: string): string => expression.replaceAll('$window', '5m')
  const own = `{slo="${name}"}`
  const rules = [
    rule('slo:events:rate5m', name, over(total)),
    // Zero, not nothing, as long as no event was bad.
    rule('slo:events_bad:rate5m', name, `(${over(bad)}) or 0 * ${over(total)}`),
    rule('slo:error_budget:ratio', name, `vector(${Number((1 - objective).toPrecision(12))})`),
    rule('slo:error_ratio:rate5m', name, `slo:events_bad:rate5m${own} / slo:events:rate5m${own}`),
    ...windows.map((window) =>
      rule(
        `slo:error_ratio:rate${window}`,
        name,
        `sum_over_time(slo:events_bad:rate5m${own}[${window}]) / sum_over_time(slo:events:rate5m${own}[${window}])`,
      ),
    ),
    rule('slo:error_budget_left:ratio30d', name, `1 - slo:error_ratio:rate30d${own} / slo:error_budget:ratio${own}`),
  ]
  return `  # ${title}: ${Number((objective * 100).toPrecision(6))} %.
  - name: slo-${name}
    interval: 1m
    rules:
${rules.join('')}`
}

function rule(record: string, slo: string, expression: string): string {
  return `      - record: ${record}
        labels: { slo: ${slo} }
        expr: ${expression}
`
}
