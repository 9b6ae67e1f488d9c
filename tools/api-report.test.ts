import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { apiReport, firstDifference, reportOf } from './api-report.ts'
import { build, packageFolders } from './build.ts'

for (const folder of await packageFolders()) {
  test(`packages/${folder}/api.txt is what the package shows to its users`, async () => {
    await build(await packageFolders())
    const path = join(import.meta.dirname, '../packages', folder, 'api.txt')
    const difference = firstDifference(await readFile(path, 'utf8').catch(() => ''), await reportOf(folder))
    assert.equal(difference, undefined, `run "npm run api" and review packages/${folder}/api.txt: ${difference}`)
  })
}

const built = {
  'dist/index.d.ts':
    "export { Box, open, type Options } from './box.ts';\nexport { Clock as Time } from '@ashlar/kernel';",
  'dist/box.d.ts': `
    import type { Size } from './size.ts';
    /** What opens it. */
    export interface Options {
        /** @default 1 */
        readonly size?: Size;
    }
    export declare class Box {
        #private;
        private constructor();
        private hidden;
        readonly width: Width;
    }
    type Width = number;
    type Nobody = string;
    export declare function open(options: Options): Box;
    export declare function open(width: number): Box;
    export declare const unused: Nobody;`,
  'dist/size.d.ts': "export type Size = 'small' | Large;\nexport interface Large {\n    large: number;\n}\n",
}

/** The report of a small package, with one of its files changed. */
function report(file: keyof typeof built = 'dist/index.d.ts', from: string = '', to: string = ''): string {
  assert.ok(built[file].includes(from))
  const files: Readonly<Record<string, string>> = { ...built, [file]: built[file].replace(from, to) }
  return apiReport('@ashlar/box', { '.': 'dist/index.d.ts' }, (path) => files[path] as string)
}

suite('a report of the public API', () => {
  test('lists what is exported, sorted, then what that mentions, and nothing that users do not see', () => {
    const [, ...parts] = report().trimEnd().split('\n\n')
    assert.deepEqual(
      parts.map((part) => part.replaceAll(/\s+/g, ' ')),
      [
        '## @ashlar/box',
        'class Box { readonly width: Width }',
        'interface Options { readonly size?: Size }',
        "export { Clock as Time } from '@ashlar/kernel'",
        'function open(options: Options): Box function open(width: number): Box',
        'not exported: interface Large { large: number }',
        "not exported: type Size = 'small' | Large",
        'not exported: type Width = number',
      ],
    )
  })

  test('stays the same when comments and private members change', () => {
    for (const [from, to] of [
      ['What opens it', 'What it is opened with'],
      ['private hidden;', ''],
      ['#private;', ''],
      ['type Nobody = string', 'type Nobody = number'],
    ] as const) {
      assert.equal(firstDifference(report(), report('dist/box.d.ts', from, to)), undefined, from)
    }
  })

  test('names the first line that a change of what users see makes', () => {
    const changes = [
      ['dist/box.d.ts', 'open(width: number)', 'open(width: bigint)', /"function open\(width: number\).*bigint/],
      ['dist/box.d.ts', 'readonly width', 'width', /" +readonly width: Width", the code gives " +width: Width"/],
      ['dist/index.d.ts', 'open, ', '', /^line \d+: committed "function open/],
      ['dist/size.d.ts', 'large: number', 'large: string', /"  large: number", the code gives "  large: string"/],
    ] as const
    for (const [file, from, to, expected] of changes) {
      assert.match(firstDifference(report(), report(file, from, to)) ?? 'no difference', expected)
    }
    assert.match(firstDifference('one\n', '') ?? '', /^line 1: committed "one"/)
    assert.match(firstDifference('one', 'one\ntwo') ?? '', /^line 2: committed "", the code gives "two"/)
  })

  test('is refused for what it cannot list', () => {
    assert.throws(
      () => report('dist/index.d.ts', 'export { Box', "export * from './size.ts'; export { Box"),
      /named exports/,
    )
    assert.throws(() => report('dist/index.d.ts', 'open, ', 'missing, '), /does not export missing/)
  })
})
