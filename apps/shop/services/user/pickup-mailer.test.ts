import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { uuidGenerator } from '@ashlar/kernel'
import { VirtualClock, seededRandom } from '@ashlar/kernel/testing'
import type { Mail } from './mailer.ts'
import { openPickupDirectory } from './pickup-mailer.ts'

const clock = new VirtualClock()
const newId = uuidGenerator({ clock, random: seededRandom(2) })
const { signal } = new AbortController()

function mail(change: Partial<Mail> = {}): Mail {
  return { id: newId(), to: 'ann@example.com', subject: 'Hello', text: 'text\n', writtenAtMs: 0, ...change }
}

async function directory(t: TestContext): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'mail-'))
  t.after(() => rm(parent, { recursive: true }))
  return join(parent, 'files', 'mail')
}

const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8)

test('a mail becomes a file that nobody else can read, in a directory that nobody else can list', async (t) => {
  const path = await directory(t)
  const mailer = await openPickupDirectory(path)
  const sent = mail()
  await mailer.send(sent, signal)
  assert.deepEqual(await readdir(path), [`${sent.id}.eml`])
  const file = join(path, `${sent.id}.eml`)
  assert.match(await readFile(file, 'utf8'), /^From: .*\r\nTo: ann@example\.com\r\n.*\r\n\r\ntext\r\n$/s)
  assert.deepEqual([await modeOf(path), await modeOf(file)], ['700', '600'])
})

test('a directory that was open to others is closed to them', async (t) => {
  const path = await directory(t)
  await mkdir(path, { recursive: true, mode: 0o755 })
  await openPickupDirectory(path)
  assert.equal(await modeOf(path), '700')
})

test('a mail that is sent again replaces itself, also after a crash in the middle of the first time', async (t) => {
  const path = await directory(t)
  const mailer = await openPickupDirectory(path)
  const sent = mail({ text: 'first\n' })
  await writeFile(join(path, `${sent.id}.eml.tmp`), 'From: Ashl')
  await mailer.send(sent, signal)
  await mailer.send({ ...sent, text: 'second\n' }, signal)
  assert.deepEqual(await readdir(path), [`${sent.id}.eml`])
  assert.match(await readFile(join(path, `${sent.id}.eml`), 'utf8'), /\r\n\r\nsecond\r\n$/)
})

test('beyond the most that are kept, the oldest go; other files are left alone', async (t) => {
  const path = await directory(t)
  const mailer = await openPickupDirectory(path, { maxFiles: 3 })
  await writeFile(join(path, 'a note.txt'), 'mine')
  const all: Mail[] = []
  for (let count = 0; count < 5; count++) {
    await clock.advance(1)
    all.push(mail())
    await mailer.send(all.at(-1) as Mail, signal)
  }
  const kept = all.slice(2).map(({ id }) => `${id}.eml`)
  assert.deepEqual((await readdir(path)).toSorted(), [...kept, 'a note.txt'].toSorted())
})

test('an id that could lead out of the directory is refused, and a call that is over writes nothing', async (t) => {
  const path = await directory(t)
  const mailer = await openPickupDirectory(path)
  await assert.rejects(mailer.send(mail({ id: '../../escape' }), signal), /^TypeError: mail: id must be a UUID/)
  await assert.rejects(mailer.send(mail(), AbortSignal.abort()))
  assert.deepEqual(
    (await readdir(path)).filter((name) => name.endsWith('.eml')),
    [],
  )
})
