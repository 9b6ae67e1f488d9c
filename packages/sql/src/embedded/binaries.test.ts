import assert from 'node:assert/strict'
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { isRoot, serverAccount } from './account.ts'
import { findBinaries, findPackage } from './binaries.ts'

interface Link {
  readonly target: string
}

// A copy of the package as npm leaves it with --ignore-scripts; it is large, so the tests share it.
let folder = ''
let packageRoot = ''
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar binaries '))
  await chmod(folder, 0o755)
  packageRoot = join(folder, 'package')
  await cp(findPackage(), packageRoot, { recursive: true, verbatimSymlinks: true })
})
after(async () => {
  await chmod(join(packageRoot, 'native/lib'), 0o755)
  await rm(folder, { recursive: true })
})

async function removeLinks(): Promise<void> {
  const links = JSON.parse(await readFile(join(packageRoot, 'native/pg-symlinks.json'), 'utf8')) as Link[]
  for (const { target } of links) await rm(join(packageRoot, target), { force: true })
}

test('links that an install without scripts left out are made', async () => {
  await removeLinks()
  const found = await findBinaries(serverAccount(), packageRoot, join(folder, 'unused'))
  assert.deepEqual(found, { root: join(packageRoot, 'native'), major: 18 })
})

test('binaries that cannot be completed, or reached by the server, are copied once', async () => {
  await removeLinks()
  // Root may write anywhere, but the account that its server runs under may not enter root's folders.
  if (isRoot()) await chmod(packageRoot, 0o700)
  else await chmod(join(packageRoot, 'native/lib'), 0o555)
  const shared = join(folder, 'shared')
  const found = await findBinaries(serverAccount(), packageRoot, shared)
  assert.ok(found.root.startsWith(`${shared}/postgres-18.`), found.root)
  assert.deepEqual(await findBinaries(serverAccount(), packageRoot, shared), found)
})

test('binaries that run nowhere are reported with their own words', async () => {
  const broken = join(folder, 'broken')
  await mkdir(join(broken, 'native/bin'), { recursive: true })
  await writeFile(join(broken, 'package.json'), '{"version":"0"}')
  await writeFile(join(broken, 'native/pg-symlinks.json'), '[]')
  await writeFile(join(broken, 'native/bin/postgres'), '#!/bin/sh\necho libsomething is missing >&2; exit 127', {
    mode: 0o755,
  })
  const shared = join(folder, 'shared broken')
  await assert.rejects(findBinaries(serverAccount(), broken, shared), {
    code: 'ASHLAR_SQL_EMBEDDED',
    message: /do not run \(libsomething is missing\); reinstall/,
  })
  assert.deepEqual(await readdir(shared), [])
})

test('a platform without binaries is named, and the way out', () => {
  assert.throws(() => findPackage('sunos-mips'), {
    code: 'ASHLAR_SQL_EMBEDDED',
    message: /no embedded PostgreSQL for sunos-mips.*give a URL to a PostgreSQL/s,
  })
})
