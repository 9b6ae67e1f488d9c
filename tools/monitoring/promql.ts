import type { Samples } from './samples.ts'

/** Of every target, by the scrape configuration; and of what recording rules make. */
const targetLabels = ['job', 'instance', 'app', 'slo']
/** Prometheus makes them itself. */
const itsOwn: Samples = new Map([
  ['up', new Set()],
  ['ALERTS', new Set(['alertstate'])],
])
const words = new Set(['and', 'or', 'unless', 'offset', 'bool'])

/** What a PromQL expression asks for that nobody has: metrics, or labels that its metrics do not carry. */
export function unknownIn(expression: string, samples: Samples): string[] {
  const unknown: string[] = []
  const carried = new Set(targetLabels)
  const grouped: string[] = []
  // What is in quotes and in brackets names no metric.
  let rest = expression.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""').replaceAll(/\[[^\]]*\]/g, '')
  rest = rest.replaceAll(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g, (_, list: string) => {
    grouped.push(...list.split(',').map((label) => label.trim()))
    return ''
  })
  for (const [, name = '', matchers = '', call] of rest.matchAll(
    /(?<![\w.])([a-zA-Z_:][\w:]*)\s*(?:\{([^}]*)\}|(\())?/g,
  )) {
    if (call !== undefined || words.has(name)) continue
    const labels = samples.get(name) ?? itsOwn.get(name)
    if (labels === undefined) {
      unknown.push(name)
      continue
    }
    for (const label of labels) carried.add(label)
    for (const [, label = ''] of matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)) {
      if (!labels.has(label) && !targetLabels.includes(label)) unknown.push(`${name}{${label}}`)
    }
  }
  if (unknown.length === 0) unknown.push(...grouped.filter((label) => !carried.has(label)))
  return unknown
}

/** The expressions of a rules file, and what its recording rules are called. Reads the YAML that this folder writes. */
export function rulesIn(yaml: string): { readonly expressions: string[]; readonly records: string[] } {
  const expressions = [...yaml.matchAll(/^( +)(?:- )?expr: (?:\|\n((?:\1 +.*\n)+)|(.+))$/gm)].map(
    ([, , block, line]) => (block ?? line) as string,
  )
  return { expressions, records: [...yaml.matchAll(/- record: (\S+)/g)].map(([, name]) => name as string) }
}
