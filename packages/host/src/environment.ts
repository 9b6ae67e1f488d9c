import { join } from 'node:path'

export type Environment = Readonly<Record<string, string | undefined>>

/** `order-history` as part of a variable's name: `ORDER_HISTORY`. */
export function variableName(service: string): string {
  return service.toUpperCase().replaceAll('-', '_')
}

/**
 * The variables that `env` holds for one service, without the prefix: `ORDER_LOG=debug` is `LOG=debug` for order. With
 * services `order` and `order-history`, `ORDER_HISTORY_LOG` is for the second alone.
 */
export function variablesFor(service: string, services: readonly string[], env: Environment): Record<string, string> {
  const prefix = `${variableName(service)}_`
  const longer = services
    .map((name) => `${variableName(name)}_`)
    .filter((other) => other.startsWith(prefix) && other !== prefix)
  const own: Record<string, string> = {}
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || !name.startsWith(prefix) || name === prefix) continue
    if (!longer.some((other) => name.startsWith(other))) own[name.slice(prefix.length)] = value
  }
  return own
}

/**
 * What every process gets. Little on purpose: a service that needs a variable says so in its configuration, and does
 * not work on one machine by what happens to be exported there.
 */
export function baseEnvironment(env: Environment, cacheDirectory: string): Record<string, string> {
  const base: Record<string, string> = {
    TZ: 'UTC',
    LOG: env['LOG'] ?? 'info',
    NODE_COMPILE_CACHE: join(cacheDirectory, 'compile'),
  }
  for (const name of ['PATH', 'HOME', 'LANG', 'TMPDIR', 'NODE_EXTRA_CA_CERTS']) {
    const value = env[name]
    if (value !== undefined) base[name] = value
  }
  return base
}

/** The levels that `LOG=info,order=debug` gives by name, and the one of all others under the empty name. */
export function logLevels(log: string): ReadonlyMap<string, string> {
  return new Map(
    log.split(',').map((entry): [string, string] => {
      const [first = '', second] = entry.split('=').map((part) => part.trim())
      return second === undefined ? ['', first] : [first, second]
    }),
  )
}
