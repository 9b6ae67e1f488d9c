import type { DescMethodUnary, Message } from '@bufbuild/protobuf'
import { MethodOptions_IdempotencyLevel } from '@bufbuild/protobuf/wkt'
import {
  abortReason,
  AshlarError,
  CancelledError,
  codeOf,
  hasCode,
  markRetried,
  wasRetried,
  withoutStack,
} from '@ashlar/kernel'
import type { CallContext, Policy, PolicyCall, StatusName } from '@ashlar/kernel'
import { RemoteError, type RpcUnreachableError } from '../errors.ts'

/**
 * Runs a call under a policy, whatever that does: what may have taken effect is not sent again unless the contract says
 * that it may be, by the method's `idempotency_level`. The caller gets the callee's errors as they are, and marked where
 * the policy has repeated the call.
 * @param call What the attempts are part of.
 */
export async function underPolicy(
  policy: Policy,
  method: DescMethodUnary,
  call: CallContext,
  send: (attempt: PolicyCall) => Promise<Message>,
): Promise<Message> {
  const isRepeatable = method.idempotency !== MethodOptions_IdempotencyLevel.IDEMPOTENCY_UNKNOWN
  let attempts = 0
  let mayHaveTakenEffect = false
  let failure: { readonly error: unknown } | undefined
  let refusedRepeat: CancelledError | undefined
  try {
    return await policy(async (attempt) => {
      if (mayHaveTakenEffect && !isRepeatable) throw (refusedRepeat ??= notRepeatable(method))
      mayHaveTakenEffect = true
      attempts++
      if (attempts === 2) markAtDeadline(call.signal)
      try {
        return await send(attempt)
      } catch (error) {
        failure = { error }
        mayHaveTakenEffect = !isKnownUndone(error)
        throw forPolicy(error, isRepeatable || !mayHaveTakenEffect)
      }
    })
  } catch (error) {
    if (error === refusedRepeat && failure !== undefined) throw failure.error
    if (!(error instanceof FailedAttempt)) throw error
    if (wasRetried(error)) markRetried(error.cause)
    throw error.cause
  }
}

/** The deadline ends the call over the policy's head, which then has nothing to mark. */
function markAtDeadline(signal: AbortSignal): void {
  const mark = (): void => {
    const reason = abortReason(signal)
    if (hasCode(reason, 'ASHLAR_DEADLINE_EXCEEDED')) markRetried(reason)
  }
  signal.addEventListener('abort', mark, { once: true })
}

/**
 * What a policy sees of an error that does not say by itself what it means to a policy: `retryable` where it speaks
 * against the callee, and a negative `retryAfterMs` (gRPC's push-back) where it must not be repeated all the same.
 */
class FailedAttempt extends AshlarError {
  readonly code: string
  readonly retryable: boolean
  readonly retryAfterMs: number | undefined

  constructor(cause: Error, detail: { retryable: boolean; retryAfterMs: number | undefined }) {
    super(cause.message, { cause })
    this.code = codeOf(cause) ?? 'ASHLAR_RPC_ATTEMPT'
    this.retryable = detail.retryable
    this.retryAfterMs = detail.retryAfterMs
  }
}

/** With these the callee says that it is ill; with the others, that it is well and will not do this. */
export const illnesses: ReadonlySet<StatusName> = new Set<StatusName>([
  'unavailable',
  'deadline_exceeded',
  'internal',
  'unknown',
  'data_loss',
])

function forPolicy(error: unknown, mayBeRepeated: boolean): unknown {
  if (!(error instanceof AshlarError)) return error
  const isAnswer = error instanceof RemoteError && !illnesses.has(error.status)
  if (isAnswer) return error.retryable ? seenAs(error, false) : error
  const isIllness = error instanceof RemoteError || error.retryable || hasCode(error, 'ASHLAR_RPC_PROTOCOL')
  if (!isIllness || (error.retryable && mayBeRepeated)) return error
  return seenAs(error, true)
}

function seenAs(error: AshlarError, isIllness: boolean): FailedAttempt {
  const retryAfterMs = isIllness ? -1 : undefined
  const seen = withoutStack(() => new FailedAttempt(error, { retryable: isIllness, retryAfterMs }))
  if (wasRetried(error)) markRetried(seen)
  return seen
}

/** Failures that leave no doubt: nothing was sent. */
function isKnownUndone(error: unknown): boolean {
  if (hasCode(error, 'ASHLAR_RPC_OVERLOADED')) return !(error instanceof RemoteError)
  return hasCode(error, 'ASHLAR_RPC_UNREACHABLE') && (error as Partial<RpcUnreachableError>).isSent === false
}

/** Says nothing about the callee: a policy counts it neither for nor against. */
function notRepeatable({ parent, name }: DescMethodUnary): CancelledError {
  return withoutStack(
    () => new CancelledError(`${parent.typeName}/${name} may have taken effect: it is not sent twice`),
  )
}
