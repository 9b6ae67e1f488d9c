import type { VNode } from 'preact'
import { wood } from '../art/materials.ts'
import { Heading } from '../parts/heading.tsx'
import { Still } from '../art/picture.tsx'

export interface NotFoundProps {
  readonly title?: string
  readonly text?: string
}

export function NotFoundPage({
  title = 'This page is not here',
  text = 'The address may be mistyped, or the page has moved.',
}: NotFoundProps): VNode {
  return (
    <div class="wrap page">
      <div class="state">
        <svg class="state-art" viewBox="60 90 290 260" aria-hidden="true" focusable="false">
          <Still category="baskets" colour={wood.base} seed="empty" />
        </svg>
        <Heading title={title} />
        <p>{text}</p>
        <p class="state-actions">
          <a class="button" href="/shop">
            Browse the shop
          </a>
          <a class="button quiet-button" href="/">
            Front page
          </a>
        </p>
      </div>
    </div>
  )
}
