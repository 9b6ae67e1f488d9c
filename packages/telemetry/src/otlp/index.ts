export { decodeOtlp, type DecodedOtlp } from './decode.ts'
export { encodeOtlp } from './encode.ts'
export { OtlpMalformedError, otlpEdgeRows } from './errors.ts'
export { exportDone, exportLoss, type ExportDone, type ExportLoss, type ExportLossReason } from './exporter/events.ts'
export type { ExportStats } from './exporter/export-queue.ts'
export type { MetricSource, OtlpExporterOptions } from './exporter/options.ts'
export { OtlpExporter } from './exporter/otlp-exporter.ts'
export { contentTypeOf, formOf, type OtlpForm } from './form.ts'
export type { OtlpLimits, OtlpLosses } from './limits.ts'
export { metricRecords, type ReadAt } from './metric-records.ts'
export type {
  ExemplarRecord,
  HistogramPointRecord,
  LogRecord,
  MetricRecord,
  NumberPointRecord,
  OtlpBatch,
  Resource,
  Scope,
  Temporality,
} from './records.ts'
export { decodeOtlpResponse, encodeOtlpResponse, type PartialSuccess } from './response.ts'
export { otlpLogs, otlpMetrics, otlpTraces, type OtlpSignal } from './signal.ts'
