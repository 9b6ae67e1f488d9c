import type { Console } from '../console.ts'
import { UsageError } from '../errors.ts'
import { hint } from '../nearest.ts'

// Each asks the command itself for what could come next: one candidate a line, a tab and its explanation after it.
const scripts: Readonly<Record<string, string>> = {
  bash: `# For ~/.bashrc: eval "$(ashlar completion bash)"
_ashlar() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    COMPREPLY+=("\${line%%$'\\t'*}")
  done < <("$1" __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _ashlar ashlar`,
  zsh: `#compdef ashlar
# For ~/.zshrc, after compinit: eval "$(ashlar completion zsh)"
_ashlar() {
  local line
  local -a candidates
  while IFS= read -r line; do
    candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done < <("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#candidates} )); then _describe ashlar candidates; else _files; fi
}
compdef _ashlar ashlar`,
  fish: `# For ~/.config/fish/config.fish: ashlar completion fish | source
function __ashlar_complete
    set -l words (commandline -opc)
    $words[1] __complete $words[2..-1] (commandline -ct) 2>/dev/null
end
complete -c ashlar -f -a '(__ashlar_complete)'`,
}

/** Prints what a shell has to run once to complete our command lines. Resolves to the exit status. */
export function completionCommand([shell, ...rest]: readonly string[], console: Console): number {
  const names = Object.keys(scripts)
  if (shell === undefined || rest.length > 0) {
    throw new UsageError(`completion: say for which shell: ${names.join(', ')}`)
  }
  const script = Object.hasOwn(scripts, shell) ? scripts[shell] : undefined
  if (script === undefined) throw new UsageError(`completion: "${shell}" is not known${hint(shell, names)}`)
  void console.out(script)
  return 0
}
