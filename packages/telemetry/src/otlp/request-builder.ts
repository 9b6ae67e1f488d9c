import type { OtlpForm } from './form.ts'
import { attributesToJson } from './json/json-attributes.ts'
import { writeAttributes } from './protobuf/proto-attributes.ts'
import { ProtoWriter, varintBytes } from './protobuf/proto-writer.ts'
import type { Resource, Scope } from './records.ts'
import type { OtlpSignal } from './signal.ts'

/** A request that grows record by record. What was added is bytes already: the records themselves are let go. */
export interface RequestBuilder<T> {
  /** What is in it, in bytes of the request. */
  readonly bytes: number
  /** Spans, data points or log records in it. */
  readonly items: number
  /** Takes it in whole or not at all: what throws, because it is not what its type says, has left no trace. */
  add(record: T): void
  /** The request; the builder begins the next one. */
  take(): Buffer
}

export function requestBuilder<T>(
  signal: OtlpSignal<T>,
  form: OtlpForm,
  from: { readonly resource: Resource; readonly scope: Scope },
): RequestBuilder<T> {
  return form === 'json' ? new JsonBuilder(signal, from) : new ProtoBuilder(signal, from)
}

class ProtoBuilder<T> implements RequestBuilder<T> {
  readonly #signal: OtlpSignal<T>
  readonly #records = new ProtoWriter()
  readonly #resource: Buffer
  readonly #scope: Buffer
  items = 0

  constructor(signal: OtlpSignal<T>, { resource, scope }: { resource: Resource; scope: Scope }) {
    this.#signal = signal
    const writer = new ProtoWriter()
    const start = writer.begin(0x0a)
    writeAttributes(writer, 0x0a, resource)
    writer.end(start)
    this.#resource = Buffer.from(writer.view())
    writer.reset()
    const inner = writer.begin(0x0a)
    writer.string(0x0a, scope.name)
    writer.string(0x12, scope.version)
    writer.end(inner)
    this.#scope = Buffer.from(writer.view())
  }

  get bytes(): number {
    return this.#records.length
  }

  add(record: T): void {
    const writer = this.#records
    const { length } = writer
    try {
      const start = writer.begin(0x12, 2)
      this.#signal.write(writer, record)
      writer.end(start, 2)
    } catch (error) {
      writer.reset(length)
      throw error
    }
    this.items += this.#signal.weigh(record)
  }

  take(): Buffer {
    const scopeLength = this.#scope.length + this.#records.length
    const resourceLength = this.#resource.length + 1 + varintBytes(scopeLength) + scopeLength
    const request = new ProtoWriter(resourceLength + 16)
    request.varint(0x0a)
    request.varint(resourceLength)
    request.raw(this.#resource)
    request.varint(0x12)
    request.varint(scopeLength)
    request.raw(this.#scope)
    request.raw(this.#records.view())
    this.#records.reset()
    this.items = 0
    return request.view()
  }
}

class JsonBuilder<T> implements RequestBuilder<T> {
  readonly #signal: OtlpSignal<T>
  readonly #head: string
  #records = ''
  bytes = 0
  items = 0

  constructor(signal: OtlpSignal<T>, { resource, scope }: { resource: Resource; scope: Scope }) {
    const { resources, scopes, records } = signal.keys
    this.#signal = signal
    const who = JSON.stringify({ attributes: attributesToJson(resource) })
    const what = JSON.stringify({ name: scope.name.toWellFormed(), version: scope.version.toWellFormed() })
    this.#head = `{"${resources}":[{"resource":${who},"${scopes}":[{"scope":${what},"${records}":[`
  }

  add(record: T): void {
    const text = JSON.stringify(this.#signal.toJson(record))
    this.#records += this.#records === '' ? text : `,${text}`
    this.bytes += Buffer.byteLength(text) + 1
    this.items += this.#signal.weigh(record)
  }

  take(): Buffer {
    const request = Buffer.from(`${this.#head}${this.#records}]}]}]}`)
    this.#records = ''
    this.bytes = 0
    this.items = 0
    return request
  }
}
