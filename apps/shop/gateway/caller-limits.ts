import type { Clock } from '@ashlar/kernel'
import { RateLimiter } from '@ashlar/resilience/rate-limit'
import { integer } from '@ashlar/service'
import type { RouteClass } from './route-class.ts'

const count = { min: 1, max: 1_000_000 }

/**
 * Requests that one caller can make at once, and a second after that, by class of route: customers by who they are, all
 * others by address. Behind a proxy all others have the proxy's address: limit them there, and set those of addresses to
 * what all may do together.
 */
export const callerLimitsConfig = {
  ADDRESS_READ_BURST: integer({ ...count, default: 1_000 }),
  ADDRESS_READ_PER_SECOND: integer({ ...count, default: 200 }),
  ADDRESS_WRITE_BURST: integer({ ...count, default: 200 }),
  ADDRESS_WRITE_PER_SECOND: integer({ ...count, default: 20 }),
  ADDRESS_COSTLY_BURST: integer({ ...count, default: 200 }),
  ADDRESS_COSTLY_PER_SECOND: integer({ ...count, default: 40 }),
  CUSTOMER_READ_BURST: integer({ ...count, default: 500 }),
  CUSTOMER_READ_PER_SECOND: integer({ ...count, default: 100 }),
  CUSTOMER_WRITE_BURST: integer({ ...count, default: 200 }),
  CUSTOMER_WRITE_PER_SECOND: integer({ ...count, default: 20 }),
  CUSTOMER_COSTLY_BURST: integer({ ...count, default: 100 }),
  CUSTOMER_COSTLY_PER_SECOND: integer({ ...count, default: 10 }),
  /** Access tokens that do not verify. An address beyond that has none of its tokens looked at. */
  TOKEN_ADDRESS_BURST: integer({ ...count, default: 100 }),
  TOKEN_ADDRESS_PER_SECOND: integer({ ...count, default: 10 }),
  /**
   * Sign-ins, registrations and requests for new passwords that one address can make at once, and a second after that.
   * Counted besides what it may write.
   */
  LOGIN_ADDRESS_BURST: integer({ ...count, default: 100 }),
  LOGIN_ADDRESS_PER_SECOND: integer({ ...count, default: 10 }),
}

export type CallerLimitsConfig = Readonly<Record<keyof typeof callerLimitsConfig, number>>

export interface CallerLimits {
  readonly address: Readonly<Record<RouteClass, RateLimiter>>
  readonly customer: Readonly<Record<RouteClass, RateLimiter>>
  readonly signIn: RateLimiter
  readonly tokens: RateLimiter
}

/** Callers that each limit knows at a time, at about 60 bytes a piece. */
const maxKeys = 50_000

export function createCallerLimits(config: CallerLimitsConfig, clock: Clock): CallerLimits {
  const limiter = (name: string, limit: number, burst: number): RateLimiter =>
    new RateLimiter({ name, limit, perMs: 1_000, burst, maxKeys, clock })
  return {
    address: {
      read: limiter('read', config.ADDRESS_READ_PER_SECOND, config.ADDRESS_READ_BURST),
      write: limiter('write', config.ADDRESS_WRITE_PER_SECOND, config.ADDRESS_WRITE_BURST),
      costly: limiter('costly', config.ADDRESS_COSTLY_PER_SECOND, config.ADDRESS_COSTLY_BURST),
    },
    customer: {
      read: limiter('customer-read', config.CUSTOMER_READ_PER_SECOND, config.CUSTOMER_READ_BURST),
      write: limiter('customer-write', config.CUSTOMER_WRITE_PER_SECOND, config.CUSTOMER_WRITE_BURST),
      costly: limiter('customer-costly', config.CUSTOMER_COSTLY_PER_SECOND, config.CUSTOMER_COSTLY_BURST),
    },
    signIn: limiter('sign-in', config.LOGIN_ADDRESS_PER_SECOND, config.LOGIN_ADDRESS_BURST),
    tokens: limiter('token', config.TOKEN_ADDRESS_PER_SECOND, config.TOKEN_ADDRESS_BURST),
  }
}
