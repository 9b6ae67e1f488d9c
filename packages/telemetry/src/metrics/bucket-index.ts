// The sign and the exponent of a double are its upper 12 bits. Ashlar's platforms are little-endian.
const classes = 4_096
const number = new Float64Array(1)
const words = new Uint32Array(number.buffer)

/**
 * Finds the bucket of a value without a search: its sign and exponent tell where to begin, and from there on there are as
 * many bounds to look at as there are between two powers of two; seldom more than one.
 */
export class BucketIndex {
  /** Upper, inclusive, ascending. */
  readonly bounds: Float64Array
  /** By sign and exponent: how many bounds are below every such value. */
  readonly #from: Uint8Array = new Uint8Array(classes)

  /** @throws {RangeError} unless there are 1 to 200 bounds, finite and ascending. */
  constructor(bounds: readonly number[]) {
    if (bounds.length < 1 || bounds.length > 200) {
      throw new RangeError(`histogram: bounds must be 1 to 200, got ${bounds.length}`)
    }
    for (const [at, bound] of bounds.entries()) {
      if (!Number.isFinite(bound) || bound <= (bounds[at - 1] ?? -Infinity)) {
        throw new RangeError(`histogram: bounds must be finite and ascend, got ${bounds.join(', ')}`)
      }
    }
    this.bounds = Float64Array.from(bounds)
    for (let at = 0; at < classes; at += 1) this.#from[at] = this.#below(leastOf(at))
  }

  /** Which bucket a number that is not NaN falls in; `bounds.length` when it is above all of them. */
  of(value: number): number {
    number[0] = value
    const bounds = this.bounds
    let bucket = this.#from[(words[1] as number) >>> 20] as number
    while (bucket < bounds.length && value > (bounds[bucket] as number)) bucket += 1
    return bucket
  }

  #below(value: number): number {
    let count = 0
    while (count < this.bounds.length && (this.bounds[count] as number) < value) count += 1
    return count
  }
}

/** The least number with these upper 12 bits. */
function leastOf(signAndExponent: number): number {
  const isNegative = signAndExponent >= classes / 2
  words[0] = isNegative ? 0xff_ff_ff_ff : 0
  words[1] = ((signAndExponent << 20) | (isNegative ? 0x0f_ff_ff : 0)) >>> 0
  const least = number[0] as number
  return Number.isNaN(least) ? -Infinity : least
}
