import type { ComponentChildren, VNode } from 'preact'
import { sayProblem } from '../api/problem.ts'
import { Icon } from './icon.tsx'

/** Shown in place of what could not be loaded. */
export function Failed({ error, retry }: { error: unknown; retry: () => void }): VNode {
  return (
    <div class="state" role="alert">
      <Icon name="alert" size={28} />
      <p class="state-title">That did not load</p>
      <p>{sayProblem(error)}</p>
      <button type="button" class="button quiet-button" onClick={retry}>
        Try again
      </button>
    </div>
  )
}

export function Empty({ title, children }: { title: string; children: ComponentChildren }): VNode {
  return (
    <div class="state">
      <p class="state-title">{title}</p>
      {children}
    </div>
  )
}

/** Grey bars where text will be. */
export function Skeleton({ lines = 3 }: { lines?: number }): VNode {
  return (
    <div class="skeleton" aria-hidden="true">
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} />
      ))}
    </div>
  )
}

export function Loading({ lines }: { lines?: number }): VNode {
  return (
    <div aria-busy="true">
      <p class="sr-only">Loading</p>
      <Skeleton {...(lines === undefined ? {} : { lines })} />
    </div>
  )
}

/** What went wrong with something the customer did. */
export function Alert({ children }: { children: ComponentChildren }): VNode {
  return (
    <div class="alert" role="alert">
      <Icon name="alert" />
      <div>{children}</div>
    </div>
  )
}
