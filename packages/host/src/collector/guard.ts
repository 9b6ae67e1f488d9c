import { createHash, timingSafeEqual } from 'node:crypto'
import type { HttpRequest } from '@ashlar/http'
import { withoutStack } from '@ashlar/kernel'
import { CollectorForbiddenError, CollectorUnauthenticatedError } from './errors.ts'

// A page that makes its own name point here (DNS rebinding) still says that name.
const loopbackHost = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/

/**
 * Lets pass who holds the key. Compares digests, so that neither the key's length nor its bytes show in the time taken.
 * @throws {CollectorForbiddenError} | {CollectorUnauthenticatedError}
 */
export function keyGuard(key: string): (request: Pick<HttpRequest, 'headers'>) => void {
  const expected = digest(`Bearer ${key}`)
  return ({ headers: { host = '', origin, authorization = '' } }) => {
    if (!loopbackHost.test(host)) throw forbidden('the Host header names another host')
    if (origin !== undefined) throw forbidden('web pages have no access')
    if (timingSafeEqual(digest(authorization), expected)) return
    throw withoutStack(() => new CollectorUnauthenticatedError('the key is missing or wrong'))
  }
}

function forbidden(message: string): CollectorForbiddenError {
  return withoutStack(() => new CollectorForbiddenError(message))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
