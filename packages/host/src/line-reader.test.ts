import assert from 'node:assert/strict'
import { PassThrough, Readable } from 'node:stream'
import test from 'node:test'
import { readLines } from './line-reader.ts'

async function linesOf(chunks: readonly Buffer[]): Promise<string[]> {
  const lines: string[] = []
  await readLines(Readable.from(chunks, { objectMode: false }), (line) => void lines.push(line))
  return lines
}

test('lines are put together from however they arrive, also within a character', async () => {
  const bytes = Buffer.from('one\r\nzwölf\n\nlast')
  assert.deepEqual(await linesOf([...bytes].map((byte) => Buffer.from([byte]))), ['one', 'zwölf', '', 'last'])
})

test('a line without an end does not grow in memory: it is cut, and says how much', async () => {
  const chunk = Buffer.alloc(40_000, 'x')
  const [cut = '', next] = await linesOf([chunk, chunk, chunk, Buffer.from('\nnext\n')])
  assert.equal(cut.length, 65_536 + '... (54464 characters more)'.length)
  assert.match(cut, /x\.\.\. \(54464 characters more\)$/)
  assert.equal(next, 'next')
})

test('while a line is being passed on nothing more is read', async () => {
  const stream = new PassThrough()
  const passed = Promise.withResolvers<void>()
  const seen: string[] = []
  const first = Promise.withResolvers<void>()
  const done = readLines(stream, (line) => {
    seen.push(line)
    first.resolve()
    return seen.length === 1 ? passed.promise : undefined
  })
  stream.write('a\nb\n')
  await first.promise
  while (stream.write(`${'x'.repeat(1000)}\n`)) continue
  assert.deepEqual(seen, ['a'])
  passed.resolve()
  stream.end()
  await done
  assert.deepEqual(seen.slice(0, 2), ['a', 'b'])
})
