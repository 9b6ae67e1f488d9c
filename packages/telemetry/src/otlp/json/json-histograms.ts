import { exemplarOf, histogramPointOf, saysNothing } from '../build-metric.ts'
import type { Keeper } from '../limits.ts'
import type { ExemplarRecord, HistogramPointRecord } from '../records.ts'
import { formatUnixNano, toMs, toUnixNano } from '../unix-nano.ts'
import { attributesOf, attributesToJson, doubleToJson } from './json-attributes.ts'
import { idOf, listOf, numberOf, objectOf, uint32Of, unixNanoOf, type JsonObject } from './json-fields.ts'

const epoch = toUnixNano(0)

/** A `HistogramDataPoint` for `JSON.stringify`. */
export function histogramPointToJson(point: HistogramPointRecord): JsonObject {
  return {
    attributes: attributesToJson(point.attributes),
    startTimeUnixNano: formatUnixNano(toUnixNano(point.startMs)),
    timeUnixNano: formatUnixNano(toUnixNano(point.timeMs)),
    count: String(point.count),
    sum: doubleToJson(point.sum),
    bucketCounts: point.counts.map(String),
    explicitBounds: point.bounds.map(doubleToJson),
    exemplars: point.exemplars.map(({ value, timeMs, traceId, spanId }) => ({
      timeUnixNano: formatUnixNano(toUnixNano(timeMs)),
      asDouble: doubleToJson(value),
      spanId,
      traceId,
    })),
  }
}

/** Reads a `HistogramDataPoint`; `undefined` when it says nothing, or nothing that makes sense. */
export function histogramPointFrom(point: JsonObject, keeper: Keeper): HistogramPointRecord | undefined {
  const attributes = attributesOf(point['attributes'], keeper)
  const read: HistogramPointRecord = {
    attributes,
    startMs: toMs(unixNanoOf(point['startTimeUnixNano'], 'startTimeUnixNano') ?? epoch),
    timeMs: toMs(unixNanoOf(point['timeUnixNano'], 'timeUnixNano') ?? epoch),
    count: numberOf(point['count'], 'count') ?? 0,
    sum: numberOf(point['sum'], 'sum') ?? 0,
    bounds: numbersOf(point['explicitBounds'], 'explicitBounds', keeper),
    counts: numbersOf(point['bucketCounts'], 'bucketCounts', keeper),
    exemplars: exemplarsOf(point['exemplars'], keeper),
  }
  return saysNothing(uint32Of(point['flags'], 'flags')) ? undefined : histogramPointOf(read, keeper)
}

function numbersOf(value: unknown, where: string, keeper: Keeper): number[] {
  const numbers: number[] = []
  for (const each of listOf(value, where)) {
    if (keeper.takesItem(numbers.length)) numbers.push(numberOf(each, where) ?? 0)
  }
  return numbers
}

function exemplarsOf(value: unknown, keeper: Keeper): ExemplarRecord[] {
  const exemplars: ExemplarRecord[] = []
  for (const each of listOf(value, 'exemplars')) {
    if (!keeper.takesItem(exemplars.length)) continue
    const sent = objectOf(each, 'exemplars')
    const exemplar = exemplarOf(
      {
        value: numberOf(sent['asDouble'], 'exemplars.asDouble') ?? numberOf(sent['asInt'], 'exemplars.asInt'),
        timeMs: toMs(unixNanoOf(sent['timeUnixNano'], 'exemplars.timeUnixNano') ?? epoch),
        traceId: idOf(sent['traceId'], 'exemplars.traceId'),
        spanId: idOf(sent['spanId'], 'exemplars.spanId'),
      },
      keeper,
    )
    if (exemplar !== undefined) exemplars.push(exemplar)
  }
  return exemplars
}
