import { imageInvalid } from '../errors.ts'
import { orientationOf, orientationSegment } from './exif-orientation.ts'
import type { PlainImage } from './image.ts'

const marker = { app0: 0xe0, app1: 0xe1, app2: 0xe2, app14: 0xee, app15: 0xef, comment: 0xfe, scan: 0xda, end: 0xd9 }
/** Huffman tables, arithmetic conditioning, scan, quantization tables, restart interval. */
const neededSegments = [0xc4, 0xcc, marker.scan, 0xdb, 0xdd]
/** Baseline to lossless, Huffman or arithmetic. */
const frameHeaders = [0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf]

/**
 * A JPEG without its metadata: of the application segments only those stay that say how the colours are meant (JFIF, ICC
 * profile, Adobe) and, written anew, which side is up.
 *
 * Source: ITU-T T.81, B.1 and B.2. Hierarchical files, and those whose height follows behind the first scan, are refused.
 * @throws {ShopError} SHOP_IMAGE_INVALID when it is cut off, or has not one size.
 */
export function readJpeg(file: Uint8Array): PlainImage {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength)
  const parts = [bytes.subarray(0, 2)]
  let size: Pick<PlainImage, 'width' | 'height'> | undefined
  let orientation: number | undefined
  let scans = 0
  for (let at = markerAt(bytes, 2); bytes[at + 1] !== marker.end; at = markerAt(bytes, at)) {
    const code = bytes[at + 1] as number
    const end = segmentEnd(bytes, at)
    const segment = bytes.subarray(at, end)
    if (frameHeaders.includes(code)) {
      if (size !== undefined || segment.length < 10) throw imageInvalid('must hold one picture')
      size = { height: segment.readUInt16BE(5), width: segment.readUInt16BE(7) }
    }
    if (code === marker.app1) orientation ??= orientationOf(segment)
    if (isKept(code, segment)) parts.push(segment)
    at = end
    if (code === marker.scan) {
      scans++
      at = scanEnd(bytes, end)
      parts.push(bytes.subarray(end, at))
    }
  }
  if (size === undefined || scans === 0) throw imageInvalid('holds no pixels')
  parts.push(Buffer.from([0xff, marker.end]))
  return { content: Buffer.concat(withOrientation(parts, orientation)), ...size }
}

/** Where the marker is that must come now: any number of fill bytes may stand before it. */
function markerAt(bytes: Buffer, from: number): number {
  if (from < bytes.length && bytes[from] !== 0xff) throw imageInvalid('is damaged')
  let at = from
  while (bytes[at + 1] === 0xff) at++
  if (at + 2 > bytes.length) throw imageInvalid('is cut off')
  return at
}

function segmentEnd(bytes: Buffer, at: number): number {
  const length = at + 4 > bytes.length ? 0 : bytes.readUInt16BE(at + 2)
  if (length < 2 || at + 2 + length > bytes.length) throw imageInvalid('is cut off')
  return at + 2 + length
}

/** Where the compressed data ends: at the first marker in it that is neither an escaped 0xff nor a restart. */
function scanEnd(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at !== -1; at = bytes.indexOf(0xff, at + 2)) {
    const next = bytes[at + 1] ?? 0
    if (next !== 0 && (next < 0xd0 || next > 0xd7)) return at
  }
  throw imageInvalid('is cut off')
}

function isKept(code: number, segment: Buffer): boolean {
  if (code === marker.comment) return false
  if (code < marker.app0 || code > marker.app15) {
    if (neededSegments.includes(code) || frameHeaders.includes(code)) return true
    throw imageInvalid('is damaged, or of a rare kind')
  }
  const name = segment.toString('latin1', 4, 16)
  if (code === marker.app0) return name.startsWith('JFIF\0')
  return code === marker.app2 ? name === 'ICC_PROFILE\0' : code === marker.app14 && name.startsWith('Adobe')
}

function withOrientation(parts: readonly Buffer[], orientation: number | undefined): readonly Buffer[] {
  if (orientation === undefined || orientation === 1) return parts
  const at = parts[1]?.[1] === marker.app0 ? 2 : 1
  return parts.toSpliced(at, 0, orientationSegment(orientation))
}
