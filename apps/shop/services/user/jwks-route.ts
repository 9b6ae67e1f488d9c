import type { JSONWebKeySet } from 'jose'
import { MethodNotAllowedError, type HttpHandler } from '@ashlar/http'

const path = '/.well-known/jwks.json'

/** Serves the public keys to anybody, and leaves every other path to `next`. */
export function withJwks(jwks: JSONWebKeySet, next: HttpHandler): HttpHandler {
  const body = JSON.stringify(jwks)
  const allow = ['GET', 'HEAD']
  return async (request) => {
    if (request.url.path !== path) return next(request)
    request.route = path
    if (!allow.includes(request.method)) throw new MethodNotAllowedError({ method: request.method, allow })
    return {
      status: 200,
      headers: { 'content-type': 'application/json', 'cache-control': 'public, max-age=300' },
      body,
    }
  }
}
