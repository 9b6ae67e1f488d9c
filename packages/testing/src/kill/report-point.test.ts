import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'

const program = `
  import { reportPoint } from '@ashlar/testing/kill'
  await reportPoint('first')
  await reportPoint('second')
  console.log('done')`
const args = ['--conditions=ashlar:source', '--input-type=module', '-e', program]

test('without a harness a program reports by lines and goes on', async () => {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [output, exit] = await Promise.all([child.stdout.setEncoding('utf8').toArray(), once(child, 'exit')])
  assert.equal(output.join(''), 'ashlar:point first\nashlar:point second\ndone\n')
  assert.deepEqual(exit, [0, null])
})

test('under a harness a program waits at each point, and then ends by itself', async () => {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  const output = child.stdout?.setEncoding('utf8').toArray()
  const exit = once(child, 'exit')
  for (const name of ['first', 'second']) {
    const [message] = (await once(child, 'message')) as [{ id: number }]
    assert.deepEqual(message, { type: 'ashlar:point', name, id: message.id })
    child.send({ type: 'ashlar:go-on', id: message.id })
  }
  assert.deepEqual(await exit, [0, null])
  assert.equal((await output)?.join(''), 'done\n')
})

test('a program whose harness is gone does not run on', async () => {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  const output = child.stdout?.setEncoding('utf8').toArray()
  await once(child, 'message')
  child.disconnect()
  assert.deepEqual(await once(child, 'exit'), [null, 'SIGKILL'])
  assert.deepEqual(await output, [])
})
