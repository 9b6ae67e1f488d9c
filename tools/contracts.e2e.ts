import assert from 'node:assert/strict'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { checkBreaking, outdated, type ContractModule } from './contracts.ts'
import { run } from './run.ts'

const module: ContractModule = { folder: 'contracts', generated: 'gen' }

/** A repository of its own that holds the shop's contracts, committed. */
async function repository(
  t: TestContext,
): Promise<{ root: string; edit: (from: RegExp, to: string) => Promise<void> }> {
  const root = await mkdtemp(join(tmpdir(), 'ashlar-contracts-'))
  t.after(() => rm(root, { recursive: true, force: true }))
  await cp(join(import.meta.dirname, '../apps/shop/contracts'), join(root, 'contracts'), { recursive: true })
  const author = ['-c', 'user.name=test', '-c', 'user.email=test@example.com']
  for (const args of [
    ['init', '-q'],
    ['add', '.'],
    [...author, 'commit', '-q', '-m', 'contracts'],
  ]) {
    const { code, output } = await run('git', args, { cwd: root })
    assert.equal(code, 0, output)
  }
  return {
    root,
    async edit(from, to) {
      const file = join(root, 'contracts/proto/shop/order/v1/order.proto')
      const text = await readFile(file, 'utf8')
      assert.match(text, from)
      await writeFile(file, text.replace(from, to))
    },
  }
}

test('contracts that have not changed are current and break nobody', async (t) => {
  const { root } = await repository(t)
  assert.deepEqual(await outdated(module, root), [])
  assert.equal(await checkBreaking(module, root), 1)
})

test('a field that is added makes the generated code out of date, and breaks nobody', async (t) => {
  const { root, edit } = await repository(t)
  await edit(/string cancel_reason = 14;/, 'string cancel_reason = 14;\n  string gift_note = 900;')
  assert.deepEqual(await outdated(module, root), ['shop/order/v1/order_pb.ts'])
  await checkBreaking(module, root)
})

test('a field that is renumbered, retyped or renamed breaks somebody, and is named', async (t) => {
  for (const changed of ['string number = 22;', 'int32 number = 2;', 'string order_number = 2;']) {
    const { root, edit } = await repository(t)
    await edit(/string number = 2;/, changed)
    await assert.rejects(checkBreaking(module, root), /order\.proto.*[Ff]ield "2"/s, changed)
  }
})
