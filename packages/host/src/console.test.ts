import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import test from 'node:test'
import { fileURLToPath } from 'node:url'

const program = `
import { processConsole } from ${JSON.stringify(new URL('./console.ts', import.meta.url).href)}
let closed = 0
const console = processConsole(() => void closed++)
let slow
while (slow === undefined) slow = console.out('x'.repeat(65_536))
await slow
for (let line = 0; line < 3; line++) {
  await console.out('more')
  await new Promise((resolve) => setImmediate(resolve))
}
await console.flush()
process.stderr.write('told ' + closed + ' times')
`

test('when nobody reads the output any more, that is said once, and nobody waits to print', async () => {
  const args = ['--conditions=ashlar:source', '--input-type=module', '--eval', program]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  const said = (await child.stderr.setEncoding('utf8').toArray()).join('')
  assert.equal(said, 'told 1 times')
})

test('a command whose reader has gone ends quietly: that is no failure', async () => {
  const cli = fileURLToPath(new URL('./cli.ts', import.meta.url))
  const child = spawn(process.execPath, ['--conditions=ashlar:source', cli, 'help'], { stdio: 'pipe' })
  const exited = once(child, 'exit')
  child.stdout.destroy()
  assert.deepEqual(await child.stderr.setEncoding('utf8').toArray(), [])
  assert.deepEqual(await exited, [0, null])
})
