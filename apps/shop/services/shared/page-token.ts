import { createHash } from 'node:crypto'
import { isUuid } from '@ashlar/kernel'
import { invalid } from './validate.ts'

/** Where a page ended. Order within a list is by one whole number, then by id. */
export interface Cursor {
  /** 0 or more: a price, a rank, a time. */
  readonly key: number
  /** A UUID. */
  readonly id: string
}

/**
 * The token that leads to the page after `cursor`.
 *
 * Opaque to clients. `scope` is what the list was asked with (filters, order): a token is good for that list only. The
 * check sum is no secret and need not be one: a forged token could name no row that its maker may not list anyway, and
 * what it names has the form of what a list is ordered by.
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
  const [, key, id] = /^(\d{1,16}):(.+)$/s.exec(body) ?? []
  if (key === undefined || id === undefined || Number(key) > largestKey || !isUuid(id)) {
    throw invalid('pageToken', 'is not a page token')
  }
  return { key: Number(key), id }
}

const checkSumLength = 16
// The end of the year 9999: later times are none to a database.
const largestKey = 253_402_300_799_999

function checkSum(scope: string, body: string): string {
  return createHash('sha256').update(`${scope}\n${body}`).digest('base64url').slice(0, checkSumLength)
}
