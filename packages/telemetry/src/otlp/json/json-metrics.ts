import { metricOf, numberOfTemporality, saysNothing, temporalityOf, type SentData } from '../build-metric.ts'
import type { Keeper } from '../limits.ts'
import type { HistogramPointRecord, MetricRecord, NumberPointRecord } from '../records.ts'
import { formatUnixNano, toMs, toUnixNano } from '../unix-nano.ts'
import { attributesOf, attributesToJson, doubleToJson } from './json-attributes.ts'
import {
  booleanOf,
  listOf,
  numberOf,
  objectOf,
  stringOf,
  uint32Of,
  unixNanoOf,
  type JsonObject,
} from './json-fields.ts'
import { histogramPointFrom, histogramPointToJson } from './json-histograms.ts'

const epoch = toUnixNano(0)

/** A `Metric` for `JSON.stringify`. */
export function metricToJson(metric: MetricRecord): JsonObject {
  const { name, description, unit } = metric
  const common = { name: name.toWellFormed(), description: description.toWellFormed(), unit: unit.toWellFormed() }
  if (metric.kind === 'gauge') return { ...common, gauge: { dataPoints: metric.points.map(numberPointToJson) } }
  const aggregationTemporality = numberOfTemporality(metric.temporality)
  if (metric.kind === 'histogram') {
    return { ...common, histogram: { dataPoints: metric.points.map(histogramPointToJson), aggregationTemporality } }
  }
  const dataPoints = metric.points.map(numberPointToJson)
  return { ...common, sum: { dataPoints, aggregationTemporality, isMonotonic: metric.kind === 'counter' } }
}

function numberPointToJson({ attributes, startMs, timeMs, value }: NumberPointRecord): JsonObject {
  return {
    attributes: attributesToJson(attributes),
    startTimeUnixNano: startMs > 0 ? formatUnixNano(toUnixNano(startMs)) : undefined,
    timeUnixNano: formatUnixNano(toUnixNano(timeMs)),
    asDouble: doubleToJson(value),
  }
}

/** Reads a `Metric`; `undefined` when no point of it is kept. */
export function metricFrom(value: unknown, keeper: Keeper): MetricRecord | undefined {
  const metric = objectOf(value, 'metrics')
  const common = {
    name: keeper.text(stringOf(metric['name'], 'name')),
    description: keeper.text(stringOf(metric['description'], 'description')),
    unit: keeper.text(stringOf(metric['unit'], 'unit')),
  }
  for (const kind of ['exponentialHistogram', 'summary']) {
    keeper.unsupportedRecords += listOf(objectOf(metric[kind], kind)['dataPoints'], `${kind}.dataPoints`).length
  }
  return metricOf(common, dataOf(metric, keeper), keeper)
}

function dataOf(metric: JsonObject, keeper: Keeper): SentData | undefined {
  if (isGiven(metric['gauge'])) {
    return { kind: 'gauge', points: pointsOf(objectOf(metric['gauge'], 'gauge'), numberPointOf, keeper) }
  }
  const kind = isGiven(metric['sum']) ? 'sum' : 'histogram'
  if (!isGiven(metric[kind])) return undefined
  const data = objectOf(metric[kind], kind)
  const temporality = temporalityOf(uint32Of(data['aggregationTemporality'], 'aggregationTemporality'))
  if (kind === 'histogram') return { kind, temporality, points: pointsOf(data, histogramPointFrom, keeper) }
  const isMonotonic = booleanOf(data['isMonotonic'], 'isMonotonic')
  return { kind, temporality, isMonotonic, points: pointsOf(data, numberPointOf, keeper) }
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null
}

function pointsOf<P extends NumberPointRecord | HistogramPointRecord>(
  data: JsonObject,
  read: (point: JsonObject, keeper: Keeper) => P | undefined,
  keeper: Keeper,
): P[] {
  const points: P[] = []
  for (const each of listOf(data['dataPoints'], 'dataPoints')) {
    if (!keeper.takesRecord()) continue
    const point = read(objectOf(each, 'dataPoints'), keeper)
    if (point !== undefined) points.push(point)
  }
  return points
}

function numberPointOf(point: JsonObject, keeper: Keeper): NumberPointRecord | undefined {
  const value = numberOf(point['asDouble'], 'asDouble') ?? numberOf(point['asInt'], 'asInt')
  const attributes = attributesOf(point['attributes'], keeper)
  const startMs = toMs(unixNanoOf(point['startTimeUnixNano'], 'startTimeUnixNano') ?? epoch)
  const timeMs = toMs(unixNanoOf(point['timeUnixNano'], 'timeUnixNano') ?? epoch)
  if (value !== undefined) return { attributes, startMs, timeMs, value }
  if (!saysNothing(uint32Of(point['flags'], 'flags'))) keeper.invalidRecords++
  return undefined
}
