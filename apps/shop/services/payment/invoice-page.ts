import type { Address } from '../shared/address.ts'
import { formatMoney, times } from '../shared/money.ts'
import { html, type Html } from './html.ts'
import { invoiceStyle } from './invoice-style.ts'
import type { Invoice, InvoiceLine, Payment } from './payment.ts'

/** Who sells. Made up, like the shop. */
const seller = {
  name: 'Ashlar & Co.',
  lines: ['Household goods, well made', '12 Mason’s Yard', 'Dublin D08 AC12', 'Ireland', 'orders@ashlar.example'],
}

/**
 * An invoice as a page that stands alone: no scripts, nothing to fetch, printable on A4. What customers and merchants
 * wrote is text in it, never markup; and should that ever fail, the page forbids itself to do anything.
 */
export function renderInvoice(invoice: Invoice, payment: Payment): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>Invoice ${invoice.number} - ${seller.name}</title>
        <style>
          ${{ html: invoiceStyle }}
        </style>
      </head>
      <body>
        <main>
          <header>
            <div>
              <h1>Invoice ${invoice.number}</h1>
              <p class="quiet">Issued on ${day(invoice.issuedAtMs)}</p>
            </div>
            <address><strong>${seller.name}</strong>${seller.lines.map((text) => html`<br />${text}`)}</address>
          </header>
          ${facts(invoice, payment)} ${lines(invoice)} ${credit(invoice)}
          <footer>This is a reference shop: no real money, no real parcels.</footer>
        </main>
      </body>
    </html> `
  return page.html
}

function facts(invoice: Invoice, payment: Payment): Html {
  return html`<section class="facts">
    ${billedTo(invoice.address)}
    <dl>
      <dt>Order</dt>
      <dd>${invoice.orderId}</dd>
      <dt>Paid with</dt>
      <dd>${payment.cardBrand} ending ${payment.cardLast4}</dd>
    </dl>
  </section>`
}

function billedTo(address: Address | undefined): readonly Html[] {
  if (address === undefined) return []
  const { name, line1, line2, postalCode, city, country } = address
  const shown = [name, line1, line2, `${postalCode} ${city}`, countryName(country)].filter((text) => text !== '')
  return [
    html`<dl>
      <dt>Billed to</dt>
      <dd>
        <address>${shown.map((text, index) => (index === 0 ? html`${text}` : html`<br />${text}`))}</address>
      </dd>
    </dl>`,
  ]
}

function lines(invoice: Invoice): Html {
  const refunded = invoice.refundedAtMs !== undefined
  return html`<table>
    <caption>
      What you bought
    </caption>
    <thead>
      <tr>
        <th scope="col">Article</th>
        <th scope="col">Quantity</th>
        <th scope="col">Each</th>
        <th scope="col">Amount</th>
      </tr>
    </thead>
    <tbody>
      ${invoice.lines.map(line)}
    </tbody>
    <tfoot>
      ${total('Total, VAT included', formatMoney(invoice.total), 'sum')}
      ${refunded ? total('Refunded', formatMoney(times(invoice.total, -1)), '') : []}
      ${refunded ? total('Balance', formatMoney(times(invoice.total, 0)), 'sum') : []}
    </tfoot>
  </table>`
}

function line({ description, quantity, unitPrice, lineTotal }: InvoiceLine): Html {
  return html`<tr>
    <td>${description}</td>
    <td>${quantity}</td>
    <td>${formatMoney(unitPrice)}</td>
    <td>${formatMoney(lineTotal)}</td>
  </tr>`
}

function total(label: string, amount: string, kind: string): Html {
  return html`<tr class="${kind}">
    <th scope="row" colspan="3">${label}</th>
    <td>${amount}</td>
  </tr>`
}

function credit({ refundedAtMs, total: amount, number }: Invoice): readonly Html[] {
  if (refundedAtMs === undefined) return []
  const text = `Credit: invoice ${number} was refunded in full, ${formatMoney(amount)}, on ${day(refundedAtMs)}.`
  return [html`<p class="note">${text} Nothing is left to pay.</p>`]
}

const days = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' })

function day(wallMs: number): string {
  return days.format(wallMs)
}

const countries = new Intl.DisplayNames(['en'], { type: 'region' })

function countryName(code: string): string {
  return countries.of(code) ?? code
}
