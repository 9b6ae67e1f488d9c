import type { ComponentChildren, VNode } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

let navigated = false

/** Called when another page is about to be shown: its heading takes the focus, so that screen readers start there. */
export function pageChanged(): void {
  navigated = true
}

/** After an action that took its own button away: the keyboard goes on from the page's heading, not from its very top. */
export function focusHeading(): void {
  requestAnimationFrame(() => {
    const { activeElement } = document
    if (activeElement === null || activeElement === document.body)
      document.querySelector('h1')?.focus({ preventScroll: true })
  })
}

/** The page's heading. Also names the document. */
export function Heading({ title, children }: { title: string; children?: ComponentChildren }): VNode {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = title === '' ? 'Ashlar & Co. Household goods, well made' : `${title} - Ashlar & Co.`
  }, [title])
  useEffect(() => {
    // A page may show its heading only when its data is there; who has begun to type by then is left alone.
    const busy = document.activeElement?.closest('main, input') !== null
    if (navigated && !busy) heading.current?.focus({ preventScroll: true })
    navigated = false
  }, [])
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children ?? title}
    </h1>
  )
}
