// Prometheus' own tool has the last word on the rules of the shop.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { monitoringFolder } from './monitoring.ts'

const hasPromtool = spawnSync('promtool', ['--version']).status === 0
const skip = hasPromtool ? false : 'promtool is not installed (apt-get install --no-install-recommends prometheus)'

function promtool(cwd: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('promtool', args, { cwd, encoding: 'utf8' })
  assert.equal(status, 0, `promtool ${args.join(' ')}\n${stdout}${stderr}`)
  return stdout
}

suite('promtool on the rules of the shop', { skip }, () => {
  test('the rules are well-formed', () => {
    const said = promtool(monitoringFolder, 'check', 'rules', '--lint-fatal', 'slo.rules.yaml', 'alerts.rules.yaml')
    assert.match(said, /SUCCESS: 48 rules found/)
    assert.match(said, /SUCCESS: 17 rules found/)
  })

  test('the alerts fire when they should, and not when they should not', () => {
    assert.match(promtool(monitoringFolder, 'test', 'rules', 'alerts.test.yaml'), /SUCCESS/)
  })

  test('the example of a configuration is one, as soon as there are keys', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'ashlar-monitoring-'))
    t.after(() => rm(folder, { recursive: true, force: true }))
    await cp(monitoringFolder, folder, { recursive: true })
    await mkdir(join(folder, 'keys'))
    for (const service of ['gateway', 'user', 'product', 'order', 'payment', 'bank']) {
      await writeFile(join(folder, 'keys', service), 'k'.repeat(32))
    }
    assert.match(promtool(folder, 'check', 'config', 'prometheus.yaml'), /SUCCESS/)
  })
})
