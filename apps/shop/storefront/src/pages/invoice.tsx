import type { VNode } from 'preact'
import { isProblem } from '../api/problem.ts'
import { shop } from '../api/shop.ts'
import type { Invoice, User } from '../api/types.ts'
import { addressLines } from '../lib/address.ts'
import { formatDay } from '../lib/dates.ts'
import { formatMoney } from '../lib/money.ts'
import { useQuery } from '../lib/use-query.ts'
import { Breadcrumbs } from '../parts/breadcrumbs.tsx'
import { Heading } from '../parts/heading.tsx'
import { Icon } from '../parts/icon.tsx'
import { MembersOnly } from '../parts/members-only.tsx'
import { Failed, Loading } from '../parts/states.tsx'
import { Mark } from '../parts/wordmark.tsx'
import { NotFoundPage } from './not-found.tsx'

export function InvoicePage({ id }: { id: string }): VNode {
  return <MembersOnly>{(user) => <LoadedInvoice id={id} user={user} />}</MembersOnly>
}

function LoadedInvoice({ id, user }: { id: string; user: User }): VNode {
  const { data, error, retry } = useQuery(`invoice ${user.id} ${id}`, (signal) => shop.invoice(id, signal))
  if (isProblem(error) && (error.status === 404 || error.status === 400)) {
    return <NotFoundPage title="There is no invoice yet" text="An order has one as soon as it is paid." />
  }
  return (
    <div class="wrap page">
      <Breadcrumbs
        trail={[
          { name: 'Your orders', href: '/account' },
          { name: 'This order', href: `/orders/${id}` },
        ]}
      />
      {data === undefined ? (
        error === undefined ? (
          <Loading lines={10} />
        ) : (
          <Failed error={error} retry={retry} />
        )
      ) : (
        <Sheet invoice={data} user={user} />
      )}
    </div>
  )
}

function Sheet({ invoice, user }: { invoice: Invoice; user: User }): VNode {
  return (
    <article class="invoice">
      <header class="invoice-head">
        <p class="invoice-shop">
          <Mark size={26} /> Ashlar &amp; Co.
        </p>
        <button type="button" class="button quiet-button no-print" onClick={() => print()}>
          <Icon name="print" /> Print
        </button>
      </header>
      <Heading title={`Invoice ${invoice.number}`} />
      <dl class="invoice-facts">
        <div>
          <dt>Issued</dt>
          <dd>{formatDay(invoice.issuedAt)}</dd>
        </div>
        <div>
          <dt>Billed to</dt>
          <dd>
            {billedTo(invoice, user).map((line) => (
              <span key={line}>{line}</span>
            ))}
          </dd>
        </div>
        {invoice.refundedAt === undefined ? null : (
          <div>
            <dt>Refunded</dt>
            <dd>{formatDay(invoice.refundedAt)}</dd>
          </div>
        )}
      </dl>
      <InvoiceLines invoice={invoice} />
      <p class="hint">Paid by card. This is a reference shop: no real money, no real parcels.</p>
    </article>
  )
}

/** The address that the order was paid under; older invoices name the account alone. */
function billedTo({ address }: Invoice, user: User): readonly string[] {
  return address === undefined ? [user.displayName, user.email] : addressLines(address)
}

function InvoiceLines({ invoice }: { invoice: Invoice }): VNode {
  return (
    <div class="table-scroll">
      <table class="invoice-lines">
        <thead>
          <tr>
            <th scope="col">Article</th>
            <th scope="col">Quantity</th>
            <th scope="col">Each</th>
            <th scope="col">Amount</th>
          </tr>
        </thead>
        <tbody>
          {invoice.lines.map((line) => (
            <tr key={line.description}>
              <td>{line.description}</td>
              <td>{line.quantity}</td>
              <td>{formatMoney(line.unitPrice)}</td>
              <td>{formatMoney(line.lineTotal)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" colSpan={3}>
              Total, VAT included
            </th>
            <td>{formatMoney(invoice.total)}</td>
          </tr>
        </tfoot>
      </table>
    </div>
  )
}
