import { formatLogRules, logLevels, parseLogRules, type LogRules } from '@ashlar/telemetry/logs'
import type { ConfigField } from './config.ts'

/** `LOG` as one service reads it: `info,order=debug,order.sweeper=warn`. */
export function logRules(service: string): ConfigField<LogRules> {
  return {
    expected: `a level (${logLevels.join(', ')}), or levels by service such as info,${service}=debug`,
    fallback: { level: 'info', components: {} },
    parse: (text) => parseLogRules(text, service),
    show: (text) => JSON.stringify(text.slice(0, 80)),
    tell: (rules) => formatLogRules(rules, service),
  }
}

const largestN = 1_000_000

/**
 * `ACCESS_LOG`: how many of the requests that went well leave a line each, as the N of one in N. `all` is 1, and `off`,
 * with which no request leaves any, is 0.
 */
export const accessLog: ConfigField<number> = {
  expected: `off, all, or one in so many, such as 1/100, up to 1/${largestN}`,
  fallback: 100,
  parse(text) {
    if (text === 'off') return 0
    if (text === 'all') return 1
    const n = Number(/^1\/(\d{1,7})$/.exec(text)?.[1])
    return n >= 1 && n <= largestN ? n : undefined
  },
  show: (text) => JSON.stringify(text.slice(0, 80)),
  tell: (n) => (n === 0 ? 'off' : n === 1 ? 'all' : `1/${n}`),
}
