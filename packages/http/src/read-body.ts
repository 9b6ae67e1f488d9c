import type { Readable } from 'node:stream'
import { CancelledError, withoutStack } from '@ashlar/kernel'
import { BodyTooLargeError } from './errors.ts'
import type { Exchange } from './exchange.ts'

/** Resolves with the whole body; rejects as soon as it is too large, and leaves the rest unread. */
export function collectBody(exchange: Exchange, maxBytes: number): Promise<Buffer> {
  const { incoming } = exchange
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const settle = (act: () => void): void => {
      incoming.off('data', onData).off('end', onEnd).off('close', onClose)
      act()
    }
    const onData = (chunk: Buffer): void => {
      size += chunk.length
      if (size <= maxBytes) chunks.push(chunk)
      else {
        incoming.pause()
        settle(() => reject(tooLarge(maxBytes)))
      }
    }
    const onEnd = (): void => {
      if (exchange.isBodyCut) onClose()
      else settle(() => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)))
    }
    const onClose = (): void => settle(() => reject(goneWhileSending()))
    if (incoming.readableEnded) onEnd()
    else if (incoming.destroyed) onClose()
    else incoming.on('data', onData).on('end', onEnd).on('close', onClose)
  })
}

/** The body piece by piece, no faster than they are asked for. The rest stays unread when its reader stops early. */
export async function* bodyChunks(exchange: Exchange, maxBytes: number): AsyncGenerator<Buffer> {
  const { incoming } = exchange
  let size = 0
  // The platform's own iterator would take the whole connection down with it when its reader stops.
  for (;;) {
    const chunk = incoming.read() as Buffer | null
    if (chunk !== null) {
      size += chunk.length
      if (size > maxBytes) throw tooLarge(maxBytes)
      yield chunk
    } else if (incoming.readableEnded && !exchange.isBodyCut) return
    else if (incoming.readableEnded || incoming.destroyed) throw goneWhileSending()
    else await readable(incoming)
  }
}

/** Resolves when there is something to read, or never will be. */
function readable(incoming: Readable): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      incoming.off('readable', settle).off('end', settle).off('close', settle)
      resolve()
    }
    incoming.on('readable', settle).on('end', settle).on('close', settle)
  })
}

function tooLarge(limitBytes: number): BodyTooLargeError {
  return withoutStack(() => new BodyTooLargeError({ limitBytes }))
}

function goneWhileSending(): CancelledError {
  return withoutStack(() => new CancelledError('the client went away while sending its body'))
}
