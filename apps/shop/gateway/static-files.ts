import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { HttpHandler, HttpRequest, HttpResponse } from '@ashlar/http'

interface StaticFile {
  readonly body: Buffer
  readonly gzipped: Buffer | undefined
  readonly headers: Readonly<Record<string, string>>
}

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
}

// What the page is made of is listed and comes from here; everything else is forbidden, above all markup that becomes
// script. Where a browser knows Trusted Types, not even our own code can turn text into either.
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

const pageHeaders = {
  'content-security-policy': contentSecurityPolicy,
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
}

/**
 * Serves a built single-page app from memory: read and compressed once, at start. Paths that are not files get the
 * page itself, since the app routes them. Only what was in the directory can ever be served: there is no path to join.
 * Returns `undefined` for requests that want neither a file nor a page.
 */
export async function staticFiles(
  directory: string,
): Promise<(request: HttpRequest) => ReturnType<HttpHandler> | undefined> {
  const files = await readFiles(directory)
  const page = files.get('/index.html')
  return (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return undefined
    const file = files.get(request.url.path) ?? (wantsPage(request) ? page : undefined)
    if (file === undefined) return undefined
    request.route = '/*'
    return Promise.resolve(answer(file, request))
  }
}

async function readFiles(directory: string): Promise<Map<string, StaticFile>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = new Map<string, StaticFile>()
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    files.set(`/${relative(directory, path).split(sep).join('/')}`, await readStaticFile(path))
  }
  return files
}

async function readStaticFile(path: string): Promise<StaticFile> {
  const body = await readFile(path)
  const extension = extname(path)
  const compressed = ['.html', '.js', '.css', '.svg', '.json', '.txt'].includes(extension) ? gzipSync(body) : undefined
  return {
    body,
    gzipped: compressed !== undefined && compressed.length < body.length ? compressed : undefined,
    headers: {
      ...pageHeaders,
      'content-type': contentTypes[extension] ?? 'application/octet-stream',
      // The build puts a hash of the content into the names below assets/, so those never change.
      'cache-control': path.includes(`${sep}assets${sep}`) ? 'public, max-age=31536000, immutable' : 'no-cache',
      etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
      vary: 'Accept-Encoding',
    },
  }
}

function answer(file: StaticFile, request: HttpRequest): HttpResponse {
  if (request.headers['if-none-match'] === file.headers.etag) return { status: 304, headers: { ...file.headers } }
  const gzip = file.gzipped !== undefined && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '')
  return gzip
    ? { status: 200, headers: { ...file.headers, 'content-encoding': 'gzip' }, body: file.gzipped }
    : { status: 200, headers: { ...file.headers }, body: file.body }
}

/** Paths that the app itself routes: not the API's, and without the ending that a missing file would have. */
function wantsPage(request: HttpRequest): boolean {
  const { path } = request.url
  if (path.startsWith('/api/') || path.startsWith('/.') || /\.\w+$/.test(path)) return false
  return /\btext\/html\b|\*\/\*/.test(request.headers.accept ?? '*/*')
}
