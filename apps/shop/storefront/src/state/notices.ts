import { signal, type Signal } from '@preact/signals'
import type { Product } from '../api/types.ts'

/** Read out by screen readers; nothing is shown. */
export const announcement: Signal<string> = signal('')

/** The product that has just gone into the cart, while the note about it is up. */
export const justAdded: Signal<{ readonly product: Product; readonly quantity: number } | undefined> = signal(undefined)

export function announce(text: string): void {
  // The same words twice in a row are only read twice when they differ.
  announcement.value = announcement.peek() === text ? `${text}\u00a0` : text
}
