import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { lockDirectory } from './lock.ts'

async function emptyFolder(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'ashlar-lock-'))
  t.after(() => rm(directory, { recursive: true }))
  return directory
}

test('of many that find the lock of a dead owner at the same time, one gets it', async (t) => {
  const directory = await emptyFolder(t)
  for (let round = 0; round < 20; round++) {
    const dead = JSON.stringify({ pid: process.pid, started: 'long ago' })
    await writeFile(join(directory, `owner-${2 * round + 1}`), dead)
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => lockDirectory(directory)))
    const won = outcomes.filter((outcome) => outcome.status === 'fulfilled')
    assert.equal(won.length, 1)
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') assert.match(String(outcome.reason), new RegExp(`process ${process.pid} runs`))
    }
    await won[0]?.value.release()
    assert.deepEqual(await readdir(directory), [`owner-${2 * round + 2}`])
  }
})

test("a lock that a crash of the machine cut off is nobody's", async (t) => {
  const directory = await emptyFolder(t)
  await writeFile(join(directory, 'owner-9'), '{"pid": 1')
  await (await lockDirectory(directory)).release()
})

test('a dead owner that could not say when it was started does not own the folder for ever', async (t) => {
  const directory = await emptyFolder(t)
  // Above the highest number that Linux gives.
  await writeFile(join(directory, 'owner-9'), JSON.stringify({ pid: 4_194_305 }))
  await (await lockDirectory(directory)).release()
})
