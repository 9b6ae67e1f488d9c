import type { UnixNano } from '../unix-nano.ts'

const two32 = 2 ** 32
const firstBytes = 1_024
/** From this length on the platform copies a string faster than a loop does. */
const longString = 48

/** A byte for each character code of a hexadecimal digit. */
const digitOf: Uint8Array = new Uint8Array(128)
for (let value = 0; value < 16; value++) {
  const digit = value.toString(16)
  digitOf[digit.charCodeAt(0)] = value
  digitOf[digit.toUpperCase().charCodeAt(0)] = value
}

/**
 * Writes protobuf into one buffer that grows, in one pass: a message's length is put in front of it when it is known,
 * and only a message that is longer than was expected is moved. Fields are told by their tags, `number << 3 | type`.
 *
 * Source: Protocol Buffers, "Encoding".
 */
export class ProtoWriter {
  #bytes: Buffer
  #at = 0

  constructor(sizeBytes: number = firstBytes) {
    this.#bytes = Buffer.allocUnsafeSlow(sizeBytes)
  }

  get length(): number {
    return this.#at
  }

  /** What has been written. Shares memory with the writer until {@link reset}. */
  view(): Buffer {
    return this.#bytes.subarray(0, this.#at)
  }

  /** Forgets what was written, or all from `length` on. */
  reset(length = 0): void {
    this.#at = length
  }

  varint(value: number): void {
    this.#room(10)
    let rest = value
    while (rest >= two32) {
      this.#bytes[this.#at++] = (rest % 128) | 128
      rest = Math.floor(rest / 128)
    }
    rest = rest >>> 0
    while (rest > 127) {
      this.#bytes[this.#at++] = (rest & 127) | 128
      rest >>>= 7
    }
    this.#bytes[this.#at++] = rest
  }

  /** An `int64` of at most 53 bits: negative ones take ten bytes. */
  int64(tag: number, value: number): void {
    this.varint(tag)
    if (value >= 0) this.varint(value)
    else {
      const low = BigInt.asUintN(64, BigInt(value))
      this.#room(10)
      for (let rest = low; ; rest >>= 7n) {
        const byte = Number(rest & 127n)
        this.#bytes[this.#at++] = rest > 127n ? byte | 128 : byte
        if (rest <= 127n) break
      }
    }
  }

  uint32(tag: number, value: number): void {
    this.varint(tag)
    this.varint(value)
  }

  fixed32(tag: number, value: number): void {
    this.varint(tag)
    this.#room(4)
    this.#at = this.#bytes.writeUInt32LE(value >>> 0, this.#at)
  }

  /** A whole number of at most 53 bits. Tag 0 for an element of a packed list. */
  fixed64(tag: number, value: number): void {
    if (tag !== 0) this.varint(tag)
    this.#halves(value % two32, Math.floor(value / two32))
  }

  /** Tag 0 for an element of a packed list. */
  double(tag: number, value: number): void {
    if (tag !== 0) this.varint(tag)
    this.#room(8)
    this.#at = this.#bytes.writeDoubleLE(value, this.#at)
  }

  unixNano(tag: number, { seconds, nanos }: UnixNano): void {
    this.varint(tag)
    // 10^9 = 1 953 125 * 2^9: without the lowest nine bits everything fits into a number.
    const upper = seconds * 1_953_125
    const low = (upper % 8_388_608) * 512 + nanos
    const carried = low >= two32 ? 1 : 0
    this.#halves(low - carried * two32, Math.floor(upper / 8_388_608) + carried)
  }

  string(tag: number, text: string): void {
    this.varint(tag)
    const { length } = text
    if (length >= longString) {
      this.#longString(text)
      return
    }
    this.#room(1 + length)
    const bytes = this.#bytes
    const start = this.#at
    let at = start
    bytes[at++] = length
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index)
      if (code > 127) {
        this.#at = start
        this.#longString(text)
        return
      }
      bytes[at++] = code
    }
    this.#at = at
  }

  /** Hexadecimal digits, as the bytes that they mean. */
  hex(tag: number, digits: string): void {
    this.varint(tag)
    const length = digits.length >>> 1
    this.varint(length)
    this.#room(length)
    for (let index = 0; index < length; index++) {
      const high = digitOf[digits.charCodeAt(2 * index)]!
      this.#bytes[this.#at++] = (high << 4) | digitOf[digits.charCodeAt(2 * index + 1)]!
    }
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.length)
    this.#bytes.set(bytes, this.#at)
    this.#at += bytes.length
  }

  /** Begins a message that is probably shorter than 128 bytes, or 16 KiB if `lengthBytes` is 2. Give the result to {@link end}. */
  begin(tag: number, lengthBytes: 1 | 2 = 1): number {
    this.varint(tag)
    this.#room(lengthBytes)
    this.#at += lengthBytes
    return this.#at
  }

  end(start: number, lengthBytes: 1 | 2 = 1): void {
    const length = this.#at - start
    const needed = varintBytes(length)
    // Before stepping back: what grows keeps only what lies before the place to write.
    this.#room(10)
    if (needed !== lengthBytes) {
      this.#bytes.copyWithin(start + needed - lengthBytes, start, start + length)
    }
    this.#at = start - lengthBytes
    this.varint(length)
    this.#at += length
  }

  #longString(text: string): void {
    this.#room(2 + 3 * text.length)
    this.#at += 2
    const start = this.#at
    // Halves of surrogate pairs become U+FFFD: protobuf's strings are valid UTF-8.
    this.#at += this.#bytes.write(text, this.#at, 'utf8')
    this.end(start, 2)
  }

  #halves(low: number, high: number): void {
    this.#room(8)
    const at = this.#bytes.writeUInt32LE(low, this.#at)
    this.#at = this.#bytes.writeUInt32LE(high, at)
  }

  #room(more: number): void {
    const needed = this.#at + more
    if (needed <= this.#bytes.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length))
    this.#bytes.copy(larger, 0, 0, this.#at)
    this.#bytes = larger
  }
}

/** How many bytes a length takes. */
export function varintBytes(value: number): number {
  let count = 1
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) count++
  return count
}
