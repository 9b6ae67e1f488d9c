const looks = 16

/**
 * A number for each of a bounded set of keys, in 8 bytes and the key's place in a map. A number that lies in the past
 * is the same as none: its place may be taken. Where there is no such place within sixteen looks, the key nearest to it
 * among them goes.
 *
 * O(1); at most sixteen steps where it is full.
 */
export class ArrivalTimes {
  /** Keys that were forgotten although their time lay ahead. */
  evicted = 0
  readonly #maxKeys: number
  readonly #places = new Map<string, number>()
  #times: Float64Array<ArrayBuffer>
  readonly #keys: string[] = []
  #hand = 0

  constructor(maxKeys: number) {
    this.#maxKeys = maxKeys
    this.#times = new Float64Array(Math.min(maxKeys, 64))
  }

  get size(): number {
    return this.#places.size
  }

  /** Where the key is kept until the next {@link add}; -1 where it is not. Looking it up is the dearest part. */
  placeOf(key: string): number {
    return this.#places.get(key) ?? -1
  }

  /** 0 where there is none. */
  at(place: number): number {
    return place < 0 ? 0 : this.#times[place]!
  }

  /** By its key. */
  get(key: string): number | undefined {
    const place = this.#places.get(key)
    return place === undefined ? undefined : this.#times[place]
  }

  set(place: number, time: number): void {
    this.#times[place] = time
  }

  /** Keeps a key that is not kept yet. */
  add(key: string, time: number, now: number): void {
    const place = this.#keys.length < this.#maxKeys ? this.#grow() : this.#free(now)
    this.#keys[place] = key
    this.#places.set(key, place)
    this.#times[place] = time
  }

  #grow(): number {
    const place = this.#keys.length
    if (place === this.#times.length) {
      const larger = new Float64Array(Math.min(this.#maxKeys, place * 2))
      larger.set(this.#times)
      this.#times = larger
    }
    return place
  }

  #free(now: number): number {
    const times = this.#times
    const count = this.#keys.length
    let best = this.#hand
    for (let look = 0; look < looks; look++) {
      const place = this.#hand
      if (++this.#hand === count) this.#hand = 0
      if (times[place]! < times[best]!) best = place
      if (times[place]! <= now) break
    }
    if (times[best]! > now) this.evicted++
    this.#places.delete(this.#keys[best]!)
    return best
  }
}
