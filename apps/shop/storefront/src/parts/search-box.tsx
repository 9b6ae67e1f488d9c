import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { parseCriteria, shopUrl } from '../lib/criteria.ts'
import { Icon } from './icon.tsx'

export function SearchBox(): VNode {
  const { route, url, path } = useLocation()
  const asked = path === '/shop' ? parseCriteria(url.split('?')[1] ?? '').query : ''
  const [text, setText] = useState(asked)
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => setText(asked), [asked])
  useEffect(() => {
    const focusOnSlash = (event: KeyboardEvent): void => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      event.preventDefault()
      input.current?.focus()
      input.current?.select()
    }
    addEventListener('keydown', focusOnSlash)
    return () => removeEventListener('keydown', focusOnSlash)
  }, [])
  const submit = (event: Event): void => {
    event.preventDefault()
    route(shopUrl({ query: text.trim() }))
    input.current?.blur()
  }
  return (
    <form role="search" class="search" action="/shop" onSubmit={submit}>
      <label class="sr-only" for="search">
        Search products
      </label>
      <input
        ref={input}
        id="search"
        name="query"
        type="search"
        placeholder="Search mugs, lamps, oak tables"
        autocomplete="off"
        enterkeyhint="search"
        maxLength={200}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <kbd aria-hidden="true">/</kbd>
      <button type="submit" class="search-go">
        <Icon name="search" />
        <span class="sr-only">Search</span>
      </button>
    </form>
  )
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
}
