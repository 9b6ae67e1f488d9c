/** What the domain needs of a logger: fields first, then a sentence. Met by the chassis' logger. */
export interface Log {
  info(fields: Readonly<Record<string, unknown>>, message: string): void
  warn(fields: Readonly<Record<string, unknown>>, message: string): void
  error(fields: Readonly<Record<string, unknown>>, message: string): void
}

/** Says nothing: for tests that do not look at logs. */
export const silentLog: Log = { info() {}, warn() {}, error() {} }
