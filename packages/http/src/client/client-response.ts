import type { IncomingHttpHeaders } from 'node:http'
import { HttpInvalidResponseError } from './errors.ts'

/** A whole answer, whatever its status. */
export interface HttpClientResponse {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<IncomingHttpHeaders>
  readonly body: Buffer
  text(): string
  /** @throws {HttpInvalidResponseError} when the body is not JSON. */
  json(): unknown
}

export class ClientResponse implements HttpClientResponse {
  readonly status: number
  readonly headers: Readonly<IncomingHttpHeaders>
  readonly body: Buffer
  readonly #name: string

  constructor(name: string, status: number, headers: IncomingHttpHeaders, body: Buffer) {
    this.#name = name
    this.status = status
    this.headers = headers
    this.body = body
  }

  text(): string {
    return this.body.toString('utf8')
  }

  json(): unknown {
    try {
      return JSON.parse(this.text())
    } catch {
      // Without the platform's error as the cause: it quotes the body.
      throw new HttpInvalidResponseError({ name: this.#name, expected: 'JSON' })
    }
  }
}
