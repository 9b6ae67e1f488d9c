import type { VNode } from 'preact'
import { useMemo } from 'preact/hooks'
import { backdropOf, inkOn, rampOf } from './colour.ts'
import { illustrations } from './catalogue.ts'
import { Ground, type Paint } from './kit.tsx'

export interface PictureProps {
  readonly category: string
  readonly colour: string
  /** Picks the variant: the product's id, so that a product looks the same wherever it is shown. */
  readonly seed: string
  /** What the picture shows. Left out where the name stands next to it, which hides the picture from assistive technology. */
  readonly label?: string
}

/** The picture of a product, drawn from its category and colour. */
export function ProductPicture({ category, colour, seed, label }: PictureProps): VNode {
  const wall = useMemo(() => backdropOf(colour), [colour])
  return (
    <svg
      class="art"
      viewBox="15 22 370 370"
      role={label === undefined ? undefined : 'img'}
      aria-label={label}
      aria-hidden={label === undefined ? 'true' : undefined}
      focusable="false"
      style={{ '--art-wall-light': wall.light, '--art-wall-dark': wall.dark }}
    >
      <rect y="10" width="400" height="400" class="art-wall" />
      <rect y="10" width="400" height="400" fill="url(#art-plane)" opacity="0.35" />
      <Still category={category} colour={colour} seed={seed} />
    </svg>
  )
}

/** The object alone, for scenes made of several. */
export function Still({ category, colour, seed }: Omit<PictureProps, 'label'>): VNode {
  const paint = useMemo((): Paint => ({ ...rampOf(colour), ink: inkOn(colour), seed: hash(seed) }), [colour, seed])
  const draw = illustrations.get(category)
  return draw === undefined ? <Parcel paint={paint} /> : draw(paint)
}

/** Stands in for a category that has no illustration yet. */
function Parcel({ paint }: { paint: Paint }): VNode {
  return (
    <>
      <Ground rx={110} />
      <path d="M92 176 H308 V322 H92Z" fill={paint.base} />
      <path d="M92 176 L128 134 H272 L308 176Z" fill={paint.light} />
      <path d="M182 134 H218 L224 176 V236 H176 V176Z" fill={paint.dark} />
      <path d="M92 176 H308 V322 H92Z" fill="url(#art-plane)" />
    </>
  )
}

/** FNV-1a with a final mix: ids that differ in one character spread over all variants. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193)
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d)
  return (value ^ (value >>> 13)) >>> 0
}
