import type { Context } from '@opentelemetry/api'

// By this key, which is shared by name, exporters say that what they do is not to be traced.
const suppressed = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING')

/** Whether what is done in this context is to be no part of any trace. */
export function isSuppressed(context: Context): boolean {
  return context.getValue(suppressed) === true
}
