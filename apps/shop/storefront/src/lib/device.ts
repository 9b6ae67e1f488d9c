/** localStorage, where it may be blocked or full: the shop then works without a memory. */
export const device = {
  read(name: string): string | null {
    try {
      return localStorage.getItem(name)
    } catch {
      return null
    }
  },
  write(name: string, value: string | undefined): void {
    try {
      if (value === undefined) localStorage.removeItem(name)
      else localStorage.setItem(name, value)
    } catch {
      // Nothing to do: what is not remembered is asked again.
    }
  },
}
