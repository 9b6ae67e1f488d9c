export { withAccessLog, type AccessLogOptions } from './access-log.ts'
export {
  formatLogRules,
  logLevels,
  LogLevels,
  parseLogRules,
  type LevelReport,
  type LogLevel,
  type LogRules,
  type Threshold,
} from './log-levels.ts'
export { createLogger, type Logger, type LoggerOptions, type RootLogger } from './logger.ts'
export type { RecordListener } from './record-listener.ts'
