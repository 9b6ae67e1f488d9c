/**
 * Whether a request that may have JSON or a page would rather have the page, by its `Accept` header: what a browser says
 * that opens a link. Who says nothing, or likes both as much, gets JSON.
 */
export function prefersHtml(accept: string | undefined): boolean {
  const ranges = (accept ?? '').slice(0, maxLength).split(',').map(readRange)
  return quality(ranges, 'text/html') > quality(ranges, 'application/json')
}

// Of longer headers the rest is not looked at: no browser's is half as long.
const maxLength = 1_000

interface MediaRange {
  readonly type: string
  readonly q: number
}

function readRange(text: string): MediaRange {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
  const q = parameters.find((parameter) => /^q\s*=/.test(parameter))
  const value = q === undefined ? 1 : Number(q.slice(q.indexOf('=') + 1).trim())
  return { type, q: value >= 0 && value <= 1 ? value : 0 }
}

/** The most specific range that fits decides. Source: RFC 9110, 12.5.1. */
function quality(ranges: readonly MediaRange[], type: string): number {
  const fits = [type, type.replace(/\/.*/, '/*'), '*/*']
  return fits.map((each) => ranges.find((range) => range.type === each)?.q).find((q) => q !== undefined) ?? 0
}
