// The house's own rules, from ARCHITECTURE.md and CONTRIBUTING.md: node tools/tidy.ts lists what breaks them.
import { join } from 'node:path'
import { checkBanned } from './tidy/banned.ts'
import { checkBoundaries } from './tidy/boundaries.ts'
import { checkColours } from './tidy/colours.ts'
import { checkCycles } from './tidy/cycles.ts'
import { readRepository, type Finding, type Repository } from './tidy/repository.ts'
import { checkShape } from './tidy/shape.ts'
import { checkWords } from './tidy/words.ts'

/** Everything in the repository that breaks a rule, as `path:line: what is wrong`. */
export function tidy(repository: Repository): string[] {
  const rules = [checkBoundaries, checkCycles, checkBanned, checkShape, checkWords, checkColours]
  const findings: Finding[] = rules.flatMap((rule) => rule(repository))
  return findings.map(({ path, line, message }) => `${path}:${line}: ${message}`)
}

if (import.meta.main) {
  const findings = tidy(await readRepository(join(import.meta.dirname, '..')))
  for (const finding of findings) console.error(finding)
  if (findings.length > 0) process.exitCode = 1
}
