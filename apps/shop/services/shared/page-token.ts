import { createHash } from 'node:crypto'
import { invalid } from './validate.ts'

/** Where a page ended. Order within a list is by one whole number, then by id. */
export interface Cursor {
  readonly key: number
  readonly id: string
}

/**
 * The token that leads to the page after `cursor`.
 *
 * Opaque to clients. `scope` is what the list was asked with (filters, order): a token is good for that list only. The
 * check sum is no secret and need not be one: a forged token could name no row that its maker may not list anyway.
 */
export function encodePageToken(scope: string, cursor: Cursor): string {
  const body = `${cursor.key}:${cursor.id}`
  return Buffer.from(checkSum(scope, body) + body).toString('base64url')
}

/**
 * The cursor in a page token; `undefined` for the empty token of a first page.
 * @throws {InvalidInputError} when the token was cut, changed, or made for another list.
 */
export function decodePageToken(scope: string, token: string): Cursor | undefined {
  if (token === '') return undefined
  const text = token.length <= 400 ? Buffer.from(token, 'base64url').toString() : ''
  const body = text.slice(checkSumLength)
  if (text.slice(0, checkSumLength) !== checkSum(scope, body)) {
    throw invalid('pageToken', 'is not from this list; start again from the first page')
  }
  const match = /^(-?\d{1,16}):(.+)$/s.exec(body)
  const [, key, id] = match ?? []
  if (key === undefined || id === undefined) throw invalid('pageToken', 'is not a page token')
  return { key: Number(key), id }
}

const checkSumLength = 16

function checkSum(scope: string, body: string): string {
  return createHash('sha256').update(`${scope}\n${body}`).digest('base64url').slice(0, checkSumLength)
}
