import type { MetricRegistry } from '../metrics/index.ts'
import { together } from '../observe/together.ts'
import type { Health } from './health.ts'

/**
 * Shows readiness and each dependency check among the metrics. Whenever metrics are read, the checks are asked for the
 * next time, so what they say is as old as the reading before, and nobody who reads waits for them.
 * @throws {TypeError} when the registry shows another's.
 */
export function healthMetrics(health: Pick<Health, 'latest'>, registry: MetricRegistry): Disposable {
  const ready = {
    name: 'ashlar.health.ready',
    description: '1 while requests should be sent here, 0 while they should not.',
    unit: '{bool}',
  }
  const up = {
    name: 'ashlar.health.check.up',
    description: '1 for a dependency whose check passed when it was last asked, 0 for one whose check failed.',
    unit: '{bool}',
    labels: ['check', 'critical'],
  } as const
  return together([
    () =>
      registry.observableGauge({
        ...ready,
        read: (report) => {
          const latest = health.latest()
          if (latest !== undefined) report(Number(latest.readiness === 'up'))
        },
      }),
    () =>
      registry.observableGauge({
        ...up,
        read: (report) => {
          for (const [name, { status, critical }] of Object.entries(health.latest()?.checks ?? {})) {
            report(Number(status === 'up'), [name, critical])
          }
        },
      }),
  ])
}
