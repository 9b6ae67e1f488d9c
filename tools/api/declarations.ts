import { posix } from 'node:path'
import { isNode, parseSource, walk, type Node, type SourceFile } from '../tidy/source.ts'

/** Where a name comes from: a declaration in a file of the package, or another package. */
export type Origin =
  | { readonly kind: 'declared'; readonly file: string; readonly name: string }
  | { readonly kind: 'foreign'; readonly specifier: string; readonly name: string }

interface Module {
  readonly source: SourceFile
  /** Statements by the name they declare; several for overloads, and for a value and a type of one name. */
  readonly declared: ReadonlyMap<string, readonly Node[]>
  /** Local name to what is imported under it. */
  readonly imported: ReadonlyMap<string, { readonly specifier: string; readonly name: string }>
  readonly exported: ReadonlyMap<string, { readonly specifier?: string; readonly name: string }>
}

/** The emitted declarations of a package, read as they are asked for. */
export class Declarations {
  readonly #modules = new Map<string, Module>()
  readonly #read: (file: string) => string

  constructor(read: (file: string) => string) {
    this.#read = read
  }

  /** The names that a file exports, sorted. */
  exportsOf(file: string): string[] {
    return [...this.#module(file).exported.keys()].toSorted()
  }

  /** Follows an exported name to where it is declared. @throws when it is declared nowhere. */
  originOf(file: string, exportedName: string): Origin {
    const found = this.#module(file).exported.get(exportedName)
    if (found === undefined) throw new Error(`${file} does not export ${exportedName}`)
    if (found.specifier !== undefined) return this.#follow(file, found.specifier, found.name)
    const origin = this.resolve(file, found.name)
    if (origin === undefined) throw new Error(`${file}: ${found.name} is exported and not declared`)
    return origin
  }

  /** What a name in a file stands for; `undefined` when it is a global or a parameter. */
  resolve(file: string, name: string): Origin | undefined {
    const { declared, imported } = this.#module(file)
    if (declared.has(name)) return { kind: 'declared', file, name }
    const from = imported.get(name)
    return from && this.#follow(file, from.specifier, from.name)
  }

  /** A declaration as its users see it: without comments and private members. */
  textOf(file: string, name: string): string {
    const { source, declared } = this.#module(file)
    return (declared.get(name) ?? []).map((node) => publicText(source, node)).join('\n')
  }

  /** The names that a declaration mentions and that its file or an import gives a meaning, in order. */
  mentions(file: string, name: string): string[] {
    const names = new Set<string>()
    for (const statement of this.#module(file).declared.get(name) ?? []) {
      walk(statement, (node, parent, key) => {
        if (node.type !== 'Identifier' || /^(key|params|label|id|parameterName)$/.test(key)) return
        if (!isPrivate(parent)) names.add(node['name'] as string)
      })
    }
    return [...names].filter((one) => one !== name && this.resolve(file, one) !== undefined)
  }

  #follow(file: string, specifier: string, name: string): Origin {
    if (!specifier.startsWith('.')) return { kind: 'foreign', specifier, name }
    return this.originOf(posix.join(posix.dirname(file), specifier.replace(/\.[jt]s$/, '.d.ts')), name)
  }

  #module(file: string): Module {
    let module = this.#modules.get(file)
    if (module === undefined) {
      module = readModule(parseSource(file, this.#read(file)))
      this.#modules.set(file, module)
    }
    return module
  }
}

function readModule(source: SourceFile): Module {
  const declared = new Map<string, Node[]>()
  const imported = new Map<string, { specifier: string; name: string }>()
  const exported = new Map<string, { specifier?: string; name: string }>()
  for (const statement of source.program['body'] as Node[]) {
    const specifier = (statement['source'] as { value: string } | null | undefined)?.value
    if (statement.type === 'ImportDeclaration') {
      for (const one of statement['specifiers'] as Node[]) {
        imported.set(named(one['local']), {
          specifier: specifier as string,
          name: named(one['imported'] ?? one['local']),
        })
      }
    } else if (statement.type === 'ExportNamedDeclaration') {
      for (const one of statement['specifiers'] as Node[]) {
        exported.set(named(one['exported']), { ...(specifier && { specifier }), name: named(one['local']) })
      }
    } else if (statement.type.startsWith('Export')) throw new Error(`${source.path}: only named exports can be listed`)
    const declaration = (statement['declaration'] ?? statement) as Node
    for (const node of (declaration['declarations'] as Node[] | undefined) ?? [declaration]) {
      if (!isNode(node['id'])) continue
      const name = named(node['id'])
      declared.set(name, [...(declared.get(name) ?? []), node])
      if (declaration !== statement) exported.set(name, { name })
    }
  }
  return { source, declared, imported, exported }
}

function named(node: unknown): string {
  const { name, value } = node as { name?: string; value?: string }
  return name ?? String(value)
}

function isPrivate(node: Node | undefined): boolean {
  return node?.['accessibility'] === 'private' || (node?.['key'] as Node | undefined)?.type === 'PrivateIdentifier'
}

function publicText({ text, comments }: SourceFile, node: Node): string {
  const hidden: { start: number; end: number }[] = comments.filter(
    ({ start, end }) => start >= node.start && end <= node.end,
  )
  if (node.type.startsWith('Class')) hidden.push(...((node['body'] as Node)['body'] as Node[]).filter(isPrivate))
  let from = node.start
  let shown = node.type === 'VariableDeclarator' ? 'const ' : ''
  for (const { start, end } of hidden.toSorted((a, b) => a.start - b.start)) {
    if (start < from) continue
    shown += text.slice(from, start)
    from = end
  }
  const lines = `${shown}${text.slice(from, node.end)}`.replace(/^declare /, '').split('\n')
  return lines
    .map((line) => line.replace(/^( {4})+/, (indent) => indent.slice(indent.length / 2)).trimEnd())
    .filter((line) => line !== '')
    .join('\n')
    .replace(/;$/gm, '')
}
