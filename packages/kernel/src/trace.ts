import { toHex } from './hex.ts'
import { systemRandom, type Random } from './random.ts'

/** Where a piece of work stands in a trace. */
export interface TraceContext {
  /** 32 hexadecimal digits, not all zero: the whole request, across all services. */
  readonly traceId: string
  /** 16 hexadecimal digits, not all zero: this piece of work. */
  readonly spanId: string
  /** Whether somebody upstream asked for the trace to be kept. */
  readonly sampled: boolean
}

function randomHex(random: Random, bytes: number): string {
  const buffer = random.fill(new Uint8Array(bytes))
  // All zero means "none" on the wire.
  if (buffer.every((byte) => byte === 0)) buffer[0] = 1
  return toHex(buffer)
}

/** Starts a trace. */
export function newTrace(random: Random = systemRandom): TraceContext {
  return { traceId: randomHex(random, 16), spanId: randomHex(random, 8), sampled: true }
}

/** The context of a piece of work inside `parent`. */
export function childTrace(parent: TraceContext, random: Random = systemRandom): TraceContext {
  return { traceId: parent.traceId, spanId: randomHex(random, 8), sampled: parent.sampled }
}

/** The `traceparent` header for a call made by this piece of work. Source: W3C Trace Context, level 1. */
export function formatTraceparent(trace: TraceContext): string {
  return `00-${trace.traceId}-${trace.spanId}-${trace.sampled ? '01' : '00'}`
}

const traceparent = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

/**
 * The caller's place in the trace, or `undefined` when the header is absent or malformed: a bad header starts a new
 * trace and never fails a request. Versions above 00 are read as far as 00 goes, as the specification asks.
 */
export function parseTraceparent(header: string | undefined): TraceContext | undefined {
  if (header === undefined) return undefined
  const match = traceparent.exec(header)
  if (match === null) return undefined
  const [, version, traceId, spanId, flags, rest] = match as unknown as [
    string,
    string,
    string,
    string,
    string,
    string?,
  ]
  if (version === 'ff' || (version === '00' && rest !== undefined)) return undefined
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 }
}
