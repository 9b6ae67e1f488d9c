import { action, type Action } from '@ashlar/kernel'
import type { Health } from '@ashlar/telemetry/health'

/** How a service is, and whether load balancers are told to send it requests. */
export function healthActions(health: Health): Action[] {
  return [
    action({
      name: 'health',
      description: 'Shows how the service is, and each of its dependencies.',
      risk: 'read',
      input: {},
      run: () => health.document(),
    }),
    action({
      name: 'drain',
      description: 'Readiness says no, so that load balancers send nothing more; "undrain" takes it back.',
      risk: 'disruptive',
      input: {},
      run: () => holdBack(health, true),
    }),
    action({
      name: 'undrain',
      description: 'Readiness says again what the checks say.',
      risk: 'change',
      input: {},
      run: () => holdBack(health, false),
    }),
  ]
}

async function holdBack(health: Health, yes: boolean): Promise<object> {
  health.holdBack(yes)
  return { status: (await health.report()).readiness }
}
