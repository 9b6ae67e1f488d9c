import { action, toIsoTime, type Action, type Clock } from '@ashlar/kernel'
import type { ConfigSpec } from '../config.ts'

export interface About {
  readonly service: string
  readonly version: string
  readonly spec: ConfigSpec
  readonly env: Readonly<Record<string, string | undefined>>
  /** What was read from `env` by `spec`. */
  readonly values: Readonly<Record<string, unknown>>
  readonly clock: Clock
}

/** What runs, and with which settings. */
export function aboutActions({ service, version, spec, env, values, clock }: About): Action[] {
  const startedMs = clock.wall()
  const settings = Object.entries(spec).map(([name, field]) => ({
    name,
    value: field.tell(values[name]),
    from: (env[name] ?? '') === '' ? 'default' : 'environment',
  }))
  return [
    action({
      name: 'config',
      description: 'Shows every setting that is in effect, without secrets.',
      risk: 'read',
      input: {},
      run: async () => settings,
    }),
    action({
      name: 'build-info',
      description: 'Shows the version that runs, and the process it runs in.',
      risk: 'read',
      input: {},
      run: async () => ({
        service,
        version,
        node: process.version,
        platform: `${process.platform}-${process.arch}`,
        pid: process.pid,
        startedAt: toIsoTime(startedMs),
        memoryBytes: process.memoryUsage.rss(),
      }),
    }),
  ]
}
