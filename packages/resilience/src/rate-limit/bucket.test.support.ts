/**
 * A token bucket as it is drawn: tokens that drip in, and a brim. Below zero where turns have been given ahead. Counted in
 * milliseconds of dripping, so that all sums are exact.
 */
export class Bucket {
  level: number
  readonly brim: number
  #atMs: number

  constructor(brim: number, nowMs: number) {
    this.level = this.brim = brim
    this.#atMs = nowMs
  }

  get isFull(): boolean {
    return this.level === this.brim
  }

  fill(nowMs: number): void {
    this.add(nowMs - this.#atMs)
    this.#atMs = nowMs
  }

  add(amount: number): void {
    this.level = Math.min(this.brim, this.level + amount)
  }
}
