export { EmbeddedError, type EmbeddedFailure } from './errors.ts'
export type { Exit } from './server.ts'
export { startEmbedded, type EmbeddedOptions, type EmbeddedPlace, type EmbeddedPostgres } from './start.ts'
