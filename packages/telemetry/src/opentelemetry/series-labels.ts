import type { Attributes } from '@opentelemetry/api'
import type { LabelValue } from '../metrics/options.ts'
import { plainValue } from './bridge-span.ts'

const maxLabels = 16

/** The names by which series are told apart that have such attributes. */
export function labelsOf(attributes: Attributes): readonly string[] {
  return Object.keys(attributes).sort().slice(0, maxLabels)
}

/** The values of those labels; lists as JSON. */
export function valuesOf(attributes: Attributes, labels: readonly string[]): LabelValue[] {
  return labels.map((label) => {
    const value = plainValue(attributes[label])
    return typeof value === 'object' ? JSON.stringify(value) : value
  })
}
