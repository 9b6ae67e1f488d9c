/** A call under a signal, until it leaves. */
export interface Membership {
  leave(): void
}

class Member implements Membership {
  previous: Member | undefined = undefined
  next: Member | undefined
  readonly family: Family
  readonly onAbort: (signal: AbortSignal) => void

  constructor(family: Family, onAbort: (signal: AbortSignal) => void) {
    this.family = family
    this.onAbort = onAbort
    this.next = family.first
    if (this.next !== undefined) this.next.previous = this
    family.first = this
  }

  leave(): void {
    const { family, previous, next } = this
    if (previous === undefined && family.first !== this) return
    if (next !== undefined) next.previous = previous
    if (previous === undefined) family.first = next
    else previous.next = next
    this.previous = this.next = undefined
  }
}

/** All calls under one signal: one listener on it, however many they are. */
class Family {
  first: Member | undefined = undefined

  constructor(signal: AbortSignal) {
    const onAbort = (): void => {
      for (let member = this.first; member !== undefined; member = this.first) {
        member.leave()
        member.onAbort(signal)
      }
    }
    signal.addEventListener('abort', onAbort, { once: true })
  }
}

const families = new WeakMap<AbortSignal, Family>()

/**
 * Calls `onAbort` when the signal aborts, unless the membership is left before. The one listener stays on the signal
 * and goes with it, so that a signal that lives as long as the process gathers none.
 */
export function joinFamily(signal: AbortSignal, onAbort: (signal: AbortSignal) => void): Membership {
  let family = families.get(signal)
  if (family === undefined) families.set(signal, (family = new Family(signal)))
  return new Member(family, onAbort)
}
