import {
  fromBinary,
  fromJson,
  toBinary,
  toJsonString,
  type DescMessage,
  type JsonValue,
  type MessageShape,
} from '@bufbuild/protobuf'
import { InvalidInputError } from '@ashlar/kernel'
import type { WireFormat } from './headers.ts'

/** A message as bytes (binary) or text (JSON). */
export function encodeMessage<D extends DescMessage>(
  schema: D,
  message: MessageShape<D>,
  format: WireFormat,
): Uint8Array | string {
  return format === 'binary' ? toBinary(schema, message) : toJsonString(schema, message)
}

/**
 * The message in `bytes`. Unknown fields are ignored in both formats, so that contracts can grow.
 * @throws {InvalidInputError} saying what does not fit, when the bytes are not such a message.
 */
export function decodeMessage<D extends DescMessage>(
  schema: D,
  bytes: Uint8Array,
  format: WireFormat,
): MessageShape<D> {
  if (format === 'json') return decodeJson(schema, bytes)
  try {
    return fromBinary(schema, bytes)
  } catch (error) {
    throw new InvalidInputError([{ path: '', message: 'the body is not a valid protobuf message' }], { cause: error })
  }
}

function decodeJson<D extends DescMessage>(schema: D, bytes: Uint8Array): MessageShape<D> {
  let value: JsonValue
  try {
    value = JSON.parse(Buffer.from(bytes).toString()) as JsonValue
  } catch (error) {
    throw new InvalidInputError([{ path: '', message: 'the body is not valid JSON' }], { cause: error })
  }
  return messageFromJson(schema, value)
}

/**
 * The message that a JSON value stands for, by protobuf's canonical mapping.
 * @throws {InvalidInputError} naming the field whose value has the wrong type.
 */
export function messageFromJson<D extends DescMessage>(schema: D, value: JsonValue): MessageShape<D> {
  try {
    return fromJson(schema, value, { ignoreUnknownFields: true })
  } catch (error) {
    throw new InvalidInputError([describe(error)], { cause: error })
  }
}

// The value itself is left out: it may be a password that was sent in the wrong place.
const fieldError =
  /cannot decode field [\w.]+\.(?<field>\w+) from JSON: (?<reason>.*?)(?:, got .*|: .* out of range)?$/s

function describe(error: unknown): { path: string; message: string } {
  const text = error instanceof Error ? error.message : ''
  const groups = fieldError.exec(text)?.groups
  if (groups === undefined) return { path: '', message: 'the body does not have the shape that is expected here' }
  const field = (groups.field as string).replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
  return { path: field, message: `has the wrong type: ${groups.reason as string}` }
}
