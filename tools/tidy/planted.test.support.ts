import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tidy } from '../tidy.ts'
import { repositoryOf } from './repository.ts'

/** A package.json with these dependencies and public entries. */
export const manifest = (
  name: string,
  dependencies: readonly string[] = [],
  entries: readonly string[] = ['.'],
): string =>
  JSON.stringify({
    name: `@ashlar/${name}`,
    exports: Object.fromEntries(
      entries.map((entry) => [
        entry,
        { 'ashlar:source': `./src/${entry === '.' ? '' : `${entry.slice(2)}/`}index.ts` },
      ]),
    ),
    dependencies: Object.fromEntries(dependencies.map((dependency) => [dependency, '0.1.0'])),
  })

/** What tidy says about a few packages and an app, with these files among them. */
function judge(files: Readonly<Record<string, string>>): string[] {
  const house = {
    'packages/kernel/package.json': manifest('kernel', [], ['.', './testing']),
    'packages/kernel/src/index.ts': 'export const one = 1',
    'packages/kernel/src/testing/index.ts': 'export const clock = 1',
    'packages/http/package.json': manifest('http', ['@ashlar/kernel']),
    'packages/http/src/index.ts': "export { one } from '@ashlar/kernel'",
    'packages/sql/package.json': manifest('sql', ['@ashlar/kernel']),
    'packages/sql/src/index.ts': "export { one } from '@ashlar/kernel'",
  }
  return tidy(repositoryOf(new Map(Object.entries({ ...house, ...files }))))
}

/** A test that tidy says just this about the house with these files in it. */
export const catches = (title: string, files: Readonly<Record<string, string>>, ...expected: readonly RegExp[]): void =>
  void test(title, () => {
    const found = judge(files)
    assert.equal(found.length, expected.length, found.join('\n'))
    for (const [index, one] of expected.entries()) assert.match(found[index] as string, one)
  })

/** A test that tidy has nothing to say about these files. */
export const allows = (title: string, files: Readonly<Record<string, string>>): void => catches(title, files)
