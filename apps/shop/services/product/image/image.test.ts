import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { hasCode } from '@ashlar/kernel'
import { photographs, png, pngChunk, webps } from './image-fixture.test.support.ts'
import { orientationOf } from './exif-orientation.ts'
import { readImage } from './image.ts'

const { animated, ...stillWebps } = webps
const good: Readonly<Record<string, Buffer>> = { png: png(3, 2), ...photographs, ...stillWebps }

function refused(file: Uint8Array, says: RegExp, name?: string): void {
  const wanted = (error: unknown): boolean =>
    hasCode(error, 'SHOP_IMAGE_INVALID') && says.test((error as Error).message)
  assert.throws(() => readImage(file), wanted, name)
}

const text = (content: Uint8Array): string => Buffer.from(content).toString('latin1')

/** A copy with the bytes at `at` replaced. */
function patched(file: Buffer, at: number, bytes: readonly number[]): Buffer {
  const copy = Buffer.from(file)
  copy.set(bytes, at)
  return copy
}

test('a PNG, JPEG or WebP is taken by what is in it, and named by the digest of what is kept', () => {
  const types = Object.values(good).map((file) => readImage(file).contentType)
  const [jpeg, webp] = ['image/jpeg', 'image/webp']
  assert.deepEqual(types, ['image/png', jpeg, jpeg, webp, webp, webp])
  const { hash, content } = readImage(png(3, 2))
  assert.deepEqual(Buffer.from(content), png(3, 2), 'nothing is lost of what has nothing to hide')
  assert.equal(hash, createHash('sha256').update(content).digest('hex'))
})

test('a photograph does not tell where, when or with what it was taken', () => {
  for (const [name, file] of Object.entries(good)) {
    assert.doesNotMatch(text(readImage(file).content), /Acme|secret|xmpmeta|EXIF/, name)
  }
  assert.match(text(photographs.baseline), /Acme/)
  assert.match(text(webps.extended), /secret/)
  const chatty = png(3, 2, [pngChunk('tEXt', Buffer.from('by Acme')), pngChunk('eXIf'), pngChunk('tIME')])
  assert.deepEqual(Buffer.from(readImage(chatty).content), png(3, 2))
})

test('a photograph that was taken on its side still says so, and an upright one says nothing', () => {
  for (const file of Object.values(photographs)) {
    const content = Buffer.from(readImage(file).content)
    const at = content.indexOf(Buffer.from([0xff, 0xe1]))
    assert.equal(orientationOf(content.subarray(at)), 6)
    assert.equal(content.readUInt16BE(at + 2), 34)
  }
  const sideways = photographs.baseline.indexOf(Buffer.from([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6]))
  const upright = readImage(patched(photographs.baseline, sideways + 9, [1]))
  assert.doesNotMatch(text(upright.content), /Exif/)
})

test('of what stands around a photograph stays what says how its colours are meant, and nothing else', () => {
  const segment = (code: number, content: string): Buffer =>
    Buffer.concat([Buffer.from([0xff, code, 0, content.length + 2]), Buffer.from(content, 'latin1')])
  const colours = [segment(0xe2, 'ICC_PROFILE\0\x01\x01profile'), segment(0xee, 'Adobe\0d\0\0\0\0\x01')]
  const others = [
    segment(0xe0, 'JFXX\0thumbnail'),
    segment(0xe1, 'http://ns.adobe.com/xap/1.0/\0<x:xmpmeta/>'),
    segment(0xe2, 'MPF\0more pictures'),
    segment(0xed, 'Photoshop 3.0\0'),
    segment(0xfe, 'comment'),
  ]
  const plain = Buffer.from(readImage(photographs.baseline).content)
  const between = (segments: readonly Buffer[]): Buffer =>
    Buffer.concat([plain.subarray(0, 20), ...segments, plain.subarray(20)])
  assert.equal(plain.toString('latin1', 6, 10), 'JFIF')
  const oriented = readImage(between([...others, ...colours])).content
  for (const each of colours) assert.ok(Buffer.from(oriented).includes(each))
  for (const each of others) assert.ok(!Buffer.from(oriented).includes(each), text(each))
})

test('an extended WebP does not announce what was taken out of it', () => {
  const [announced, said] = [webps.extended[20] ?? 0, readImage(webps.extended).content[20] ?? 0]
  assert.deepEqual([announced & 0x0c, said & 0x0c, said & 0x10], [0x0c, 0, 0x10])
})

test('the orientation is read from either byte order, and anything else there is ignored', () => {
  const little = Buffer.from(
    'ffe100224578696600004949 2a000800000001001201030001000000 08000000 00000000'.replaceAll(' ', ''),
    'hex',
  )
  assert.equal(orientationOf(little), 8)
  assert.equal(orientationOf(patched(little, 28, [9])), undefined, 'there are eight')
  for (let length = 0; length < little.length - 8; length++) {
    assert.equal(orientationOf(little.subarray(0, length)), undefined, `cut off at ${length}`)
  }
})

test('what is kept of a picture is kept unchanged when it comes again', () => {
  for (const [name, file] of Object.entries(good)) {
    const first = readImage(file)
    assert.deepEqual(readImage(first.content), first, name)
  }
})

test('a file that is also a page or an archive is only a picture afterwards', () => {
  const page = Buffer.from('<script>alert(1)</script>')
  for (const [name, file] of Object.entries(good)) {
    assert.deepEqual(readImage(Buffer.concat([file, page])), readImage(file), name)
  }
  const hidden = png(3, 2, [pngChunk('htMl', page)])
  assert.doesNotMatch(text(readImage(hidden).content), /script/)
})

test('what is no PNG, JPEG or WebP is refused, whatever it calls itself', () => {
  const strangers = {
    nothing: '',
    svg: '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    gif: 'GIF89a\x03\x00\x02\x00\x00\x00\x00;',
    page: '<!doctype html><img>',
    wav: 'RIFF\x24\x00\x00\x00WAVEfmt ',
    'almost a PNG': '\x89PNG\r\n\x1a\r',
  }
  for (const [name, content] of Object.entries(strangers)) {
    refused(Buffer.from(content, 'latin1'), /^the picture is not a PNG, JPEG or WebP file$/, name)
  }
})

test('a picture of more than 1 MiB is refused unread; one of exactly that is taken', () => {
  const filler = 1_048_576 - png(3, 2).length - 12
  const full = png(3, 2, [pngChunk('tEXt', Buffer.alloc(filler))])
  assert.equal(full.length, 1_048_576)
  assert.equal(readImage(full).contentType, 'image/png')
  refused(Buffer.concat([full, Buffer.alloc(1)]), /larger than 1048576 bytes/)
})

test('a picture that only becomes larger than 1 MiB by what is written anew in it is refused too', () => {
  // Which side is up, without the four bytes that end a directory and that some leave away.
  const short = Buffer.from(
    'ffe1001e457869660000 4d4d002a00000008 0001 011200030000000100060000'.replaceAll(' ', ''),
    'hex',
  )
  const pixels = photographs.baseline.subarray(photographs.baseline.indexOf(Buffer.from([0xff, 0xdb])))
  const profiles = (length: number): Buffer[] => {
    const size = Math.min(length, 65_000)
    const head = Buffer.from([0xff, 0xe2, (size - 2) >> 8, (size - 2) & 0xff])
    const segment = Buffer.concat([head, Buffer.from('ICC_PROFILE\0'), Buffer.alloc(size - 16)])
    return length === size ? [segment] : [segment, ...profiles(length - size)]
  }
  const sized = (length: number): Buffer =>
    Buffer.concat([Buffer.from([0xff, 0xd8]), short, ...profiles(length - 2 - short.length - pixels.length), pixels])
  assert.equal(readImage(sized(1_048_572)).content.length, 1_048_576)
  refused(sized(1_048_576), /larger than 1048576 bytes/)
})

test('a picture is 1 to 4096 pixels a side, by the header that browsers go by', () => {
  assert.equal(readImage(png(4_096, 1)).contentType, 'image/png')
  refused(png(4_097, 1), /1 to 4096 pixels a side, got 4097 x 1/)
  refused(png(0, 1), /got 0 x 1/)
  refused(png(2 ** 31, 2 ** 31), /got 2147483648 x 2147483648/)
  const frame = photographs.baseline.indexOf(Buffer.from([0xff, 0xc0]))
  refused(patched(photographs.baseline, frame + 5, [0x10, 0x01]), /got 3 x 4097/)
  refused(patched(photographs.baseline, frame + 5, [0, 0]), /got 3 x 0/)
  refused(patched(webps.lossy, 26, [0x01, 0x10]), /got 4097 x 2/)
  refused(patched(webps.lossy, 28, [0, 0]), /got 3 x 0/)
  refused(patched(webps.lossless, 21, [0xff, 0x3f]), /got 16384 x 1/)
})

test('a file that says two sizes, or holds two pictures, is refused', () => {
  refused(patched(webps.extended, 24, [7]), /two different sizes/)
  const { baseline } = photographs
  const frame = baseline.indexOf(Buffer.from([0xff, 0xc0]))
  const header = baseline.subarray(frame, frame + 19)
  refused(Buffer.concat([baseline.subarray(0, frame), header, baseline.subarray(frame)]), /one picture/)
  const chunk = webps.lossy.subarray(12)
  const twice = Buffer.concat([webps.lossy, chunk])
  twice.writeUInt32LE(twice.length - 8, 4)
  refused(twice, /one picture/)
  const whole = png(3, 2)
  refused(Buffer.concat([whole.subarray(0, 33), whole.subarray(8)]), /one header/)
})

test('an animated WebP is refused', () => {
  refused(animated, /animated/)
})

test('a file that was cut off anywhere is refused', () => {
  for (const [name, file] of Object.entries(good)) {
    for (let length = 0; length < file.length; length++)
      refused(file.subarray(0, length), /^the picture /, `${name} ${length}`)
  }
})

test('a PNG with a wrong bit in a part that is needed is refused', () => {
  const whole = png(3, 2)
  for (let at = 8; at < whole.length; at++) {
    refused(patched(whole, at, [(whole[at] as number) ^ 1]), /^the picture /, `byte ${at}`)
  }
})

test('whatever byte is wrong, the file is taken or refused, and what is taken is a picture of a size that may be', () => {
  for (const [name, file] of Object.entries(good)) {
    for (let at = 0; at < file.length; at++) {
      for (const value of [0, 1, 0x7f, 0xd9, 0xff]) {
        try {
          const taken = readImage(patched(file, at, [value]))
          assert.deepEqual(readImage(taken.content), taken)
        } catch (error) {
          assert.ok(hasCode(error, 'SHOP_IMAGE_INVALID'), `${name}, byte ${at} = ${value}: ${String(error)}`)
        }
      }
    }
  }
})
