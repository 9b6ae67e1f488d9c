import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** HTTP/2 by hand, for what a client library would not send. Source: RFC 9113, section 4.1. */
export const preface: Buffer = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1')

export const types = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goaway: 7, continuation: 9 } as const
export const flags = { endStream: 1, ack: 1, endHeaders: 4 } as const

export interface Frame {
  readonly type: number
  readonly flags: number
  readonly stream: number
  readonly payload: Buffer
}

export function frame(type: number, flag: number, stream: number, payload: Uint8Array = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head.writeUInt8(type, 3)
  head.writeUInt8(flag, 4)
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

export const settings = (): Buffer => frame(types.settings, 0, 0)
export const reset = (stream: number, code = 8): Buffer => {
  const payload = Buffer.alloc(4)
  payload.writeUInt32BE(code)
  return frame(types.reset, 0, stream, payload)
}

/** Fields as HPACK literals that nobody indexes. */
export function fields(entries: readonly (readonly [name: string, value: string])[]): Buffer {
  const text = (value: string): Buffer => Buffer.concat([integer(Buffer.byteLength(value)), Buffer.from(value)])
  return Buffer.concat(entries.flatMap(([name, value]) => [Buffer.from([0]), text(name), text(value)]))
}

/** An HPACK integer of seven bits and more. */
function integer(value: number): Buffer {
  if (value < 127) return Buffer.from([value])
  const bytes = [127]
  let rest = value - 127
  for (; rest >= 128; rest >>>= 7) bytes.push((rest & 127) | 128)
  return Buffer.from([...bytes, rest])
}

export const requestFields = (
  more: readonly (readonly [string, string])[] = [],
  method = 'GET',
): readonly (readonly [string, string])[] => [
  [':method', method],
  [':scheme', 'http'],
  [':path', '/'],
  [':authority', 'a'],
  ...more,
]

export function request(
  stream: number,
  entries: readonly (readonly [string, string])[] = requestFields(),
  flag: number = flags.endStream | flags.endHeaders,
): Buffer {
  return frame(types.headers, flag, stream, fields(entries))
}

/** A connection on which frames are written by hand, and what comes back is kept. */
export interface RawClient {
  readonly socket: Socket
  readonly received: Frame[]
  readonly closed: Promise<unknown>
  /** Resolves with the first frame that fits, already here or still to come; `undefined` when the server closes first. */
  readonly next: (fits: (frame: Frame) => boolean) => Promise<Frame | undefined>
}

export async function rawClient(
  port: number,
  first: Buffer = Buffer.concat([preface, settings()]),
  options: { allowHalfOpen?: boolean } = {},
): Promise<RawClient> {
  const socket = connect({ port, host: '127.0.0.1', ...options })
  const received: Frame[] = []
  let rest = Buffer.alloc(0)
  // A server that cuts a client off may reset the connection.
  socket.on('error', () => {})
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk])
    for (;;) {
      const length = rest.length < 9 ? Infinity : rest.readUIntBE(0, 3)
      if (rest.length < 9 + length) break
      const payload = Buffer.from(rest.subarray(9, 9 + length))
      received.push({ type: rest[3] ?? 0, flags: rest[4] ?? 0, stream: rest.readUInt32BE(5), payload })
      rest = rest.subarray(9 + length)
    }
    socket.emit('frames')
  })
  const closed = new Promise((resolve) => socket.once('close', resolve))
  await once(socket, 'connect')
  socket.write(first)
  const next = async (fits: (one: Frame) => boolean): Promise<Frame | undefined> => {
    for (;;) {
      const found = received.find(fits)
      if (found !== undefined || socket.destroyed) return found
      await Promise.race([once(socket, 'frames').catch(() => {}), closed])
    }
  }
  return { socket, received, closed, next }
}

export const errorCodeOf = (one: Frame | undefined): number | undefined =>
  one === undefined ? undefined : one.payload.readUInt32BE(one.type === types.goaway ? 4 : 0)
