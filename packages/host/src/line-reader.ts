import type { Readable } from 'node:stream'

/** Longer lines are cut here, and what was cut is counted. */
const longestLineChars = 65_536

/**
 * Gives each line of `stream` to `onLine` and resolves at its end. While `onLine` has a promise pending nothing is
 * read: who prints faster than we can pass on is made to wait by the system, and our memory stays bounded.
 */
export async function readLines(stream: Readable, onLine: (text: string) => void | Promise<void>): Promise<void> {
  stream.setEncoding('utf8')
  let line = ''
  let cutChars = 0
  const add = (text: string): void => {
    const room = longestLineChars - line.length
    line += text.slice(0, room)
    cutChars += Math.max(0, text.length - room)
  }
  const flush = (): void | Promise<void> => {
    const whole = cutChars === 0 ? line.replace(/\r$/, '') : `${line}... (${cutChars} characters more)`
    line = ''
    cutChars = 0
    return onLine(whole)
  }
  for await (const chunk of stream as AsyncIterable<string>) {
    let from = 0
    for (let end = chunk.indexOf('\n'); end !== -1; end = chunk.indexOf('\n', from)) {
      add(chunk.slice(from, end))
      from = end + 1
      const pending = flush()
      if (pending !== undefined) await pending
    }
    add(chunk.slice(from))
  }
  if (line !== '') await flush()
}
