import type { CallContext } from '@ashlar/kernel'
import { refusal } from './shop-errors.ts'

/**
 * Lets customers ask for what is their own, whatever a request says about whose it is: anybody else does not exist for
 * them. A call without a customer is one of the shop's own, and may ask for everybody.
 * @throws {ShopError} SHOP_USER_NOT_FOUND
 */
export function requireOwn(userId: string, call: CallContext): void {
  if (!isOwn(userId, call)) throw refusal('SHOP_USER_NOT_FOUND', 'there is no such customer')
}

export function isOwn(userId: string, { principal }: CallContext): boolean {
  return principal === undefined || principal.subject === userId
}
