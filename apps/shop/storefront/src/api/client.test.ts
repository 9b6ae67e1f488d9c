/// <reference types="node" />
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { singleFlight } from '../lib/single-flight.ts'
import { call, giveCredentials } from './client.ts'
import { isProblem } from './problem.ts'

/** Requests go to `answer`, which says with which code each is refused; one without a code is taken. */
function answering(t: TestContext, answer: (path: string, token: string | undefined) => string | undefined): string[] {
  const asked: string[] = []
  t.mock.method(globalThis, 'fetch', async (path: string, { headers }: { headers: Record<string, string> }) => {
    const token = headers['authorization']
    asked.push(`${path} ${token ?? ''}`)
    const code = answer(path, token)
    return code === undefined ? Response.json({}) : Response.json({ code }, { status: 401 })
  })
  return asked
}

test('a request whose access token has expired is sent once more with a new one', async (t) => {
  const asked = answering(t, (_, token) => (token === 'Bearer new' ? undefined : 'SHOP_TOKEN_INVALID'))
  let token = 'old'
  giveCredentials({ token: () => token, renew: async () => ((token = 'new'), true) })
  assert.deepEqual(await call('GET', '/me'), {})
  assert.deepEqual(asked, ['/api/me Bearer old', '/api/me Bearer new'])
})

test('a wrong password is asked about once: the access token has nothing to do with it', async (t) => {
  const asked = answering(t, () => 'SHOP_BAD_CREDENTIALS')
  giveCredentials({ token: () => 'good', renew: () => assert.fail('renewed') })
  await assert.rejects(call('PUT', '/me/password'), { code: 'SHOP_BAD_CREDENTIALS' })
  assert.equal(asked.length, 1)
})

test('a session that was ended elsewhere is found to have ended, while the page still has its access token', async (t) => {
  const asked = answering(t, () => 'SHOP_SESSION_EXPIRED')
  const renew = singleFlight(async () => {
    try {
      await call('POST', '/session/refresh')
      return true
    } catch (error) {
      assert.ok(isProblem(error, 'SHOP_SESSION_EXPIRED'))
      return false
    }
  })
  giveCredentials({ token: () => 'good', renew })
  assert.equal(await renew(), false)
  assert.equal(asked.length, 1)
})
