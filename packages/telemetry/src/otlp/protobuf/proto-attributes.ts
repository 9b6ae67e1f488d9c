import type { Attributes, AttributeValue } from '../../traces/span-record.ts'
import { AttributeSet, setOwn, type Keeper, type SentValue } from '../limits.ts'
import type { ProtoReader } from './proto-reader.ts'
import type { ProtoWriter } from './proto-writer.ts'

/** Writes a `repeated KeyValue`. */
export function writeAttributes(writer: ProtoWriter, tag: number, attributes: Attributes): void {
  for (const key in attributes) {
    const value = attributes[key]
    if (value === undefined) continue
    const pair = writer.begin(tag)
    writer.string(0x0a, key)
    writeValue(writer, 0x12, value)
    writer.end(pair)
  }
}

function writeValue(writer: ProtoWriter, tag: number, value: AttributeValue): void {
  const start = writer.begin(tag)
  if (typeof value === 'string') writer.string(0x0a, value)
  else if (typeof value === 'boolean') writer.uint32(0x10, value ? 1 : 0)
  else if (typeof value !== 'number') {
    const list = writer.begin(0x2a)
    for (const each of value) writeValue(writer, 0x0a, each)
    writer.end(list)
  } else if (Number.isSafeInteger(value)) writer.int64(0x18, value)
  else writer.double(0x21, value)
  writer.end(start)
}

/** Writes what an `AnyValue` is where only text is held. */
export function writeText(writer: ProtoWriter, tag: number, text: string): void {
  const start = writer.begin(tag)
  writer.string(0x0a, text)
  writer.end(start)
}

/** Reads one `KeyValue` of a list into the set. */
export function readAttribute(reader: ProtoReader, keeper: Keeper, into: AttributeSet): void {
  const outer = reader.enter()
  let key = ''
  let value: SentValue = null
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) key = reader.text(keeper.maxTextLength)
    else if (tag === 0x12) value = readValue(reader, keeper, 0)
    else reader.skip(tag)
  }
  reader.leave(outer)
  into.add(key, value)
}

/** Reads an `AnyValue`; `null` when it holds nothing, or lies too deep. */
export function readValue(reader: ProtoReader, keeper: Keeper, depth: number): SentValue {
  const isTooDeep = depth > keeper.maxDepth
  if (isTooDeep) keeper.cutValues++
  const outer = reader.enter()
  let value: SentValue = null
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (isTooDeep) reader.skip(tag)
    else if (tag === 0x0a) value = reader.text(keeper.maxTextLength)
    else if (tag === 0x10) value = reader.varint() !== 0
    else if (tag === 0x18) value = reader.int64()
    else if (tag === 0x21) value = reader.double()
    else if (tag === 0x2a) value = readList(reader, keeper, depth + 1)
    else if (tag === 0x32) value = readMap(reader, keeper, depth + 1)
    else if (tag === 0x3a) value = reader.base64(keeper.maxTextLength)
    else reader.skip(tag)
  }
  reader.leave(outer)
  return value
}

function readList(reader: ProtoReader, keeper: Keeper, depth: number): SentValue {
  const outer = reader.enter()
  const list: SentValue[] = []
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a && keeper.takesItem(list.length)) list.push(readValue(reader, keeper, depth))
    else reader.skip(tag)
  }
  reader.leave(outer)
  return list
}

function readMap(reader: ProtoReader, keeper: Keeper, depth: number): SentValue {
  const outer = reader.enter()
  const map: Record<string, SentValue> = {}
  let count = 0
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag !== 0x0a || !keeper.takesItem(count)) {
      reader.skip(tag)
      continue
    }
    count++
    const end = reader.enter()
    let key = ''
    let value: SentValue = null
    for (let field = reader.tag(); field !== 0; field = reader.tag()) {
      if (field === 0x0a) key = keeper.text(reader.text(keeper.maxTextLength))
      else if (field === 0x12) value = readValue(reader, keeper, depth)
      else reader.skip(field)
    }
    reader.leave(end)
    setOwn(map, key, value)
  }
  reader.leave(outer)
  return map
}

/** Reads a message of which only the attributes matter. */
export function readAttributesOf(reader: ProtoReader, keeper: Keeper, attributesTag: number): Attributes {
  const outer = reader.enter()
  const attributes = new AttributeSet(keeper)
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === attributesTag) readAttribute(reader, keeper, attributes)
    else reader.skip(tag)
  }
  reader.leave(outer)
  return attributes.done()
}
