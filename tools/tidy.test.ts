import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { tidy } from './tidy.ts'
import { readRepository } from './tidy/repository.ts'

test('the repository keeps its own rules', async () => {
  const repository = await readRepository(join(import.meta.dirname, '..'))
  assert.ok(repository.sources.size > 300 && repository.packages.size >= 6, 'it was read')
  assert.deepEqual(tidy(repository), [])
})
