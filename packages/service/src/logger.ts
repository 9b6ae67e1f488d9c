import { currentCall, toIsoTime, type Clock } from '@ashlar/kernel'
import { pino, stdSerializers, type DestinationStream } from 'pino'

/**
 * Writes log lines: what happened as the message, what it happened to as fields. An error goes in as `err`. Fields
 * that look like secrets are blanked.
 */
export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
  /** A logger that adds `fields` to every line. */
  child(fields: Record<string, unknown>): Logger
}

/** The process's own logger, which also has the last word. */
export interface RootLogger extends Logger {
  fatal(fields: object, message: string): void
}

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

export interface LoggerOptions {
  readonly service: string
  readonly level: LogLevel
  readonly destination: DestinationStream
  readonly clock: Clock
}

const secretNames = [
  'authorization',
  'cookie',
  'set-cookie',
  'password',
  'secret',
  'token',
  'accessToken',
  'refreshToken',
  'apiKey',
  'cardNumber',
  'cardToken',
  'securityCode',
]

// Three levels deep: fields, an object among them (a request), and an object in that (its headers).
const secretPaths = secretNames.flatMap((name) => ['', '*', '*.*'].map((prefix) => `${prefix}["${name}"]`))

/** Makes a logger of JSON lines with time, level, service, message and, inside a call, its trace and span. */
export function createLogger(options: LoggerOptions): RootLogger {
  const { service, level, destination, clock } = options
  return pino(
    {
      level,
      base: { service },
      timestamp: () => `,"time":"${toIsoTime(clock.wall())}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: stdSerializers.err },
      redact: { paths: secretPaths, censor: '[redacted]' },
      mixin() {
        const trace = currentCall()?.trace
        return trace === undefined ? {} : { traceId: trace.traceId, spanId: trace.spanId }
      },
    },
    destination,
  )
}
