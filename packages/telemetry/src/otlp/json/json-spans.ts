import type { SpanEvent, SpanLink, SpanRecord } from '../../traces/span-record.ts'
import { isSpanId, isTraceId } from '../hex-ids.ts'
import type { Keeper } from '../limits.ts'
import { kindOfNumber, numberOfKind } from '../span-kinds.ts'
import { formatUnixNano, later, msBetween, toMs, toUnixNano } from '../unix-nano.ts'
import { attributesOf, attributesToJson } from './json-attributes.ts'
import { idOf, listOf, objectOf, stringOf, uint32Of, unixNanoOf, type JsonObject } from './json-fields.ts'

const errorStatus = 2
const epoch = toUnixNano(0)

/** A `Span` for `JSON.stringify`. */
export function spanToJson(span: SpanRecord): JsonObject {
  const start = toUnixNano(span.startMs)
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    flags: 1,
    name: span.name.toWellFormed(),
    kind: numberOfKind(span.kind),
    startTimeUnixNano: formatUnixNano(start),
    endTimeUnixNano: formatUnixNano(later(start, span.durationMs)),
    attributes: attributesToJson(span.attributes),
    events: span.events.map(({ timeMs, name, attributes }) => ({
      timeUnixNano: formatUnixNano(toUnixNano(timeMs)),
      name: name.toWellFormed(),
      attributes: attributesToJson(attributes),
    })),
    links: span.links.map(({ traceId, spanId, attributes }) => ({
      traceId,
      spanId,
      attributes: attributesToJson(attributes),
    })),
    status: span.error === undefined ? undefined : { code: errorStatus, message: span.error.toWellFormed() },
  }
}

/** Reads a `Span`; `undefined` when its ids are none. */
export function spanOf(value: unknown, keeper: Keeper): SpanRecord | undefined {
  const span = objectOf(value, 'spans')
  const parentSpanId = idOf(span['parentSpanId'], 'parentSpanId')
  const start = unixNanoOf(span['startTimeUnixNano'], 'startTimeUnixNano') ?? epoch
  const record: SpanRecord = {
    traceId: idOf(span['traceId'], 'traceId'),
    spanId: idOf(span['spanId'], 'spanId'),
    parentSpanId: isSpanId(parentSpanId) ? parentSpanId : undefined,
    name: keeper.text(stringOf(span['name'], 'name')),
    kind: kindOfNumber(uint32Of(span['kind'], 'kind')),
    startMs: toMs(start),
    durationMs: msBetween(start, unixNanoOf(span['endTimeUnixNano'], 'endTimeUnixNano') ?? start),
    attributes: attributesOf(span['attributes'], keeper),
    error: errorOf(span['status'], keeper),
    events: eventsOf(span['events'], keeper),
    links: linksOf(span['links'], keeper),
  }
  return isTraceId(record.traceId) && isSpanId(record.spanId) ? record : undefined
}

function errorOf(value: unknown, keeper: Keeper): string | undefined {
  const status = objectOf(value, 'status')
  const message = keeper.text(stringOf(status['message'], 'status.message'))
  return uint32Of(status['code'], 'status.code') === errorStatus ? message : undefined
}

function eventsOf(value: unknown, keeper: Keeper): SpanEvent[] {
  const events: SpanEvent[] = []
  for (const each of listOf(value, 'events')) {
    if (!keeper.takesEvent(events.length)) continue
    const event = objectOf(each, 'events')
    events.push({
      name: keeper.text(stringOf(event['name'], 'events.name')),
      timeMs: toMs(unixNanoOf(event['timeUnixNano'], 'events.timeUnixNano') ?? epoch),
      attributes: attributesOf(event['attributes'], keeper),
    })
  }
  return events
}

/** A link without valid ids leads nowhere and is left out. */
function linksOf(value: unknown, keeper: Keeper): SpanLink[] {
  const links: SpanLink[] = []
  for (const each of listOf(value, 'links')) {
    if (!keeper.takesEvent(links.length)) continue
    const link = objectOf(each, 'links')
    const traceId = idOf(link['traceId'], 'links.traceId')
    const spanId = idOf(link['spanId'], 'links.spanId')
    const attributes = attributesOf(link['attributes'], keeper)
    if (isTraceId(traceId) && isSpanId(spanId)) links.push({ traceId, spanId, attributes })
    else keeper.droppedItems++
  }
  return links
}
