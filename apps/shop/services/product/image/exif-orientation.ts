const exif = Buffer.from('Exif\0\0', 'latin1')
const orientationTag = 0x0112
const shortType = 3

/**
 * Which side of a photograph is up: 1 to 8, `undefined` where the segment does not say.
 *
 * Source: TIFF 6.0, "Image file directory"; Exif 2.32, 4.5.2 and 4.6.4.
 * @param segment an APP1 segment, marker and length included.
 */
export function orientationOf(segment: Buffer): number | undefined {
  if (!segment.subarray(4, 10).equals(exif)) return undefined
  const tiff = segment.subarray(10)
  const order = tiff.toString('latin1', 0, 2)
  if (tiff.length < 8 || (order !== 'II' && order !== 'MM')) return undefined
  const short = (at: number): number => (order === 'II' ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at))
  const directory = order === 'II' ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4)
  if (directory + 2 > tiff.length) return undefined
  for (let entry = 0, at = directory + 2; entry < short(directory) && at + 12 <= tiff.length; entry++, at += 12) {
    if (short(at) !== orientationTag) continue
    const value = short(at + 8)
    return value >= 1 && value <= 8 ? value : undefined
  }
  return undefined
}

/** An APP1 segment that says which side is up, and nothing else. */
export function orientationSegment(orientation: number): Buffer {
  const directory = Buffer.alloc(26)
  directory.write('MM\0*', 0, 'latin1')
  directory.writeUInt32BE(8, 4)
  directory.writeUInt16BE(1, 8)
  directory.writeUInt16BE(orientationTag, 10)
  directory.writeUInt16BE(shortType, 12)
  directory.writeUInt32BE(1, 14)
  directory.writeUInt16BE(orientation, 18)
  const head = Buffer.from([0xff, 0xe1, 0, 2 + exif.length + directory.length])
  return Buffer.concat([head, exif, directory])
}
