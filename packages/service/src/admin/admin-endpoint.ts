import {
  httpEdgeRows,
  listen,
  MethodNotAllowedError,
  NotFoundError,
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
  type HttpServer,
} from '@ashlar/http'
import {
  edgeTable,
  parseActionInput,
  withoutStack,
  type Action,
  type ActionDescription,
  type Clock,
  type EdgeTable,
} from '@ashlar/kernel'
import type { RootLogger } from '@ashlar/telemetry/logs'
import { adminGuard } from './admin-guard.ts'
import { diagnosticsEdgeRows } from '../diagnostics/errors.ts'
import { auditRefusal, callerOf } from './audit.ts'
import { adminEdgeRows, UnknownActionError } from './errors.ts'
import { defaultTimeoutMs, runAction } from './run-action.ts'

export interface AdminOptions {
  readonly service: string
  readonly version: string
  /** 0 takes any free one. */
  readonly port: number
  readonly key: string
  readonly actions: readonly Action[]
  /** Answers `GET /metrics`. */
  readonly metrics: HttpHandler
  /** What is told of errors that actions end with. */
  readonly edge: EdgeTable
  readonly log: RootLogger
  readonly clock: Clock
}

const prefix = '/actions/'

/**
 * Serves actions to operators on this machine: a listener of its own, on the loopback address and no other, for those
 * who hold the key. `GET /actions` lists them, `POST /actions/<name>` runs one with its input as JSON. Whatever is more
 * than looking is logged, before and after, with who asked; so is what was refused. `GET /metrics` is for scrapers.
 * @throws {PortInUseError} | {ListenError}
 */
export async function openAdmin(options: AdminOptions): Promise<HttpServer> {
  const { actions, port, log, clock } = options
  const longestMs = Math.max(...actions.map((one) => one.timeoutMs ?? defaultTimeoutMs))
  return listen(adminHandler(options), {
    host: '127.0.0.1',
    port,
    edge: adminEdge(options.edge),
    limits: { bodyBytes: 64 * 1024, connections: 32, pipelinedRequests: 4, idleTimeoutMs: longestMs + 10_000 },
    clock,
    onError: (error, request) => log.error({ err: error, ...request }, 'admin request failed'),
  })
}

function adminHandler(options: AdminOptions): HttpHandler {
  const { service, version, key, actions, metrics, log, clock } = options
  const byName = new Map(actions.map((one) => [one.name, one]))
  const listing = respond({ service, version, actions: actions.map(described) })
  const admit = adminGuard({ key, clock, onRefused: (request, error) => auditRefusal(log, request, error) })

  /** What remains to be done for a request that is right. */
  const accept = async (request: HttpRequest): Promise<() => Promise<HttpResponse>> => {
    const { path } = request.url
    if (path === '/actions') {
      allow(request, 'GET')
      return async () => listing
    }
    if (path === '/metrics') return () => metrics(request)
    if (!path.startsWith(prefix)) throw withoutStack(() => new NotFoundError({ path }))
    allow(request, 'POST')
    const name = path.slice(prefix.length)
    const found = byName.get(name)
    if (found === undefined) throw withoutStack(() => new UnknownActionError({ action: name, service }))
    const input = parseActionInput(found, await request.json())
    return async () => respond({ result: await runAction(found, input, { caller: callerOf(request), log, clock }) })
  }

  return async (request) => {
    admit(request)
    const answer = await accept(request).catch((error: unknown) => {
      auditRefusal(log, request, error)
      throw error
    })
    return answer()
  }
}

/** Picked by name: what else an action's object holds is its own business. */
function described({ name, description, risk, input, timeoutMs = defaultTimeoutMs }: Action): ActionDescription {
  return { name, description, risk, input, timeoutMs }
}

function allow({ method }: HttpRequest, allowed: string): void {
  if (method !== allowed) throw withoutStack(() => new MethodNotAllowedError({ method, allow: [allowed] }))
}

function respond(body: object): HttpResponse {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }
  return { status: 200, headers, body: JSON.stringify(body) }
}

/** The service's own table, and what this endpoint adds to it. */
function adminEdge(edge: EdgeTable): EdgeTable {
  const own = edgeTable(httpEdgeRows, adminEdgeRows, diagnosticsEdgeRows)
  return { row: (code) => edge.row(code) ?? own.row(code) }
}
