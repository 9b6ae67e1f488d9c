import type { VNode } from 'preact'

const star = 'M8 1.3l2.06 4.180 4.610.67-3.340 3.250.79 4.6L8 11.830 3.880 14l.79-4.6L1.330 6.150l4.610-.67z'
const width = 96

/** Stars in proportion; the numbers are in words for those who cannot see them. */
export function Rating({ tenths, count }: { tenths: number; count: number }): VNode | null {
  if (count === 0) return <p class="rating">No ratings yet</p>
  return (
    <p class="rating">
      <span class="sr-only">
        Rated {(tenths / 10).toFixed(1)} of 5 by {count} customers
      </span>
      <svg class="stars" width="80" height="14" viewBox={`0 0 ${width} 16`} aria-hidden="true" focusable="false">
        <Stars class="star-empty" />
        {/* A nested picture cuts off what does not fit it. */}
        <svg width={(tenths / 50) * width} height="16">
          <Stars class="star-full" />
        </svg>
      </svg>
      <span aria-hidden="true">
        {(tenths / 10).toFixed(1)} <span class="rating-count">({count.toLocaleString('en-IE')})</span>
      </span>
    </p>
  )
}

function Stars({ class: name }: { class: string }): VNode {
  return (
    <>
      {[0, 1, 2, 3, 4].map((place) => (
        <path key={place} class={name} d={star} transform={`translate(${place * 20} 0)`} />
      ))}
    </>
  )
}
