import { codeOf, runCall, type Action, type ActionFields, type ActionInput, type Clock } from '@ashlar/kernel'
import type { RootLogger } from '@ashlar/telemetry/logs'
import { auditedInput, type Caller } from './audit.ts'

/** For an action that does not say how long it may take. */
export const defaultTimeoutMs = 10_000

export interface RunOptions {
  readonly caller: Caller
  readonly log: RootLogger
  readonly clock: Clock
}

/**
 * Runs an action as a call of its caller's, within its time. One that does more than look leaves a line in the log
 * before it begins, in case it ends the process, and one after.
 */
export async function runAction(
  action: Action,
  input: ActionInput<ActionFields>,
  { caller, log, clock }: RunOptions,
): Promise<unknown> {
  const { name, risk, timeoutMs = defaultTimeoutMs } = action
  const principal = { subject: caller.operator, roles: ['operator'] }
  const run = async (): Promise<unknown> =>
    // JSON has no other word for nothing.
    (await runCall({ timeoutMs, principal, clock }, (call) => action.run(input, call))) ?? null
  if (risk === 'read') return run()

  const fields = { action: name, risk, input: auditedInput(action, input), ...caller }
  const startedMs = clock.now()
  const ended = (outcome: object): void => {
    const durationMs = Math.round((clock.now() - startedMs) * 10) / 10
    log.audit({ ...fields, ...outcome, durationMs }, 'action ended')
  }
  log.audit(fields, 'action begins')
  try {
    const result = await run()
    ended({ outcome: 'done' })
    return result
  } catch (error) {
    ended({ outcome: 'failed', code: codeOf(error) })
    throw error
  }
}
