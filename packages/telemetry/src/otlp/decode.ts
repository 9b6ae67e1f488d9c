import { OtlpMalformedError } from './errors.ts'
import type { OtlpForm } from './form.ts'
import { attributesOf } from './json/json-attributes.ts'
import { listOf, objectOf, stringOf } from './json/json-fields.ts'
import { Keeper, type OtlpLimits, type OtlpLosses } from './limits.ts'
import { readAttributesOf } from './protobuf/proto-attributes.ts'
import { ProtoReader } from './protobuf/proto-reader.ts'
import type { OtlpBatch, Resource, Scope } from './records.ts'
import type { OtlpSignal } from './signal.ts'

export interface DecodedOtlp<T> {
  /** Only those in which records were kept. */
  readonly batches: readonly OtlpBatch<T>[]
  /** What was sent and not kept. */
  readonly losses: OtlpLosses
}

/**
 * Reads an export request that nobody vouches for. Takes time and memory in proportion to the bytes; what is beyond the
 * limits is cut and counted. Fields that nobody knows are passed over. Ids come out in lower case; maps and mixed lists
 * as JSON text, bytes as base64, integers beyond 53 bits as decimal text.
 * @throws {OtlpMalformedError} and nothing else.
 */
export function decodeOtlp<T>(
  signal: OtlpSignal<T>,
  form: OtlpForm,
  bytes: Uint8Array,
  limits: OtlpLimits = {},
): DecodedOtlp<T> {
  const keeper = new Keeper(limits)
  const batches: OtlpBatch<T>[] = []
  if (form === 'json') readJson(signal, bytes, keeper, batches)
  else readProto(signal, new ProtoReader(bytes), keeper, batches)
  return { batches, losses: keeper.losses() }
}

function readProto<T>(signal: OtlpSignal<T>, reader: ProtoReader, keeper: Keeper, into: OtlpBatch<T>[]): void {
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag !== 0x0a) {
      reader.skip(tag)
      continue
    }
    const outer = reader.enter()
    let resource: Resource = {}
    const parts: Omit<OtlpBatch<T>, 'resource'>[] = []
    for (let field = reader.tag(); field !== 0; field = reader.tag()) {
      if (field === 0x0a) resource = readAttributesOf(reader, keeper, 0x0a)
      else if (field === 0x12) {
        const part = readScope(signal, reader, keeper)
        // An empty one takes two bytes to send, and many more to keep.
        if (part.records.length > 0) parts.push(part)
      } else reader.skip(field)
    }
    reader.leave(outer)
    for (const part of parts) into.push({ resource, ...part })
  }
}

function readScope<T>(signal: OtlpSignal<T>, reader: ProtoReader, keeper: Keeper): Omit<OtlpBatch<T>, 'resource'> {
  const outer = reader.enter()
  let scope: Scope = { name: '', version: '' }
  const records: T[] = []
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) scope = readScopeName(reader, keeper)
    else if (tag === 0x12 && (signal.holdsPoints || keeper.takesRecord())) {
      const end = reader.enter()
      keep(signal, signal.read(reader, keeper), records, keeper)
      reader.leave(end)
    } else reader.skip(tag)
  }
  reader.leave(outer)
  return { scope, records }
}

function readScopeName(reader: ProtoReader, keeper: Keeper): Scope {
  const outer = reader.enter()
  let name = ''
  let version = ''
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) name = keeper.text(reader.text(keeper.maxTextLength))
    else if (tag === 0x12) version = keeper.text(reader.text(keeper.maxTextLength))
    else reader.skip(tag)
  }
  reader.leave(outer)
  return { name, version }
}

function readJson<T>(signal: OtlpSignal<T>, bytes: Uint8Array, keeper: Keeper, into: OtlpBatch<T>[]): void {
  const { resources, scopes, records: recordsKey } = signal.keys
  const request = objectOf(parsed(bytes), 'the request')
  for (const eachResource of listOf(request[resources], resources)) {
    const sender = objectOf(eachResource, resources)
    const resource = attributesOf(objectOf(sender['resource'], 'resource')['attributes'], keeper)
    for (const eachScope of listOf(sender[scopes], scopes)) {
      const group = objectOf(eachScope, scopes)
      const named = objectOf(group['scope'], 'scope')
      const name = keeper.text(stringOf(named['name'], 'scope.name'))
      const version = keeper.text(stringOf(named['version'], 'scope.version'))
      const records: T[] = []
      for (const record of listOf(group[recordsKey], recordsKey)) {
        if (!signal.holdsPoints && !keeper.takesRecord()) continue
        keep(signal, signal.fromJson(record, keeper), records, keeper)
      }
      if (records.length > 0) into.push({ resource, scope: { name, version }, records })
    }
  }
}

function keep<T>(signal: OtlpSignal<T>, record: T | undefined, into: T[], keeper: Keeper): void {
  if (record !== undefined) into.push(record)
  else if (!signal.holdsPoints) keeper.invalidRecords++
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'))
  } catch {
    // The platform's own error quotes what was sent.
    throw new OtlpMalformedError({ where: 'the request', problem: 'not JSON' })
  }
}
