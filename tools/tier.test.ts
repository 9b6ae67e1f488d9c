import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { run } from './run.ts'

const tier = (budget: string, program: string) =>
  run(process.execPath, [
    '--conditions=ashlar:source',
    join(import.meta.dirname, 'tier.ts'),
    'quick',
    budget,
    '--',
    process.execPath,
    '-e',
    program,
  ])

test('a tier that keeps its budget passes, and says what it took of it', async () => {
  const { code, output } = await tier('60', 'console.log("ran")')
  assert.equal(code, 0)
  assert.match(output, /^ran\ntier quick: \d+ s of 60 s\n$/)
})

test('a tier that passes, but not within its budget, has failed', async () => {
  const { code, output } = await tier('0.1', 'const end = performance.now() + 700; while (performance.now() < end);')
  assert.equal(code, 1)
  assert.match(output, /^tier quick: [1-9]\d* s of 0.1 s, over its budget$/m)
})

test('a command that fails keeps its exit status, and one that is killed gets the shell’s', async () => {
  assert.equal((await tier('60', 'process.exit(7)')).code, 7)
  assert.equal((await tier('60', 'process.kill(process.pid, "SIGKILL")')).code, 137)
})

test('a budget that is none is refused', async () => {
  const { code, output } = await tier('soon', '')
  assert.equal(code, 2)
  assert.match(output, /^usage: /)
})
