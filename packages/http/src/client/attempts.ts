import { hasCode, withoutStack, type Clock, type Policy, type PolicyCall } from '@ashlar/kernel'
import type { HttpClientResponse } from './client-response.ts'
import { HttpNotRepeatableError, HttpStatusError, type HttpUnreachableError } from './errors.ts'
import { parseRetryAfter } from './retry-after.ts'

/** What a policy needs to know about a request. */
export interface Repeatable {
  /** What is at the other end, as error messages call it. */
  readonly name: string
  readonly method: string
  readonly isRepeatable: boolean
  readonly isFailure: (response: HttpClientResponse) => boolean
  readonly clock: Clock
}

/**
 * Runs a request under a policy, whatever that does: a request that may have taken effect is not sent again unless it is
 * repeatable. What the policy makes of the failures is its own; one of ours that it gives up on is handed on as it was,
 * and an answer is an answer again.
 */
export async function underPolicy(
  policy: Policy,
  request: Repeatable,
  send: (attempt: PolicyCall) => Promise<HttpClientResponse>,
): Promise<HttpClientResponse> {
  const { name, method, isRepeatable, isFailure, clock } = request
  let mayHaveTakenEffect = false
  let failure: unknown
  const notRepeatable = (): HttpNotRepeatableError =>
    withoutStack(() => new HttpNotRepeatableError({ name, method }, failure === undefined ? {} : { cause: failure }))
  try {
    return await policy(async (attempt) => {
      if (mayHaveTakenEffect && !isRepeatable) throw notRepeatable()
      mayHaveTakenEffect = true
      try {
        const response = await send(attempt)
        if (!isFailure(response)) return response
        const retryAfterMs = parseRetryAfter(response.headers['retry-after'], clock)
        throw withoutStack(() => new HttpStatusError({ name, response, retryAfterMs }))
      } catch (error) {
        failure = error
        mayHaveTakenEffect = !isKnownUndone(error)
        throw mayHaveTakenEffect && !isRepeatable ? notRepeatable() : error
      }
    })
  } catch (error) {
    const original = hasCode(error, 'ASHLAR_HTTP_NOT_REPEATABLE') ? (error.cause ?? error) : error
    if (hasCode(original, 'ASHLAR_HTTP_STATUS')) return (original as HttpStatusError).response
    throw original
  }
}

/** Failures that leave no doubt: nothing was sent, or the server said that it did not look. */
function isKnownUndone(error: unknown): boolean {
  if (hasCode(error, 'ASHLAR_HTTP_OVERLOADED')) return true
  if (hasCode(error, 'ASHLAR_HTTP_UNREACHABLE')) return !(error as HttpUnreachableError).isSent
  return hasCode(error, 'ASHLAR_HTTP_STATUS') && (error as HttpStatusError).status === 429
}
