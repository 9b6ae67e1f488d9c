// Writes docs/telemetry.md, everything that can be observed, from what the code declares; with --check says whether it
// is current: npm run telemetry.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { declaredChannels, type ChannelDescriptor, type DeclaredChannel } from '@ashlar/kernel'
import { observe } from '@ashlar/telemetry'
import { healthMetrics } from '@ashlar/telemetry/health'
import { MetricRegistry, processMetrics, type MetricSnapshot } from '@ashlar/telemetry/metrics'
import { Tracer } from '@ashlar/telemetry/traces'
import { samplesOf } from './monitoring/samples.ts'
import { readRepository, type Repository } from './tidy/repository.ts'

const root = join(import.meta.dirname, '..')
export const page = 'docs/telemetry.md'

/** Files that declare channels, with the names of those, by what is written in them. Tests are nobody's to observe. */
export function declarations({ texts }: Pick<Repository, 'texts'>): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const [path, text] of texts) {
    if (!/^packages\/[^/]+\/src\/.*\.ts$/.test(path) || path.includes('.test.')) continue
    const names = [...text.matchAll(/\bchannel(?:<[^>]*>)?\(\s*'(ashlar:[a-z-]+:[a-z-]+)'/g)].map(([, name]) => name)
    if (names.length > 0) found.set(path, names as string[])
  }
  return found
}

/** What the packages declare, once their modules are loaded. @throws when one that is written there is not declared. */
async function packageChannels(): Promise<DeclaredChannel[]> {
  const names = new Set<string>()
  for (const [path, declared] of declarations(await readRepository(root))) {
    await import(pathToFileURL(join(root, path)).href)
    for (const name of declared) names.add(name)
  }
  const channels = declaredChannels().filter(({ name }) => names.has(name))
  if (channels.length < names.size) throw new Error('a channel is written where loading the file does not declare it')
  return channels
}

/** Every metric that a program has which is observed: those of the channels declared so far, and its own. */
function observedMetrics(): MetricSnapshot[] {
  const registry = new MetricRegistry()
  const observed = [
    observe({ tracer: new Tracer(), metrics: registry }),
    processMetrics(registry),
    healthMetrics({ latest: () => undefined }, registry),
  ]
  const metrics = registry.snapshot()
  for (const one of observed) one[Symbol.dispose]()
  return metrics
}

/** The metrics of a program that is observed, beside those of its channels. */
function ownMetrics(): MetricSnapshot[] {
  const ofChannels = new Set(
    declaredChannels().flatMap(({ descriptor }) => (descriptor.metrics ?? []).map(({ name }) => name)),
  )
  return observedMetrics().filter(({ name }) => !ofChannels.has(name))
}

/** Every metric that the packages declare. */
export async function declaredMetrics(): Promise<MetricSnapshot[]> {
  await packageChannels()
  return observedMetrics()
}

/** The page. */
export function telemetryPage(channels: readonly DeclaredChannel[], metrics: readonly MetricSnapshot[]): string {
  const packages = Map.groupBy(channels, ({ name }) => name.split(':')[1] as string)
  const chapters = [...packages].map(([name, own]) => `## ${name}\n\n${own.map(chapter).join('\n\n')}`)
  return `# What can be observed

Made from the code by \`npm run telemetry\`. Names, kinds, units and attributes are public: what changes here changes for
those who read dashboards.

Each package reports on channels (\`node:diagnostics_channel\`). \`observe()\` of \`@ashlar/telemetry\` makes the metrics,
spans and log lines that are listed below of them; a channel that nobody listens to costs a property read. In
Prometheus' text, dots and dashes in names are underscores, times are in seconds and counters end in \`_total\`; where a
metric has another name there, it follows in brackets. Labels are in snake case there. Errors are told by their code or
class, never by their message.

## In every process

${table(
  ['metric', 'kind', 'unit', 'told apart by', 'what it counts'],
  metrics.map(({ name, kind, unit, labels, description }) => [
    namesOf({ name, kind, unit }),
    kind,
    `\`${unit}\``,
    labels.join(', '),
    description,
  ]),
)}

${chapters.join('\n\n')}
`
}

function chapter({ name, descriptor }: DeclaredChannel): string {
  const fields = table(
    ['field', 'what it holds'],
    Object.entries(descriptor.fields).map(([field, what]) => [`\`${field}\``, what]),
  )
  return [`### \`${name}\``, descriptor.description, fields, made(descriptor)]
    .filter((part) => part !== '')
    .join('\n\n')
}

/** What is made of the channel's events, a line each; empty when nothing is. */
function made({ metrics = [], span, log }: ChannelDescriptor): string {
  const by = (attributes: readonly string[]): string =>
    attributes.length === 0 ? '' : `, by ${attributes.map((attribute) => `\`${attribute}\``).join(', ')}`
  const lines = metrics.map(
    ({ name, kind, unit, field, attributes }) =>
      `- ${kind} ${namesOf({ name, kind, unit })} in \`${unit}\`${field === undefined ? '' : ` of \`${field}\``}${by(attributes)}`,
  )
  if (span !== undefined) {
    const named = span.nameField === undefined ? `\`${span.name}\`` : `named by \`${span.nameField}\``
    lines.push(`- span ${named}, ${span.kind ?? 'internal'}${by(span.attributes).replace(', by', ', with')}`)
  }
  if (log !== undefined) {
    lines.push(`- line at ${log.level}: "${log.message}"${by(log.attributes).replace(', by', ', with')}`)
  }
  return lines.join('\n')
}

/** What a metric is called: in code, and in Prometheus where that differs. */
function namesOf({ name, kind, unit }: Pick<MetricSnapshot, 'name' | 'kind' | 'unit'>): string {
  const named = { name, unit, description: '', labels: [], points: [] }
  const [first = ''] = samplesOf([kind === 'histogram' ? { ...named, kind, bounds: [1] } : { ...named, kind }]).keys()
  const there = first.replace(/_bucket$/, '')
  return there === name ? `\`${name}\`` : `\`${name}\` (\`${there}\`)`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n')
}

/** The page as it has to be now. */
export async function currentPage(): Promise<string> {
  return telemetryPage(await packageChannels(), ownMetrics())
}

if (import.meta.main) {
  const path = join(root, page)
  const now = await currentPage()
  if (!process.argv.includes('--check')) await writeFile(path, now)
  else if ((await readFile(path, 'utf8')) !== now) throw new Error(`${page} is out of date; run "npm run telemetry"`)
}
