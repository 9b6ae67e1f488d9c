import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { openFake } from './fake-redis.test.support.ts'
import { openRedis } from './redis.ts'
import { rejectsWith } from './rejects.test.support.ts'
import { parseTarget } from './target.ts'

test('a URL says where Redis is, who asks, and whether it is encrypted', () => {
  assert.deepEqual(parseTarget('redis://127.0.0.1'), {
    host: '127.0.0.1',
    port: 6379,
    database: 0,
    username: undefined,
    password: undefined,
    tls: false,
    server: '127.0.0.1:6379',
  })
  const { host, port, database, username, password, tls, server } = parseTarget('rediss://app:p%40ss@[::1]:6380/3')
  assert.deepEqual(
    [host, port, database, username, password, tls, server],
    ['::1', 6380, 3, 'app', 'p@ss', true, '[::1]:6380'],
  )
})

test('a URL that is wrong is told what about it, and never shown', async () => {
  const wrong: readonly [url: string, says: RegExp][] = [
    ['secret', /is not a URL/],
    ['http://:secret@host', /starts with http:\/\//],
    ['redis://:secret@host/cache', /database that is not a number/],
    ['redis://:secret@host?ssl=1', /parameters/],
    ['redis:///secret', /names no host/],
    ['redis://:secret%@host', /password .* percent-encoded/],
  ]
  for (const [url, says] of wrong) {
    const error = await rejectsWith(openRedis({ url }), 'ASHLAR_REDIS_CONFIG', says)
    assert.doesNotMatch(inspect(error, { depth: 9 }), /secret/, url)
  }
})

test('the password is not in what can be printed', async () => {
  const { redis } = await openFake()
  assert.doesNotMatch(inspect(redis, { depth: 9, showHidden: true }), /secret/)
})

test('options that make no sense are refused by name and value', async () => {
  await assert.rejects(openRedis({ stallTimeoutMs: 5 }), /RangeError: .*stallTimeoutMs must be 10 to 600000, got 5/)
  await assert.rejects(openRedis({ connectTimeoutMs: Number.NaN }), /connectTimeoutMs must be .* got NaN/)
  await assert.rejects(openRedis({ maxInFlight: 0 }), /maxInFlight must be 1 to 1000000, got 0/)
  await assert.rejects(openRedis({ name: 'two words' }), /TypeError: .*name must be .* got "two words"/)
})

test('where the client package is not installed, the error says what to install', () => {
  const program = `
    import { registerHooks } from 'node:module'
    registerHooks({
      resolve(specifier, context, next) {
        return next(specifier === 'redis' ? 'redis-that-is-not-installed' : specifier, context)
      },
    })
    const { openRedis } = await import(${JSON.stringify(import.meta.resolve('./index.ts'))})
    await openRedis().catch(({ code, message }) => console.log(code, message))`
  const { stdout, stderr } = spawnSync(process.execPath, [
    '--conditions=ashlar:source',
    '--input-type=module',
    '-e',
    program,
  ])
  assert.equal(
    String(stdout).trim(),
    'ASHLAR_REDIS_CONFIG the package "redis" is not installed; add version 6: npm install redis@6',
    String(stderr),
  )
})
