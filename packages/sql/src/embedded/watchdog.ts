import { spawn, type ChildProcess } from 'node:child_process'
import type { Account } from './account.ts'
import { environment } from './account.ts'

// The program dies with us, even when we are killed: this shell watches a pipe whose other end only we hold. The
// shell's jobs in the background would read from /dev/null, hence descriptor 3; `read` is built in, so that ending the
// watcher leaves no process behind. When the program ends by itself, so does the shell, with its status.
const script = `
signal=$1 leftovers=$2
shift 2
exec 3<&0
"$@" </dev/null 3<&- &
program=$!
{ read -r _ <&3; kill -"$signal" "$program"; } 2>/dev/null >/dev/null &
watcher=$!
exec 3<&-
wait "$program"
status=$?
kill "$watcher" 2>/dev/null
[ -n "$leftovers" ] && rm -rf "$leftovers"
exit "$status"
`

export interface WatchOptions {
  readonly account: Account
  /** Sent to the program when our end of the pipe closes. */
  readonly signal: 'INT' | 'QUIT'
  /** Removed once the program has ended. */
  readonly leftovers?: string
}

/** Starts a program that ends when this process does. End it by closing its `stdin`. */
export function spawnWatched(command: string, args: readonly string[], options: WatchOptions): ChildProcess {
  return spawn(
    '/bin/sh',
    ['-c', script, 'ashlar-watchdog', options.signal, options.leftovers ?? '', command, ...args],
    {
      ...options.account,
      cwd: '/',
      env: environment,
      // A session of its own: Ctrl-C in the terminal reaches us, who then stop things in order.
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  )
}
