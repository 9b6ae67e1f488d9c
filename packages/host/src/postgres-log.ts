import type { LogLevel } from './log-line.ts'

// What a client did wrong is the client's to report; the server's own ERROR lines would say it a second time.
const levels: Readonly<Record<string, LogLevel>> = { WARNING: 'warn', FATAL: 'error', PANIC: 'fatal' }

// Clients that come too early try again by themselves, several times a second.
const passing = /^the database system is (starting up|not yet accepting connections|shutting down|in recovery mode)/

const linePattern = /^\S+ \S+ \S+ \[\d+\] (?<severity>[A-Z]+):\s+(?<message>.*)$/

/** A line of PostgreSQL's log as level and message; what only matters to those who look for it is `debug`. */
export function parsePostgresLine(text: string): { level: LogLevel; msg: string } {
  const { severity = '', message = text } = linePattern.exec(text)?.groups ?? {}
  return { level: passing.test(message) ? 'debug' : (levels[severity] ?? 'debug'), msg: message }
}
