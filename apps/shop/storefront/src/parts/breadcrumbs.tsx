import type { VNode } from 'preact'

/** Where the page stands in the shop. The page itself is its heading and not repeated here. */
export function Breadcrumbs({ trail }: { trail: readonly { name: string; href: string }[] }): VNode {
  return (
    <nav class="breadcrumbs" aria-label="Breadcrumbs">
      <ol>
        {trail.map(({ name, href }) => (
          <li key={href}>
            <a href={href}>{name}</a>
          </li>
        ))}
      </ol>
    </nav>
  )
}
