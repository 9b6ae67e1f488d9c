import {
  abortReason,
  DeadlineExceededError,
  remainingMs,
  withoutStack,
  type CallContext,
  type Clock,
} from '@ashlar/kernel'

/**
 * Refuses to start work for a call that is over.
 * @throws the reason for which it is.
 */
export function throwIfOver(call: CallContext | undefined, clock: Clock): void {
  if (call === undefined) return
  if (call.signal.aborted) throw abortReason(call.signal)
  if (remainingMs(call, clock) === 0) throw withoutStack(() => new DeadlineExceededError())
}
