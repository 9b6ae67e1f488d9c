/** A product's colour with the shades that light and shadow make of it. All are #rrggbb. */
export interface Ramp {
  readonly pale: string
  readonly light: string
  readonly base: string
  readonly dark: string
  readonly deep: string
}

interface Oklch {
  readonly l: number
  readonly c: number
  readonly h: number
}

const fallback = '#8a8378'

/** Shades of a colour, computed in OKLCH so that equal steps look equal whatever the hue. */
export function rampOf(hex: string): Ramp {
  const base = toOklch(hex)
  // Shadows drift towards blue and lose a little colour, lights do the opposite: it is what daylight does.
  const step = (lightness: number, chroma: number): string =>
    toHex({
      l: clamp(base.l + lightness, Math.min(base.l, 0.12), Math.max(base.l, 0.985)),
      c: base.c * chroma,
      h: base.h - lightness * 0.25,
    })
  return {
    pale: step(0.15, 0.7),
    light: step(0.075, 0.92),
    base: toHex(base),
    dark: step(-0.09, 0.98),
    deep: step(-0.18, 0.9),
  }
}

/**
 * The wall behind a product, for the light and for the dark theme: a trace of the product's own hue, and always
 * far enough from it in lightness for the outline to read.
 */
export function backdropOf(hex: string): { light: string; dark: string } {
  const { l, c, h } = toOklch(hex)
  const tint = { c: Math.min(0.008 + c * 0.09, 0.02), h: c < 0.035 ? 1.3 : h }
  return {
    light: toHex({ l: ramp(l, 0.8, 0.9, 0.928, 0.86), ...tint }),
    dark: toHex({ l: ramp(l, 0.3, 0.48, 0.43, 0.33), ...tint }),
  }
}

/** From `low` to `high` as the value goes from one bound to the other. */
function ramp(value: number, from: number, to: number, low: number, high: number): number {
  return low + (high - low) * clamp((value - from) / (to - from), 0, 1)
}

/** What to draw on a colour so that it can be made out. */
export function inkOn(hex: string): string {
  const { l, c, h } = toOklch(hex)
  return l > 0.58 ? toHex({ l: 0.27, c: c * 0.4, h }) : toHex({ l: 0.95, c: c * 0.15, h })
}

function toOklch(hex: string): Oklch {
  const digits = /^#?([0-9a-f]{6})$/i.exec(hex)?.[1] ?? fallback.slice(1)
  const channel = (at: number): number => {
    const value = Number.parseInt(digits.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  const [r, g, b] = [channel(0), channel(2), channel(4)]
  const long = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
  const medium = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
  const short = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
  const a = 1.9779984951 * long - 2.428592205 * medium + 0.4505937099 * short
  const bb = 0.0259040371 * long + 0.7827717662 * medium - 0.808675766 * short
  const l = 0.2104542553 * long + 0.793617785 * medium - 0.0040720468 * short
  return { l, c: Math.hypot(a, bb), h: Math.atan2(bb, a) }
}

function toHex({ l, c, h }: Oklch): string {
  // Colours outside sRGB are brought in by lowering the chroma, which keeps hue and lightness true.
  for (let chroma = c; ; chroma *= 0.92) {
    const channels = toRgb({ l, c: chroma < 0.002 ? 0 : chroma, h })
    if (chroma < 0.002 || channels.every((value) => value >= -0.0005 && value <= 1.0005)) {
      return `#${channels.map((value) => encode(clamp(value, 0, 1))).join('')}`
    }
  }
}

function toRgb({ l, c, h }: Oklch): number[] {
  const [a, b] = [c * Math.cos(h), c * Math.sin(h)]
  const long = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const medium = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const short = (l - 0.0894841775 * a - 1.291485548 * b) ** 3
  return [
    4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short,
  ]
}

function encode(linear: number): string {
  const value = linear <= 0.0031308 ? linear * 12.92 : 1.055 * linear ** (1 / 2.4) - 0.055
  return Math.round(value * 255)
    .toString(16)
    .padStart(2, '0')
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value))
}
