import type { VNode } from 'preact'
import { iron } from './materials.ts'
import { Still } from './picture.tsx'

interface Piece {
  readonly category: string
  readonly colour: string
  readonly seed: string
  readonly x: number
  readonly y: number
  readonly size: number
}

// Each stands on y = 322 of its own canvas; x, y and size place that canvas in the scene.
const hero: readonly Piece[] = [
  { category: 'pendant-lights', colour: '#2f5d50', seed: 'hero-b', x: 424, y: -20, size: 0.62 },
  { category: 'mirrors', colour: '#b98858', seed: 'hero', x: 214, y: 6, size: 0.56 },
  { category: 'vases', colour: '#b4532f', seed: 'hero-4', x: 6, y: 94, size: 0.86 },
  { category: 'teapots', colour: '#3c5f7d', seed: 'hero', x: 210, y: 192, size: 0.62 },
  { category: 'mugs', colour: '#e6d9c0', seed: 'hero-2', x: 388, y: 243, size: 0.46 },
  { category: 'bowls', colour: '#c79a3b', seed: 'hero-1', x: 512, y: 227, size: 0.54 },
]

/** A shelf with things from the shop. It runs on to the right, as far as the window goes. */
export function HeroScene(): VNode {
  return (
    <svg class="scene" viewBox="0 0 720 470" aria-hidden="true" focusable="false">
      <path class="scene-cord" d="M548 -400V-18" stroke={iron.base} stroke-width="2.5" />
      {hero.map(({ category, colour, seed, x, y, size }) => (
        <g key={category} transform={`translate(${x} ${y}) scale(${size})`}>
          <Still category={category} colour={colour} seed={seed} />
        </g>
      ))}
      <path class="scene-board" d="M0 388h2400v26H0z" />
      <path class="scene-board-edge" d="M0 414h2400v10H0z" />
      <path class="scene-board-shade" d="M0 424h2400v16H0z" />
    </svg>
  )
}

export function MendScene(): VNode {
  return (
    <svg class="scene" viewBox="0 40 400 300" aria-hidden="true" focusable="false">
      <Still category="tool-boxes" colour="#2f5d50" seed="band" />
    </svg>
  )
}
