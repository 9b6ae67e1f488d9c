import { toJsonString, type DescMessage, type JsonValue, type MessageShape } from '@bufbuild/protobuf'
import type { Principal } from '@ashlar/kernel'
import type { HttpRequest, HttpResponse } from '@ashlar/http'
import { messageFromJson } from '@ashlar/rpc/wire'
import { refusal } from '../services/shared/shop-errors.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** A request whose route is known. */
export interface RoutedRequest {
  readonly http: HttpRequest
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
}

export interface UserRequest extends RoutedRequest {
  readonly principal: Principal
}

/** One entry of the route table. */
export type Route = { readonly method: Method; readonly path: string } & (
  | { readonly auth: 'none'; readonly handle: (request: RoutedRequest) => Promise<HttpResponse> }
  | { readonly auth: 'user' | 'merchant'; readonly handle: (request: UserRequest) => Promise<HttpResponse> }
)

/** Largest body that any route of the API takes, in bytes. */
const maxBodyBytes = 65_536

/** A route that anybody may call. */
export function open(method: Method, path: string, handle: (request: RoutedRequest) => Promise<HttpResponse>): Route {
  return { method, path, auth: 'none', handle }
}

/** A route for signed-in users. */
export function signedIn(method: Method, path: string, handle: (request: UserRequest) => Promise<HttpResponse>): Route {
  return { method, path, auth: 'user', handle }
}

/** A route for the shop's staff. The service behind it must ask for the role as well. */
export function merchant(method: Method, path: string, handle: (request: UserRequest) => Promise<HttpResponse>): Route {
  return { method, path, auth: 'merchant', handle }
}

/**
 * The request's JSON body as a message. Identity and path parameters must be set on the result, never merged into the
 * body before: a body may hold any field of the message, by either of its two names.
 */
export async function readBody<D extends DescMessage>(schema: D, request: RoutedRequest): Promise<MessageShape<D>> {
  // Read within this API's own bound first; what is parsed next is what was read.
  await request.http.body(maxBodyBytes)
  return messageFromJson(schema, (await request.http.json()) as JsonValue)
}

/**
 * Answers with a message as canonical protobuf JSON, fields with default values included, so that clients need not
 * guess. Nothing is cached: what the API says is personal or changes.
 */
export function answer<D extends DescMessage>(
  schema: D,
  message: MessageShape<D> | undefined,
  options: { status?: number; headers?: Record<string, string> } = {},
): HttpResponse {
  if (message === undefined) throw new TypeError(`the service's answer lacks ${schema.typeName}`)
  return {
    status: options.status ?? 200,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...options.headers,
    },
    body: toJsonString(schema, message, { alwaysEmitImplicit: true }),
  }
}

/** The token of `Authorization: Bearer <token>`. */
export function bearerToken(request: HttpRequest): string {
  const match = /^bearer +([\w.~+/-]+=*)$/i.exec(request.headers.authorization ?? '')
  if (match === null)
    throw refusal('SHOP_TOKEN_INVALID', 'sign in: send the access token as "Authorization: Bearer ..."')
  return match[1] as string
}
