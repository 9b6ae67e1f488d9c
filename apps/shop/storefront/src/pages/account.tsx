import type { ComponentChildren, VNode } from 'preact'
import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { shop } from '../api/shop.ts'
import type { Order, User } from '../api/types.ts'
import { ProductPicture } from '../art/picture.tsx'
import { formatDay } from '../lib/dates.ts'
import { formatMoney } from '../lib/money.ts'
import { statusName } from '../lib/order-steps.ts'
import { forgetAll, useQuery } from '../lib/use-query.ts'
import { Heading } from '../parts/heading.tsx'
import { MembersOnly } from '../parts/members-only.tsx'
import { PreferencesForm, ProfileForm } from '../parts/account-forms.tsx'
import { Empty, Failed, Loading } from '../parts/states.tsx'
import { signOut } from '../state/session.ts'

const sections = [
  { href: '/account', name: 'Orders' },
  { href: '/account/profile', name: 'Profile' },
  { href: '/account/preferences', name: 'Preferences' },
]

export function OrdersPage(): VNode {
  return <Account title="Your orders">{(user) => <Orders user={user} />}</Account>
}

export function ProfilePage(): VNode {
  return <Account title="Your profile">{(user) => <ProfileForm user={user} />}</Account>
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
  const { data, error, retry } = useQuery(`orders ${user.id}`, (signal) => shop.orders({ size: pageSize }, signal))
  const [older, setOlder] = useState<{ orders: readonly Order[]; token: string } | undefined>()
  const [failed, setFailed] = useState(false)
  if (data === undefined) return error === undefined ? <Loading lines={6} /> : <Failed error={error} retry={retry} />
  const orders = [...data.orders, ...(older?.orders ?? [])]
  const token = older === undefined ? data.nextPageToken : older.token
  const more = async (): Promise<void> => {
    setFailed(false)
    try {
      const page = await shop.orders({ size: pageSize, token })
      setOlder({ orders: [...(older?.orders ?? []), ...page.orders], token: page.nextPageToken })
    } catch {
      setFailed(true)
    }
  }
  if (orders.length === 0) {
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
      <ul class="orders">
        {orders.map((order) => (
          <li key={order.id}>
            <OrderRow order={order} />
          </li>
        ))}
      </ul>
      {failed ? (
        <p class="mistake" role="alert">
          The older orders could not be loaded.
        </p>
      ) : null}
      {token === '' ? null : (
        <p class="more">
          <button type="button" class="button quiet-button" onClick={() => void more()}>
            Show older orders
          </button>
        </p>
      )}
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
            <ProductPicture category={line.categorySlug} colour={line.colour} seed={line.productId} />
          </span>
        ))}
        {order.lines.length > shownLines ? <span class="quiet">+{order.lines.length - shownLines}</span> : null}
      </span>
      <span class={`status ${order.status.toLowerCase().replaceAll('_', '-')}`}>{statusName(order.status)}</span>
      <span class="price">{formatMoney(order.total)}</span>
    </a>
  )
}

function LoadedPreferences({ user }: { user: User }): VNode {
  const { data, error, retry } = useQuery(`preferences ${user.id}`, (signal) => shop.preferences(signal))
  if (data === undefined) return error === undefined ? <Loading lines={4} /> : <Failed error={error} retry={retry} />
  return <PreferencesForm preferences={data} />
}
