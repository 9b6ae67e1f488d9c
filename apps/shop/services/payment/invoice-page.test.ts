import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseIsoTime } from '@ashlar/kernel'
import { money } from '../shared/money.ts'
import { renderInvoice } from './invoice-page.ts'
import type { Invoice, Payment } from './payment.ts'

const invoice: Invoice = {
  id: 'invoice-1',
  number: '2026-000042',
  orderId: 'order-1',
  userId: 'ada',
  lines: [
    { description: 'Desk lamp', quantity: 2, unitPrice: money(1050, 'EUR'), lineTotal: money(2100, 'EUR') },
    { description: 'Pen', quantity: 1, unitPrice: money(99_999, 'EUR'), lineTotal: money(99_999, 'EUR') },
  ],
  total: money(102_099, 'EUR'),
  address: { name: 'Ada', line1: 'Main St 1', line2: '', postalCode: '10115', city: 'Berlin', country: 'DE' },
  issuedAtMs: parseIsoTime('2026-02-03T23:59:59Z') ?? 0,
  refundedAtMs: undefined,
}
const payment = { cardBrand: 'Visa', cardLast4: '4242' } as Payment

/** What a reader of the page reads, without its style. */
function textOf(page: string): string {
  return page
    .replace(/<style>.*<\/style>/s, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
}

test('an invoice says who sold what to whom, when, for how much, and how it was paid', () => {
  const text = textOf(renderInvoice(invoice, payment))
  for (const part of [
    'Invoice 2026-000042 Issued on 3 February 2026',
    'Ashlar &amp; Co. Household goods',
    'Billed to Ada Main St 1 10115 Berlin Germany',
    'Order order-1 Paid with Visa ending 4242',
    'Desk lamp 2 €10.50 €21.00 Pen 1 €999.99 €999.99',
    'Total, VAT included €1,020.99',
  ]) {
    assert.ok(text.includes(part), `${part} in ${text}`)
  }
  assert.doesNotMatch(text, /refund|credit|balance/i)
})

test('the invoice of a refunded order gives credit for all of it, and leaves nothing to pay', () => {
  const refundedAtMs = parseIsoTime('2026-02-10T08:00:00Z') ?? 0
  const text = textOf(renderInvoice({ ...invoice, refundedAtMs }, payment))
  assert.match(text, /Total, VAT included €1,020.99 Refunded -€1,020.99 Balance €0.00/)
  assert.match(text, /Credit: invoice 2026-000042 was refunded in full, €1,020.99, on 10 February 2026./)
})

test('an invoice from before there were addresses is made out to nobody', () => {
  assert.doesNotMatch(textOf(renderInvoice({ ...invoice, address: undefined }, payment)), /Billed to/)
})

test('what merchants and customers wrote is text in an invoice, never markup', () => {
  const hostile = `<script src="//evil.example">'"</script><img onerror=alert(1)>`
  const [line] = invoice.lines
  const address = { name: hostile, line1: hostile, line2: hostile, postalCode: '1', city: hostile, country: 'DE' }
  const lines = line === undefined ? [] : [{ ...line, description: hostile }]
  const plain = renderInvoice(
    { ...invoice, lines, address: { ...address, name: 'x', line1: 'x', line2: 'x', city: 'x' } },
    {
      ...payment,
    },
  )
  const page = renderInvoice({ ...invoice, lines, address }, { ...payment, cardBrand: hostile })
  assert.doesNotMatch(page, /<script|<img|onerror=alert\(1\)>/)
  const tags = (html: string): number => html.split('<').length
  assert.equal(tags(page), tags(plain))
})

test('an invoice needs nothing else and forbids itself everything else: it runs no script and fetches nothing', () => {
  const page = renderInvoice(invoice, payment)
  assert.match(page, /^<!doctype html>/)
  assert.match(page, /http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'"/)
  assert.doesNotMatch(page, /<script|<link|<img|<iframe|\ssrc=|\shref=|url\(|@import|https?:/i)
})

test('an invoice prints on A4, dark on white, with the head of its table on each page', () => {
  const page = renderInvoice(invoice, payment)
  assert.match(page, /@page \{ size: A4;/)
  assert.match(page, /color-scheme: only light/)
  assert.match(page, /@media print/)
  assert.match(page, /thead \{ display: table-header-group; \}/)
})
