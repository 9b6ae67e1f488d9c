import { sql } from '@ashlar/sql'
import type { Address } from '../shared/address.ts'
import type { User } from './user.ts'

/** A row of `customer` by {@link userColumns}. */
export interface UserRow extends Omit<User, 'address'> {
  readonly address: Address | null
}

export const userColumns = sql`
  customer.id, customer.email, customer.display_name as "displayName", customer.address,
  customer.created_at as "createdAtMs", customer.role`

export function toUser({ id, email, displayName, address, createdAtMs, role }: UserRow): User {
  return { id, email, displayName, address: address ?? undefined, createdAtMs, role }
}
