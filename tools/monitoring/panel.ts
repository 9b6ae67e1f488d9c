export interface Query {
  readonly expr: string
  /** Of a line: `{{job}}`. */
  readonly legend: string
  /** Shows traces that took so long. @default false */
  readonly exemplar?: boolean
}

/** What a dashboard shows in one frame. */
export interface Panel {
  readonly title: string
  /** What it tells, and from when on it is worth looking closer. */
  readonly description: string
  readonly type: 'timeseries' | 'stat' | 'state-timeline' | 'table'
  /** As Grafana calls it: `s`, `reqps`, `percentunit`, `bytes`, `short`. */
  readonly unit: string
  readonly queries: readonly Query[]
  /** Of 24 columns. */
  readonly width: number
  readonly height: number
  /** Where the scale ends, when it does not depend on the values. */
  readonly max?: number
}

export interface Row {
  readonly title: string
  readonly panels: readonly Panel[]
}

/** Lines over time, a third of the page wide. */
export function lines(title: string, unit: string, description: string, ...queries: Query[]): Panel {
  return { title, description, type: 'timeseries', unit, queries, width: 8, height: 8 }
}

/** A quantile of a histogram of the chosen services, by some labels. */
export function quantileOf(metric: string, share: number, by: string): Query {
  const expr = `histogram_quantile(${share}, sum by (${by}, le) (rate(${metric}_bucket{app="shop",job=~"$job"}[$__rate_interval])))`
  const legend = by
    .split(', ')
    .map((label) => `{{${label}}}`)
    .join(' ')
  return { expr, legend: `${legend} p${share * 100}`, exemplar: true }
}

/** Events a second of a counter of the chosen services, by some labels. */
export function rateOf(metric: string, by: string, more = ''): Query {
  const expr = `sum by (${by}) (rate(${metric}{app="shop",job=~"$job"${more}}[$__rate_interval]))`
  return {
    expr,
    legend: by
      .split(', ')
      .map((label) => `{{${label}}}`)
      .join(' '),
  }
}
