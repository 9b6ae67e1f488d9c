import type { Address, User } from '../api/types.ts'
import { countryName } from './countries.ts'

export type AddressMistakes = Partial<Record<keyof Address, string>>

export function emptyAddress(name = ''): Address {
  return { name, line1: '', line2: '', postalCode: '', city: '', country: 'DE' }
}

/** The address kept in the profile; a profile without one may hold an empty one. */
export function savedAddress(user: User): Address | undefined {
  return user.address === undefined || user.address.line1 === '' ? undefined : user.address
}

/** What is missing before a parcel could find its way. */
export function checkAddress(address: Address): AddressMistakes {
  const mistakes: AddressMistakes = {}
  if (address.name.trim() === '') mistakes.name = 'Enter the name on the door.'
  if (address.line1.trim() === '') mistakes.line1 = 'Enter the street and house number.'
  if (address.postalCode.trim() === '') mistakes.postalCode = 'Enter the postal code.'
  if (address.city.trim() === '') mistakes.city = 'Enter the city.'
  return mistakes
}

export function trimAddress(address: Address): Address {
  return {
    name: address.name.trim(),
    line1: address.line1.trim(),
    line2: address.line2.trim(),
    postalCode: address.postalCode.trim(),
    city: address.city.trim(),
    country: address.country,
  }
}

/** An address as it stands on a parcel. */
export function addressLines({ name, line1, line2, postalCode, city, country }: Address): readonly string[] {
  return [name, line1, line2, `${postalCode} ${city}`, countryName(country)].filter((line) => line.trim() !== '')
}
