import { signal, type Signal } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect } from 'preact/hooks'
import { singleFlight } from '../../lib/single-flight.ts'
import { MerchantOnly } from '../../parts/merchant-only.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Loading } from '../../parts/states.tsx'

type Pages = typeof import('./pages.ts')

const pages: Signal<Pages | 'failed' | undefined> = signal(undefined)

const load = singleFlight(async (): Promise<void> => {
  try {
    pages.value = await import('./pages.ts')
  } catch {
    pages.value = 'failed'
  }
})

/** A page for the shop's staff. They come in a file of their own, so that customers never load it. */
export function MerchantPage({ show }: { show: (pages: Pages) => VNode }): VNode {
  return (
    <MerchantOnly>
      <Loaded show={show} />
    </MerchantOnly>
  )
}

function Loaded({ show }: { show: (pages: Pages) => VNode }): VNode {
  const now = pages.value
  useEffect(() => {
    if (now === undefined) void load()
  }, [now])
  if (now !== undefined && now !== 'failed') return show(now)
  return (
    <div class="wrap page">
      {now === undefined ? (
        <Loading lines={8} />
      ) : (
        <div class="state" role="alert">
          <Icon name="alert" size={28} />
          <p class="state-title">This page did not load</p>
          <p>The shop may have been renewed meanwhile. Loading the page again brings the new one.</p>
          <button type="button" class="button" onClick={() => location.reload()}>
            Load the page again
          </button>
        </div>
      )}
    </div>
  )
}
