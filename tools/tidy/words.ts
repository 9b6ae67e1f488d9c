import type { Finding, Repository } from './repository.ts'
import { lineOf } from './source.ts'

const unfinished = /\b(TODO|FIXME|XXX|HACK)\b/
// Paths of the machine that something was written on.
const machine = /(?<![\w.~$}/])\/(work|root|home\/\w+|tmp)\//
// In a program, /tmp/ may be what it means.
const machineInCode = /(?<![\w.~$}/])\/(work|root)\//

/** Words that say somebody is not done, or where somebody sat. */
export function checkWords(repository: Repository): Finding[] {
  const findings: Finding[] = []
  const search = (path: string, text: string, pattern: RegExp, message: string, offset: number = 0): void => {
    const found = pattern.exec(text)
    if (found === null) return
    const line = lineOf(repository.texts.get(path) as string, offset + found.index)
    findings.push({ path, line, message: `${found[0].trim()}: ${message}` })
  }
  for (const [path, text] of repository.texts) {
    const source = repository.sources.get(path)
    if (source === undefined) search(path, text, unfinished, 'do it, or leave it out')
    else
      for (const { value, start } of source.comments) search(path, value, unfinished, 'do it, or leave it out', start)
    search(path, text, path.endsWith('.md') ? machine : machineInCode, 'a path of one machine')
  }
  return findings
}
