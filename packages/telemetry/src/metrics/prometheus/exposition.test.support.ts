/** One line of a family. */
export interface ParsedSample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
  readonly exemplar?: { readonly labels: Readonly<Record<string, string>>; readonly value: number; readonly at: number }
}

export interface ParsedFamily {
  readonly name: string
  readonly type: string
  readonly help: string
  unit?: string
  readonly samples: ParsedSample[]
}

const suffixes: Readonly<Record<string, RegExp>> = {
  counter: /_total$/,
  histogram: /_(?:bucket|sum|count)$/,
  gauge: /(?!)/,
}

/**
 * Reads Prometheus text or OpenMetrics as strictly as a scraper may, written from the two formats and not from the writer.
 * @throws {Error} with the line that is wrong.
 */
export function parseExposition(text: string, format: 'text' | 'openmetrics'): Map<string, ParsedFamily> {
  const families = new Map<string, ParsedFamily>()
  const series = new Set<string>()
  const lines = text.split('\n')
  if (lines.pop() !== '') throw new Error('does not end with a line feed')
  if (format === 'openmetrics' && lines.pop() !== '# EOF') throw new Error('does not end with # EOF')
  let family: ParsedFamily | undefined
  let help = ''
  for (const line of lines) {
    const [, word, name = '', rest = ''] = /^# (\w+) (\S+) ?(.*)$/s.exec(line) ?? []
    if (word === 'HELP') help = rest.replaceAll(/\\(.)/gs, (_, escape: string) => (escape === 'n' ? '\n' : escape))
    else if (word === 'TYPE') {
      if (families.has(name)) throw new Error(`a second family ${name}`)
      family = { name, type: rest, help, samples: [] }
      families.set(name, family)
    } else if (word === 'UNIT' && family !== undefined && name === family.name) family.unit = rest
    else if (line.startsWith('#')) throw new Error(`no such line: ${line}`)
    else {
      const sample = parseSample(line)
      const suffix = suffixes[family?.type ?? ''] as RegExp
      const ofFamily = format === 'text' && family?.type === 'counter' ? sample.name : sample.name.replace(suffix, '')
      if (family === undefined || ofFamily !== family.name) throw new Error(`in the wrong family: ${line}`)
      const identity = JSON.stringify([sample.name, Object.entries(sample.labels).map(String).sort()])
      if (series.has(identity)) throw new Error(`a second time: ${line}`)
      series.add(identity)
      family.samples.push(sample)
    }
  }
  return families
}

function parseSample(line: string): ParsedSample {
  const [name, afterName] = split(line, /^[a-zA-Z_:][a-zA-Z0-9_:]*/)
  const [labels, afterLabels] = parseLabels(afterName)
  const [value, afterValue] = split(afterLabels, /^ (?:[+-]Inf|NaN|[-+\d.e]+)/)
  const sample = { name, labels, value: toNumber(value.slice(1)) }
  if (afterValue === '') return sample
  if (!afterValue.startsWith(' # {')) throw new Error(`rest: ${afterValue}`)
  const [ids, afterIds] = parseLabels(afterValue.slice(3))
  const [, measured = '', at = ''] = /^ (\S+) (\S+)$/.exec(afterIds) ?? []
  return { ...sample, exemplar: { labels: ids, value: toNumber(measured), at: toNumber(at) } }
}

function parseLabels(text: string): [Record<string, string>, string] {
  const labels: Record<string, string> = {}
  if (!text.startsWith('{')) return [labels, text]
  let rest = text.slice(1)
  while (!rest.startsWith('}')) {
    const [name, afterName] = split(rest, /^[a-zA-Z_][a-zA-Z0-9_]*/)
    const [value, afterValue] = split(afterName, /^="(?:[^"\\\n]|\\[\\n"])*"/)
    if (Object.hasOwn(labels, name)) throw new Error(`label ${name} twice`)
    labels[name] = value.slice(2, -1).replaceAll(/\\(.)/gs, (_, escape: string) => (escape === 'n' ? '\n' : escape))
    if (!/^[,}]/.test(afterValue)) throw new Error(`after a label: ${afterValue}`)
    rest = afterValue.replace(/^,/, '')
  }
  return [labels, rest.slice(1)]
}

function split(text: string, head: RegExp): [string, string] {
  const [found] = head.exec(text) ?? []
  if (found === undefined) throw new Error(`expected ${head} at: ${text}`)
  return [found, text.slice(found.length)]
}

function toNumber(text: string): number {
  const value = Number(text.replace('Inf', 'Infinity'))
  if (text === '' || (Number.isNaN(value) && text !== 'NaN')) throw new Error(`no number: ${text}`)
  return value
}
