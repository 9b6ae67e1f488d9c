import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { channel, declaredChannels } from '@ashlar/kernel'
import { currentPage, declarations, page, telemetryPage } from './telemetry-docs.ts'

test('docs/telemetry.md lists what the code declares', async () => {
  const committed = await readFile(join(import.meta.dirname, '..', page), 'utf8')
  assert.equal(await currentPage(), committed, 'run "npm run telemetry"')
})

test('what is declared is found wherever it is written, tests aside', () => {
  const texts = new Map([
    [
      'packages/a/src/events.ts',
      "const one = channel('ashlar:a:one', {})\nconst two = channel<Two>(\n  'ashlar:a:two',",
    ],
    ['packages/a/src/deep/thing.ts', "export const three: Channel<T> = channel('ashlar:a:three', {"],
    ['packages/a/src/events.test.ts', "channel('ashlar:a:test', {})"],
    ['packages/a/src/other.ts', "otherChannel('ashlar:a:other')"],
  ])
  assert.deepEqual(Object.fromEntries(declarations({ texts })), {
    'packages/a/src/events.ts': ['ashlar:a:one', 'ashlar:a:two'],
    'packages/a/src/deep/thing.ts': ['ashlar:a:three'],
  })
})

test('a channel’s fields, metrics, span and line are all on the page', () => {
  channel('ashlar:docs-test:called', {
    description: 'A call has ended.',
    fields: { method: 'get | put', trace: 'its place', durationMs: 'in ms' },
    metrics: [{ name: 'docs.duration', kind: 'histogram', unit: 'ms', field: 'durationMs', attributes: ['method'] }],
    span: { name: 'call', kind: 'client', traceField: 'trace', durationField: 'durationMs', attributes: ['method'] },
    log: { level: 'warn', message: 'called', attributes: [] },
  })
  const mine = declaredChannels().filter(({ name }) => name.startsWith('ashlar:docs-test:'))
  const made = telemetryPage(mine, [
    { name: 'up', kind: 'gauge', description: 'Whether it is.', unit: '1', labels: ['a', 'b'], points: [] },
  ])
  for (const line of [
    '| `up` (`up_ratio`) | gauge | `1` | a, b | Whether it is. |',
    '## docs-test',
    '### `ashlar:docs-test:called`',
    '| `method` | get \\| put |',
    '- histogram `docs.duration` (`docs_duration_seconds`) in `ms` of `durationMs`, by `method`',
    '- span `call`, client, with `method`',
    '- line at warn: "called"',
  ]) {
    assert.ok(made.split('\n').includes(line), line)
  }
})
