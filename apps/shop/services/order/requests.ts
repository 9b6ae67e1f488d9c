import type { Address as ProtoAddress } from '../../contracts/gen/shop/common/v1/address_pb.ts'
import type { Money as ProtoMoney } from '../../contracts/gen/shop/common/v1/money_pb.ts'
import { checkAddress, type Address } from '../shared/address.ts'
import type { Money } from '../shared/money.ts'
import type { Checker } from '../shared/validate.ts'
import { maxQuantity } from './cart.ts'

const defaultPageSize = 20
const maxPageSize = 50

/** A customer's key for one intended purchase. */
export function checkKey(check: Checker, value: string): string {
  return check.text('idempotencyKey', value, { min: 8, max: 100 })
}

export function checkOwner(
  check: Checker,
  request: { userId: string; orderId: string },
): { userId: string; orderId: string } {
  return { userId: check.uuid('userId', request.userId), orderId: check.uuid('orderId', request.orderId) }
}

export function checkPageSize(check: Checker, value: number): number {
  return check.integer('pageSize', value, { min: 0, max: maxPageSize }) || defaultPageSize
}

// Of what is absent or wrong an issue is noted, so that the value here is of no use to anybody.
const nowhere: Address = { name: '', line1: '', line2: '', postalCode: '', city: '', country: '' }

export function checkGivenAddress(check: Checker, given: ProtoAddress | undefined): Address {
  return check.required('address', given, (address) => checkAddress(check, 'address', address)) ?? nowhere
}

export function checkQuantity(check: Checker, given: number | undefined): number {
  const bounds = { min: 0, max: maxQuantity }
  return check.required('quantity', given, (quantity) => check.integer('quantity', quantity, bounds)) ?? 0
}

/** What the customer was shown, where the caller says it. */
export function checkTotal(check: Checker, given: ProtoMoney | undefined): Money | undefined {
  if (given === undefined) return undefined
  const { amountMinor, currency } = given
  if (!/^[A-Z]{3}$/.test(currency)) check.issue('expectedTotal.currency', 'must be three capital letters, such as EUR')
  const bounds = { min: 0, max: Number.MAX_SAFE_INTEGER }
  return { amountMinor: check.integer('expectedTotal.amountMinor', Number(amountMinor), bounds), currency }
}
