import { labelName } from './prometheus/names.ts'
import type { MetricOptions } from './options.ts'

/** What a metric is, told once when it is registered. */
export interface Definition {
  readonly kind: 'counter' | 'gauge' | 'histogram'
  readonly name: string
  readonly description: string
  readonly unit: string
  readonly labels: readonly string[]
}

const metricName = /^[A-Za-z][\w./-]{0,254}$/
const label = /^[A-Za-z_][\w./-]{0,254}$/
const maxLabels = 16

/** @throws {TypeError} naming what is not as it must be. */
export function define(kind: Definition['kind'], options: MetricOptions): Definition {
  const { name, description, unit, labels = [] } = options
  if (!metricName.test(name)) throw new TypeError(`metric: name must begin with a letter, got "${name}"`)
  if (labels.length > maxLabels) {
    throw new TypeError(`metric: ${name} has ${labels.length} labels, ${maxLabels} are the most`)
  }
  const exposed = new Set<string>()
  for (const each of labels) {
    if (!label.test(each)) throw new TypeError(`metric: ${name} cannot have a label "${each}"`)
    if (kind === 'histogram' && each === 'le') throw new TypeError(`metric: ${name} has buckets, so no label "le"`)
    exposed.add(labelName(each))
  }
  if (exposed.size < labels.length) {
    throw new TypeError(`metric: ${name} has labels that Prometheus cannot tell apart: ${labels.join(', ')}`)
  }
  return { kind, name, description, unit, labels: [...labels] }
}

/** Whether two definitions are of the same metric. How it is described may differ. */
export function isSameShape(a: Definition, b: Definition): boolean {
  return a.kind === b.kind && a.unit === b.unit && isSameList(a.labels, b.labels)
}

export function isSameList<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((each, at) => each === b[at])
}
