import { channel, type Channel } from '@ashlar/kernel'

/**
 * Why telemetry did not arrive. `queue-full`: it came faster than it could be sent. `invalid`: it is not what its type
 * says. `rejected`: the receiver refused the request. `partial-success`: the receiver refused some of it. `gave-up`: the
 * receiver was away for too long. `closed`: the exporter was, or was closed before it could be sent.
 */
export type ExportLossReason = 'queue-full' | 'invalid' | 'rejected' | 'partial-success' | 'gave-up' | 'closed'

export interface ExportDone {
  readonly signal: string
  readonly items: number
  readonly bytes: number
  readonly attempts: number
  readonly durationMs: number
}

export interface ExportLoss {
  readonly signal: string
  readonly reason: ExportLossReason
  readonly why: string | undefined
  readonly items: number
}

export const exportDone: Channel<ExportDone> = channel('ashlar:telemetry:export-done', {
  description: 'A batch of telemetry has been sent and taken.',
  fields: {
    signal: 'traces, metrics or logs',
    items: 'spans, data points or log records in it',
    bytes: 'of the request, as it was sent',
    attempts: 'how often it was sent',
    durationMs: 'from the first attempt to the answer, in milliseconds',
  },
  metrics: [
    {
      name: 'ashlar.telemetry.export.items',
      kind: 'counter',
      field: 'items',
      unit: '{item}',
      attributes: ['signal'],
    },
  ],
})

export const exportLoss: Channel<ExportLoss> = channel('ashlar:telemetry:export-loss', {
  description:
    'Telemetry has been given up on: told at once, and then every ten seconds for all that was lost meanwhile.',
  fields: {
    signal: 'traces, metrics or logs',
    reason: 'queue-full, invalid, rejected, partial-success, gave-up or closed',
    why: 'status or error code of the last attempt, where there was one; of several losses the latest',
    items: 'spans, data points or log records, of all the losses that are told at once',
  },
  metrics: [
    {
      name: 'ashlar.telemetry.export.lost',
      kind: 'counter',
      field: 'items',
      unit: '{item}',
      attributes: ['signal', 'reason'],
    },
  ],
  log: { level: 'warn', message: 'telemetry was lost', attributes: ['signal', 'reason', 'why', 'items'] },
})
