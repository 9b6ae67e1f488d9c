import { gunzipSync } from 'node:zlib'
import { BodyTooLargeError, UnsupportedMediaTypeError, type HttpRequest } from '@ashlar/http'
import { codeOf, withoutStack } from '@ashlar/kernel'
import { OtlpMalformedError } from '@ashlar/telemetry/otlp'
import { CollectorBusyError } from '../errors.ts'

export interface BodyLimits {
  /** Of one body, inflated. */
  readonly maxBodyBytes: number
  /** Of all bodies that are being received, as they are sent. */
  readonly maxInFlightBytes: number
}

/** Reads the bodies of export requests, plain or gzip, and holds no more of them than it may. */
export class BodyReader {
  readonly #limits: BodyLimits
  #inFlightBytes = 0

  constructor(limits: BodyLimits) {
    this.#limits = limits
  }

  /**
   * Hands the body, inflated, to `use` and resolves with what that makes of it. One inflated body exists at a time.
   * @throws {CollectorBusyError} before anything is read; {BodyTooLargeError}, {UnsupportedMediaTypeError} or
   * {OtlpMalformedError} for a body that is not taken.
   */
  async read<T>(request: Pick<HttpRequest, 'headers' | 'chunks'>, use: (body: Uint8Array) => T): Promise<T> {
    const encoding = request.headers['content-encoding'] ?? 'identity'
    if (encoding !== 'identity' && encoding !== 'gzip') throw refused('encoding', encoding, 'gzip, or none')
    const { maxBodyBytes, maxInFlightBytes } = this.#limits
    const declaredBytes = Number(request.headers['content-length'] ?? maxBodyBytes)
    const reservedBytes = Math.min(Number.isNaN(declaredBytes) ? maxBodyBytes : declaredBytes, maxBodyBytes)
    if (this.#inFlightBytes + reservedBytes > maxInFlightBytes) {
      throw withoutStack(() => new CollectorBusyError({ what: 'too much is being received', retryAfterMs: 1_000 }))
    }
    this.#inFlightBytes += reservedBytes
    try {
      const chunks: Buffer[] = []
      for await (const chunk of request.chunks(maxBodyBytes)) chunks.push(chunk)
      const body = Buffer.concat(chunks)
      return use(encoding === 'gzip' ? inflated(body, maxBodyBytes) : body)
    } finally {
      this.#inFlightBytes -= reservedBytes
    }
  }
}

function inflated(body: Buffer, maxBytes: number): Uint8Array {
  try {
    return gunzipSync(body, { maxOutputLength: maxBytes })
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') {
      throw withoutStack(() => new BodyTooLargeError({ limitBytes: maxBytes }))
    }
    throw withoutStack(() => new OtlpMalformedError({ where: 'the request', problem: 'not gzip, though it says so' }))
  }
}

export function refused(what: string, got: string | undefined, wanted: string): UnsupportedMediaTypeError {
  return withoutStack(() => new UnsupportedMediaTypeError(`the ${what} is ${got ?? 'missing'}; send ${wanted}`))
}
