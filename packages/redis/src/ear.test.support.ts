/** A listener, and what it was told, as text. */
export function ear(): { readonly listener: (event: object) => void; readonly told: string[] } {
  const told: string[] = []
  return { told, listener: (event) => void told.push(Object.values(event).join(' ')) }
}
