import { metricOf, numberOfTemporality, saysNothing, temporalityOf, type SentData } from '../build-metric.ts'
import { AttributeSet, type Keeper } from '../limits.ts'
import type { HistogramPointRecord, MetricRecord, NumberPointRecord } from '../records.ts'
import { toMs, toUnixNano } from '../unix-nano.ts'
import { readAttribute, writeAttributes } from './proto-attributes.ts'
import { readHistogramPoint, writeHistogramPoint } from './proto-histograms.ts'
import type { ProtoReader } from './proto-reader.ts'
import type { ProtoWriter } from './proto-writer.ts'

/** Writes the fields of a `Metric`. */
export function writeMetric(writer: ProtoWriter, metric: MetricRecord): void {
  writer.string(0x0a, metric.name)
  writer.string(0x12, metric.description)
  writer.string(0x1a, metric.unit)
  const { kind } = metric
  const data = writer.begin(kind === 'gauge' ? 0x2a : kind === 'histogram' ? 0x4a : 0x3a, 2)
  if (kind === 'histogram') for (const point of metric.points) writeHistogramPoint(writer, 0x0a, point)
  else for (const point of metric.points) writeNumberPoint(writer, 0x0a, point)
  if (kind !== 'gauge') writer.uint32(0x10, numberOfTemporality(metric.temporality))
  if (kind === 'counter') writer.uint32(0x18, 1)
  writer.end(data, 2)
}

function writeNumberPoint(writer: ProtoWriter, tag: number, point: NumberPointRecord): void {
  const start = writer.begin(tag)
  if (point.startMs > 0) writer.unixNano(0x11, toUnixNano(point.startMs))
  writer.unixNano(0x19, toUnixNano(point.timeMs))
  writer.double(0x21, point.value)
  writeAttributes(writer, 0x3a, point.attributes)
  writer.end(start)
}

/** Reads the fields of a `Metric`; `undefined` when no point of it is kept. */
export function readMetric(reader: ProtoReader, keeper: Keeper): MetricRecord | undefined {
  let name = ''
  let description = ''
  let unit = ''
  let data: SentData | undefined
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) name = keeper.text(reader.text(keeper.maxTextLength))
    else if (tag === 0x12) description = keeper.text(reader.text(keeper.maxTextLength))
    else if (tag === 0x1a) unit = keeper.text(reader.text(keeper.maxTextLength))
    else if (tag === 0x2a) data = { kind: 'gauge', points: readNumbers(reader, keeper).points }
    else if (tag === 0x3a) data = readNumbers(reader, keeper)
    else if (tag === 0x4a) data = readHistogram(reader, keeper)
    else if (tag === 0x52 || tag === 0x5a) countUnsupported(reader, keeper)
    else reader.skip(tag)
  }
  return metricOf({ name, description, unit }, data, keeper)
}

/** A `Gauge` is a `Sum` that has only points. */
function readNumbers(reader: ProtoReader, keeper: Keeper): Extract<SentData, { kind: 'sum' }> {
  const outer = reader.enter()
  const points: NumberPointRecord[] = []
  let temporality = 0
  let isMonotonic = false
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a && keeper.takesRecord()) readNumberPoint(reader, keeper, points)
    else if (tag === 0x10) temporality = reader.uint32()
    else if (tag === 0x18) isMonotonic = reader.varint() !== 0
    else reader.skip(tag)
  }
  reader.leave(outer)
  return { kind: 'sum', points, temporality: temporalityOf(temporality), isMonotonic }
}

function readHistogram(reader: ProtoReader, keeper: Keeper): SentData {
  const outer = reader.enter()
  const points: HistogramPointRecord[] = []
  let temporality = 0
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a && keeper.takesRecord()) {
      const point = readHistogramPoint(reader, keeper)
      if (point !== undefined) points.push(point)
    } else if (tag === 0x10) temporality = reader.uint32()
    else reader.skip(tag)
  }
  reader.leave(outer)
  return { kind: 'histogram', points, temporality: temporalityOf(temporality) }
}

/** Exponential histograms and summaries: their points are counted and passed over. */
function countUnsupported(reader: ProtoReader, keeper: Keeper): void {
  const outer = reader.enter()
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) keeper.unsupportedRecords++
    reader.skip(tag)
  }
  reader.leave(outer)
}

function readNumberPoint(reader: ProtoReader, keeper: Keeper, into: NumberPointRecord[]): void {
  const outer = reader.enter()
  let startMs = 0
  let timeMs = 0
  let value: number | undefined
  let flags = 0
  const attributes = new AttributeSet(keeper)
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x11) startMs = toMs(reader.unixNano())
    else if (tag === 0x19) timeMs = toMs(reader.unixNano())
    else if (tag === 0x21) value = reader.double()
    else if (tag === 0x31) value = reader.sfixed64()
    else if (tag === 0x3a) readAttribute(reader, keeper, attributes)
    else if (tag === 0x40) flags = reader.uint32()
    else reader.skip(tag)
  }
  reader.leave(outer)
  if (value !== undefined) into.push({ attributes: attributes.done(), startMs, timeMs, value })
  else if (!saysNothing(flags)) keeper.invalidRecords++
}
