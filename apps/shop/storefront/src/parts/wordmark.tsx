import type { VNode } from 'preact'

/** A dressed stone seen from above: four bevels around a flat face, lit from the upper left. */
export function Mark({ size = 30 }: { size?: number }): VNode {
  return (
    <svg class="mark" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path class="mark-top" d="M2 2h28l-8 8H10z" />
      <path class="mark-left" d="M2 2l8 8v12l-8 8z" />
      <path class="mark-right" d="M30 2v28l-8-8V10z" />
      <path class="mark-bottom" d="M2 30l8-8h12l8 8z" />
      <path class="mark-face" d="M10 10h12v12H10z" />
    </svg>
  )
}

export function Wordmark(): VNode {
  return (
    <a class="wordmark" href="/">
      <Mark />
      <span>Ashlar &amp; Co.</span>
    </a>
  )
}
