import { suite } from 'node:test'
import { allows, catches } from './planted.test.support.ts'

suite('tidy finds what is out of shape:', () => {
  const lines = (count: number): string => '// a line\n'.repeat(count)
  catches('a file of 401 lines', { 'packages/sql/src/a.ts': lines(401) }, /401 lines, and no "long because/)
  allows('not a long file that says why', { 'packages/sql/src/a.ts': `// Long because it is a table.\n${lines(401)}` })
  catches(
    'a function of 61 lines, not one of 60, not a suite, not a contract',
    {
      'packages/sql/src/a.ts': `function a() {\n${lines(59)}}\nconst b = () => {\n${lines(58)}}`,
      'packages/sql/src/a.test.ts': `suite('s', () => {\n${lines(90)}})\nfunction c() {\ntest('t', x)\n${lines(90)}}`,
    },
    /a.ts:1: function a has 61 lines/,
  )
  catches('a name that is not kebab-case', { 'packages/sql/src/rowCount.ts': '' }, /"rowCount.ts"/)
  catches(
    'syntax that hides exports or is not erasable',
    {
      'packages/sql/src/a.ts': [
        "export * from './b.ts'",
        'enum Colour { red }',
        'namespace Inside { export const a = 1 }',
        'class Point { constructor(readonly x: number) {} }',
        '@sealed class Box {}',
        'declare global { interface Window {} }',
      ].join('\n'),
    },
    /a.ts:1: "export \*"/,
    /a.ts:2: an enum/,
    /a.ts:3: a namespace/,
    /a.ts:4: a parameter property/,
    /a.ts:5: a decorator/,
  )
  const mark = ['TO', 'DO'].join('')
  catches(
    'work that is left for later, in a comment and in a page',
    { 'packages/sql/src/a.ts': `const text = '${mark}'\n// ${mark}: later`, 'docs/a.md': mark },
    /a.ts:2: /,
    /docs\/a.md:1: /,
  )
  const place = ['', 'root', 'ashlar'].join('/')
  catches(
    'the machine that somebody sat at',
    {
      'docs/a.md': `one\nsee ${place}/docs or ${['', 'tmp', 'x'].join('/')}`,
      'packages/sql/src/a.ts': `open('${place}')`,
    },
    /docs\/a.md:2: .*one machine/,
    /a.ts:1: .*one machine/,
  )
  allows('not a path inside another', { 'docs/a.md': 'apps/shop/work/one and https://example.com/tmp/x' })
  catches(
    'a colour of the page outside tokens.css',
    {
      'apps/shop/storefront/src/styles/tokens.css': '--page: #fff',
      'apps/shop/storefront/src/art/cup.tsx': "const cup = '#ffffff'",
      'apps/shop/storefront/src/styles/a.css': 'a { color: #fff; box-shadow: 0 0 rgb(0 0 0) } #nav {}',
      'apps/shop/storefront/src/a.tsx': "const href = '/shop#abc'\nconst red = '#ff0000'",
    },
    /a.css:1: #fff/,
    /a.css:1: rgb\(/,
    /a.tsx:2: #ff0000/,
  )
})
