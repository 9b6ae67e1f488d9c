import createRouter, { type HTTPMethod } from 'find-my-way'
import { runCall, type Principal } from '@ashlar/kernel'
import { MethodNotAllowedError, NotFoundError, type HttpHandler, type HttpRequest } from '@ashlar/http'
import { requireMerchant } from '../services/shared/roles.ts'
import { bearerToken, type Route } from './route.ts'

/** How long a request may take before the gateway answers 504, in milliseconds. */
const requestTimeoutMs = 15_000

/** Who the token says they are, that came with the request. */
export type Authenticate = (token: string, request: HttpRequest) => Promise<Principal>

/**
 * Sends a request to its route, with a deadline and, where the route asks for one, a verified principal of the right role.
 * @throws {NotFoundError} {@link MethodNotAllowedError} {@link ShopError} SHOP_TOKEN_INVALID, SHOP_FORBIDDEN
 */
export function createApi(routes: readonly Route[], authenticate: Authenticate): HttpHandler {
  const router = createRouter({ ignoreTrailingSlash: true, maxParamLength: 200 })
  const allowed = new Map<string, string[]>()
  for (const route of routes) {
    allowed.set(route.path, [...(allowed.get(route.path) ?? []), route.method])
    router.on(route.method, route.path, () => {}, route)
  }
  const allowedOn = (path: string): string[] =>
    [...allowed.values()].flat().filter((method, index, all) => all.indexOf(method) === index && hasRoute(method, path))
  const hasRoute = (method: string, path: string): boolean => router.find(method as HTTPMethod, path) !== null

  return async (request) => {
    const { path, query } = request.url
    const found = router.find(request.method as HTTPMethod, path)
    if (found === null) {
      const methods = allowedOn(path)
      throw methods.length === 0
        ? new NotFoundError({ path })
        : new MethodNotAllowedError({ method: request.method, allow: methods })
    }
    const route = found.store as Route
    request.route = route.path
    const routed = { http: request, params: found.params as Record<string, string>, query }
    if (route.auth === 'none') return runCall({ timeoutMs: requestTimeoutMs }, () => route.handle(routed))
    return runCall({ timeoutMs: requestTimeoutMs }, async () => {
      const principal: Principal = await authenticate(bearerToken(request), request)
      return runCall({ principal }, async (call) => {
        if (route.auth === 'merchant') requireMerchant(call)
        return route.handle({ ...routed, principal })
      })
    })
  }
}
