import { exemplarOf, histogramPointOf, saysNothing } from '../build-metric.ts'
import { AttributeSet, type Keeper } from '../limits.ts'
import type { ExemplarRecord, HistogramPointRecord } from '../records.ts'
import { toMs, toUnixNano } from '../unix-nano.ts'
import { readAttribute, writeAttributes } from './proto-attributes.ts'
import type { ProtoReader } from './proto-reader.ts'
import type { ProtoWriter } from './proto-writer.ts'

/** Writes a `HistogramDataPoint`. */
export function writeHistogramPoint(writer: ProtoWriter, tag: number, point: HistogramPointRecord): void {
  const start = writer.begin(tag, 2)
  writer.unixNano(0x11, toUnixNano(point.startMs))
  writer.unixNano(0x19, toUnixNano(point.timeMs))
  writer.fixed64(0x21, point.count)
  writer.double(0x29, point.sum)
  const counts = writer.begin(0x32)
  for (const count of point.counts) writer.fixed64(0, count)
  writer.end(counts)
  const bounds = writer.begin(0x3a)
  for (const bound of point.bounds) writer.double(0, bound)
  writer.end(bounds)
  for (const exemplar of point.exemplars) writeExemplar(writer, 0x42, exemplar)
  writeAttributes(writer, 0x4a, point.attributes)
  writer.end(start, 2)
}

function writeExemplar(writer: ProtoWriter, tag: number, exemplar: ExemplarRecord): void {
  const start = writer.begin(tag)
  writer.unixNano(0x11, toUnixNano(exemplar.timeMs))
  writer.double(0x19, exemplar.value)
  writer.hex(0x22, exemplar.spanId)
  writer.hex(0x2a, exemplar.traceId)
  writer.end(start)
}

/** Reads a `HistogramDataPoint`; `undefined` when it says nothing, or nothing that makes sense. */
export function readHistogramPoint(reader: ProtoReader, keeper: Keeper): HistogramPointRecord | undefined {
  const outer = reader.enter()
  let startMs = 0
  let timeMs = 0
  let count = 0
  let sum = 0
  let flags = 0
  const counts: number[] = []
  const bounds: number[] = []
  const exemplars: ExemplarRecord[] = []
  const attributes = new AttributeSet(keeper)
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x11) startMs = toMs(reader.unixNano())
    else if (tag === 0x19) timeMs = toMs(reader.unixNano())
    else if (tag === 0x21) count = reader.fixed64()
    else if (tag === 0x29) sum = reader.double()
    else if (tag === 0x31 || tag === 0x32) readNumbers(reader, tag === 0x32, 'fixed64', counts, keeper)
    else if (tag === 0x39 || tag === 0x3a) readNumbers(reader, tag === 0x3a, 'double', bounds, keeper)
    else if (tag === 0x42 && keeper.takesItem(exemplars.length)) readExemplar(reader, keeper, exemplars)
    else if (tag === 0x4a) readAttribute(reader, keeper, attributes)
    else if (tag === 0x50) flags = reader.uint32()
    else reader.skip(tag)
  }
  reader.leave(outer)
  if (saysNothing(flags)) return undefined
  const point = { attributes: attributes.done(), startMs, timeMs, count, sum, bounds, counts, exemplars }
  return histogramPointOf(point, keeper)
}

/** Reads one number of a list, or all of them where they are packed. */
function readNumbers(
  reader: ProtoReader,
  isPacked: boolean,
  type: 'fixed64' | 'double',
  into: number[],
  keeper: Keeper,
): void {
  if (!isPacked) {
    const number = reader[type]()
    if (keeper.takesItem(into.length)) into.push(number)
    return
  }
  const outer = reader.enter()
  while (reader.hasMore()) {
    const number = reader[type]()
    if (keeper.takesItem(into.length)) into.push(number)
  }
  reader.leave(outer)
}

function readExemplar(reader: ProtoReader, keeper: Keeper, into: ExemplarRecord[]): void {
  const outer = reader.enter()
  let timeMs = 0
  let value: number | undefined
  let traceId = ''
  let spanId = ''
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x11) timeMs = toMs(reader.unixNano())
    else if (tag === 0x19) value = reader.double()
    else if (tag === 0x31) value = reader.sfixed64()
    else if (tag === 0x22) spanId = reader.hex(9)
    else if (tag === 0x2a) traceId = reader.hex(17)
    else reader.skip(tag)
  }
  reader.leave(outer)
  const exemplar = exemplarOf({ value, timeMs, traceId, spanId }, keeper)
  if (exemplar !== undefined) into.push(exemplar)
}
