import { createHash } from 'node:crypto'
import { imageInvalid } from '../errors.ts'
import { readJpeg } from './jpeg.ts'
import { readPng } from './png.ts'
import { readWebp } from './webp.ts'

/** A picture as it is kept and served. */
export interface ProductImage {
  /** SHA-256 of the content, lower-case hex. */
  readonly hash: string
  readonly contentType: 'image/png' | 'image/jpeg' | 'image/webp'
  readonly content: Uint8Array
}

/** What a format's reader makes of a file: the picture alone, and its size in pixels. */
export interface PlainImage {
  readonly content: Uint8Array
  readonly width: number
  readonly height: number
}

const maxBytes = 1_048_576
const maxSide = 4_096

const formats = [
  { contentType: 'image/png', begins: ['\x89PNG\r\n\x1a\n', ''], read: readPng },
  { contentType: 'image/jpeg', begins: ['\xff\xd8\xff', ''], read: readJpeg },
  // Between the two is the length of the file.
  { contentType: 'image/webp', begins: ['RIFF', 'WEBP'], read: readWebp },
] as const

/**
 * Takes an uploaded file for a picture, by what is in it and never by what it is called.
 *
 * What is kept is put together anew from the parts that are needed to show the picture. So where and with what it was
 * taken, comments, and anything hidden between the parts or behind the end are gone: a file that is also a page or an
 * archive is only a picture afterwards. Pixels are not decoded; browsers do that.
 * @throws {ShopError} SHOP_IMAGE_INVALID saying what is wrong with it.
 */
export function readImage(file: Uint8Array): ProductImage {
  requireSmall(file)
  const start = Buffer.from(file.subarray(0, 12)).toString('latin1')
  const format = formats.find(({ begins: [first, second] }) => start.startsWith(first) && start.startsWith(second, 8))
  if (format === undefined) throw imageInvalid('is not a PNG, JPEG or WebP file')
  const { content, width, height } = format.read(file)
  // What is written anew may be some bytes longer than what it stands for.
  requireSmall(content)
  for (const side of [width, height]) {
    if (side < 1 || side > maxSide)
      throw imageInvalid(`must be 1 to ${maxSide} pixels a side, got ${width} x ${height}`)
  }
  return { hash: createHash('sha256').update(content).digest('hex'), contentType: format.contentType, content }
}

function requireSmall({ length }: Uint8Array): void {
  if (length > maxBytes) throw imageInvalid(`is larger than ${maxBytes} bytes`)
}
