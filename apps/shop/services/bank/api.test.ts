import assert from 'node:assert/strict'
import { test } from 'node:test'
import { edgeTable, systemRandom, uuidGenerator } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { httpEdgeRows, problemResponse, type HttpRequest } from '@ashlar/http'
import { bankApi } from './api.ts'
import { Bank } from './bank.ts'
import { Misbehaviour } from './behaviour.ts'
import { bankEdgeRows } from './errors.ts'
import { MemoryLedgerRepository } from './memory-repository.ts'

const visa = { number: '4242424242424242', expiryMonth: 12, expiryYear: 2030, securityCode: '123' }

interface Call {
  readonly key?: string
  readonly body?: unknown
  readonly authorization?: string
  readonly signal?: AbortSignal
}

function openBank() {
  const clock = new VirtualClock()
  const ledger = new MemoryLedgerRepository()
  const handler = bankApi({
    bank: new Bank({ ledger, clock, random: systemRandom, newId: uuidGenerator({ clock }) }),
    misbehaviour: new Misbehaviour(clock),
    key: 'bank-secret',
  })
  const edge = edgeTable(httpEdgeRows, bankEdgeRows)
  // oxlint-disable-next-line typescript/no-explicit-any -- answers are looked into by the tests
  const call = async (method: string, path: string, options: Call = {}): Promise<{ status: number; body: any }> => {
    const url = new URL(path, 'http://bank')
    const request: HttpRequest = {
      method,
      url: { path: url.pathname, query: url.searchParams },
      headers: {
        authorization: options.authorization ?? 'Bearer bank-secret',
        ...(options.key === undefined ? {} : { 'idempotency-key': options.key }),
      },
      signal: options.signal ?? new AbortController().signal,
      draining: new AbortController().signal,
      remoteAddress: '127.0.0.1',
      body: async () => Buffer.from(JSON.stringify(options.body)),
      chunks: () => assert.fail('the bank reads bodies whole'),
      json: async () => options.body,
    }
    const response = await handler(request).catch((error: unknown) => problemResponse(error, edge))
    return { status: response.status, body: JSON.parse(response.body as string) as unknown }
  }
  const token = async (number = visa.number): Promise<string> =>
    (await call('POST', '/tokens', { body: { ...visa, number } })).body.token as string
  const charge = (cardToken: string, key: string, fields: object = {}) =>
    call('POST', '/charges', {
      key,
      body: { amountMinor: 1999, currency: 'EUR', token: cardToken, description: 'Order', ...fields },
    })
  return { call, token, charge, ledger, clock }
}

test('without the right bearer key nothing is answered', async () => {
  const { call } = openBank()
  for (const authorization of ['', 'Bearer wrong', 'bank-secret', 'Basic bank-secret']) {
    assert.equal((await call('GET', '/ledger', { authorization })).status, 401)
  }
})

test('a card becomes a token; its number and code are kept nowhere', async () => {
  const { call, ledger } = openBank()
  const { status, body } = await call('POST', '/tokens', { body: visa })
  assert.equal(status, 201)
  assert.deepEqual({ ...body, token: '' }, { token: '', brand: 'Visa', last4: '4242' })
  const kept = JSON.stringify(await ledger.findCard(body.token as string))
  assert.doesNotMatch(kept, /4242424242424242|123/)
})

test('test numbers decide how a charge comes out', async () => {
  const { token, charge } = openBank()
  const outcomes = ['4242424242424242', '4000000000000002', '4000000000009995', '4000000000000069', '5555555555554444']
  const codes = []
  for (const number of outcomes) {
    const { status, body } = await charge(await token(number), `key-${number}`)
    assert.equal(status, 201)
    codes.push(body.status === 'approved' ? 'approved' : body.declineCode)
  }
  assert.deepEqual(codes, ['approved', 'CARD_DECLINED', 'INSUFFICIENT_FUNDS', 'CARD_EXPIRED', 'approved'])
})

test('a charge that is repeated with its key is made once and answered alike, also when repeated at once', async () => {
  const { token, charge, call } = openBank()
  const card = await token()
  const answers = await Promise.all(Array.from({ length: 10 }, () => charge(card, 'order-0001')))
  assert.ok(answers.every(({ status }) => status === 201))
  assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1)
  assert.equal((await call('GET', '/ledger')).body.entries.length, 1)
})

test('a key that is used for another charge is refused', async () => {
  const { token, charge } = openBank()
  const card = await token()
  await charge(card, 'order-0001')
  const { status, body } = await charge(card, 'order-0001', { amountMinor: 2000 })
  assert.deepEqual([status, body.code], [422, 'BANK_KEY_REUSED'])
})

test('a voided key is never charged; voiding comes too late for a key that was', async () => {
  const { token, charge, call } = openBank()
  const card = await token()
  assert.equal((await call('POST', '/charges/by-key/order-0001/void')).body.status, 'void')
  assert.equal((await charge(card, 'order-0001')).body.code, 'BANK_KEY_VOID')
  await charge(card, 'order-0002')
  assert.equal((await call('POST', '/charges/by-key/order-0002/void')).body.status, 'approved')
})

test('a charge is found by its key; an unknown key is not found', async () => {
  const { token, charge, call } = openBank()
  const { body } = await charge(await token(), 'order-0001')
  assert.equal((await call('GET', '/charges/by-key/order-0001')).body.id, body.id)
  assert.equal((await call('GET', '/charges/by-key/order-0009')).status, 404)
})

test('a refund is made once per key and never exceeds its charge', async () => {
  const { token, charge, call } = openBank()
  const chargeId = (await charge(await token(), 'order-0001')).body.id
  const refund = (key: string, amountMinor: number) =>
    call('POST', '/refunds', { key, body: { chargeId, amountMinor } })
  assert.equal((await refund('refund-1', 1500)).status, 201)
  assert.equal((await refund('refund-1', 1500)).status, 201)
  assert.deepEqual((await refund('refund-1', 1)).body.code, 'BANK_KEY_REUSED')
  assert.deepEqual((await refund('refund-2', 500)).body.code, 'BANK_REFUND_TOO_LARGE')
  const { entries } = (await call('GET', '/ledger?key=order-0001')).body
  assert.deepEqual(
    entries.map(({ kind, amountMinor }: { kind: string; amountMinor: number }) => [kind, amountMinor]),
    [
      ['charge', 1999],
      ['refund', 1500],
    ],
  )
})

test('an erring bank does nothing; one that errs afterwards has done it, and says so when asked again', async () => {
  const { token, charge, call } = openBank()
  const card = await token()
  await call('PUT', '/behaviour', { body: { mode: 'error' } })
  assert.equal((await charge(card, 'order-0001')).status, 503)
  await call('PUT', '/behaviour', { body: { mode: 'error-after' } })
  assert.equal((await charge(card, 'order-0002')).status, 503)
  await call('PUT', '/behaviour', { body: { mode: 'normal' } })
  const { entries } = (await call('GET', '/ledger')).body
  assert.deepEqual(
    entries.map(({ key }: { key: string }) => key),
    ['order-0002'],
  )
  assert.equal((await charge(card, 'order-0002')).body.id, entries[0].id)
})

test('a bank can be out of order for a share of the requests, evenly spread; every request is counted', async () => {
  const { call } = openBank()
  await call('PUT', '/behaviour', { body: { mode: 'error', percent: 50 } })
  const statuses = []
  for (let count = 0; count < 6; count++) statuses.push((await call('POST', '/tokens', { body: visa })).status)
  assert.deepEqual(statuses, [201, 503, 201, 503, 201, 503])
  const behaviour = (await call('GET', '/behaviour')).body
  assert.deepEqual(behaviour, { mode: 'error', delayMs: 0, percent: 50, requests: 6 })
  assert.equal((await call('PUT', '/behaviour', { body: { mode: 'error', percent: 0 } })).status, 400)
})

test('a declining bank declines good cards', async () => {
  const { token, charge, call } = openBank()
  await call('PUT', '/behaviour', { body: { mode: 'decline' } })
  assert.equal((await charge(await token(), 'order-0001')).body.declineCode, 'CARD_DECLINED')
})

test('a hanging bank does nothing, and lets go when the client goes away', async () => {
  const { call } = openBank()
  await call('PUT', '/behaviour', { body: { mode: 'hang' } })
  const client = new AbortController()
  const leaving = call('POST', '/charges/by-key/order-0001/void', { signal: client.signal })
  client.abort()
  await leaving
  assert.equal((await call('GET', '/ledger')).body.entries.length, 0)
})

test('a slow bank answers after its delay', async () => {
  const { call, clock } = openBank()
  await call('PUT', '/behaviour', { body: { mode: 'normal', delayMs: 500 } })
  let isAnswered = false
  const answering = call('POST', '/tokens', { body: visa }).then(() => (isAnswered = true))
  await clock.advance(499)
  assert.equal(isAnswered, false)
  await clock.advance(1)
  await answering
})

test('everything that is wrong with a body is said at once', async () => {
  const { call } = openBank()
  const { status, body } = await call('POST', '/charges', {
    key: 'order-0001',
    body: { amountMinor: -1, currency: 'eur' },
  })
  assert.equal(status, 400)
  assert.deepEqual(
    body.issues.map(({ path }: { path: string }) => path),
    ['amountMinor', 'currency', 'token', 'description'],
  )
  assert.equal((await call('POST', '/charges', { body: {} })).body.issues[0].path, 'Idempotency-Key')
  assert.equal((await call('POST', '/charges', { key: 'order-0001', body: [] })).status, 400)
})

test('an unknown path is not found, and a wrong method is told the right ones', async () => {
  const { call } = openBank()
  assert.equal((await call('GET', '/nothing')).status, 404)
  assert.equal((await call('DELETE', '/charges')).status, 405)
})
