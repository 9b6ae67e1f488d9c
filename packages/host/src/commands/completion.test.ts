import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import test from 'node:test'
import { fixtureProject } from '../fixture-project.test.support.ts'
import { completionCommand } from './completion.ts'

function scriptFor(shell: string): string {
  const out: string[] = []
  const console = { out: (line: string) => void out.push(line), err: assert.fail, colour: false }
  assert.equal(completionCommand([shell], console), 0)
  return out.join('\n')
}

test('bash asks the command that is being typed, with the words so far, and offers what it says', (t) => {
  const root = fixtureProject(t, {
    'completion.bash': scriptFor('bash'),
    // Says what it was asked, in the form of candidates.
    'bin/ashlar': `#!/bin/sh\nprintf '<%s>\\twhat it means\\n' "$@"\n`,
    'ask.sh': `chmod +x bin/ashlar
source ./completion.bash
complete -p ashlar
COMP_WORDS=(bin/ashlar order log-level-set '' ignored) COMP_CWORD=3
_ashlar bin/ashlar
printf '%s\\n' "\${COMPREPLY[@]}"`,
  })
  const out = execFileSync('bash', [join(root, 'ask.sh')], { cwd: root, encoding: 'utf8' })
  assert.deepEqual(out.trimEnd().split('\n'), [
    'complete -o default -F _ashlar ashlar',
    '<__complete>',
    '<order>',
    '<log-level-set>',
    '<>',
  ])
})

test('there is a script for each of three shells, and a hint for others', () => {
  assert.match(scriptFor('zsh'), /^#compdef ashlar\n[^]*compdef _ashlar ashlar$/)
  assert.match(scriptFor('fish'), /complete -c ashlar -f -a '\(__ashlar_complete\)'$/)
  const console = { out: assert.fail, err: assert.fail, colour: false }
  assert.throws(() => completionCommand(['bsh'], console), {
    code: 'ASHLAR_HOST_USAGE',
    message: 'completion: "bsh" is not known; did you mean "bash"?',
  })
  assert.throws(() => completionCommand(['toString'], console), /is not known; there are: bash, zsh, fish/)
})
