import type { ConfigField } from '../config.ts'

// What a header's name may be, and its value: nothing that could begin another header.
const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const headerValue = /^[\t\x20-\x7e]*$/

/** `OTEL_EXPORTER_OTLP_HEADERS`: `name=value,name2=value2`, percent-encoded, by OpenTelemetry's specification. A secret. */
export const otlpHeaders: ConfigField<Readonly<Record<string, string>>> = {
  expected: 'headers as name=value,name2=value2, their values percent-encoded',
  fallback: {},
  parse(text) {
    const headers: [string, string][] = []
    for (const entry of text.split(',')) {
      const at = entry.indexOf('=')
      const name = entry.slice(0, Math.max(at, 0)).trim()
      const value = decoded(entry.slice(at + 1).trim())
      if (!headerName.test(name) || value === undefined || !headerValue.test(value)) return undefined
      headers.push([name.toLowerCase(), value])
    }
    return Object.fromEntries(headers)
  },
  show: () => 'a value that is not shown',
  tell: (headers) => (Object.keys(headers).length === 0 ? '' : '(secret)'),
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
