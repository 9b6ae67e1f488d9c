import type { VNode } from 'preact'
import { cartCount } from '../state/cart.ts'
import { looksLikeMerchant, session } from '../state/session.ts'
import { theme, type Theme } from '../state/theme.ts'
import { announce } from '../state/notices.ts'
import { CategoryMenu } from './category-menu.tsx'
import { Icon, type IconName } from './icon.tsx'
import { SearchBox } from './search-box.tsx'
import { Wordmark } from './wordmark.tsx'

export function Header(): VNode {
  return (
    <header class="header">
      <p class="promise">
        <span>Free delivery on every order</span>
        <span class="promise-more">30 days to change your mind</span>
        <span class="promise-more">Spare parts for everything we sell</span>
      </p>
      <div class="bar wrap">
        <Wordmark />
        <CategoryMenu />
        <SearchBox />
        <div class="bar-tools">
          <ThemeToggle />
          {looksLikeMerchant.value ? <MerchantLink /> : null}
          <AccountLink />
          <CartLink />
        </div>
      </div>
    </header>
  )
}

function MerchantLink(): VNode {
  return (
    <a class="tool tool-merchant" href="/merchant">
      <Icon name="store" />
      <span class="tool-word">Merchant</span>
    </a>
  )
}

function AccountLink(): VNode {
  const state = session.value
  // While an earlier session is being taken up, the customer most likely has one: nothing flickers.
  const signedIn = state.kind !== 'anonymous'
  return (
    <a class="tool" href={signedIn ? '/account' : '/sign-in'}>
      <Icon name="person" />
      <span class="tool-word">{signedIn ? 'Account' : 'Sign in'}</span>
    </a>
  )
}

function CartLink(): VNode {
  const count = cartCount.value
  return (
    <a class="tool" href="/cart">
      <span class="tool-badged">
        <Icon name="bag" />
        {count === 0 ? null : (
          <span class="badge" aria-hidden="true">
            {count > 99 ? '99+' : count}
          </span>
        )}
      </span>
      <span class="tool-word">Cart</span>
      {count === 0 ? null : <span class="sr-only">, {count === 1 ? '1 item' : `${count} items`}</span>}
    </a>
  )
}

const next: Readonly<Record<Theme, { theme: Theme; icon: IconName; words: string }>> = {
  system: { theme: 'light', icon: 'system', words: 'as the system' },
  light: { theme: 'dark', icon: 'sun', words: 'light' },
  dark: { theme: 'system', icon: 'moon', words: 'dark' },
}

function ThemeToggle(): VNode {
  const { icon, words, theme: following } = next[theme.value]
  const change = (): void => {
    theme.value = following
    announce(`Theme: ${next[following].words}`)
  }
  return (
    <button type="button" class="tool" onClick={change} title={`Theme: ${words}`}>
      <Icon name={icon} />
      <span class="sr-only">Theme: {words}. Change</span>
    </button>
  )
}
