import type { ComponentChildren, VNode } from 'preact'
import { useLocation } from 'preact-iso'
import { Breadcrumbs } from './breadcrumbs.tsx'
import { Heading } from './heading.tsx'

const sections = [
  { href: '/merchant', name: 'Overview' },
  { href: '/merchant/products', name: 'Products' },
  { href: '/merchant/orders', name: 'Orders' },
]

interface MerchantFrameProps {
  readonly title: string
  /** Where the page stands below its section. */
  readonly trail?: readonly { name: string; href: string }[]
  /** Beside the heading. */
  readonly tools?: ComponentChildren
  readonly children: ComponentChildren
}

/** The frame of a page for the shop's staff. */
export function MerchantFrame({ title, trail, tools, children }: MerchantFrameProps): VNode {
  const { path } = useLocation()
  const section = sections.findLast(({ href }) => path === href || path.startsWith(`${href}/`))
  return (
    <div class="wrap page merchant">
      <nav class="merchant-nav" aria-label="Merchant">
        <ul>
          {sections.map(({ href, name }) => (
            <li key={href}>
              <a href={href} aria-current={href === path ? 'page' : href === section?.href ? 'true' : undefined}>
                {name}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      {trail === undefined ? null : <Breadcrumbs trail={trail} />}
      <div class="merchant-head">
        <Heading title={title} />
        {tools}
      </div>
      {children}
    </div>
  )
}
