/** Which nodes cannot reach which. */
export class Partitions {
  /** Nodes of different sides are apart; who is on none shares the last side with its like. */
  #sides: ReadonlyMap<string, number> | undefined
  readonly #cuts = new Map<string, Set<string>>()

  split(groups: readonly (readonly string[])[]): void {
    const sides = new Map<string, number>()
    for (const [side, group] of groups.entries()) {
      for (const name of group) {
        if (sides.has(name)) throw new RangeError(`network: "${name}" is on two sides of the partition`)
        sides.set(name, side)
      }
    }
    this.#sides = sides
  }

  cut(from: string, to: string): void {
    const targets = this.#cuts.get(from) ?? new Set()
    this.#cuts.set(from, targets.add(to))
  }

  heal(): void {
    this.#sides = undefined
    this.#cuts.clear()
  }

  areApart(from: string, to: string): boolean {
    return this.#cuts.get(from)?.has(to) === true || this.#sides?.get(from) !== this.#sides?.get(to)
  }
}
