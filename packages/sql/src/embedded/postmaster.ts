import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sleep, type Clock } from '@ashlar/kernel'
import { EmbeddedError } from './errors.ts'
import { isPostgresIn, processIdentity } from './process-info.ts'

/** Whom the data directory says its server is. */
export async function postmasterPid(dataDirectory: string): Promise<number | undefined> {
  const text = await readFile(join(dataDirectory, 'postmaster.pid'), 'utf8').catch(() => '')
  const pid = Number(text.split('\n')[0])
  return Number.isInteger(pid) && pid > 1 ? pid : undefined
}

/**
 * Stops a server whose owner died: normally it is about to end by itself.
 * @throws {EmbeddedError} when it does not end within ten seconds, three of them after an immediate shutdown.
 */
export async function stopStaleServer(dataDirectory: string, clock: Clock): Promise<void> {
  const pid = await postmasterPid(dataDirectory)
  if (pid === undefined) return
  if (!isPostgresIn(pid, dataDirectory)) {
    // The number belongs to somebody else now; PostgreSQL would take that process for a server of this directory.
    if (processIdentity(pid) !== undefined) await rm(join(dataDirectory, 'postmaster.pid'), { force: true })
    return
  }
  const startedMs = clock.now()
  signal(pid, 'SIGINT')
  let immediate = false
  while (isPostgresIn(pid, dataDirectory)) {
    const elapsedMs = clock.now() - startedMs
    if (elapsedMs > 10_000) {
      throw new EmbeddedError(
        'in-use',
        `a PostgreSQL (process ${pid}) works in ${dataDirectory} and does not stop; stop it`,
      )
    }
    if (elapsedMs > 7_000 && !immediate) {
      immediate = true
      signal(pid, 'SIGQUIT')
    }
    await sleep(clock, 10)
  }
}

function signal(pid: number, name: 'SIGINT' | 'SIGQUIT'): void {
  try {
    process.kill(pid, name)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ESRCH') return
    throw new EmbeddedError(
      'in-use',
      `a PostgreSQL of another user (process ${pid}) works in this data directory; stop it`,
      {
        cause,
      },
    )
  }
}
