/** How a unit is called in Prometheus, and how numbers get there: times `times`, the point then moved by `digits`. */
export interface BaseUnit {
  readonly name: string
  readonly times: number
  readonly digits: number
}

const seconds = 'seconds'
const bytes = 'bytes'

const units: ReadonlyMap<string, BaseUnit> = new Map(
  Object.entries({
    ns: { name: seconds, times: 1, digits: 9 },
    us: { name: seconds, times: 1, digits: 6 },
    ms: { name: seconds, times: 1, digits: 3 },
    s: { name: seconds, times: 1, digits: 0 },
    min: { name: seconds, times: 60, digits: 0 },
    h: { name: seconds, times: 3_600, digits: 0 },
    d: { name: seconds, times: 86_400, digits: 0 },
    By: { name: bytes, times: 1, digits: 0 },
    KiBy: { name: bytes, times: 2 ** 10, digits: 0 },
    MiBy: { name: bytes, times: 2 ** 20, digits: 0 },
    '%': { name: 'ratio', times: 1, digits: 2 },
  }),
)

/**
 * The base unit of a UCUM unit. OpenTelemetry writes `_milliseconds`; Prometheus' own rule, which its checker insists on, is
 * base units, so that one dashboard fits all. `1` is a ratio where it is a gauge; annotations (`{call}`) say nothing.
 */
export function baseUnit(unit: string, isGauge: boolean): BaseUnit {
  const known = units.get(unit)
  if (known !== undefined) return known
  if (unit === '1') return { name: isGauge ? 'ratio' : '', times: 1, digits: 0 }
  const words = unit
    .replaceAll(/\{[^}]*\}/g, '')
    .replace(/\/s$/, '_per_second')
    .replace(/^By(?=_per_)/, bytes)
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
  return { name: words.replaceAll(/^_|_$/g, '').toLowerCase(), times: 1, digits: 0 }
}
