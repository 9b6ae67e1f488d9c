import type { DeclaredChannel, SpanDescriptor, TraceContext } from '@ashlar/kernel'
import { cutText } from '../cut-text.ts'
import { errorName, maxNameChars } from '../traces/attributes.ts'
import { noEvents, noLinks } from '../traces/active-span.ts'
import type { Tracer } from '../traces/index.ts'
import { plainFields, type ChannelEvent, type Consumer } from './event.ts'

/** What records a span for each of a channel's events, when its descriptor says that they are spans. */
export function channelSpans({ descriptor }: DeclaredChannel, tracer: Tracer): Consumer[] {
  const { span } = descriptor
  return span === undefined ? [] : [(event) => recordSpan(event, span, tracer)]
}

function recordSpan(event: ChannelEvent, descriptor: SpanDescriptor, tracer: Tracer): void {
  const {
    name,
    nameField,
    kind = 'internal',
    traceField,
    parentField,
    durationField,
    ageField = durationField,
    errorField,
  } = descriptor
  const trace = event[traceField] as TraceContext | undefined
  const durationMs = event[durationField]
  if (trace === undefined || typeof durationMs !== 'number') return
  const ageMs = event[ageField]
  const ownName = nameField === undefined ? undefined : event[nameField]
  const error = errorField === undefined ? undefined : event[errorField]
  tracer.record(
    {
      traceId: trace.traceId,
      spanId: trace.spanId,
      parentSpanId: parentField === undefined ? undefined : (event[parentField] as string | undefined),
      name: typeof ownName === 'string' ? ownName : name,
      kind,
      startMs: tracer.epochMs() - (typeof ageMs === 'number' ? ageMs : durationMs),
      durationMs,
      attributes: plainFields(event, descriptor.attributes),
      error: errorText(error),
      events: noEvents,
      links: noLinks,
    },
    trace,
  )
}

/** A code is told as it is, as far as a code goes; `false` and nothing are no errors. */
function errorText(error: unknown): string | undefined {
  if (error === undefined || error === null || error === false) return undefined
  if (typeof error !== 'string') return errorName(error)
  return error.length <= maxNameChars ? error : cutText(error, maxNameChars)
}
