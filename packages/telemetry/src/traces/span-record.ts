/** What an attribute may hold. Lists hold one type. */
export type AttributeValue = string | number | boolean | readonly string[] | readonly number[] | readonly boolean[]

export type Attributes = Readonly<Record<string, AttributeValue>>

/** Which side of a call a span stands for, as OpenTelemetry tells them apart. */
export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer'

/** Something that happened within a span. */
export interface SpanEvent {
  readonly name: string
  /** Epoch, in milliseconds with a fraction. */
  readonly timeMs: number
  readonly attributes: Attributes
}

/** A span of another trace, or elsewhere in this one, that this one has to do with. */
export interface SpanLink {
  readonly traceId: string
  readonly spanId: string
  readonly attributes: Attributes
}

/** A piece of work that has ended. A plain object: nothing is computed when it is read. */
export interface SpanRecord {
  /** 32 hexadecimal digits. */
  readonly traceId: string
  /** 16 hexadecimal digits. */
  readonly spanId: string
  /** `undefined` for the first of a trace. */
  readonly parentSpanId: string | undefined
  readonly name: string
  readonly kind: SpanKind
  /** Epoch, in milliseconds with a fraction. */
  readonly startMs: number
  readonly durationMs: number
  readonly attributes: Attributes
  /** Why the work failed; `undefined` when it did not. A code or a class, never a message with people's data. */
  readonly error: string | undefined
  readonly events: readonly SpanEvent[]
  readonly links: readonly SpanLink[]
}
