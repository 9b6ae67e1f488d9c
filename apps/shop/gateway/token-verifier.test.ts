import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { exportJWK, generateKeyPair, SignJWT, type JSONWebKeySet, type JWTPayload } from 'jose'
import { hasCode } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { createTokenVerifier, type VerifyToken } from './token-verifier.ts'

interface Signer {
  readonly jwk: JSONWebKeySet['keys'][number]
  sign(claims?: JWTPayload, header?: { alg?: string; kid?: string }): Promise<string>
}

const clock = new VirtualClock()
const seconds = Math.floor(clock.wall() / 1000)
const goodClaims = { iss: 'ashlar-shop', aud: 'shop', sub: 'user-1', roles: ['customer'], exp: seconds + 600 }

async function signer(kid: string, alg = 'EdDSA'): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return {
    jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' },
    sign: (claims = goodClaims, header = {}) =>
      new SignJWT(claims).setProtectedHeader({ alg, kid, ...header }).sign(privateKey),
  }
}

async function refusedAs(verify: VerifyToken, token: string, says: RegExp): Promise<void> {
  await assert.rejects(verify(token), (error) => {
    assert.ok(hasCode(error, 'SHOP_TOKEN_INVALID'), String(error))
    assert.match(error.message, says)
    return true
  })
}

test('a token that is in order gives its subject and roles', async () => {
  const key = await signer('k1')
  const verify = createTokenVerifier(async () => ({ keys: [key.jwk] }), clock)
  assert.deepEqual(await verify(await key.sign()), { subject: 'user-1', roles: ['customer'] })
})

test('an expired token is refused, and the sentence says what to do', async () => {
  const key = await signer('k1')
  const verify = createTokenVerifier(async () => ({ keys: [key.jwk] }), clock)
  await refusedAs(verify, await key.sign({ ...goodClaims, exp: seconds - 1 }), /has expired; refresh the session/)
})

suite('refused without saying why', () => {
  const cases: Record<string, (key: Signer) => Promise<string>> = {
    'another issuer': (key) => key.sign({ ...goodClaims, iss: 'evil' }),
    'another audience': (key) => key.sign({ ...goodClaims, aud: 'other' }),
    'no expiry': (key) => key.sign({ iss: goodClaims.iss, aud: goodClaims.aud, sub: goodClaims.sub }),
    'no subject': (key) => key.sign({ iss: goodClaims.iss, aud: goodClaims.aud, exp: goodClaims.exp }),
    'signed by another key of the same name': async () => (await signer('k1')).sign(),
    'another algorithm under a known key id': async () => (await signer('k1', 'ES256')).sign(),
    'no signature': async (key) => (await key.sign()).replace(/[^.]*$/, ''),
    'algorithm none': async (key) => {
      const payload = (await key.sign()).split('.')[1] as string
      return `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`
    },
    'not a token': async () => 'abc',
    'longer than any token': async () => 'x'.repeat(8_193),
  }
  for (const [name, make] of Object.entries(cases)) {
    test(name, async () => {
      const key = await signer('k1')
      const verify = createTokenVerifier(async () => ({ keys: [key.jwk] }), clock)
      await refusedAs(verify, await make(key), /is not valid; sign in again/)
    })
  }
})

test('a new signing key is found by its id, and forged ids do not become load on the user service', async () => {
  const time = new VirtualClock()
  const [first, second] = [await signer('k1'), await signer('k2')]
  let keys = [first.jwk]
  let fetches = 0
  const verify = createTokenVerifier(async () => {
    fetches++
    return { keys }
  }, time)
  await verify(await first.sign())
  keys = [first.jwk, second.jwk]
  await refusedAs(verify, await second.sign(), /not valid/)
  assert.equal(fetches, 1, 'not again within five seconds')
  await time.advance(5_000)
  assert.equal((await verify(await second.sign())).subject, 'user-1')
  assert.equal(fetches, 2)
})

test('keys that cannot be fetched are not the caller’s fault; concurrent callers share one fetch', async () => {
  const key = await signer('k1')
  let fetches = 0
  let broken = true
  const verify = createTokenVerifier(async () => {
    fetches++
    if (broken) throw new Error('user service is down')
    return { keys: [key.jwk] }
  }, clock)
  const token = await key.sign()
  const failed = await Promise.allSettled([verify(token), verify(token), verify(token)])
  assert.ok(
    failed.every((result) => result.status === 'rejected' && /user service is down/.test(String(result.reason))),
  )
  assert.equal(fetches, 1)
  broken = false
  assert.equal((await verify(token)).subject, 'user-1')
})

test('an answer that is no key set is not the caller’s fault either, and does not replace the keys at hand', async () => {
  const time = new VirtualClock()
  const [first, second] = [await signer('k1'), await signer('k2')]
  const answers = [{ title: 'Unavailable' }, { keys: [first.jwk] }, { title: 'Unavailable' }]
  const verify = createTokenVerifier(async () => answers.shift() as JSONWebKeySet, time)
  await assert.rejects(verify(await first.sign()), { code: 'SHOP_BUSY', retryable: true })
  assert.equal((await verify(await first.sign())).subject, 'user-1')
  await time.advance(5_000)
  await assert.rejects(verify(await second.sign()), { code: 'SHOP_BUSY' })
  assert.equal((await verify(await first.sign())).subject, 'user-1')
})

test('forged key ids do not become load on a user service that is down either', async () => {
  const time = new VirtualClock()
  const [known, unknown] = [await signer('k1'), await signer('k2')]
  let fetches = 0
  const verify = createTokenVerifier(async () => {
    if (++fetches > 1) throw new Error('user service is down')
    return { keys: [known.jwk] }
  }, time)
  await verify(await known.sign())
  await time.advance(5_000)
  for (let times = 0; times < 3; times++) await assert.rejects(verify(await unknown.sign()), /user service is down/)
  assert.equal(fetches, 2)
  await time.advance(5_000)
  await assert.rejects(verify(await unknown.sign()), /user service is down/)
  assert.equal(fetches, 3)
})
