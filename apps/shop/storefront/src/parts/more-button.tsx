import type { RefObject, VNode } from 'preact'
import { announce } from '../state/notices.ts'

interface MoreButtonProps {
  readonly pages: {
    readonly items: readonly unknown[] | undefined
    readonly hasMore: boolean
    readonly loadingMore: boolean
    readonly moreFailed: boolean
    readonly more: () => Promise<{ added: number; last: boolean } | undefined>
  }
  /** "orders". */
  readonly what: string
  /** Holds the list, with a link in each entry. */
  readonly list: RefObject<HTMLElement | null>
}

/** Shows the next page of a list below what is there. */
export function MoreButton({ pages, what, list }: MoreButtonProps): VNode | null {
  if (pages.items === undefined || !pages.hasMore) return null
  const show = async (): Promise<void> => {
    const before = pages.items?.length ?? 0
    const answer = await pages.more()
    if (answer === undefined) return
    announce(`${answer.added} more ${what} shown`)
    // The button keeps the focus; when it has gone with the last page, the first new entry takes it.
    if (answer.last) requestAnimationFrame(() => list.current?.querySelectorAll<HTMLElement>('li > a')[before]?.focus())
  }
  return (
    <div class="more">
      {/* Not disabled while it loads: a disabled button would lose the focus. */}
      <button type="button" class="button quiet-button" aria-disabled={pages.loadingMore} onClick={() => void show()}>
        {pages.loadingMore ? 'Loading' : 'Show more'}
      </button>
      {pages.moreFailed ? (
        <p class="mistake" role="alert">
          More {what} could not be loaded. Please try again.
        </p>
      ) : null}
    </div>
  )
}
