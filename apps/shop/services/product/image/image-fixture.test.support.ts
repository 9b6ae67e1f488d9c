import { crc32, deflateSync } from 'node:zlib'

const decode = (base64: string): Buffer => Buffer.from(base64, 'base64')

/** Real photographs of 3 x 2 pixels, taken by "Acme" at 52 degrees north, on their side, with "secret comment". */
export const photographs: Readonly<Record<'baseline' | 'progressive', Buffer>> = {
  baseline: decode(
    '/9j/4AAQSkZJRgABAQAAAQABAAD/4QB2RXhpZgAATU0AKgAAAAgAAwEPAAIAAAAFAAAAMgESAAMAAAABAAYAAIglAAQAAAABAAAAOAAAAABBY21l' +
      'AAAAAgABAAIAAAACTgAAAAACAAUAAAADAAAAVgAAAAAAAAA0AAAAAQAAAB8AAAABAAAADAAAAAH//gAQc2VjcmV0IGNvbW1lbnT/2wBDABsSFBcU' +
      'ERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6jq62rZ4C8ybqmx5moq6T/2wBDARweHigjKE4rK06kbl1upKSkpKSk' +
      'pKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKT/wAARCAACAAMDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAA' +
      'AAT/xAAXEAEBAQEAAAAAAAAAAAAAAAAAAREh/8QAFQEBAQAAAAAAAAAAAAAAAAAABAX/xAAXEQADAQAAAAAAAAAAAAAAAAAAATEC/9oADAMBAAIR' +
      'AxEAPwCacmQATVZUUP/Z',
  ),
  progressive: decode(
    '/9j/4AAQSkZJRgABAQAAAQABAAD/4QB2RXhpZgAATU0AKgAAAAgAAwEPAAIAAAAFAAAAMgESAAMAAAABAAYAAIglAAQAAAABAAAAOAAAAABBY21l' +
      'AAAAAgABAAIAAAACTgAAAAACAAUAAAADAAAAVgAAAAAAAAA0AAAAAQAAAB8AAAABAAAADAAAAAH//gAQc2VjcmV0IGNvbW1lbnT/2wBDABsSFBcU' +
      'ERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6jq62rZ4C8ybqmx5moq6T/2wBDARweHigjKE4rK06kbl1upKSkpKSk' +
      'pKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKT/wgARCAACAAMDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAA' +
      'AAP/xAAVAQEBAAAAAAAAAAAAAAAAAAADBP/aAAwDAQACEAMQAAABkBq//8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABBQJ//8QAFBEBAAAA' +
      'AAAAAAAAAAAAAAAAAP/aAAgBAwEBPwF//8QAFREBAQAAAAAAAAAAAAAAAAAAAAH/2gAIAQIBAT8Br//EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAI' +
      'AQEABj8Cf//EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAT8hf//aAAwDAQACAAMAAAAQ+//EABYRAAMAAAAAAAAAAAAAAAAAAAABMf/aAAgB' +
      'AwEBPxBQ/8QAFhEAAwAAAAAAAAAAAAAAAAAAAAEx/9oACAECAQE/EKZ//8QAFxABAAMAAAAAAAAAAAAAAAAAAQARIf/aAAgBAQABPxAwon//2Q==',
  ),
}

/** Real pictures of 3 x 2 pixels. The extended one has an alpha channel, EXIF by "Acme", and XMP with a "secret". */
export const webps: Readonly<Record<'lossy' | 'lossless' | 'extended' | 'animated', Buffer>> = {
  lossy: decode('UklGRjQAAABXRUJQVlA4ICgAAABwAQCdASoDAAIAB0CWJagCdAF1AAD+2ibQK1nC4UOk/bb6k+wdMAAA'),
  lossless: decode('UklGRiQAAABXRUJQVlA4TBcAAAAvAkAAAA9wCpQr+F5Df/6DBzc4iOh/CAA='),
  extended: decode(
    'UklGRqgAAABXRUJQVlA4WAoAAAAcAAAAAgAAAQAAQUxQSAcAAAAA/2RkZGRkAFZQOCAsAAAAcAEAnQEqAwACAAdAliWoAnQBQAAA/tom0Cux6b00' +
      'kevv5bfl3f8Ww3wAAABFWElGIAAAAE1NACoAAAAIAAEBDwACAAAABQAAABoAAAAAQWNtZQAAWE1QIB0AAAA8eDp4bXBtZXRhPnNlY3JldDwveDp4' +
      'bXBtZXRhPgA=',
  ),
  animated: decode(
    'UklGRsQAAABXRUJQVlA4WAoAAAACAAAAAgAAAQAAQU5JTQYAAAAAAAAAAABBTk1GSgAAAAAAAAAAAAIAAAEAAAAAAAJWUDggMgAAADABAJ0BKgMA' +
      'AgABQCYloAADcAD+8ut///mwP/bz/wR6Af//0uD//pcH//S4P/SkAAAAQU5NRkYAAAAAAAAAAAACAAABAAAAAAAAVlA4IC4AAAA0AQCdASoDAAIA' +
      'AAAmJaAAA3AA/vtV4///S4P/+lwf/9Lg/9Lg//rV5Vesq6AA',
  ),
}

export function pngChunk(type: string, data: Uint8Array = new Uint8Array()): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}

/** A grey PNG. `extra` chunks stand between its header and its pixels. */
export function png(width: number, height: number, extra: readonly Buffer[] = []): Buffer {
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0])
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  // Of sizes that are refused in any case the pixels do not matter.
  const pixels = deflateSync(Buffer.alloc(Math.min((width + 1) * height, 10_000)))
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
  return Buffer.concat([signature, pngChunk('IHDR', header), ...extra, pngChunk('IDAT', pixels), pngChunk('IEND')])
}
