import { currentCall, toIsoTime, type Clock } from '@ashlar/kernel'
import { pino, stdSerializers, type DestinationStream, type Logger as PinoLogger } from 'pino'
import { levelRank, type LogLevel, type LogLevels, type Threshold } from './log-levels.ts'
import { tellingOf, type RecordListener } from './record-listener.ts'
import { withoutSecrets } from './secret-fields.ts'

/**
 * Writes log lines: what happened as the message, what it happened to as fields. An error goes in as `err`. Fields
 * that look like secrets are blanked.
 */
export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
  /** A logger that adds `fields` to every line. `component` names a part whose level can be set by itself. */
  child(fields: Record<string, unknown>): Logger
}

/** The process's own logger, which also has the last word. */
export interface RootLogger extends Logger {
  fatal(fields: object, message: string): void
  /** Writes a line at level info, whatever the level is: what operators do is not theirs to silence. */
  audit(fields: object, message: string): void
  /** Whether a line of this level would be written: for those to whom building one is work. */
  isLevelEnabled(level: Exclude<LogLevel, 'silent'>): boolean
}

export interface LoggerOptions {
  readonly service: string
  readonly levels: LogLevels
  readonly destination: DestinationStream
  readonly clock: Clock
  /**
   * Is told of each line that has been written, as it was written: secrets are blanked by then. What it throws is
   * ignored, and lines that it writes itself it is not told of. @default nobody is, and nothing is made of lines
   */
  readonly onRecord?: RecordListener
}

/** Makes a logger of JSON lines with time, level, service, message and, inside a call, its trace and span. */
export function createLogger(options: LoggerOptions): RootLogger {
  const { service, levels, destination, clock, onRecord } = options
  const sink = pino(
    {
      // What is written is decided before: the sink's loggers would keep the level that they were made with.
      level: 'debug',
      base: { service },
      timestamp: () => `,"time":"${toIsoTime(clock.wall())}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: stdSerializers.err },
      // pino's `redact` goes along every path of every line, which costs many times the line itself.
      hooks: { streamWrite: withoutSecrets },
      mixin() {
        const trace = currentCall()?.trace
        return trace === undefined ? {} : { traceId: trace.traceId, spanId: trace.spanId }
      },
    },
    onRecord === undefined ? destination : tellingOf(destination, onRecord),
  )
  return new LevelledLogger(sink, levels, levels.threshold)
}

class LevelledLogger implements RootLogger {
  readonly #sink: PinoLogger
  readonly #levels: LogLevels
  readonly #threshold: Threshold

  constructor(sink: PinoLogger, levels: LogLevels, threshold: Threshold) {
    this.#sink = sink
    this.#levels = levels
    this.#threshold = threshold
  }

  debug(fields: object, message: string): void {
    if (levelRank.debug >= this.#threshold.rank) this.#sink.debug(fields, message)
  }

  info(fields: object, message: string): void {
    if (levelRank.info >= this.#threshold.rank) this.#sink.info(fields, message)
  }

  warn(fields: object, message: string): void {
    if (levelRank.warn >= this.#threshold.rank) this.#sink.warn(fields, message)
  }

  error(fields: object, message: string): void {
    if (levelRank.error >= this.#threshold.rank) this.#sink.error(fields, message)
  }

  fatal(fields: object, message: string): void {
    if (this.#threshold.rank !== levelRank.silent) this.#sink.fatal(fields, message)
  }

  audit(fields: object, message: string): void {
    this.#sink.info({ audit: true, ...fields }, message)
  }

  isLevelEnabled(level: Exclude<LogLevel, 'silent'>): boolean {
    return levelRank[level] >= this.#threshold.rank
  }

  child(fields: Record<string, unknown>): Logger {
    const { component } = fields
    const threshold = typeof component === 'string' ? this.#levels.thresholdOf(component) : this.#threshold
    return new LevelledLogger(this.#sink.child(fields), this.#levels, threshold)
  }
}
