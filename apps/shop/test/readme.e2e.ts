import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { root, startShop } from './running-shop.ts'

const missing = ['bash', 'curl', 'sed'].filter((tool) => spawnSync(tool, ['--version']).error !== undefined)
const skip =
  missing.length > 0 && process.env.CI === undefined ? `these are not installed: ${missing.join(', ')}` : false

test(
  'the curl commands of the README, as they stand: one order is paid, one refused, and the stock is back',
  { skip },
  async (t) => {
    const readme = await readFile(join(root, 'README.md'), 'utf8')
    const commands = /<!-- checked: order -->\s+```sh\n(.*?)```/s.exec(readme)?.[1]
    assert.ok(commands)
    const shop = await startShop()
    t.after(() => shop.stop())
    const script = commands.replace('http://127.0.0.1:8080', shop.url)
    assert.notEqual(script, commands, 'the address of the README is the one that npm start prints')

    const output = await bash(script)
    const orders = output.trim().split('\n').at(-1) ?? output
    const statuses = [...orders.matchAll(/"status":"(ORDER_STATUS_\w+)"/g)].map((match) => match[1])
    assert.ok(statuses.includes('ORDER_STATUS_PAID') && statuses.includes('ORDER_STATUS_REFUSED'), output)
    assert.match(output, /"code":"CARD_DECLINED"/)
    const touched = (await shop.stock()).filter(({ initial, available }) => available !== initial)
    assert.deepEqual(
      touched.map(({ reserved, sold }) => ({ reserved, sold })),
      [{ reserved: 0, sold: 2 }],
    )
  },
)

function bash(script: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const shell = spawn('bash', ['-eu', '-c', script], { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    shell.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    shell.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
    shell.on('error', reject)
    shell.on('close', (code) => (code === 0 ? resolve(output) : reject(new Error(`exit ${code}:\n${output}`))))
  })
}
