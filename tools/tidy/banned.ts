import type { Finding, Repository } from './repository.ts'
import { lineOf, walk, type Node, type SourceFile } from './source.ts'

/** What the rest of the house gets from its caller. */
type Kind = 'time' | 'timer' | 'random' | 'environment'

const kinds: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ['Date', 'time'],
  ['performance', 'time'],
  ['process.hrtime', 'time'],
  ['setTimeout', 'timer'],
  ['setInterval', 'timer'],
  ['setImmediate', 'timer'],
  ['AbortSignal.timeout', 'timer'],
  ['node:timers', 'timer'],
  ['Math.random', 'random'],
  ['crypto.randomBytes', 'random'],
  ['crypto.randomFill', 'random'],
  ['crypto.randomFillSync', 'random'],
  ['crypto.randomInt', 'random'],
  ['crypto.randomUUID', 'random'],
  ['crypto.getRandomValues', 'random'],
  ['process.env', 'environment'],
])

/** The first that fits a path says what may be used there; elsewhere nothing may. */
const places: readonly [path: RegExp, allowed: readonly (Kind | 'crypto.randomUUID')[]][] = [
  [/^packages\/kernel\//, ['time', 'timer', 'random']],
  [/^packages\/host\//, ['environment']],
  // A browser has no clock but its own; pictures and lists are the same on every visit, so no Math.random.
  [/^apps\/[^/]+\/storefront\//, ['time', 'timer', 'environment', 'crypto.randomUUID']],
  // Drives and watches real programs from outside. Waits with the kernel's clock all the same.
  [/\.e2e\.ts$|^apps\/[^/]+\/test\//, ['time', 'timer', 'random', 'environment']],
  [/^apps\//, ['environment']],
  [/^tools\//, ['environment']],
  [/^bench\//, ['time', 'timer', 'random', 'environment']],
]

/** Clocks, timers, chance and the environment where they are not allowed. Tests are held to it like what they test. */
export function checkBanned(repository: Repository): Finding[] {
  const findings: Finding[] = []
  for (const source of repository.sources.values()) {
    const allowed = places.find(([path]) => path.test(source.path))?.[1] ?? []
    for (const [start, what] of usesOf(source)) {
      const kind = kinds.get(what)
      if (kind === undefined || allowed.includes(kind) || allowed.includes(what as 'crypto.randomUUID')) continue
      const remedy =
        kind === 'environment'
          ? 'is for apps and the host; take an option'
          : 'is for the kernel; take a Clock or a Random'
      findings.push({ path: source.path, line: lineOf(source.text, start), message: `${what} ${remedy}` })
    }
  }
  return findings
}

/** Everything in a file that could be one of `kinds`, by its name there. */
function usesOf(source: SourceFile): [start: number, what: string][] {
  const found: [number, string][] = []
  const plain: [number, string][] = []
  const declared = new Set<string>()
  for (const { specifier, start } of source.imports) {
    if (/^(node:)?timers(\/|$)/.test(specifier)) found.push([start, 'node:timers'])
  }
  walk(source.program, (node, parent, key) => {
    if (node.type === 'Identifier') {
      const name = node['name'] as string
      if (isBinding(parent, key)) declared.add(name)
      else if (isValue(parent, key)) plain.push([node.start, name])
    } else for (const what of membersOf(node, parent)) found.push([node.start, what])
  })
  return [...found, ...plain.filter(([, name]) => !declared.has(name))]
}

function membersOf(node: Node, parent: Node | undefined): string[] {
  if (node.type === 'MemberExpression') return [memberName(node['object'] as Node, propertyName(node))]
  if (node.type === 'ImportSpecifier') {
    const { value } = (parent as Node)['source'] as { value: string }
    const [, from] = /^(?:node:)?(crypto|process|perf_hooks)$/.exec(value) ?? []
    const name = nameOf(node['imported'] as Node) ?? ''
    return from === undefined ? [] : [from === 'perf_hooks' ? name : `${from}.${name}`]
  }
  // const { random } = Math
  const pattern = node.type === 'VariableDeclarator' ? (node['id'] as Node) : undefined
  const from = node['init'] as Node | null
  if (pattern?.type !== 'ObjectPattern' || from === null) return []
  return (pattern['properties'] as Node[]).flatMap((property) =>
    property.type === 'Property' ? [memberName(from, nameOf(property['key'] as Node) ?? '')] : [],
  )
}

const globals: readonly (string | undefined)[] = ['globalThis', 'global', 'window', 'self']

function memberName(owner: Node, name: string): string {
  // Whatever a crypto object is called; nothing else has methods of these names.
  if (kinds.has(`crypto.${name}`)) return `crypto.${name}`
  const ownerName = nameOf(owner)
  return globals.includes(ownerName) ? name : `${ownerName}.${name}`
}

function nameOf(node: Node): string | undefined {
  if (node.type === 'Identifier') return node['name'] as string
  // globalThis.process.env
  return node.type === 'MemberExpression' ? propertyName(node) : undefined
}

function propertyName(member: Node): string {
  const property = member['property'] as Node
  return String(member['computed'] === true ? property['value'] : property['name'])
}

function isBinding(parent: Node | undefined, key: string): boolean {
  const type = parent?.type ?? ''
  if (/^Import\w*Specifier$/.test(type)) return key === 'local'
  if (/^(VariableDeclarator|ClassDeclaration)$/.test(type)) return key === 'id'
  return /^(Function\w+|ArrowFunctionExpression)$/.test(type) && (key === 'id' || key === 'params')
}

/** Whether an identifier here is a value that is read: not a type, a key or a name. */
function isValue(parent: Node | undefined, key: string): boolean {
  if (parent === undefined) return false
  if (parent.type.startsWith('TS')) return key === 'expression' && !/Heritage|Implements/.test(parent.type)
  if (key === 'property' || key === 'key') return parent['computed'] === true
  return key !== 'label' && !/^(Import|Export).*Specifier$/.test(parent.type)
}
