import { systemRandom, type Random } from './random.ts'
import { parseTracestate } from './tracestate.ts'

/** Where a piece of work stands in a trace. */
export interface TraceContext {
  /** 32 hexadecimal digits, not all zero: the whole request, across all services. */
  readonly traceId: string
  /** 16 hexadecimal digits, not all zero: this piece of work. */
  readonly spanId: string
  /**
   * Whether somebody asked for the trace to be kept whatever comes of it. Nobody does by default: what is worth keeping
   * is known when the work has ended, and the specification has who decides then begin with `false` and pass on what
   * came.
   */
  readonly sampled: boolean
  /** Whether the last 7 bytes of the trace id are random, so that who keeps one trace in N can go by them. */
  readonly random?: boolean
  /** The `tracestate` of other systems along the way: passed on, not understood. */
  readonly state?: string | undefined
  /**
   * The span that the trace began with in this process, which may be this one. `undefined` when the context came from
   * elsewhere: the work inside it is the first. Empty when no span stands for the work itself, as for a call that just
   * began.
   */
  readonly root?: string | undefined
}

/** Starts a trace. */
export function newTrace(random: Random = systemRandom): TraceContext {
  return childTrace(undefined, random)
}

/** The context of a piece of work inside `parent`; of one that starts a trace where there is none. */
export function childTrace(parent: TraceContext | undefined, random: Random = systemRandom): TraceContext {
  const traceId = parent === undefined ? traceIdFrom(random) : parent.traceId
  const spanId = spanIdFrom(random)
  const root = parent?.root
  return {
    traceId,
    spanId,
    sampled: parent !== undefined && parent.sampled,
    random: parent === undefined || parent.random === true,
    state: parent?.state,
    root: root === undefined || root === '' ? spanId : root,
  }
}

/** The id that a span inside `parent` gives as its parent's; `undefined` where no span stands for `parent`. */
export function parentSpanId(parent: TraceContext): string | undefined {
  return parent.root === '' ? undefined : parent.spanId
}

const flags = ['00', '01', '02', '03'] as const

/** The `traceparent` header for a call made by this piece of work. Source: W3C Trace Context, level 2. */
export function formatTraceparent({ traceId, spanId, sampled, random }: TraceContext): string {
  return `00-${traceId}-${spanId}-${flags[(sampled ? 1 : 0) | (random === true ? 2 : 0)] as string}`
}

/** The headers of a message that is sent by this piece of work: `traceparent`, and `tracestate` where there is one. */
export function traceHeaders(trace: TraceContext): { traceparent: string; tracestate?: string } {
  const traceparent = formatTraceparent(trace)
  return trace.state === undefined ? { traceparent } : { traceparent, tracestate: trace.state }
}

const traceparentPattern = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

/**
 * The caller's place in the trace, or `undefined` when `traceparent` is absent or malformed: a bad header starts a new
 * trace and never fails a request. Versions above 00 are read as far as 00 goes, as the specification asks. A bad
 * `tracestate` is dropped alone.
 */
export function parseTraceparent(traceparent: string | undefined, tracestate?: string): TraceContext | undefined {
  if (traceparent === undefined) return undefined
  const match = traceparentPattern.exec(traceparent)
  if (match === null) return undefined
  const [, version, traceId, spanId, flagDigits, rest] = match as unknown as [
    string,
    string,
    string,
    string,
    string,
    string?,
  ]
  if (version === 'ff' || (version === '00' && rest !== undefined)) return undefined
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined
  const bits = Number.parseInt(flagDigits, 16)
  const state = parseTracestate(tracestate)
  return { traceId, spanId, sampled: (bits & 1) === 1, random: (bits & 2) === 2, state, root: undefined }
}

const digitCode = (digit: number): number => '0123456789abcdef'.charCodeAt(digit)
/** The character codes of the two digits of each byte. */
const hi = Uint8Array.from({ length: 256 }, (_, byte) => digitCode(byte >> 4))
const lo = Uint8Array.from({ length: 256 }, (_, byte) => digitCode(byte & 15))

// Every span asks for an id, so the system is asked for many at a time. Ids are no secrets: they stay where they were.
const pageBytes = 16_384
// One array for all sources, as reading from one of two takes longer: those of others are behind the page.
const bytes = new Uint8Array(pageBytes + 16)
const page = bytes.subarray(0, pageBytes)
const others = bytes.subarray(pageBytes)
const othersHalf = others.subarray(0, 8)
let used = pageBytes

// The ids are made as one flat string at once: put together piece by piece they take twice as long, and again when they
// are compared.

function spanIdFrom(random: Random): string {
  const b = bytes
  const o = offsetFrom(random, 8)
  // oxfmt-ignore
  const id = String.fromCharCode(
    hi[b[o]!]!, lo[b[o]!]!, hi[b[o + 1]!]!, lo[b[o + 1]!]!, hi[b[o + 2]!]!, lo[b[o + 2]!]!,
    hi[b[o + 3]!]!, lo[b[o + 3]!]!, hi[b[o + 4]!]!, lo[b[o + 4]!]!, hi[b[o + 5]!]!, lo[b[o + 5]!]!,
    hi[b[o + 6]!]!, lo[b[o + 6]!]!, hi[b[o + 7]!]!, lo[b[o + 7]!]!,
  )
  // All zero means "none" on the wire.
  return b[o] === 0 && id === '0000000000000000' ? '0100000000000000' : id
}

function traceIdFrom(random: Random): string {
  const b = bytes
  const o = offsetFrom(random, 16)
  // oxfmt-ignore
  const id = String.fromCharCode(
    hi[b[o]!]!, lo[b[o]!]!, hi[b[o + 1]!]!, lo[b[o + 1]!]!, hi[b[o + 2]!]!, lo[b[o + 2]!]!,
    hi[b[o + 3]!]!, lo[b[o + 3]!]!, hi[b[o + 4]!]!, lo[b[o + 4]!]!, hi[b[o + 5]!]!, lo[b[o + 5]!]!,
    hi[b[o + 6]!]!, lo[b[o + 6]!]!, hi[b[o + 7]!]!, lo[b[o + 7]!]!, hi[b[o + 8]!]!, lo[b[o + 8]!]!,
    hi[b[o + 9]!]!, lo[b[o + 9]!]!, hi[b[o + 10]!]!, lo[b[o + 10]!]!, hi[b[o + 11]!]!, lo[b[o + 11]!]!,
    hi[b[o + 12]!]!, lo[b[o + 12]!]!, hi[b[o + 13]!]!, lo[b[o + 13]!]!, hi[b[o + 14]!]!, lo[b[o + 14]!]!,
    hi[b[o + 15]!]!, lo[b[o + 15]!]!,
  )
  return b[o] === 0 && id === '00000000000000000000000000000000' ? '01000000000000000000000000000000' : id
}

/** Where among the bytes so many random ones begin. */
function offsetFrom(random: Random, count: 8 | 16): number {
  if (random !== systemRandom) {
    random.fill(count === 16 ? others : othersHalf)
    return pageBytes
  }
  if (used + count > pageBytes) {
    random.fill(page)
    used = 0
  }
  const offset = used
  used = offset + count
  return offset
}
