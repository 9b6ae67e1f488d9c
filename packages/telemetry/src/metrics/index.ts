export { Counter, CounterSeries } from './counter.ts'
export { defaultBounds } from './default-bounds.ts'
export { Gauge, GaugeSeries } from './gauge.ts'
export { Histogram, HistogramSeries } from './histogram.ts'
export type {
  HistogramOptions,
  LabelValue,
  LabelsOf,
  MetricOptions,
  ObservableOptions,
  RegistryOptions,
  Report,
} from './options.ts'
export type { TextFormat } from './prometheus/lines.ts'
export { metricsHandler } from './prometheus/metrics-handler.ts'
export { prometheusText, type PrometheusTextOptions } from './prometheus/prometheus-text.ts'
export { processMetrics, type ProcessMetricsOptions } from './process/process-metrics.ts'
export { MetricRegistry } from './registry.ts'
export type { Exemplar, HistogramPoint, LabelValues, MetricSnapshot, NumberPoint } from './snapshot.ts'
