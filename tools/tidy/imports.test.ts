import { suite } from 'node:test'
import { allows, catches, manifest } from './planted.test.support.ts'

suite('tidy finds a planted violation of who may import what:', () => {
  allows('nothing in a house that is in order', {})
  catches(
    'a package that imports from a higher floor',
    { 'packages/http/src/up.ts': "import { one } from '@ashlar/sql'\nexport const two = one" },
    /^packages\/http\/src\/up.ts:1: @ashlar\/sql: floor 1 may not import floor 2$/,
  )
  catches(
    'types from a higher floor, a re-export, an import while running',
    {
      'packages/http/src/up.ts':
        "import type { A } from '@ashlar/sql'\nexport type { B } from '@ashlar/sql'\nawait import('@ashlar/sql')",
    },
    /up.ts:1: .*floor/,
    /up.ts:2: .*floor/,
    /up.ts:3: .*floor/,
  )
  catches(
    'a neighbour on the same floor, and one that has no floor',
    {
      'packages/testing/package.json': manifest('testing'),
      'packages/testing/src/index.ts': "import '@ashlar/http'",
      'packages/attic/package.json': manifest('attic'),
      'packages/attic/src/index.ts': "import '@ashlar/kernel'",
    },
    /testing.*floor 1 may not import floor 1/,
    /attic has no floor/,
  )
  catches(
    'a manifest that depends upwards',
    { 'packages/http/package.json': manifest('http', ['@ashlar/kernel', '@ashlar/sql']) },
    /^packages\/http\/package.json:1: @ashlar\/sql: floor 1 may not import floor 2$/,
  )
  catches(
    'what is not a public entry, by name or by path',
    {
      'packages/sql/src/deep.ts': "import '@ashlar/kernel/clock'\nimport '../../kernel/src/index.ts'",
      'apps/shop/gateway/deep.ts': "import '../../../packages/sql/src/index.ts'",
    },
    /sql.*:1: .*not a public entry of @ashlar\/kernel/,
    /sql.*:2: .*leaves its package/,
    /gateway.*reaches into a package/,
  )
  catches(
    'an app that reaches into another, and a service that reaches into its neighbour',
    {
      'apps/control-room/main.ts': "import '../shop/gateway/main.ts'",
      'apps/shop/services/order/order.ts': "import '../product/stock.ts'\nimport '../shared/money.ts'",
      'apps/shop/storefront/src/page.tsx': "import '../../services/shared/money.ts'",
    },
    /control-room.*reaches into another app/,
    /order.ts:1: .*another part of the app than apps\/shop\/services\/order$/,
    /page.tsx:1: .*another part/,
  )
  catches(
    'production code that imports what is for tests',
    {
      'packages/sql/src/a.ts': "import './b.test.support.ts'\nimport '@ashlar/kernel/testing'\nimport 'node:test'",
      'packages/sql/src/b.test.support.ts': "import '@ashlar/kernel/testing'",
      'packages/sql/src/b.test.ts': "import './b.test.support.ts'\nimport 'node:test'",
    },
    /a.ts:1: .*for tests/,
    /a.ts:2: .*for tests/,
    /a.ts:3: .*test tool/,
  )
})

suite('tidy finds import cycles:', () => {
  catches(
    'a ring of three files, once',
    {
      'packages/sql/src/a.ts': "import './b.ts'",
      'packages/sql/src/b.ts': "export { c } from './c.ts'",
      'packages/sql/src/c.ts': "export const c = () => import('./a.ts')",
    },
    /import cycle: .*a.ts, .*b.ts, .*c.ts$/,
  )
  catches(
    'a ring through the public entries of packages',
    { 'packages/kernel/src/index.ts': "import '@ashlar/sql'\nexport const one = 1" },
    /floor 0 may not import floor 2/,
    /import cycle: packages\/kernel\/src\/index.ts, packages\/sql\/src\/index.ts/,
  )
  catches(
    'a ring through a name that a package has for its own files',
    {
      'packages/kernel/package.json': `{"name":"@ashlar/kernel","imports":{"#own":{"browser":{"ashlar:source":"./src/a.ts"}}},
        "exports":{".":{"ashlar:source":"./src/index.ts"}}}`,
      'packages/kernel/src/a.ts': "import './index.ts'",
      'packages/kernel/src/index.ts': "import '#own'\nexport const one = 1",
    },
    /import cycle: .*a.ts, .*index.ts$/,
  )
  allows('none where only types go round', {
    'packages/sql/src/a.ts': "import type { B } from './b.ts'\nexport type A = B",
    'packages/sql/src/b.ts': "import { type A } from './a.ts'\nexport type B = A",
  })
})
