import { parseSync, type Comment } from 'oxc-parser'

/** A node of the syntax tree (ESTree with TypeScript), as far as the rules need to know it. */
export interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [key: string]: unknown
}

/** One `import`, `export ... from` or `import()` with a literal. */
export interface Import {
  readonly specifier: string
  /** The whole statement is erased when types are: `import type`, `export type`. */
  readonly typeOnly: boolean
  readonly start: number
}

export interface SourceFile {
  readonly path: string
  readonly text: string
  readonly program: Node
  readonly comments: readonly Comment[]
  readonly imports: readonly Import[]
}

/** @throws when the text is not TypeScript. */
export function parseSource(path: string, text: string): SourceFile {
  const { program, comments, errors, module } = parseSync(path, text)
  if (errors[0] !== undefined) throw new Error(`${path}: ${errors[0].message}`)
  const imports: Import[] = module.staticImports.map(({ start, moduleRequest }) => ({
    specifier: moduleRequest.value,
    typeOnly: /^import\s+type\b(?!\s*(,|from))/.test(text.slice(start)),
    start,
  }))
  for (const { start, entries } of module.staticExports) {
    const specifier = entries[0]?.moduleRequest?.value
    if (specifier === undefined) continue
    imports.push({ specifier, typeOnly: /^export\s+type\b/.test(text.slice(start)), start })
  }
  for (const { start, moduleRequest } of module.dynamicImports) {
    const literal = /^(['"`])([^'"`$]*)\1$/.exec(text.slice(moduleRequest.start, moduleRequest.end))
    if (literal?.[2] !== undefined) imports.push({ specifier: literal[2], typeOnly: false, start })
  }
  return { path, text, program: program as unknown as Node, comments, imports }
}

/** Visits a node and all below it, parents first. */
export function walk(
  node: Node,
  visit: (node: Node, parent: Node | undefined, key: string) => void,
  parent?: Node,
  key: string = '',
): void {
  visit(node, parent, key)
  for (const [name, value] of Object.entries(node)) {
    if (isNode(value)) walk(value, visit, node, name)
    else if (Array.isArray(value)) for (const item of value) if (isNode(item)) walk(item, visit, node, name)
  }
}

/** The number of the line that holds the character at `offset`; the first is 1. */
export function lineOf(text: string, offset: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++
  return line
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'
}
