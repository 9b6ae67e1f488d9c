import type { VNode } from 'preact'
import { Mark } from './wordmark.tsx'

export function Footer(): VNode {
  return (
    <footer class="footer">
      <div class="wrap footer-columns">
        <section class="footer-about">
          <p class="footer-name">
            <Mark size={24} /> Ashlar &amp; Co.
          </p>
          <p>Household goods, well made. Chosen to be used every day, and to be mended rather than replaced.</p>
        </section>
        <section>
          <h2>Delivery</h2>
          <p>Free to all of Europe. Small things arrive in two to four working days, furniture in ten.</p>
        </section>
        <section>
          <h2>Returns</h2>
          <p>Send anything back within 30 days. An order can be cancelled from its page, and is refunded in full.</p>
        </section>
        <section>
          <h2>Your account</h2>
          <ul>
            <li>
              <a href="/account">Orders</a>
            </li>
            <li>
              <a href="/account/profile">Profile and address</a>
            </li>
            <li>
              <a href="/account/preferences">Preferences</a>
            </li>
          </ul>
        </section>
      </div>
      <p class="wrap footer-notice">This is a reference shop: no real money, no real parcels. Prices include VAT.</p>
    </footer>
  )
}
