import { errorName } from '../traces/attributes.ts'

/** What a channel publishes, as one sees it who knows of it by its descriptor only. */
export type ChannelEvent = Readonly<Record<string, unknown>>

/** Makes something of each event. */
export type Consumer = (event: ChannelEvent) => void

export type Plain = string | number | boolean

/** A field as telemetry may tell it: an error by its code or class, and objects not at all. */
export function plainField(event: ChannelEvent, field: string): Plain | undefined {
  const value = event[field]
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  if (typeof value === 'bigint') return String(value)
  return value instanceof Error ? errorName(value) : undefined
}

export function plainFields(event: ChannelEvent, fields: readonly string[]): Record<string, Plain> {
  const plain: Record<string, Plain> = {}
  for (const field of fields) {
    const value = plainField(event, field)
    if (value !== undefined) plain[field] = value
  }
  return plain
}
