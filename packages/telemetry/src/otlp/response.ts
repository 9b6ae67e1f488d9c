import { codeOf } from '@ashlar/kernel'
import type { OtlpForm } from './form.ts'
import { numberOf, objectOf, stringOf } from './json/json-fields.ts'
import { ProtoReader } from './protobuf/proto-reader.ts'
import { ProtoWriter } from './protobuf/proto-writer.ts'
import type { OtlpSignal } from './signal.ts'

/** What a receiver says of a request that it took: not all of it, perhaps. */
export interface PartialSuccess {
  /** Spans, data points or log records that were not taken. */
  readonly rejected: number
  /** Why, for people. */
  readonly message: string
}

const maxMessageLength = 1_024

/** The answer to a request; without a partial success everything was taken. */
export function encodeOtlpResponse<T>(signal: OtlpSignal<T>, form: OtlpForm, partial?: PartialSuccess): Buffer {
  if (form === 'json') {
    const { rejected, message: errorMessage } = partial ?? { rejected: 0, message: '' }
    const body = { partialSuccess: { [signal.keys.rejected]: String(rejected), errorMessage } }
    return Buffer.from(JSON.stringify(partial === undefined ? {} : body))
  }
  const writer = new ProtoWriter()
  if (partial !== undefined) {
    const start = writer.begin(0x0a)
    writer.int64(0x08, partial.rejected)
    writer.string(0x12, partial.message)
    writer.end(start)
  }
  return writer.view()
}

/** `undefined` when everything was taken, and when the answer makes no sense: the request did. */
export function decodeOtlpResponse<T>(
  signal: OtlpSignal<T>,
  form: OtlpForm,
  body: Uint8Array,
): PartialSuccess | undefined {
  try {
    const partial = form === 'json' ? partialFromJson(signal, body) : partialFromProto(body)
    return partial.rejected > 0 || partial.message !== '' ? partial : undefined
  } catch (error) {
    if (error instanceof SyntaxError || codeOf(error) === 'ASHLAR_OTLP_MALFORMED') return undefined
    throw error
  }
}

function partialFromJson<T>(signal: OtlpSignal<T>, body: Uint8Array): PartialSuccess {
  const answer = objectOf(JSON.parse(Buffer.from(body).toString('utf8')), 'the answer')
  const partial = objectOf(answer['partialSuccess'], 'partialSuccess')
  const rejected = countOf(numberOf(partial[signal.keys.rejected], signal.keys.rejected) ?? 0)
  return { rejected, message: stringOf(partial['errorMessage'], 'errorMessage').slice(0, maxMessageLength) }
}

function partialFromProto(body: Uint8Array): PartialSuccess {
  const reader = new ProtoReader(body)
  let rejected = 0
  let message = ''
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag !== 0x0a) {
      reader.skip(tag)
      continue
    }
    const outer = reader.enter()
    for (let field = reader.tag(); field !== 0; field = reader.tag()) {
      if (field === 0x08) rejected = countOf(Number(reader.int64()))
      else if (field === 0x12) message = reader.text(maxMessageLength).slice(0, maxMessageLength)
      else reader.skip(field)
    }
    reader.leave(outer)
  }
  return { rejected, message }
}

/** What is no number of things is none: it would spoil the sums that it is added to. */
function countOf(number: number): number {
  return Number.isInteger(number) && number > 0 ? number : 0
}
