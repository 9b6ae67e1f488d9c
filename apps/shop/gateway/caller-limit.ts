import { problemResponse, type HttpResponse } from '@ashlar/http'
import { rateLimitHeaders, type RateLimiter } from '@ashlar/resilience/rate-limit'
import { refusal } from '../services/shared/shop-errors.ts'
import type { CallerLimits } from './caller-limits.ts'
import type { Faults } from './cors.ts'
import { classOf } from './route-class.ts'
import type { Route, RoutedRequest, UserRequest } from './route.ts'

/**
 * Limits how often the route can be called from one address, and says in every answer how the caller stands. All routes
 * with the same limiter share its limit. What it refuses: 429 SHOP_TOO_MANY_ATTEMPTS.
 */
export function limitedByAddress(limiter: RateLimiter, faults: Faults): (route: Route) => Route {
  return (route) =>
    route.auth === 'none'
      ? { ...route, handle: limited(route.handle, limiter, addressOf, faults) }
      : { ...route, handle: limited(route.handle, limiter, addressOf, faults) }
}

/**
 * Limits a route by its class: customers by who they are, whatever their addresses, and all others by address. A route
 * that is limited more closely, further in, says how the caller stands there.
 */
export function limitedByClass(
  limits: Pick<CallerLimits, 'address' | 'customer'>,
  faults: Faults,
): (route: Route) => Route {
  return (route) => {
    const kind = classOf(route)
    if (route.auth === 'none') return limitedByAddress(limits.address[kind], faults)(route)
    const customerOf = ({ principal }: UserRequest): string => principal.subject
    return { ...route, handle: limited(route.handle, limits.customer[kind], customerOf, faults) }
  }
}

function addressOf({ http }: RoutedRequest): string {
  return callerOf(http.remoteAddress)
}

function limited<Request extends RoutedRequest>(
  handle: (request: Request) => Promise<HttpResponse>,
  limiter: RateLimiter,
  keyOf: (request: Request) => string,
  { edge, onError }: Faults,
): (request: Request) => Promise<HttpResponse> {
  return async (request) => {
    const { http } = request
    const decision = limiter.decide(keyOf(request))
    const { allowed, retryAfterMs } = decision
    // A failure is answered here and not further out, so that it says how the caller stands as well.
    const response = allowed
      ? await handle(request).catch((error: unknown) => {
          onError(error, `${http.method} ${http.url.path}`)
          return problemResponse(error, edge)
        })
      : problemResponse(tooManyRequests(retryAfterMs), edge)
    return { ...response, headers: { ...rateLimitHeaders(limiter, decision), ...response.headers } }
  }
}

export function tooManyRequests(retryAfterMs: number): Error {
  return refusal('SHOP_TOO_MANY_ATTEMPTS', 'too many requests of this kind; wait a little', { retryAfterMs })
}

/** Whom an address stands for: an IPv6 customer has a whole /64 network of them, so that network is the caller. */
export function callerOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
  if (!plain.includes(':')) return plain
  const [before = [], after = []] = plain.split('::', 2).map((half) => half.split(':').filter((group) => group !== ''))
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0')
  return [...before, ...zeros, ...after].slice(0, 4).join(':')
}
