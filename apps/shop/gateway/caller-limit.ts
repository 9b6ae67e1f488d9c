import { problemResponse, type HttpResponse } from '@ashlar/http'
import { rateLimitHeaders, type RateLimiter } from '@ashlar/resilience/rate-limit'
import { refusal } from '../services/shared/shop-errors.ts'
import type { Faults } from './cors.ts'
import type { Route, RoutedRequest } from './route.ts'

/**
 * Limits how often the route can be called from one address, and says in every answer how the caller stands. All routes
 * with the same limiter share its limit. What it refuses: 429 SHOP_TOO_MANY_ATTEMPTS.
 */
export function limitedByCaller(limiter: RateLimiter, faults: Faults): (route: Route) => Route {
  return (route) =>
    route.auth === 'none'
      ? { ...route, handle: limited(route.handle, limiter, faults) }
      : { ...route, handle: limited(route.handle, limiter, faults) }
}

function limited<Request extends RoutedRequest>(
  handle: (request: Request) => Promise<HttpResponse>,
  limiter: RateLimiter,
  { edge, onError }: Faults,
): (request: Request) => Promise<HttpResponse> {
  return async (request) => {
    const { http } = request
    const decision = limiter.decide(callerOf(http.remoteAddress))
    const { allowed, retryAfterMs } = decision
    // A failure is answered here and not further out, so that it says how the caller stands as well.
    const response = allowed
      ? await handle(request).catch((error: unknown) => {
          onError(error, `${http.method} ${http.url.path}`)
          return problemResponse(error, edge)
        })
      : problemResponse(tooMany(retryAfterMs), edge)
    return { ...response, headers: { ...response.headers, ...rateLimitHeaders(limiter, decision) } }
  }
}

function tooMany(retryAfterMs: number): Error {
  return refusal('SHOP_TOO_MANY_ATTEMPTS', 'too many requests of this kind from your network; wait a little', {
    retryAfterMs,
  })
}

/** Whom an address stands for: an IPv6 customer has a whole /64 network of them, so that network is the caller. */
export function callerOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
  if (!plain.includes(':')) return plain
  const [before = [], after = []] = plain.split('::', 2).map((half) => half.split(':').filter((group) => group !== ''))
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0')
  return [...before, ...zeros, ...after].slice(0, 4).join(':')
}
