import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { getuid } from 'node:process'

/** As whom the server runs. Empty for: as ourselves. */
export interface Account {
  readonly uid?: number
  readonly gid?: number
}

// "nobody" on every Linux. PostgreSQL refuses to run as root, and a number needs no entry in /etc/passwd.
const nobody: Account = { uid: 65_534, gid: 65_534 }

/** @param data Where there may be data already; whose it is, is then who serves it. */
export function serverAccount(data?: string): Account {
  if (!isRoot()) return {}
  const owner = data === undefined ? undefined : statSync(data, { throwIfNoEntry: false })
  return owner === undefined || owner.uid === 0 ? nobody : { uid: owner.uid, gid: owner.gid }
}

export function isRoot(): boolean {
  return getuid?.() === 0
}

/** The whole environment of what we start: nothing of ours leaks in, and messages come in English. */
export const environment: Readonly<Record<string, string>> = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }

/** Whether the account can enter the directory: asked of the system, since modes alone do not tell. */
export function canEnter(account: Account, directory: string): boolean {
  return spawnSync('/bin/sh', ['-c', 'cd "$0"', directory], { ...account, cwd: '/', env: environment }).status === 0
}
