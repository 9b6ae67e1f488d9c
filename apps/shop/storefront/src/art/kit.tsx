import type { ComponentChildren, VNode } from 'preact'
import { useId } from 'preact/hooks'
import type { Ramp } from './colour.ts'

/**
 * What an illustration is drawn from. The canvas is 400 x 400, objects stand on y = 320, and the light comes from
 * the upper left.
 */
export interface Paint extends Ramp {
  /** Chooses between the variants of an illustration, so that two mugs of a colour are not the same mug. */
  readonly seed: number
  /** Reads well on the base colour: dark on a light one, light on a dark one. */
  readonly ink: string
}

export type Illustration = (paint: Paint) => VNode

export type Sheen = 'round' | 'fall' | 'ball' | 'plane'

/** A solid: an outline in one colour, the light on it, and whatever is painted on it clipped to its outline. */
export function Form(props: { d: string; fill: string; sheen?: Sheen; children?: ComponentChildren }): VNode {
  const id = useId()
  return (
    <>
      <path d={props.d} fill={props.fill} />
      {props.children === undefined ? null : (
        <>
          <clipPath id={id}>
            <path d={props.d} />
          </clipPath>
          <g clip-path={`url(#${id})`}>{props.children}</g>
        </>
      )}
      {props.sheen === undefined ? null : <path d={props.d} fill={`url(#art-${props.sheen})`} />}
    </>
  )
}

/** The soft shadow on the ground. It leans to the right, away from the light. */
export function Ground(props: { x?: number; y?: number; rx: number; ry?: number }): VNode {
  const { x = 200, y = 322, rx, ry = rx * 0.14 } = props
  return (
    <>
      <ellipse cx={x + rx * 0.16} cy={y} rx={rx * 1.22} ry={ry * 1.5} fill="url(#art-shadow)" />
      <ellipse cx={x + rx * 0.04} cy={y} rx={rx * 0.98} ry={ry * 0.7} fill="url(#art-contact)" />
    </>
  )
}

/** The shadow of something on legs: faint under it, dark where each foot stands. `feet` are x, y pairs. */
export function LeggedGround(props: { rx: number; y: number; feet: readonly (readonly [number, number])[] }): VNode {
  const { rx, y, feet } = props
  return (
    <>
      <ellipse cx={214} cy={y} rx={rx * 1.3} ry={rx * 0.24} fill="url(#art-shadow)" opacity="0.7" />
      {feet.map(([x, footY]) => (
        <ellipse key={x} cx={x + 5} cy={footY} rx="18" ry="5" fill="url(#art-contact)" />
      ))}
    </>
  )
}

/** The soft shadow of something flat on a wall. */
export function WallShadow(props: { d: string }): VNode {
  return (
    <g opacity="0.16" transform="translate(9 13)">
      <path d={props.d} stroke-width="10" stroke-linejoin="round" class="art-shade" />
      <path d={props.d} class="art-shade" />
    </g>
  )
}

/** The shadow of something lying flat and seen from above. Drawn inside the thing's own turn, so `x` and `y` say where it falls. */
export function FlatShadow(props: { d: string; x: number; y: number }): VNode {
  return (
    <g opacity="0.13">
      <path
        d={props.d}
        transform={`translate(${props.x} ${props.y})`}
        stroke-width="9"
        stroke-linejoin="round"
        class="art-shade"
      />
      <path d={props.d} transform={`translate(${props.x * 0.7} ${props.y * 0.7})`} class="art-shade" />
    </g>
  )
}

/** The same picture further down, to sit in the middle of its frame. */
export function moved(draw: Illustration, down: number): Illustration {
  return (paint) => <g transform={`translate(0 ${down})`}>{draw(paint)}</g>
}

/** A rounded stroke: handles, legs, wires. */
export function Rod(props: { d: string; colour: string; width: number; light?: string }): VNode {
  const { d, colour, width, light } = props
  return (
    <g fill="none" stroke-linecap="round" stroke-linejoin="round">
      <path d={d} stroke={colour} stroke-width={width} />
      {light === undefined ? null : (
        <path
          d={d}
          stroke={light}
          stroke-width={width * 0.34}
          transform={`translate(${-width * 0.17} ${-width * 0.12})`}
        />
      )}
    </g>
  )
}

/** Which of `count` variants a seed means; `salt` makes two choices in a picture independent. */
export function variant(paint: Paint, count: number, salt = 0): number {
  return (Math.imul(paint.seed ^ (salt * 0x9e3779b1), 0x85ebca6b) >>> 9) % count
}

/** Numbers 0 to count - 1, to map over. */
export function times(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}

/** The gradients every picture uses; rendered once in the document. */
export function ArtDefinitions(): VNode {
  return (
    <svg width="0" height="0" class="art-definitions" aria-hidden="true" focusable="false">
      <defs>
        <linearGradient id="art-round">
          <stop offset="0" stop-color="#fff" stop-opacity="0.06" />
          <stop offset="0.2" stop-color="#fff" stop-opacity="0.24" />
          <stop offset="0.5" stop-color="#fff" stop-opacity="0" />
          <stop offset="0.55" stop-color="#1c1420" stop-opacity="0" />
          <stop offset="1" stop-color="#1c1420" stop-opacity="0.32" />
        </linearGradient>
        <linearGradient id="art-fall" x2="0" y2="1">
          <stop offset="0" stop-color="#fff" stop-opacity="0.24" />
          <stop offset="0.45" stop-color="#fff" stop-opacity="0" />
          <stop offset="0.5" stop-color="#1c1420" stop-opacity="0" />
          <stop offset="1" stop-color="#1c1420" stop-opacity="0.24" />
        </linearGradient>
        <linearGradient id="art-plane" x2="1" y2="1">
          <stop offset="0" stop-color="#fff" stop-opacity="0.2" />
          <stop offset="0.5" stop-color="#fff" stop-opacity="0" />
          <stop offset="0.55" stop-color="#1c1420" stop-opacity="0" />
          <stop offset="1" stop-color="#1c1420" stop-opacity="0.16" />
        </linearGradient>
        <radialGradient id="art-ball" cx="0.34" cy="0.28" r="0.82">
          <stop offset="0" stop-color="#fff" stop-opacity="0.42" />
          <stop offset="0.4" stop-color="#fff" stop-opacity="0" />
          <stop offset="0.5" stop-color="#1c1420" stop-opacity="0" />
          <stop offset="1" stop-color="#1c1420" stop-opacity="0.4" />
        </radialGradient>
        <radialGradient id="art-shadow">
          <stop offset="0" stop-color="#1c1420" stop-opacity="0.3" />
          <stop offset="0.4" stop-color="#1c1420" stop-opacity="0.19" />
          <stop offset="0.75" stop-color="#1c1420" stop-opacity="0.05" />
          <stop offset="1" stop-color="#1c1420" stop-opacity="0" />
        </radialGradient>
        <radialGradient id="art-contact">
          <stop offset="0" stop-color="#1c1420" stop-opacity="0.55" />
          <stop offset="0.55" stop-color="#1c1420" stop-opacity="0.34" />
          <stop offset="0.85" stop-color="#1c1420" stop-opacity="0.08" />
          <stop offset="1" stop-color="#1c1420" stop-opacity="0" />
        </radialGradient>
        <radialGradient id="art-glow">
          <stop offset="0" stop-color="#fff0c4" stop-opacity="0.95" />
          <stop offset="0.4" stop-color="#ffe6a6" stop-opacity="0.4" />
          <stop offset="1" stop-color="#ffe6a6" stop-opacity="0" />
        </radialGradient>
        <linearGradient id="art-glass" x2="1" y2="1">
          <stop offset="0" stop-color="#fff" stop-opacity="0.75" />
          <stop offset="0.5" stop-color="#fff" stop-opacity="0.28" />
          <stop offset="1" stop-color="#fff" stop-opacity="0.5" />
        </linearGradient>
      </defs>
    </svg>
  )
}
