import type { Finding, Repository } from './repository.ts'
import { lineOf, walk, type Node, type SourceFile } from './source.ts'

const fileLines = 400
const functionLines = 60

/** Lengths, names of files, and syntax that Node cannot strip or that hides what a module exports. */
export function checkShape(repository: Repository): Finding[] {
  const findings: Finding[] = []
  for (const [path, text] of repository.texts) {
    const name = misnamed(path)
    if (name !== undefined) findings.push({ path, line: 1, message: `"${name}" is not kebab-case` })
    const length = text.trimEnd().split('\n').length
    if (length > fileLines && /\.(tsx?|m?js|css)$/.test(path) && !saysWhy(text)) {
      findings.push({ path, line: fileLines, message: `${length} lines, and no "long because ..." at its top` })
    }
  }
  for (const source of repository.sources.values()) findings.push(...checkSyntax(source))
  return findings
}

function saysWhy(text: string): boolean {
  return text.split('\n', 5).some((line) => /^(\/\/|\/\*|\s\*) ?long because \w/i.test(line))
}

const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/

// Pages for people are in capitals, contracts are named as Protobuf names them, and tools look for names of their own.
const namedByOthers = /^([A-Z]+\.md|[a-z_]+\.proto|\..+)$/

/** The first part of a path that is not kebab-case. */
function misnamed(path: string): string | undefined {
  return path.split('/').find((part) => !kebab.test(part) && !namedByOthers.test(part))
}

const functions: readonly string[] = ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']

const forbidden: Readonly<Record<string, string>> = {
  ExportAllDeclaration: '"export *" hides what is exported; name it',
  TSEnumDeclaration: 'an enum is not erasable; use a union of literals',
  TSImportEqualsDeclaration: '"import =" is not erasable',
  TSExportAssignment: '"export =" is not erasable',
  TSParameterProperty: 'a parameter property is not erasable; declare the field',
  Decorator: 'a decorator is not erasable',
}

function checkSyntax({ path, text, program }: SourceFile): Finding[] {
  const findings: Finding[] = []
  const report = (at: number, message: string): void => void findings.push({ path, line: lineOf(text, at), message })
  walk(program, (node, parent) => {
    const message = forbidden[node.type]
    if (message !== undefined) report(node.start, message)
    if (node.type === 'TSModuleDeclaration' && node['declare'] !== true) {
      report(node.start, 'a namespace is not erasable; a module is one')
    }
    if (!functions.includes(node.type) || isSuiteCall(parent) || holdsTests(node)) return
    const lines = lineOf(text, node.end) - lineOf(text, node.start) + 1
    if (lines > functionLines) report(node.start, `${functionName(node, parent)} has ${lines} lines`)
  })
  return findings
}

// A suite is a chapter of its file, not a function that somebody has to keep in mind.
function isSuiteCall(node: Node | undefined): boolean {
  const callee = node?.type === 'CallExpression' ? (node['callee'] as Node) : undefined
  return callee?.type === 'Identifier' && /^(describe|suite)$/.test(callee['name'] as string)
}

/** A contract is a suite that is given its subject. */
function holdsTests(node: Node): boolean {
  const body = node['body'] as Node | null
  return (
    body?.type === 'BlockStatement' &&
    (body['body'] as readonly Node[]).some((statement) => {
      const call = statement['expression'] as Node | undefined
      return isSuiteCall(call) || (call?.['callee'] as { name?: string } | undefined)?.name === 'test'
    })
  )
}

function functionName(node: Node, parent: Node | undefined): string {
  const named = (node['id'] ?? parent?.['id'] ?? parent?.['key']) as { name?: string } | null | undefined
  return named?.name === undefined ? 'a function' : `function ${named.name}`
}
