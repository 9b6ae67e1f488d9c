import type { EdgeTable } from '@ashlar/kernel'
import { problemResponse, type HttpHandler, type HttpRequest, type HttpResponse } from '@ashlar/http'

const methods = 'GET, POST, PUT, PATCH, DELETE'
const allowedHeaders = 'authorization, content-type, idempotency-key, x-session'
const exposedHeaders = 'x-trace-id, ratelimit, ratelimit-policy, retry-after'

/** What refusals and failures are answered with, and who is told of them. */
export interface Faults {
  readonly edge: EdgeTable
  readonly onError: (error: unknown, request: string) => void
}

/**
 * Lets pages of the listed origins call the API. Origins match exactly; others get no CORS headers, so their browsers
 * refuse. Credentials (cookies) are never allowed across origins.
 * @param faults a page may read those only with the headers as well.
 */
export function withCors(handler: HttpHandler, allowedOrigins: readonly string[], faults: Faults): HttpHandler {
  const allowed = new Set(allowedOrigins)
  return async (request) => {
    const origin = header(request, 'origin')
    if (origin === undefined) return handler(request)
    if (!allowed.has(origin)) return varied(await handler(request))
    const headers = { 'access-control-allow-origin': origin, 'access-control-expose-headers': exposedHeaders }
    if (request.method === 'OPTIONS' && header(request, 'access-control-request-method') !== undefined) {
      return varied({
        status: 204,
        headers: {
          ...headers,
          'access-control-allow-methods': methods,
          'access-control-allow-headers': allowedHeaders,
          'access-control-max-age': '600',
        },
      })
    }
    const response = await handler(request).catch((error: unknown) => {
      faults.onError(error, `${request.method} ${request.url.path}`)
      return problemResponse(error, faults.edge)
    })
    return varied({ ...response, headers: { ...response.headers, ...headers } })
  }
}

function varied(response: HttpResponse): HttpResponse {
  const vary = response.headers?.vary
  return {
    ...response,
    headers: { ...response.headers, vary: vary === undefined ? 'Origin' : `${String(vary)}, Origin` },
  }
}

function header(request: HttpRequest, name: string): string | undefined {
  const value = request.headers[name]
  return typeof value === 'string' ? value : undefined
}
