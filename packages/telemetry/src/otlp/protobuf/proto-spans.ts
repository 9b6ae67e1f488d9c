import type { SpanEvent, SpanLink, SpanRecord } from '../../traces/span-record.ts'
import { isTraceId, isSpanId } from '../hex-ids.ts'
import { AttributeSet, type Keeper } from '../limits.ts'
import { kindOfNumber, numberOfKind } from '../span-kinds.ts'
import { later, msBetween, toMs, toUnixNano, type UnixNano } from '../unix-nano.ts'
import { readAttribute, writeAttributes } from './proto-attributes.ts'
import type { ProtoReader } from './proto-reader.ts'
import type { ProtoWriter } from './proto-writer.ts'

const errorStatus = 2

/** Writes the fields of a `Span`. */
export function writeSpan(writer: ProtoWriter, span: SpanRecord): void {
  const { parentSpanId, error } = span
  const start = toUnixNano(span.startMs)
  writer.hex(0x0a, span.traceId)
  writer.hex(0x12, span.spanId)
  if (parentSpanId !== undefined) writer.hex(0x22, parentSpanId)
  writer.string(0x2a, span.name)
  writer.uint32(0x30, numberOfKind(span.kind))
  writer.unixNano(0x39, start)
  writer.unixNano(0x41, later(start, span.durationMs))
  writeAttributes(writer, 0x4a, span.attributes)
  for (const event of span.events) writeEvent(writer, event)
  for (const link of span.links) writeLink(writer, link)
  if (error !== undefined) {
    const status = writer.begin(0x7a)
    writer.string(0x12, error)
    writer.uint32(0x18, errorStatus)
    writer.end(status)
  }
  // What is exported has been sampled.
  writer.fixed32(0x85, 1)
}

function writeEvent(writer: ProtoWriter, event: SpanEvent): void {
  const start = writer.begin(0x5a)
  writer.unixNano(0x09, toUnixNano(event.timeMs))
  writer.string(0x12, event.name)
  writeAttributes(writer, 0x1a, event.attributes)
  writer.end(start)
}

function writeLink(writer: ProtoWriter, link: SpanLink): void {
  const start = writer.begin(0x6a)
  writer.hex(0x0a, link.traceId)
  writer.hex(0x12, link.spanId)
  writeAttributes(writer, 0x22, link.attributes)
  writer.end(start)
}

/** Reads the fields of a `Span`; `undefined` when its ids are none. */
export function readSpan(reader: ProtoReader, keeper: Keeper): SpanRecord | undefined {
  let traceId = ''
  let spanId = ''
  let parentSpanId = ''
  let name = ''
  let kind = 0
  let start: UnixNano = toUnixNano(0)
  let end: UnixNano | undefined
  let error: string | undefined
  const attributes = new AttributeSet(keeper)
  const events: SpanEvent[] = []
  const links: SpanLink[] = []
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) traceId = reader.hex(17)
    else if (tag === 0x12) spanId = reader.hex(9)
    else if (tag === 0x22) parentSpanId = reader.hex(9)
    else if (tag === 0x2a) name = keeper.text(reader.text(keeper.maxTextLength))
    else if (tag === 0x30) kind = reader.uint32()
    else if (tag === 0x39) start = reader.unixNano()
    else if (tag === 0x41) end = reader.unixNano()
    else if (tag === 0x4a) readAttribute(reader, keeper, attributes)
    else if (tag === 0x5a && keeper.takesEvent(events.length)) events.push(readEvent(reader, keeper))
    else if (tag === 0x6a && keeper.takesEvent(links.length)) readLink(reader, keeper, links)
    else if (tag === 0x7a) error = readStatus(reader, keeper)
    else reader.skip(tag)
  }
  if (!isTraceId(traceId) || !isSpanId(spanId)) return undefined
  return {
    traceId,
    spanId,
    parentSpanId: isSpanId(parentSpanId) ? parentSpanId : undefined,
    name,
    kind: kindOfNumber(kind),
    startMs: toMs(start),
    durationMs: end === undefined ? 0 : msBetween(start, end),
    attributes: attributes.done(),
    error,
    events,
    links,
  }
}

function readEvent(reader: ProtoReader, keeper: Keeper): SpanEvent {
  const outer = reader.enter()
  let timeMs = 0
  let name = ''
  const attributes = new AttributeSet(keeper)
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x09) timeMs = toMs(reader.unixNano())
    else if (tag === 0x12) name = keeper.text(reader.text(keeper.maxTextLength))
    else if (tag === 0x1a) readAttribute(reader, keeper, attributes)
    else reader.skip(tag)
  }
  reader.leave(outer)
  return { name, timeMs, attributes: attributes.done() }
}

/** A link without valid ids leads nowhere and is left out. */
function readLink(reader: ProtoReader, keeper: Keeper, into: SpanLink[]): void {
  const outer = reader.enter()
  let traceId = ''
  let spanId = ''
  const attributes = new AttributeSet(keeper)
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) traceId = reader.hex(17)
    else if (tag === 0x12) spanId = reader.hex(9)
    else if (tag === 0x22) readAttribute(reader, keeper, attributes)
    else reader.skip(tag)
  }
  reader.leave(outer)
  if (isTraceId(traceId) && isSpanId(spanId)) into.push({ traceId, spanId, attributes: attributes.done() })
  else keeper.droppedItems++
}

function readStatus(reader: ProtoReader, keeper: Keeper): string | undefined {
  const outer = reader.enter()
  let message = ''
  let code = 0
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x12) message = keeper.text(reader.text(keeper.maxTextLength))
    else if (tag === 0x18) code = reader.uint32()
    else reader.skip(tag)
  }
  reader.leave(outer)
  return code === errorStatus ? message : undefined
}
