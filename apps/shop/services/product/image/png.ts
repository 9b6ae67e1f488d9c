import { crc32 } from 'node:zlib'
import { imageInvalid } from '../errors.ts'
import type { PlainImage } from './image.ts'

const signatureBytes = 8
const headerBytes = 13

/** The chunks that say how the picture looks. Not among them: text, EXIF, times, and whatever else may come. */
const kept = new Set('IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs'.split(' '))

/**
 * A PNG without its metadata; of an animated one, the still picture.
 *
 * Source: PNG (third edition), 5.3 "Chunk layout", 11.2.1 "IHDR".
 * @throws {ShopError} SHOP_IMAGE_INVALID when chunks are missing, cut off or damaged.
 */
export function readPng(file: Uint8Array): PlainImage {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength)
  const parts = [bytes.subarray(0, signatureBytes)]
  const types: string[] = []
  for (let at = signatureBytes; types.at(-1) !== 'IEND';) {
    // Length, type, data, check sum.
    if (at + 12 > bytes.length) throw imageInvalid('is cut off')
    const end = at + 12 + bytes.readUInt32BE(at)
    if (end > bytes.length) throw imageInvalid('is cut off')
    const type = bytes.toString('latin1', at + 4, at + 8)
    if (kept.has(type)) {
      if (crc32(bytes.subarray(at + 4, end - 4)) !== bytes.readUInt32BE(end - 4)) throw imageInvalid('is damaged')
      parts.push(bytes.subarray(at, end))
      types.push(type)
    }
    at = end
  }
  const header = parts[1] as Buffer
  if (types[0] !== 'IHDR' || header.length !== 12 + headerBytes || types.lastIndexOf('IHDR') !== 0) {
    throw imageInvalid('does not begin with one header')
  }
  if (parts.at(-1)?.length !== 12) throw imageInvalid('is damaged')
  if (!types.includes('IDAT')) throw imageInvalid('holds no pixels')
  return { content: Buffer.concat(parts), width: header.readUInt32BE(8), height: header.readUInt32BE(12) }
}
