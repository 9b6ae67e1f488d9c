import { httpEdgeRows } from '@ashlar/http'
import { createHttpClient, type HttpClient } from '@ashlar/http/client'
import { edgeTable } from '@ashlar/kernel'
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
}

/** Starts a service whose parts are given, on a virtual clock. */
export async function start(parts: Start, env: Env = {}, into: Line[] = []): Promise<Started & AsyncDisposable> {
  const clock = new VirtualClock()
  const lines = into
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
  const running = await startService(definition, env, { destination, clock })
  const client = createHttpClient({ baseUrl: running.url, name: 'greeter' })
  const dispose = async (): Promise<void> => {
    await client[Symbol.asyncDispose]()
    await running.close()
  }
  return { running, client, lines, clock, [Symbol.asyncDispose]: dispose }
}

export function get(client: HttpClient, path: string): ReturnType<HttpClient['request']> {
  return client.request({ method: 'GET', path })
}
