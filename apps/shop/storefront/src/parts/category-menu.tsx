import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { shop } from '../api/shop.ts'
import { shopUrl } from '../lib/criteria.ts'
import { byDepartment } from '../lib/departments.ts'
import { useQuery } from '../lib/use-query.ts'
import { Icon } from './icon.tsx'

/** A button that opens the departments. Closes on Escape, on a click elsewhere and on following a link. */
export function CategoryMenu(): VNode {
  const [open, setOpen] = useState(false)
  const { url } = useLocation()
  const root = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => setOpen(false), [url])
  useEffect(() => {
    if (!open) return undefined
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return
      setOpen(false)
      button.current?.focus()
    }
    const onLeave = (event: Event): void => {
      if (event.target instanceof Node && root.current?.contains(event.target) === false) setOpen(false)
    }
    addEventListener('keydown', onKey)
    addEventListener('pointerdown', onLeave)
    addEventListener('focusin', onLeave)
    return () => {
      removeEventListener('keydown', onKey)
      removeEventListener('pointerdown', onLeave)
      removeEventListener('focusin', onLeave)
    }
  }, [open])
  return (
    <div class="menu" ref={root}>
      <button
        ref={button}
        type="button"
        class="tool menu-button"
        aria-expanded={open}
        aria-controls="categories"
        onClick={() => setOpen(!open)}
      >
        <span class="menu-icon">
          <Icon name="menu" />
        </span>
        <span class="tool-word">Categories</span>
        <span class="menu-arrow">
          <Icon name="down" size={16} />
        </span>
      </button>
      <nav id="categories" class="menu-panel" aria-label="Categories" hidden={!open}>
        {open ? <Departments /> : null}
      </nav>
    </div>
  )
}

function Departments(): VNode {
  const { data, error, retry } = useQuery('categories', (signal) => shop.categories(signal))
  if (data === undefined) {
    return error === undefined ? (
      <p class="quiet">Loading</p>
    ) : (
      <p>
        The categories could not be loaded.{' '}
        <button type="button" class="link" onClick={retry}>
          Try again
        </button>
      </p>
    )
  }
  return (
    <div class="menu-columns">
      <a class="menu-all" href="/shop">
        Everything in the shop
      </a>
      {byDepartment(data.categories).map(({ name, categories }) => (
        <section key={name}>
          <h2>{name}</h2>
          <ul>
            {categories.map((category) => (
              <li key={category.slug}>
                <a href={shopUrl({ category: category.slug })}>{category.name}</a>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  )
}
