import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import type { HttpRequest, HttpResponse } from '@ashlar/http'
import { staticFiles } from './static-files.ts'

const script = 'console.log(1);'.repeat(100)
let folder = ''
let serve: Awaited<ReturnType<typeof staticFiles>>

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-static-'))
  await writeFile(join(folder, 'secret.txt'), 'not to be served')
  const root = join(folder, 'dist')
  await mkdir(join(root, 'assets'), { recursive: true })
  await writeFile(join(root, 'index.html'), '<title>Ashlar</title>')
  await writeFile(join(root, 'assets/app-1a2b.js'), script)
  serve = await staticFiles(root)
})
after(() => rm(folder, { recursive: true }))

async function get(
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<HttpResponse | undefined> {
  return serve({ method, headers, url: { path, query: new URLSearchParams() } } as unknown as HttpRequest)
}

function textOf(response: HttpResponse | undefined): string {
  return Buffer.from(response?.body as Buffer).toString()
}

test('a file is served with its type; what the build named by its content may be kept for ever', async () => {
  const file = await get('/assets/app-1a2b.js')
  assert.equal(file?.headers?.['content-type'], 'text/javascript; charset=utf-8')
  assert.equal(file.headers['cache-control'], 'public, max-age=31536000, immutable')
  assert.equal(textOf(file), script)
})

test('paths that the app routes get the page, which is asked for anew each time and runs only our own scripts', async () => {
  for (const path of ['/', '/products/1', '/shop']) {
    const page = await get(path, { accept: 'text/html,*/*' })
    assert.equal(textOf(page), '<title>Ashlar</title>')
    assert.equal(page?.headers?.['cache-control'], 'no-cache')
    const policy = String(page.headers['content-security-policy'])
    assert.match(policy, /^default-src 'none'; script-src 'self';.*frame-ancestors 'none'/)
    assert.doesNotMatch(policy, /unsafe|data:|blob:|https?:/)
  }
  assert.equal(textOf(await get('/')), '<title>Ashlar</title>', 'for curl as well')
})

test('the API, missing files, other methods and everything outside the folder are not its business', async () => {
  for (const path of ['/api/nothing', '/assets/missing.js', '/.well-known/x', '/../secret.txt', '/%2e%2e/secret.txt']) {
    assert.equal(await get(path, { accept: '*/*' }), undefined, path)
  }
  assert.equal(await get('/', {}, 'POST'), undefined)
  assert.equal(await get('/shop', { accept: 'application/json' }), undefined)
})

test('a client that has the file is told so, and one that can unpack gets it packed', async () => {
  const { headers } = (await get('/assets/app-1a2b.js')) as HttpResponse
  const again = await get('/assets/app-1a2b.js', { 'if-none-match': String(headers?.etag) })
  assert.deepEqual([again?.status, again?.body], [304, undefined])
  const packed = await get('/assets/app-1a2b.js', { 'accept-encoding': 'br, gzip' })
  assert.equal(packed?.headers?.['content-encoding'], 'gzip')
  assert.equal(gunzipSync(packed.body as Buffer).toString(), script)
})
