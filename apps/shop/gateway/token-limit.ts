import { hasCode } from '@ashlar/kernel'
import type { RateLimiter } from '@ashlar/resilience/rate-limit'
import { callerOf, tooManyRequests } from './caller-limit.ts'
import type { Authenticate } from './router.ts'
import type { VerifyToken } from './token-verifier.ts'

/**
 * Counts tokens that do not verify against the address that they come from. Of one with too many of them none is looked at
 * for a while: checking a signature is what a forger could have the gateway do all day.
 * @throws {ShopError} SHOP_TOO_MANY_ATTEMPTS
 */
export function limitedTokens(verify: VerifyToken, limiter: RateLimiter): Authenticate {
  return async (token, request) => {
    const caller = callerOf(request.remoteAddress)
    const { allowed, retryAfterMs } = limiter.peek(caller)
    if (!allowed) throw tooManyRequests(retryAfterMs)
    try {
      return await verify(token)
    } catch (error) {
      if (hasCode(error, 'SHOP_TOKEN_INVALID')) limiter.take(caller)
      throw error
    }
  }
}
