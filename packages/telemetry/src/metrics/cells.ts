const seriesPerChunk = 16

/** The numbers of one series: `width` cells of `cells` from `at` on. */
export interface Place {
  readonly cells: Float64Array
  readonly at: number
}

/**
 * Numbers of many series, in chunks that never move: a handle can keep its place, and adding to it is one write.
 */
export class Cells {
  readonly #width: number
  readonly #perChunk: number
  readonly #initial: number
  #chunk: Float64Array = new Float64Array(0)
  #next = 0

  constructor(width: number, { isSingle, initial = 0 }: { isSingle: boolean; initial?: number }) {
    this.#width = width
    this.#perChunk = isSingle ? 1 : seriesPerChunk
    this.#initial = initial
  }

  allocate(): Place {
    if (this.#next === this.#chunk.length) {
      this.#chunk = new Float64Array(this.#width * this.#perChunk).fill(this.#initial)
      this.#next = 0
    }
    const at = this.#next
    this.#next += this.#width
    return { cells: this.#chunk, at }
  }
}
