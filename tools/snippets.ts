import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A piece of TypeScript in a document. */
export interface Snippet {
  /** Path of the document, relative to the root. */
  readonly document: string
  /** Of its first line of code in the document; the first line is 1. */
  readonly line: number
  readonly code: string
  /** What it prints, from the block of `text` right behind it. `undefined` where there is none: it is not run. */
  readonly output: string | undefined
}

/** Where documents are, relative to the root. */
const places = ['*.md', 'docs/**/*.md', 'packages/*/*.md', 'packages/*/docs/**/*.md', 'apps/*/*.md', 'bench/*.md']

/** The pieces of TypeScript in all documents below `root`. */
export async function allSnippets(root: string): Promise<Snippet[]> {
  const documents: string[] = []
  for await (const path of glob(places, { cwd: root, exclude: (name) => name.includes('node_modules') })) {
    documents.push(path)
  }
  const texts = await Promise.all(
    documents.toSorted().map(async (name) => [name, await readFile(join(root, name), 'utf8')]),
  )
  return texts.flatMap(([name, text]) => snippetsOf(name as string, text as string))
}

/**
 * The pieces of TypeScript in a document.
 * @throws when one prints something and the document does not show what.
 */
export function snippetsOf(document: string, markdown: string): Snippet[] {
  const blocks = /^```ts\n(.*?)^```\n(?:\s*^```text\n(.*?)^```)?/gms
  return [...markdown.matchAll(blocks)].map((match) => {
    const [, code = '', output] = match
    const line = markdown.slice(0, match.index).split('\n').length + 1
    if (output === undefined && code.includes('console.log(')) {
      throw new Error(`${document}:${line}: show what it prints, in a block of text right behind it`)
    }
    return { document, line, code, output }
  })
}
