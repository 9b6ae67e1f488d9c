import type { CallContext, Principal } from '@ashlar/kernel'
import { refusal } from './shop-errors.ts'

/** What somebody may do. Everybody is a customer; a merchant, the shop's staff, is one as well. */
export type Role = 'customer' | 'merchant'

/**
 * Lets only merchants go on. Unlike what is somebody's own, this must never be had by leaving the principal out: a call
 * on nobody's behalf is refused as well.
 * @throws {ShopError} SHOP_FORBIDDEN
 */
export function requireMerchant(call: CallContext | undefined): void {
  if (!isMerchant(call?.principal)) throw refusal('SHOP_FORBIDDEN', 'this is for the staff of the shop only')
}

export function isMerchant(principal: Principal | undefined): boolean {
  return principal?.roles.includes('merchant') ?? false
}
