import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import test from 'node:test'

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
