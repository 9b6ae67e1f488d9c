import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { systemClock, type Clock } from '@ashlar/kernel'
import { serverAccount, type Account } from './account.ts'
import { findBinaries, useBinaries } from './binaries.ts'
import { ensureCluster } from './cluster.ts'
import { locate, locateEphemeral } from './location.ts'
import { lockDirectory } from './lock.ts'
import { stopStaleServer } from './postmaster.ts'
import { openRoles, type Roles } from './roles.ts'
import { openSecrets } from './secrets.ts'
import { startServer, type Exit, type ServerProcess } from './server.ts'

/** Where the data is kept, or that it is not. */
export type EmbeddedPlace =
  | {
      /** Made when missing; holds the data, its lock and its passwords. One process at a time may use it. */
      readonly directory: string
    }
  | { readonly ephemeral: true }

export interface EmbeddedOptions {
  /** Databases to make right away, as `ensureDatabases` does. */
  readonly databases?: readonly string[]
  /** On 127.0.0.1. @default a free one */
  readonly port?: number
  /** The folder of another PostgreSQL's programs, 15 or later: `/usr/lib/postgresql/15/bin`. @default npm's */
  readonly programs?: string
  readonly clock?: Clock
  /** Gets each line that the server logs. */
  readonly onLog?: (line: string) => void
}

/** A PostgreSQL server that lives no longer than this process, not even if this process is killed. */
export interface EmbeddedPostgres extends AsyncDisposable {
  readonly port: number
  /** The server's main process. */
  readonly pid: number
  /** The URL for a database that `ensureDatabases` has made, as its owner. Holds the password. */
  urlFor(database: string): string
  /** Makes each database, and the role of that name which alone may use it, where they are missing. */
  ensureDatabases(names: readonly string[]): Promise<void>
  /** Removes a database with all that is in it, and its role; sessions in it are ended. */
  dropDatabase(name: string): Promise<void>
  /** Resolves when the server has ended, whoever ended it. */
  readonly exited: Promise<Exit>
  /** Ends the server: sessions are broken off, what was committed is kept (unless ephemeral). Idempotent. */
  stop(): Promise<void>
}

/**
 * Starts the PostgreSQL that npm installed: about 0.7 s the first time in a directory, 0.1 s later.
 *
 * It listens on 127.0.0.1 only, with a random password for each role. Commits are durable, unless `ephemeral`: then
 * the data is in a temporary directory that goes with the server. As root, the server runs as an unprivileged user.
 * It does not keep this process from ending.
 * @throws {EmbeddedError} that says what to do.
 */
export async function startEmbedded(place: EmbeddedPlace, options: EmbeddedOptions = {}): Promise<EmbeddedPostgres> {
  if ('ephemeral' in place) {
    const account = serverAccount()
    const directory = await locateEphemeral(account)
    // What cannot be removed now is removed by a later start, and no reason for anybody to fail.
    const cleanup = (): Promise<void> =>
      rm(directory, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined)
    return start({ directory, ephemeral: true, account, cleanup }, options)
  }
  const account = serverAccount(join(place.directory, 'data'))
  const directory = await locate(resolve(place.directory), account)
  const lock = await lockDirectory(directory)
  return start({ directory, ephemeral: false, account, cleanup: lock.release }, options)
}

interface Site {
  readonly directory: string
  readonly ephemeral: boolean
  readonly account: Account
  /** Undoes what was done to get the directory, when the server has ended or could not start. */
  readonly cleanup: () => Promise<void>
}

async function start(site: Site, options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const { directory, ephemeral, account, cleanup } = site
  const { clock = systemClock, databases = [] } = options
  let server: ServerProcess | undefined
  try {
    const binaries =
      options.programs === undefined ? await findBinaries(account) : useBinaries(options.programs, account)
    const secrets = await openSecrets(ephemeral ? undefined : directory)
    const data = await ensureCluster(directory, { binaries, account, secrets, durable: !ephemeral })
    await stopStaleServer(data, clock)
    server = await startServer({
      data,
      binaries,
      account,
      clock,
      port: options.port,
      ephemeral: ephemeral ? directory : undefined,
      onLog: options.onLog,
    })
    const roles = openRoles(server.port, secrets, clock)
    await roles.ensure(databases)
    return toEmbedded(server, roles, cleanup)
  } catch (error) {
    await server?.stop()
    await cleanup()
    throw error
  }
}

function toEmbedded(server: ServerProcess, roles: Roles, cleanup: () => Promise<void>): EmbeddedPostgres {
  const { port, pid } = server
  const exited = server.exited.then(async (exit) => {
    await cleanup()
    return exit
  })
  const stop = async (): Promise<void> => {
    await server.stop()
    await exited
  }
  return {
    port,
    pid,
    exited,
    stop,
    urlFor: (database) => roles.urlFor(database),
    ensureDatabases: (names) => roles.ensure(names),
    dropDatabase: (name) => roles.drop(name),
    [Symbol.asyncDispose]: stop,
  }
}
