import { createHash, timingSafeEqual } from 'node:crypto'
import type { HttpRequest } from '@ashlar/http'
import { withoutStack, type AshlarError, type Clock } from '@ashlar/kernel'
import { AdminForbiddenError, AdminTooManyFailuresError, AdminUnauthenticatedError } from './errors.ts'

export interface AdminGuardOptions {
  readonly key: string
  readonly clock: Clock
  /** Called for each request that is turned away, up to ten in a minute. */
  readonly onRefused: (request: HttpRequest, error: AshlarError) => void
}

const maxRefused = 10
const windowMs = 60_000

// A page that makes its own name point here (DNS rebinding) still says that name.
const loopbackHost = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/

/**
 * Lets pass who holds the key. Compares digests, so that neither the key's length nor its bytes show in the time taken.
 * After ten that were turned away in a minute the others leave no trace: they must not fill the log.
 * @throws {AdminForbiddenError} | {AdminUnauthenticatedError} | {AdminTooManyFailuresError}
 */
export function adminGuard({ key, clock, onRefused }: AdminGuardOptions): (request: HttpRequest) => void {
  const expected = digest(`Bearer ${key}`)
  let refused = 0
  let windowEndsMs = -Infinity
  return (request) => {
    const error = whyNot(request, expected)
    if (error === undefined) return
    const nowMs = clock.now()
    if (nowMs >= windowEndsMs) {
      refused = 0
      windowEndsMs = nowMs + windowMs
    }
    if (refused >= maxRefused) {
      const retryAfterMs = windowEndsMs - nowMs
      throw withoutStack(() => new AdminTooManyFailuresError({ retryAfterMs }))
    }
    refused += 1
    onRefused(request, error)
    throw error
  }
}

function whyNot({ headers }: HttpRequest, expected: Buffer): AshlarError | undefined {
  const { host = '', origin, authorization = '' } = headers
  if (!loopbackHost.test(host)) return forbidden('the Host header names another host')
  if (origin !== undefined) return forbidden('web pages have no access')
  if (timingSafeEqual(digest(authorization), expected)) return undefined
  return withoutStack(() => new AdminUnauthenticatedError())
}

function forbidden(message: string): AdminForbiddenError {
  return withoutStack(() => new AdminForbiddenError(message))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
