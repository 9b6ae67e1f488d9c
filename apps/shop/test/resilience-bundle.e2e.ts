import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import { browserMissing, launchBrowser } from './browser.ts'

/** Small enough for any page. */
const mostBytes = 20 * 1_024

// As a page would use it; what it finds is read from outside.
const program = `
  import * as resilience from '@ashlar/resilience'
  const { Bulkhead, RateLimiter, isDegraded, policy } = resilience
  const sick = () => Promise.reject(Object.assign(new Error('ill'), { retryable: true }))
  const bank = policy('bank', {
    deadlineMs: 2000,
    rateLimit: new RateLimiter({ name: 'bank', limit: 100, perMs: 1000 }),
    bulkhead: new Bulkhead({ name: 'bank', maxConcurrent: 2 }),
    retry: { idempotent: true, maxAttempts: 3, baseDelayMs: 1 },
    breaker: { minCalls: 3, failureRate: 0.5 },
    attemptTimeoutMs: 20,
    fallback: () => 'later',
  })
  globalThis.found = (async () => {
    const found = { names: Object.keys(resilience).length > 10 }
    found.retried = await bank.run(async ({ attempt }) => (attempt < 2 ? sick() : 'attempt ' + attempt))
    const slow = await bank.run(({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))))
    found.slow = isDegraded(slow) && slow.error.code
    found.state = bank.breaker.state.kind
    return found
  })()
`

test(
  'all of resilience is at most 20 KiB for a browser, and works in one',
  { skip: browserMissing() ?? false },
  async (t) => {
    // Below the repository, so that the program finds the packages.
    const folder = await mkdtemp(join(import.meta.dirname, '../../../.ashlar/bundle-'))
    t.after(() => rm(folder, { recursive: true, force: true }))
    await writeFile(join(folder, 'page.js'), program)
    await build({
      configFile: false,
      root: folder,
      logLevel: 'error',
      resolve: { conditions: ['browser', 'ashlar:source'] },
      build: {
        lib: { entry: 'page.js', formats: ['es'], fileName: 'bundle' },
        target: 'es2024',
        // As for a page: what is built as a library keeps its white space otherwise.
        rolldownOptions: { output: { minify: true } },
      },
    })
    const bundle = await readFile(join(folder, 'dist/bundle.js'), 'utf8')
    const bytes = gzipSync(bundle, { level: 9 }).length
    t.diagnostic(`${bytes} bytes of gzip, kernel and program included`)
    assert.ok(bytes <= mostBytes, `${bytes} bytes`)

    const browser = await launchBrowser()
    t.after(() => browser.close())
    const page = await browser.newPage()
    await page.addScriptTag({ content: bundle, type: 'module' })
    await page.waitForFunction('globalThis.found !== undefined')
    const found: unknown = await page.evaluate('globalThis.found')
    assert.deepEqual(found, { names: true, retried: 'attempt 2', slow: 'ASHLAR_BREAKER_OPEN', state: 'open' })
  },
)
