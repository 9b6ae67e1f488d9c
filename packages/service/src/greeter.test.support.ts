import { httpEdgeRows } from '@ashlar/http'
import { createHttpClient, type HttpClient } from '@ashlar/http/client'
import { edgeTable, type CheckFunction, type Clock, type HealthCheck } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { string } from './config-fields.ts'
import { service, type ServiceContext, type ServiceParts } from './service.ts'
import { startService, type RunningService } from './start-service.ts'

const edge = edgeTable(httpEdgeRows)
type Env = Record<string, string | undefined>
export type Line = Record<string, unknown> & { msg: string }
type Start = (context: ServiceContext<{ readonly GREETING: string }>) => Partial<ServiceParts>

export interface Started {
  running: RunningService
  client: HttpClient
  lines: Line[]
  clock: VirtualClock
  /** From now on the service's clock is so much later than its timers: its event loop has been busy meanwhile. */
  fallBehind: (ms: number) => void
}

/** Starts a service whose parts are given, on a virtual clock. */
export async function start(parts: Start, env: Env = {}, into: Line[] = []): Promise<Started & AsyncDisposable> {
  const clock = new VirtualClock()
  const lines = into
  let lostMs = 0
  const late: Clock = {
    now: () => clock.now() + lostMs,
    wall: () => clock.wall(),
    timer: (delayMs, run) => clock.timer(delayMs, run),
    immediate: (run) => clock.immediate(run),
  }
  const definition = service({
    name: 'greeter',
    version: '1.2.3',
    config: { GREETING: string({ default: 'hello' }) },
    start: async (context) => ({
      handler: async () => ({ status: 200, body: context.config.GREETING }),
      edge,
      parts: [],
      ...parts(context),
    }),
  })
  const destination = { write: (text: string): void => void lines.push(JSON.parse(text) as Line) }
  // Which requests leave a line is a matter of their trace ids, and those are random.
  const running = await startService(definition, { ACCESS_LOG: 'off', ...env }, { destination, clock: late })
  const client = createHttpClient({ baseUrl: running.url, name: 'greeter' })
  const dispose = async (): Promise<void> => {
    await client[Symbol.asyncDispose]()
    await running.close()
  }
  const fallBehind = (ms: number): void => void (lostMs += ms)
  return { running, client, lines, clock, fallBehind, [Symbol.asyncDispose]: dispose }
}

/** A critical check. */
export function database(check: CheckFunction): HealthCheck {
  return { name: 'database', critical: true, check }
}

export function get(client: HttpClient, path: string): ReturnType<HttpClient['request']> {
  return client.request({ method: 'GET', path })
}
