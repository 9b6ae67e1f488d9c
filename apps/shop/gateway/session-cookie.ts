import type { HttpRequest, HttpResponse } from '@ashlar/http'
import { refusal } from '../services/shared/shop-errors.ts'
import type { Route, RoutedRequest } from './route.ts'

const cookieName = 'ashlar_refresh'
const maxAgeSeconds = 30 * 24 * 3_600

/**
 * Whether the client wants its refresh token in a cookie that scripts cannot read. Browsers do. Asking by a header of
 * our own also means that no other site can make a browser use the cookie: such a request needs a preflight.
 */
export function wantsCookie(request: HttpRequest): boolean {
  return request.headers['x-session'] === 'cookie'
}

/**
 * The route, closed to requests for the cookie that another site made the browser send. That the cookie is
 * SameSite=Strict and asked for by a header of our own keeps such requests away already; this is what remains should
 * either fail. The browser says where a request comes from in `Sec-Fetch-Site`, and one that is too old for that in
 * `Origin`; who says neither is no browser, and has no cookie that somebody else could use. What it refuses: 403
 * SHOP_FORBIDDEN.
 */
export function fromHere(route: Route): Route {
  return route.auth === 'none'
    ? { ...route, handle: guarded(route.handle) }
    : { ...route, handle: guarded(route.handle) }
}

function guarded<Request extends RoutedRequest>(
  handle: (request: Request) => Promise<HttpResponse>,
): (request: Request) => Promise<HttpResponse> {
  return async (request) => {
    if (wantsCookie(request.http) && !comesFromHere(request.http)) {
      throw refusal('SHOP_FORBIDDEN', 'sessions can be had only by pages of the shop itself')
    }
    return handle(request)
  }
}

function comesFromHere({ headers }: HttpRequest): boolean {
  const site = headers['sec-fetch-site']
  // "none": the user's own doing, such as a bookmark. A subdomain beside this one ("same-site") is another site to us.
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  return headers.origin === undefined || URL.parse(headers.origin)?.host === headers.host
}

/** The refresh token from the cookie; `undefined` when there is none or the client did not ask for cookies. */
export function refreshTokenFrom(request: HttpRequest): string | undefined {
  const cookies = request.headers.cookie
  if (!wantsCookie(request) || typeof cookies !== 'string') return undefined
  for (const pair of cookies.split(';')) {
    const [name, value] = pair.trim().split('=', 2)
    if (name === cookieName && value !== undefined && value !== '') return value
  }
  return undefined
}

export function setRefreshCookie(token: string, options: { secure: boolean }): string {
  return `${cookieName}=${token}; Max-Age=${maxAgeSeconds}; ${attributes(options)}`
}

export function clearRefreshCookie(options: { secure: boolean }): string {
  return `${cookieName}=; Max-Age=0; ${attributes(options)}`
}

function attributes({ secure }: { secure: boolean }): string {
  return `Path=/api/session; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`
}
