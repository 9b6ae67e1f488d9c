import type { ComponentChildren, VNode } from 'preact'
import { useRef } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { shop } from '../api/shop.ts'
import type { Order, User } from '../api/types.ts'
import { formatDay } from '../lib/dates.ts'
import { formatMoney } from '../lib/money.ts'
import { usePages } from '../lib/use-pages.ts'
import { forgetAll, useQuery } from '../lib/use-query.ts'
import { Heading } from '../parts/heading.tsx'
import { MembersOnly } from '../parts/members-only.tsx'
import { MoreButton } from '../parts/more-button.tsx'
import { OrderStatusMark } from '../parts/order-status-mark.tsx'
import { PasswordForm } from '../parts/password-form.tsx'
import { Picture } from '../parts/picture.tsx'
import { PreferencesForm, ProfileForm } from '../parts/account-forms.tsx'
import { Empty, Failed, Loading } from '../parts/states.tsx'
import { isMerchant, signOut } from '../state/session.ts'

const sections = [
  { href: '/account', name: 'Orders' },
  { href: '/account/profile', name: 'Profile' },
  { href: '/account/password', name: 'Password' },
  { href: '/account/preferences', name: 'Preferences' },
]

export function OrdersPage(): VNode {
  return <Account title="Your orders">{(user) => <Orders user={user} />}</Account>
}

export function ProfilePage(): VNode {
  return <Account title="Your profile">{(user) => <ProfileForm user={user} />}</Account>
}

export function PasswordPage(): VNode {
  return <Account title="Your password">{(user) => <PasswordForm user={user} />}</Account>
}

export function PreferencesPage(): VNode {
  return <Account title="Preferences">{(user) => <LoadedPreferences user={user} />}</Account>
}

function Account({ title, children }: { title: string; children: (user: User) => ComponentChildren }): VNode {
  const { path, route } = useLocation()
  const leave = async (): Promise<void> => {
    route('/')
    forgetAll()
    await signOut()
  }
  return (
    <MembersOnly>
      {(user) => (
        <div class="wrap page account">
          <nav class="account-nav" aria-label="Account">
            <p class="account-who">
              <strong>{user.displayName}</strong>
              <span class="quiet">{user.email}</span>
              {isMerchant.value ? <span class="role">Merchant</span> : null}
            </p>
            <ul>
              {sections.map(({ href, name }) => (
                <li key={href}>
                  <a href={href} aria-current={href === path ? 'page' : undefined}>
                    {name}
                  </a>
                </li>
              ))}
              <li>
                <button type="button" class="link" onClick={() => void leave()}>
                  Sign out
                </button>
              </li>
            </ul>
          </nav>
          <div class="account-main">
            <Heading title={title} />
            {children(user)}
          </div>
        </div>
      )}
    </MembersOnly>
  )
}

const pageSize = 10

function Orders({ user }: { user: User }): VNode {
  const list = useRef<HTMLUListElement>(null)
  const pages = usePages(`orders ${user.id}`, pageSize, async (page, signal) => {
    const { orders, nextPageToken } = await shop.orders(page, signal)
    return { items: orders, nextPageToken }
  })
  const { items, error, retry } = pages
  if (items === undefined) return error === undefined ? <Loading lines={6} /> : <Failed error={error} retry={retry} />
  if (items.length === 0) {
    return (
      <Empty title="No orders yet">
        <p>What you buy is listed here, with its invoice.</p>
        <p class="state-actions">
          <a class="button" href="/shop">
            Browse the shop
          </a>
        </p>
      </Empty>
    )
  }
  return (
    <>
      <ul ref={list} class="orders">
        {items.map((order) => (
          <li key={order.id}>
            <OrderRow order={order} />
          </li>
        ))}
      </ul>
      <MoreButton pages={pages} what="orders" list={list} />
    </>
  )
}

const shownLines = 4

function OrderRow({ order }: { order: Order }): VNode {
  return (
    <a class="order-row" href={`/orders/${order.id}`}>
      <span class="order-row-words">
        <strong>Order {order.number}</strong>
        <span class="quiet">{formatDay(order.createdAt)}</span>
      </span>
      <span class="order-row-thumbs" aria-hidden="true">
        {order.lines.slice(0, shownLines).map((line) => (
          <span key={line.productId} class="thumb small-thumb">
            <Picture productId={line.productId} product={line} />
          </span>
        ))}
        {order.lines.length > shownLines ? <span class="quiet">+{order.lines.length - shownLines}</span> : null}
      </span>
      <OrderStatusMark status={order.status} />
      <span class="price">{formatMoney(order.total)}</span>
    </a>
  )
}

function LoadedPreferences({ user }: { user: User }): VNode {
  const { data, error, retry } = useQuery(`preferences ${user.id}`, (signal) => shop.preferences(signal))
  if (data === undefined) return error === undefined ? <Loading lines={4} /> : <Failed error={error} retry={retry} />
  return <PreferencesForm preferences={data} />
}
