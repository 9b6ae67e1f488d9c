import { Component, type ComponentChildren, type VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { announcement } from '../state/notices.ts'
import { Icon } from './icon.tsx'

/** What screen readers are told about changes that are only seen. */
export function Announcer(): VNode {
  return (
    <p class="sr-only" role="status">
      {announcement.value}
    </p>
  )
}

export function OfflineBanner(): VNode | null {
  const [online, setOnline] = useState(navigator.onLine)
  useEffect(() => {
    const update = (): void => setOnline(navigator.onLine)
    addEventListener('online', update)
    addEventListener('offline', update)
    return () => {
      removeEventListener('online', update)
      removeEventListener('offline', update)
    }
  }, [])
  return online ? null : (
    <p class="offline" role="alert">
      <Icon name="alert" size={18} /> You are offline. What you see may be old, and nothing can be ordered until you are
      connected again.
    </p>
  )
}

/** Keeps a mistake of ours in one page from leaving the customer with an empty window. */
export class Guard extends Component<{ url: string; children: ComponentChildren }, { failedAt?: string | undefined }> {
  override state: { failedAt?: string | undefined } = {}

  override componentDidCatch(): void {
    this.setState({ failedAt: this.props.url })
  }

  override render(): ComponentChildren {
    // Another page may well work: leaving is the way out.
    if (this.state.failedAt !== this.props.url) return this.props.children
    return (
      <div class="wrap page">
        <div class="state" role="alert">
          <Icon name="alert" size={28} />
          <h1 class="state-title">This page broke</h1>
          <p>The mistake is ours. Your cart and your orders are safe.</p>
          <p class="state-actions">
            <button type="button" class="button" onClick={() => location.reload()}>
              Load the page again
            </button>
            <a class="button quiet-button" href="/">
              Go to the front page
            </a>
          </p>
        </div>
      </div>
    )
  }
}
