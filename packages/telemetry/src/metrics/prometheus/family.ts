import { clean } from './names.ts'
import { baseUnit, type BaseUnit } from './units.ts'

/** A metric as Prometheus knows it. */
export interface Family {
  readonly kind: 'counter' | 'gauge' | 'histogram'
  /** Without a counter's `_total`. */
  readonly name: string
  readonly unit: BaseUnit
}

/**
 * What a metric is called in Prometheus: `ashlar.rpc.duration` in `ms` becomes `ashlar_rpc_duration_seconds`, the counter
 * `ashlar.rpc.bytes` in `By` becomes `ashlar_rpc_bytes_total`. What a name says already is not said twice.
 */
export function familyOf(metric: { kind: Family['kind']; name: string; unit: string }): Family {
  const { kind } = metric
  const unit = baseUnit(metric.unit, kind === 'gauge')
  const cleaned = clean(metric.name).replaceAll(/^_+|_+$/g, '')
  // A snapshot may come from elsewhere, and be called anything.
  const named = /^[a-z]/.test(cleaned) ? cleaned : `_${cleaned}`
  const bare = kind === 'counter' ? named.replace(/_total$/, '') : named
  const hasUnit = unit.name === '' || `_${bare}`.endsWith(`_${unit.name}`)
  return { kind, name: hasUnit ? bare : `${bare}_${unit.name}`, unit }
}

/** Every name that a family's samples and its own lines go by; no other family may use one of them. */
export function sampleNames({ kind, name }: Family): readonly string[] {
  if (kind === 'counter') return [name, `${name}_total`]
  return kind === 'gauge' ? [name] : [name, `${name}_bucket`, `${name}_sum`, `${name}_count`]
}
