import { createServer, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import { sleep, type Clock } from '@ashlar/kernel'
import type { Account } from './account.ts'
import type { Binaries } from './binaries.ts'
import { EmbeddedError } from './errors.ts'
import { postmasterPid } from './postmaster.ts'
import { spawnWatched } from './watchdog.ts'

/** How the server ended. */
export interface Exit {
  readonly code: number | null
  readonly signal: string | null
}

export interface ServerProcess {
  readonly port: number
  readonly pid: number
  readonly exited: Promise<Exit>
  stop(): Promise<void>
}

export interface ServerOptions {
  readonly data: string
  readonly binaries: Binaries
  readonly account: Account
  readonly clock: Clock
  /** Fixed; when absent, a free one. */
  readonly port: number | undefined
  /** Removed when the server ends; it then also gives up all care for the data. */
  readonly ephemeral: string | undefined
  readonly onLog: ((line: string) => void) | undefined
}

// Small, for a machine that runs much else, and no workers that nothing here uses.
const settings = (major: number): string[] => [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'shared_buffers=64MB',
  'max_connections=200',
  'jit=off',
  'max_logical_replication_workers=0',
  'max_wal_size=256MB',
  'password_encryption=scram-sha-256',
  ...(major >= 18 ? ['io_method=sync'] : []),
  ...(major >= 16 ? ['scram_iterations=1'] : []),
]
// The data is thrown away with the server, so nothing need survive a power cut.
const careless = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'autovacuum=off']

const signalNames: Readonly<Record<number, string>> = {
  2: 'SIGINT',
  3: 'SIGQUIT',
  6: 'SIGABRT',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  15: 'SIGTERM',
}

/** Starts the server and resolves when it accepts connections. */
export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  const maxAttempts = options.port === undefined ? 5 : 1
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort())
    try {
      return await startOn(port, options)
    } catch (error) {
      // Somebody took the port between our look and the server's.
      if (!(error instanceof EmbeddedError) || error.failure !== 'port-in-use' || attempt === maxAttempts) throw error
    }
  }
}

async function startOn(port: number, options: ServerOptions): Promise<ServerProcess> {
  const { data, binaries, account, clock, ephemeral, onLog } = options
  const configuration = [...settings(binaries.major), ...(ephemeral === undefined ? [] : careless), `port=${port}`]
  const child = spawnWatched(
    join(binaries.root, 'bin', 'postgres'),
    ['-D', data, ...configuration.flatMap((setting) => ['-c', setting])],
    // Nothing is worth an orderly shutdown when the data goes too.
    ephemeral === undefined ? { account, signal: 'INT' } : { account, signal: 'QUIT', leftovers: ephemeral },
  )
  const lastLines: string[] = []
  const exited = new Promise<Exit>((resolve) => {
    child.on('error', () => resolve({ code: null, signal: null }))
    child.on('close', (status, signal) => resolve(toExit(status, signal)))
  })
  // Writing to, or closing, the pipe of a shell that has gone is no news: `exited` says so.
  child.stdin?.on('error', () => undefined)
  await new Promise<void>((resolve, reject) => {
    readLines(child.stderr, (line) => {
      lastLines.push(line)
      if (lastLines.length > 20) lastLines.shift()
      onLog?.(line)
      if (line.includes('database system is ready to accept connections')) resolve()
    })
    child.stdout?.resume()
    void exited.then((exit) => reject(startError(port, exit, lastLines)))
  })
  const pid = (await postmasterPid(data)) as number
  // A process that has nothing else to do may end, and the server with it.
  const hold = (held: boolean): void => {
    // The pipes of a child are sockets, which its type does not say.
    for (const handle of [child, child.stdin, child.stdout, child.stderr] as unknown as Pick<
      Socket,
      'ref' | 'unref'
    >[]) {
      if (held) handle.ref()
      else handle.unref()
    }
  }
  hold(false)
  return {
    port,
    pid,
    exited,
    async stop() {
      hold(true)
      child.stdin?.end()
      const ended = new AbortController()
      void exited.then(() => ended.abort())
      await sleep(clock, 10_000, { signal: ended.signal, background: true }).then(
        () => process.kill(pid, 'SIGQUIT'),
        () => undefined,
      )
      await exited
    },
  }
}

function readLines(stream: NodeJS.ReadableStream | null, onLine: (line: string) => void): void {
  let rest = ''
  stream?.setEncoding('utf8')
  stream?.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line)
  })
}

// The shell reports a program that a signal ended as 128 + the signal's number.
function toExit(status: number | null, signal: string | null): Exit {
  if (status === null || status <= 128) return { code: status, signal }
  return { code: null, signal: signalNames[status - 128] ?? `signal ${status - 128}` }
}

function startError(port: number, exit: Exit, lines: readonly string[]): EmbeddedError {
  const log = lines.join('\n')
  if (/could not bind IPv4 address "127\.0\.0\.1"/.test(log)) {
    return new EmbeddedError(
      'port-in-use',
      `port ${port} of 127.0.0.1 is taken; free it, or choose another for PostgreSQL`,
    )
  }
  return new EmbeddedError(
    'start',
    `PostgreSQL ended while starting (${exit.signal ?? `status ${exit.code}`}):\n${log}`,
  )
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
