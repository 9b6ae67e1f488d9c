/** A set of small integers that can be compared by its text. */
export class OperationSet {
  readonly #words: Uint16Array

  constructor(size: number) {
    this.#words = new Uint16Array(Math.ceil(size / 16))
  }

  add(index: number): void {
    this.#words[index >> 4] = (this.#words[index >> 4] ?? 0) | (1 << (index & 15))
  }

  delete(index: number): void {
    this.#words[index >> 4] = (this.#words[index >> 4] ?? 0) & ~(1 << (index & 15))
  }

  has(index: number): boolean {
    return ((this.#words[index >> 4] ?? 0) & (1 << (index & 15))) !== 0
  }

  /** The same length for every set of this size, so that what follows it is never taken for a part of it. */
  fingerprint(): string {
    let text = ''
    for (const word of this.#words) text += String.fromCharCode(word)
    return text
  }
}
