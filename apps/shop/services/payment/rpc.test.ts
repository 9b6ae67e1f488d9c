import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { closeAll, newId, runCall, uuidGenerator } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { listen } from '@ashlar/http'
import { createClient, rpcHandler, type RemoteError } from '@ashlar/rpc'
import { PaymentService, PaymentStatus } from '../../contracts/gen/shop/payment/v1/payment_pb.ts'
import { shopEdge } from '../shared/edge.ts'
import { silentLog, type Log } from '../shared/log.ts'
import { FakeBank } from './fake-bank.test.support.ts'
import { MemoryPaymentRepository } from './memory-repository.ts'
import { Payments } from './payments.ts'
import { paymentRpc } from './rpc.ts'

async function open(t: TestContext, log: Log = silentLog) {
  const clock = new VirtualClock()
  const bank = new FakeBank()
  const repository = new MemoryPaymentRepository()
  const payments = new Payments({ repository, bank, clock, newId: uuidGenerator({ clock }), log })
  // Who calls is believed only from a member of the mesh.
  const meshKey = 'secret'
  const handler = rpcHandler([paymentRpc(payments, clock)], { edge: shopEdge, meshKey })
  const server = await listen(handler, { port: 0, edge: shopEdge })
  const client = createClient(PaymentService, { name: 'payment', baseUrl: server.url, meshKey })
  const parts = closeAll([server, client])
  t.after(() => parts.close())
  return { client, bank }
}

const eur = (amountMinor: number) => ({ amountMinor: BigInt(amountMinor), currency: 'EUR' })

const address = { name: 'Ada', line1: 'Main St 1', line2: '', postalCode: '10115', city: 'Berlin', country: 'de' }

function charge() {
  const lines = [{ description: 'Desk lamp', quantity: 2, unitPrice: eur(1050), lineTotal: eur(2100) }]
  return { orderId: newId(), userId: newId(), amount: eur(2100), cardToken: 'card_1', lines, address }
}

async function issuePaths(work: Promise<unknown>): Promise<string[]> {
  const error = (await work.then(
    () => assert.fail('it was accepted'),
    (reason: unknown) => reason,
  )) as RemoteError
  assert.equal(error.code, 'ASHLAR_INVALID_INPUT')
  return error.issues.map(({ path }) => path)
}

test('payments are processed, refunded and invoiced, as other services see them', async (t) => {
  const { client } = await open(t)
  const request = charge()
  const { orderId, userId } = request
  const charged = (await client.charge(request)).payment
  assert.equal(charged?.status, PaymentStatus.CHARGED)
  assert.deepEqual([charged.cardBrand, charged.cardLast4, charged.amount?.amountMinor], ['Visa', '4242', 2100n])
  assert.deepEqual((await client.getPayment({ orderId })).payment, charged)

  const invoice = (await client.getInvoice({ orderId, userId })).invoice
  assert.equal(invoice?.number, '2026-000001')
  assert.equal(invoice.lines[0]?.lineTotal?.amountMinor, 2100n)
  assert.equal(invoice.refundedAt, undefined)
  assert.deepEqual([invoice.address?.name, invoice.address?.country], ['Ada', 'DE'])
  const { html } = await client.renderInvoice({ orderId, userId })
  assert.match(html, /Invoice 2026-000001.*Germany.*Visa ending 4242.*Desk lamp.*€21.00/s)

  const refund = await client.refund({ orderId, reason: 'cancelled' })
  assert.equal(refund.payment?.status, PaymentStatus.REFUNDED)
  assert.notEqual((await client.getInvoice({ orderId, userId })).invoice?.refundedAt, undefined)
  assert.match((await client.renderInvoice({ orderId, userId })).html, /was refunded in full/)
  assert.deepEqual(await client.refund({ orderId: newId() }), { $typeName: 'shop.payment.v1.RefundResponse' })
})

test('refusals keep their codes across the wire', async (t) => {
  const { client, bank } = await open(t)
  await assert.rejects(client.getPayment({ orderId: newId() }), { code: 'SHOP_PAYMENT_NOT_FOUND' })
  const whose = { orderId: newId(), userId: newId() }
  await assert.rejects(client.getInvoice(whose), { code: 'SHOP_INVOICE_NOT_FOUND' })
  await assert.rejects(client.renderInvoice(whose), { code: 'SHOP_INVOICE_NOT_FOUND' })
  bank.faults.push('before')
  await assert.rejects(client.charge(charge()), { code: 'SHOP_BANK_UNAVAILABLE', retryable: true })
})

test('a card is checked before the bank sees it, and everything wrong is said at once', async (t) => {
  const { client } = await open(t)
  const card = { number: '4242 4242 4242 4242', expiryMonth: 12, expiryYear: 2030, securityCode: '123' }
  assert.equal((await client.createCardToken(card)).cardToken, 'card_1')
  const bad = { number: '4242 4242 4242 4241', expiryMonth: 12, expiryYear: 2025, securityCode: '12' }
  assert.deepEqual(await issuePaths(client.createCardToken(bad)), ['number', 'securityCode', 'expiryYear'])
})

test('a charge is checked, and everything wrong is said at once', async (t) => {
  const { client, bank } = await open(t)
  const line = { description: '', quantity: 0, unitPrice: eur(-1), lineTotal: { amountMinor: 5n, currency: 'euro' } }
  const bad = { orderId: 'x', userId: '', amount: eur(2100), cardToken: '', lines: [line] }
  assert.deepEqual(await issuePaths(client.charge(bad)), [
    'lines[0].description',
    'lines[0].quantity',
    'lines[0].unitPrice.amountMinor',
    'lines[0].lineTotal.currency',
    'amount',
    'orderId',
    'userId',
    'cardToken',
  ])
  assert.deepEqual(await issuePaths(client.charge({ ...charge(), amount: eur(2099) })), ['amount'])
  const nowhere = client.charge({ ...charge(), address: { ...address, city: '', country: 'Germany' } })
  assert.deepEqual(await issuePaths(nowhere), ['address.country', 'address.city'])
  assert.deepEqual(await issuePaths(client.charge({ ...charge(), cardToken: 'card\u2028_1' })), ['cardToken'])
  assert.equal(bank.entries.size, 0)
})

test('what was repeated on its way counts as asked for before: the answer to the first may have been lost', async (t) => {
  const { client, bank } = await open(t)
  const request = { ...charge(), isFirst: true }
  await client.charge(request)
  bank.isResting = true
  await assert.rejects(client.charge(request), { code: 'SHOP_BANK_UNAVAILABLE' })
  const { payment } = await runCall({ attempt: 2 }, () => client.charge(request))
  assert.equal(payment?.status, PaymentStatus.CHARGED)
})

test('no log line holds anything of a card', async (t) => {
  const lines: string[] = []
  const note = (...entry: unknown[]): void => void lines.push(JSON.stringify(entry))
  const { client } = await open(t, { info: note, warn: note, error: note })
  await client.createCardToken({ number: '4242424242424242', expiryMonth: 12, expiryYear: 2030, securityCode: '987' })
  await client.charge(charge())
  assert.equal(lines.length, 1)
  assert.match(lines[0] ?? '', /"amountMinor":2100.*payment charged/)
  assert.doesNotMatch(lines.join(), /4242|987|card_1/)
})

test("a customer cannot ask for anybody else's invoice or payment, nor charge them", async (t) => {
  const { client } = await open(t)
  const request = charge()
  const { orderId, userId } = request
  await client.charge(request)
  const asEve = (work: () => Promise<unknown>): Promise<unknown> =>
    runCall({ principal: { subject: newId(), roles: ['customer'] } }, work)
  await assert.rejects(
    asEve(() => client.getInvoice({ orderId, userId })),
    { code: 'SHOP_USER_NOT_FOUND' },
  )
  await assert.rejects(
    asEve(() => client.getPayment({ orderId })),
    { code: 'SHOP_PAYMENT_NOT_FOUND' },
  )
  await assert.rejects(
    asEve(() => client.charge(request)),
    { code: 'SHOP_USER_NOT_FOUND' },
  )
  await assert.rejects(
    asEve(() => client.renderInvoice({ orderId, userId })),
    { code: 'SHOP_USER_NOT_FOUND' },
  )
  const asOwner = runCall({ principal: { subject: userId, roles: [] } }, () => client.getInvoice({ orderId, userId }))
  assert.equal((await asOwner).invoice?.orderId, orderId)
})
