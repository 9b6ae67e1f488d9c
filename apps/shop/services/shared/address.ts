import type { Address as ProtoAddress } from '../../contracts/gen/shop/common/v1/address_pb.ts'
import type { Checker } from './validate.ts'

/** Where a parcel goes. */
export interface Address {
  readonly name: string
  readonly line1: string
  readonly line2: string
  readonly postalCode: string
  readonly city: string
  /** ISO 3166-1 alpha-2, two capital letters. */
  readonly country: string
}

/** Reads an address that came from outside. Notes every issue under `path`. */
export function checkAddress(check: Checker, path: string, message: ProtoAddress): Address {
  const country = message.country.trim().toUpperCase()
  if (!/^[A-Z]{2}$/.test(country)) {
    check.issue(`${path}.country`, 'must be a two-letter country code, such as DE')
  }
  return {
    name: check.text(`${path}.name`, message.name, { min: 1, max: 100 }),
    line1: check.text(`${path}.line1`, message.line1, { min: 1, max: 120 }),
    line2: check.text(`${path}.line2`, message.line2, { min: 0, max: 120 }),
    postalCode: check.text(`${path}.postalCode`, message.postalCode, { min: 2, max: 12 }),
    city: check.text(`${path}.city`, message.city, { min: 1, max: 80 }),
    country,
  }
}
