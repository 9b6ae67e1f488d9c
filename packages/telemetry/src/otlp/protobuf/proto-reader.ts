import { OtlpMalformedError } from '../errors.ts'
import { unixNanoOf, type UnixNano } from '../unix-nano.ts'

const two32 = 2 ** 32

/**
 * Reads protobuf that nobody vouches for: every length is held against what is there, and each step moves on, so that
 * reading takes time in proportion to the bytes. Nesting is as deep as the caller's code calls.
 * @throws {OtlpMalformedError} from every method.
 */
export class ProtoReader {
  readonly #bytes: Buffer
  #at = 0
  /** Where the message ends that is being read. */
  #end: number

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#end = bytes.byteLength
  }

  /** The next field's tag, `number << 3 | type`; 0 at the end of the message. */
  tag(): number {
    if (!this.hasMore()) return 0
    const tag = this.varint()
    if (tag < 8 || tag >= two32) this.#fail('no field has such a number')
    return tag
  }

  /** Whether anything is left of the message, or the packed list. */
  hasMore(): boolean {
    return this.#at < this.#end
  }

  /** Into a message; give the result to {@link leave} when {@link tag} has said 0. */
  enter(): number {
    const length = this.#length()
    const outer = this.#end
    this.#end = this.#at + length
    return outer
  }

  leave(outer: number): void {
    this.#end = outer
  }

  /** Of at most 53 bits exactly; what is larger is rounded. */
  varint(): number {
    const first = this.#byte()
    if (first < 128) return first
    let value = first & 127
    let scale = 128
    for (let count = 1; count < 10; count++) {
      const byte = this.#byte()
      value += (byte & 127) * scale
      if (byte < 128) return value
      scale *= 128
    }
    return this.#fail('a number has more than ten bytes')
  }

  /** As a number, or as decimal text where a number cannot hold it. */
  int64(): number | string {
    const start = this.#at
    const value = this.varint()
    if (Number.isSafeInteger(value)) return value
    let exact = 0n
    for (let index = this.#at - 1; index >= start; index--) {
      exact = (exact << 7n) | BigInt(this.#bytes[index]! & 127)
    }
    const signed = BigInt.asIntN(64, exact)
    const number = Number(signed)
    return Number.isSafeInteger(number) ? number : String(signed)
  }

  /** The last bits of a number; enumerations and flags. */
  uint32(): number {
    return this.varint() % two32
  }

  double(): number {
    return this.#bytes.readDoubleLE(this.#take(8))
  }

  /** Rounded where it is longer than 53 bits. */
  fixed64(): number {
    const at = this.#take(8)
    return this.#bytes.readUInt32LE(at) + this.#bytes.readUInt32LE(at + 4) * two32
  }

  /** Signed; rounded where it is longer than 53 bits. */
  sfixed64(): number {
    const at = this.#take(8)
    return this.#bytes.readUInt32LE(at) + this.#bytes.readInt32LE(at + 4) * two32
  }

  unixNano(): UnixNano {
    const at = this.#take(8)
    return unixNanoOf(this.#bytes.readUInt32LE(at), this.#bytes.readUInt32LE(at + 4))
  }

  /** As many bytes of a text as hold `maxLength` characters at the least; invalid ones become U+FFFD. */
  text(maxLength: number): string {
    const length = this.#length()
    const at = this.#take(length)
    // No character takes more than three bytes for each unit of UTF-16; the last may have been cut through.
    return this.#bytes.toString('utf8', at, at + Math.min(length, 3 * maxLength + 3))
  }

  hex(maxBytes: number): string {
    const length = this.#length()
    const at = this.#take(length)
    return this.#bytes.toString('hex', at, at + Math.min(length, maxBytes))
  }

  base64(maxBytes: number): string {
    const length = this.#length()
    const at = this.#take(length)
    return this.#bytes.toString('base64', at, at + Math.min(length, maxBytes))
  }

  /** Passes over a field that nobody knows, or of which there are enough. */
  skip(tag: number): void {
    const type = tag % 8
    if (type === 0) this.varint()
    else if (type === 1) this.#take(8)
    else if (type === 2) this.#take(this.#length())
    else if (type === 5) this.#take(4)
    else this.#fail('a field has an unknown type')
  }

  #length(): number {
    const length = this.varint()
    if (length > this.#end - this.#at) this.#fail('a length reaches beyond the end')
    return length
  }

  #take(length: number): number {
    const at = this.#at
    if (length > this.#end - at) this.#fail('it ends within a field')
    this.#at = at + length
    return at
  }

  #byte(): number {
    if (this.#at >= this.#end) this.#fail('it ends within a field')
    return this.#bytes[this.#at++]!
  }

  #fail(problem: string): never {
    throw new OtlpMalformedError({ where: `byte ${this.#at}`, problem })
  }
}
