import {
  alertsRow,
  databaseRow,
  outboxRow,
  processRow,
  readinessRow,
  redRow,
  resilienceRow,
  sloRow,
  telemetryRow,
} from './rows.ts'
import type { Panel, Row } from './panel.ts'

const columns = 24

/** The dashboard of the shop, as Grafana 10 and later import it. */
export function dashboard(): string {
  const rows = [
    sloRow,
    readinessRow,
    redRow,
    resilienceRow,
    databaseRow,
    outboxRow,
    processRow,
    telemetryRow,
    alertsRow,
  ]
  const made = {
    uid: 'ashlar-shop',
    title: 'Shop',
    description: 'Made by tools/monitoring.ts; what is changed here is lost with the next import.',
    tags: ['ashlar'],
    schemaVersion: 39,
    version: 1,
    editable: true,
    timezone: 'browser',
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    // Of both ends of a line: one and the same time in all panels.
    graphTooltip: 1,
    links: [
      {
        title: 'Logs and traces',
        type: 'link',
        url: '/explore',
        tooltip: 'By the trace id of an exemplar or of a log line',
        targetBlank: true,
        keepTime: true,
      },
    ],
    templating: { list: [dataSource, service] },
    panels: placed(rows),
  }
  // A list of one name on one line, as the formatter has it.
  return `${JSON.stringify(made, null, 2).replaceAll(/\[\n\s+("[^"\n]*")\n\s+\]/g, '[$1]')}\n`
}

const dataSource = { name: 'source', label: 'Data source', type: 'datasource', query: 'prometheus' }
const service = {
  name: 'job',
  label: 'Service',
  type: 'query',
  datasource: { type: 'prometheus', uid: '$source' },
  query: { query: 'label_values(up{app="shop"}, job)', refId: 'services' },
  refresh: 2,
  sort: 1,
  multi: true,
  includeAll: true,
  current: { text: ['All'], value: ['$__all'] },
}

/** Gives each panel a number and a place: from left to right, and then in the next line. */
function placed(rows: readonly Row[]): object[] {
  const panels: object[] = []
  let y = 0
  for (const { title, panels: own } of rows) {
    const id = panels.length + 1
    panels.push({ id, type: 'row', title, collapsed: false, panels: [], gridPos: { h: 1, w: columns, x: 0, y } })
    y += 1
    let x = 0
    let height = 0
    for (const panel of own) {
      if (x + panel.width > columns) {
        y += height
        x = height = 0
      }
      panels.push(json(panel, panels.length + 1, { h: panel.height, w: panel.width, x, y }))
      x += panel.width
      height = Math.max(height, panel.height)
    }
    y += height
  }
  return panels
}

function json({ title, description, type, unit, queries, max }: Panel, id: number, gridPos: object): object {
  return {
    id,
    type,
    title,
    description,
    datasource: { type: 'prometheus', uid: '$source' },
    gridPos,
    targets: queries.map(({ expr, legend, exemplar = false }, nth) => ({
      refId: String.fromCharCode(65 + nth),
      expr,
      legendFormat: legend,
      exemplar,
      instant: type === 'table' || type === 'stat',
      range: type !== 'table' && type !== 'stat',
      ...(type === 'table' ? { format: 'table' } : {}),
    })),
    fieldConfig: { defaults: { unit, min: 0, ...(max === undefined ? {} : { max }) }, overrides: [] },
    options:
      type === 'timeseries' ? { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi' } } : {},
  }
}
