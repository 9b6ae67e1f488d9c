import { imageInvalid } from '../errors.ts'
import type { PlainImage } from './image.ts'

interface Chunk {
  readonly type: string
  readonly data: Buffer
}

const kept = new Set(['VP8X', 'ICCP', 'ALPH', 'VP8 ', 'VP8L'])
const hasExif = 0x08
const hasXmp = 0x04

/**
 * A still WebP without its metadata.
 *
 * Source: RFC 9649, 2.3 to 2.7; the frame headers are of RFC 6386, 9.1, and RFC 9649, 3.4.
 * @throws {ShopError} SHOP_IMAGE_INVALID when it is cut off, animated, or says two different sizes.
 */
export function readWebp(file: Uint8Array): PlainImage {
  const all = readChunks(Buffer.from(file.buffer, file.byteOffset, file.byteLength))
  if (all.some(({ type }) => type === 'ANIM' || type === 'ANMF')) throw imageInvalid('is animated; take a still one')
  const chunks = all.filter(({ type }) => kept.has(type))
  const frames = chunks.filter(({ type }) => type === 'VP8 ' || type === 'VP8L')
  const [frame] = frames
  if (frame === undefined || frames.length > 1) throw imageInvalid('must hold one picture')
  const size = frame.type === 'VP8 ' ? lossySize(frame.data) : losslessSize(frame.data)
  const [first] = chunks
  if (first?.type === 'VP8X') checkCanvas(first.data, size)
  // Without its header a browser would not look at the other parts.
  const plain =
    first?.type === 'VP8X' ? [withoutMetadata(first), ...chunks.filter(({ type }) => type !== 'VP8X')] : [frame]
  return { content: writeChunks(plain), ...size }
}

function readChunks(bytes: Buffer): readonly Chunk[] {
  const end = 8 + bytes.readUInt32LE(4)
  if (end > bytes.length) throw imageInvalid('is cut off')
  const chunks: Chunk[] = []
  for (let at = 12; at < end;) {
    const from = at + 8
    const to = from > end ? from : from + bytes.readUInt32LE(at + 4)
    if (to > end) throw imageInvalid('is cut off')
    chunks.push({ type: bytes.toString('latin1', at, at + 4), data: bytes.subarray(from, to) })
    // Padded to an even length.
    at = to + ((to - from) % 2)
  }
  return chunks
}

function writeChunks(chunks: readonly Chunk[]): Buffer {
  const body = chunks.flatMap(({ type, data }) => {
    const length = Buffer.alloc(4)
    length.writeUInt32LE(data.length)
    return [Buffer.from(type, 'latin1'), length, data, Buffer.alloc(data.length % 2)]
  })
  const bytes = Buffer.concat([Buffer.from('RIFF????WEBP', 'latin1'), ...body])
  bytes.writeUInt32LE(bytes.length - 8, 4)
  return bytes
}

type Size = Pick<PlainImage, 'width' | 'height'>

function lossySize(data: Buffer): Size {
  const isKeyFrame = data.length >= 10 && ((data[0] as number) & 1) === 0 && data.readUIntBE(3, 3) === 0x9d012a
  if (!isKeyFrame) throw imageInvalid('is damaged')
  return { width: data.readUInt16LE(6) & 0x3fff, height: data.readUInt16LE(8) & 0x3fff }
}

function losslessSize(data: Buffer): Size {
  if (data.length < 5 || data[0] !== 0x2f) throw imageInvalid('is damaged')
  const bits = data.readUInt32LE(1)
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
}

function checkCanvas(data: Buffer, { width, height }: Size): void {
  if (data.length !== 10 || data.readUIntLE(4, 3) + 1 !== width || data.readUIntLE(7, 3) + 1 !== height) {
    throw imageInvalid('says two different sizes')
  }
}

function withoutMetadata({ type, data }: Chunk): Chunk {
  const copy = Buffer.from(data)
  copy[0] = (data[0] as number) & ~(hasExif | hasXmp)
  return { type, data: copy }
}
