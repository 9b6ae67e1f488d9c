import { createHmac } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import type { ServiceSpec, Topology } from './topology.ts'

/** The service that every topology has unless it says no. */
export const collectorName = 'collector'

// Built, it is JavaScript like this file.
const main = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './collector/main.ts' : './collector/main.js', import.meta.url),
)

/** What the collector is told besides. */
export const collectorEnv: Readonly<Record<string, string>> = {
  // Its requests come by themselves, every second: a line about them would be no news.
  ACCESS_LOG: 'off',
  // What it reads is garbage as soon as it is stored. Collected early, it takes a third less memory at full load.
  NODE_OPTIONS: '--max-semi-space-size=4',
}

/**
 * The services with the collector among them, unless the topology wants none. It keeps history where there is an embedded
 * PostgreSQL anyway; it alone is no reason to start one.
 */
export function withCollector(
  { collector = true, services }: Topology,
  usesEmbedded: (service: string) => boolean,
): Readonly<Record<string, ServiceSpec>> {
  if (!collector) return services
  return {
    ...services,
    [collectorName]: { main, database: Object.keys(services).some(usesEmbedded), env: collectorEnv },
  }
}

/** What senders and readers show. One for each time that a topology is started, made of the key that it is given then. */
export function collectorKeyOf(adminKey: string): string {
  return createHmac('sha256', adminKey).update('ashlar collector').digest('base64url')
}

/** Tells a service where to report to. */
export function reportingTo(url: string, key: string): Readonly<Record<string, string>> {
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=${encodeURIComponent(`Bearer ${key}`)}`,
  }
}
