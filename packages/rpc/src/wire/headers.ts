import {
  InvalidInputError,
  remainingMs,
  traceHeaders,
  type CallContext,
  type CallOptions,
  type Clock,
  type Principal,
  type TraceContext,
} from '@ashlar/kernel'

/** Request headers by lower-case name, as node:http gives them. */
export type HeaderRecord = Readonly<Record<string, string | string[] | undefined>>

export const contentTypes = { json: 'application/json', binary: 'application/proto' } as const
export type WireFormat = keyof typeof contentTypes

const timeoutPattern = /^\d{1,10}$/

/**
 * What a call carries besides its message: deadline as time left, trace, principal, tenant, idempotency key, causal
 * token, baggage, and which attempt it is.
 * @param trace The place of this attempt, of which the callee's work is a part.
 */
export function callHeaders(call: CallContext, trace: TraceContext, clock: Clock): Record<string, string> {
  const headers: Record<string, string> = traceHeaders(trace)
  const leftMs = remainingMs(call, clock)
  if (leftMs !== undefined) headers['connect-timeout-ms'] = String(Math.max(1, Math.floor(leftMs)))
  if (call.principal !== undefined) headers['ashlar-principal'] = encodeJson(call.principal)
  if (call.tenant !== undefined) headers['ashlar-tenant'] = encodeURIComponent(call.tenant)
  if (call.idempotencyKey !== undefined) headers['idempotency-key'] = encodeURIComponent(call.idempotencyKey)
  if (call.causalToken !== undefined) headers['ashlar-causal-token'] = encodeURIComponent(call.causalToken)
  if (call.attempt > 1) headers['ashlar-attempt'] = String(Math.min(99, call.attempt))
  const baggage = Object.entries(call.baggage)
  if (baggage.length > 0) {
    headers.baggage = baggage.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join(',')
  }
  return headers
}

/**
 * The callee's side of {@link callHeaders}. The trace is the server shell's business.
 * @throws {InvalidInputError} when the deadline or the principal is malformed: running without them would be wrong.
 */
export function callOptions(headers: HeaderRecord): CallOptions {
  const timeout = single(headers, 'connect-timeout-ms')
  if (timeout !== undefined && !timeoutPattern.test(timeout)) {
    throw new InvalidInputError([{ path: 'connect-timeout-ms', message: 'must be 1 to 10 digits' }])
  }
  return {
    timeoutMs: timeout === undefined ? undefined : Number(timeout),
    principal: decodePrincipal(single(headers, 'ashlar-principal')),
    tenant: decodeText(single(headers, 'ashlar-tenant')),
    idempotencyKey: decodeText(single(headers, 'idempotency-key')),
    causalToken: decodeText(single(headers, 'ashlar-causal-token')),
    baggage: decodeBaggage(single(headers, 'baggage')),
    attempt: decodeAttempt(single(headers, 'ashlar-attempt')),
  }
}

/** A header's value; one that came several times is, except for a few, joined by commas. */
export function single(headers: HeaderRecord, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
}

/** The wire format that a content type names, parameters aside; `undefined` for any other type. */
export function formatOf(contentType: string | undefined): WireFormat | undefined {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase()
  if (type === contentTypes.json) return 'json'
  return type === contentTypes.binary ? 'binary' : undefined
}

function encodeJson(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function decodePrincipal(text: string | undefined): Principal | undefined {
  if (text === undefined) return undefined
  try {
    const value = JSON.parse(Buffer.from(text, 'base64url').toString()) as Partial<Principal> | null
    if (typeof value?.subject === 'string' && Array.isArray(value.roles)) {
      return { subject: value.subject, roles: value.roles.map(String) }
    }
  } catch {
    // Told below, like a value of the wrong shape.
  }
  throw new InvalidInputError([{ path: 'ashlar-principal', message: 'is malformed' }])
}

function decodeAttempt(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d?$/.test(text) ? Number(text) : undefined
}

function decodeText(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function decodeBaggage(text: string | undefined): Record<string, string> | undefined {
  if (text === undefined) return undefined
  const entries = text.split(',').flatMap((member): [string, string][] => {
    const pair = member.split(';', 1)[0] as string
    // The first one: a value may hold more of them.
    const equals = pair.indexOf('=')
    return equals === -1 ? [] : [[pair.slice(0, equals).trim(), decodeText(pair.slice(equals + 1).trim()) ?? '']]
  })
  return Object.fromEntries(entries)
}
