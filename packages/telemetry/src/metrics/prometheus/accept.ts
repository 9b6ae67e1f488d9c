import type { TextFormat } from './lines.ts'

const openMetrics = 'application/openmetrics-text'

/** What a scraper that sends this `accept` header gets: OpenMetrics where it is asked for by name and liked as well. */
export function negotiate(accept: string | undefined): TextFormat {
  let plain = 0
  let open = 0
  for (const range of (accept ?? '').toLowerCase().split(',')) {
    const [type, ...parameters] = range.split(';').map((part) => part.trim())
    const quality = qualityOf(parameters)
    if (type === openMetrics && isVersion1(parameters)) open = Math.max(open, quality)
    else if (type === 'text/plain') plain = Math.max(plain, quality)
  }
  return open > 0 && open >= plain ? 'openmetrics' : 'text'
}

export function contentType(format: TextFormat): string {
  return format === 'openmetrics'
    ? `${openMetrics}; version=1.0.0; charset=utf-8`
    : 'text/plain; version=0.0.4; charset=utf-8'
}

function qualityOf(parameters: readonly string[]): number {
  const given = parameters.find((parameter) => parameter.startsWith('q='))
  if (given === undefined) return 1
  const quality = Number(given.slice(2))
  return quality >= 0 && quality <= 1 ? quality : 0
}

function isVersion1(parameters: readonly string[]): boolean {
  const version = parameters.find((parameter) => parameter.startsWith('version='))
  return version === undefined || /^version="?1\.0\.0"?$/.test(version)
}
