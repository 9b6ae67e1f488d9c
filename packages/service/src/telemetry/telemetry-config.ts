import { integer, oneOf, url } from '../config-fields.ts'
import type { ConfigField, ConfigOf } from '../config.ts'
import { otlpHeaders } from './otlp-headers.ts'

/** An address that requests go to as it is: what may be in it besides is refused by the exporter. */
const endpoint: ConfigField<string> = {
  ...url({ default: '' }),
  expected: 'a URL that begins with http:// or https://, without credentials, query and fragment',
  parse(text) {
    const parsed = URL.parse(text)
    if (parsed === null || !/^https?:$/.test(parsed.protocol)) return undefined
    return parsed.username + parsed.password + parsed.search + parsed.hash === '' ? text : undefined
  },
}

/** What every service is told about what it tells of itself. */
export const telemetryConfig: {
  /** `off`: nothing is measured, and no channel has a subscriber. */
  readonly TELEMETRY: ConfigField<'on' | 'off'>
  /** Without it traces and metrics stay in the process. */
  readonly OTEL_EXPORTER_OTLP_ENDPOINT: ConfigField<string>
  readonly OTEL_EXPORTER_OTLP_HEADERS: typeof otlpHeaders
  /** Of the traces that went well and fast one in so many is kept. */
  readonly TRACE_KEEP_ONE_IN: ConfigField<number>
  /** Besides, so many a second of those that begin here are kept in every service, so that whoever tries something sees it. */
  readonly TRACE_ASK_PER_SECOND: ConfigField<number>
  /** From when on a trace is slow, and a request with it. */
  readonly TRACE_SLOW_MS: ConfigField<number>
} = {
  TELEMETRY: oneOf(['on', 'off'], { default: 'on' }),
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
  OTEL_EXPORTER_OTLP_HEADERS: otlpHeaders,
  TRACE_KEEP_ONE_IN: integer({ min: 1, max: 1_000_000, default: 100 }),
  TRACE_ASK_PER_SECOND: integer({ min: 0, max: 1_000, default: 20 }),
  TRACE_SLOW_MS: integer({ min: 0, max: 600_000, default: 1_000 }),
}

export type TelemetryConfig = ConfigOf<typeof telemetryConfig>
