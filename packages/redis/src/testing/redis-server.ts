import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A Redis of one's own on the loopback address: empty, kept nowhere, and gone with this process however that ends. */
export interface RedisServer extends AsyncDisposable {
  readonly url: string
  readonly port: number
  /** Stops it where it is: connections stay, and nothing is answered. */
  pause(): void
  resume(): void
  /** As a crash does it; resolves when it is gone. */
  kill(): Promise<void>
  /** After {@link kill}: empty again, at the same address. */
  start(): Promise<void>
}

/** The program to start; `undefined` where none is installed. */
export function redisServerProgram(): string | undefined {
  return ['redis-server', '/usr/bin/redis-server'].find((program) => spawnSync(program, ['--version']).status === 0)
}

/** @throws {TypeError} when no program is installed. */
export async function startRedisServer(program: string | undefined = redisServerProgram()): Promise<RedisServer> {
  if (program === undefined) throw new TypeError('startRedisServer: redis-server is not installed')
  const port = await freePort()
  let running = await launch(program, port)
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pause: () => void process.kill(running.pid, 'SIGSTOP'),
    resume: () => void process.kill(running.pid, 'SIGCONT'),
    kill: () => end(running),
    async start() {
      running = await launch(program, port)
    },
    async [Symbol.asyncDispose]() {
      await end(running)
    },
  }
}

interface Running {
  readonly shell: ChildProcess
  readonly pid: number
}

// The shell watches a pipe whose other end only we hold: when we are gone, however that came about, so is the server. It
// says first which process that is, and ends when the server has ended by itself.
const watched = `
folder=$1
shift
exec 3<&0
"$@" </dev/null 3<&- &
server=$!
echo "pid $server"
{ read -r _ <&3; kill -KILL "$server"; } 2>/dev/null >/dev/null &
watcher=$!
# Nobody has to be told that it was killed.
exec 3<&- 2>/dev/null
wait "$server"
kill "$watcher"
rm -rf "$folder"
`

const ready = 'Ready to accept connections'

async function launch(program: string, port: number): Promise<Running> {
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-redis-'))
  const settings = { port, bind: '127.0.0.1', dir: folder, save: '', appendonly: 'no' }
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)])
  const shell = spawn('/bin/sh', ['-c', watched, 'ashlar-redis', folder, program, ...args], {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  // When the shell is gone before us, there is nobody to read its end.
  shell.stdin.on('error', () => undefined)
  let log = ''
  for await (const piece of shell.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    log += String(piece)
    if (log.includes(ready)) break
  }
  const pid = Number(/^pid (\d+)$/m.exec(log)?.[1])
  if (!log.includes(ready)) throw new Error(`redis-server did not start:\n${log}`)
  shell.stdout.resume()
  return { shell, pid }
}

async function end({ shell }: Running): Promise<void> {
  if (shell.exitCode !== null || shell.signalCode !== null) return
  const gone = once(shell, 'exit')
  shell.stdin?.end()
  await gone
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}
