import { createServer } from 'node:net'
import { randomInteger, type Random } from '@ashlar/kernel'

const lowestPort = 20_000
// From here up systems take the ports of outgoing connections. A service that is restarted needs its port back, and
// must not find that somebody else's connection has it.
const firstOutgoingPort = 32_000

/**
 * Whether `port` can be listened on at the loopback address now: `undefined` when it can, else the system's code, for
 * instance EADDRINUSE.
 */
export function whyUnavailable(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(undefined)))
  })
}

/** A port that nobody listens on and that is not among `taken`. */
export async function freePort(random: Random, taken: ReadonlySet<number>): Promise<number> {
  for (;;) {
    const port = lowestPort + randomInteger(random, firstOutgoingPort - lowestPort)
    if (!taken.has(port) && (await whyUnavailable(port)) === undefined) return port
  }
}
