import type { ComponentChildren, VNode } from 'preact'
import { isMerchant } from '../state/session.ts'
import { Heading } from './heading.tsx'
import { Icon } from './icon.tsx'
import { MembersOnly } from './members-only.tsx'

/** Shows a page to the shop's staff; anybody else is told that it is not for them. */
export function MerchantOnly({ children }: { children: ComponentChildren }): VNode {
  return <MembersOnly>{() => (isMerchant.value ? <>{children}</> : <Forbidden />)}</MembersOnly>
}

function Forbidden(): VNode {
  return (
    <div class="wrap page">
      <div class="state">
        <Icon name="lock" size={28} />
        <Heading title="This page is for the staff of the shop" />
        <p>Your account may not see it. If it should, ask whoever runs the shop; then load the page again.</p>
        <p class="state-actions">
          <a class="button" href="/">
            Front page
          </a>
          <a class="button quiet-button" href="/account">
            Your account
          </a>
        </p>
      </div>
    </div>
  )
}
