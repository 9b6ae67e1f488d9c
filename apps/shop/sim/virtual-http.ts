import { CancelledError, runCall, withoutStack, type Clock, type EdgeTable } from '@ashlar/kernel'
import { problemResponse, type HttpHandler, type HttpResponse } from '@ashlar/http'
import { HttpUnreachableError, type HttpClientResponse, type TransportRequest } from '@ashlar/http/client'
import { VirtualNetwork, type NetworkEvent } from '@ashlar/testing/network'
import type { Life } from './life.ts'

interface Asking {
  readonly kind: 'asking'
  readonly exchange: number
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

interface Answering {
  readonly kind: 'answering'
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** The client has closed its connection. */
interface Gone {
  readonly kind: 'gone'
  readonly exchange: number
}

type Parcel = Asking | Answering | Gone

/** Sends a request over the virtual network and resolves with the whole answer. */
export type Send = (request: TransportRequest, signal: AbortSignal) => Promise<HttpClientResponse>

export interface VirtualHttpOptions {
  readonly clock: Clock
  readonly seed: number
  onEvent(event: NetworkEvent, what: string): void
}

/** Nobody waits longer for an answer, whatever became of it; callers' own deadlines are much earlier. */
const longestExchangeMs = 120_000
/** How soon a client notices that there is no program at the other end (any more). */
const resetMs = 1

/**
 * HTTP between simulated processes: requests and answers as bytes over the virtual network, with what callers know of
 * connections. A process that dies or is not there resets them, which its clients notice; lost messages and partitions
 * nobody notices but by waiting; a client that gives up tells its server, unless that is lost, too.
 */
export class VirtualHttp {
  readonly network: VirtualNetwork<Parcel>
  readonly #clock: Clock
  readonly #open = new Map<number, { readonly from: string; readonly to: string; readonly reset: () => void }>()
  #exchanges = 0

  constructor(options: VirtualHttpOptions) {
    this.#clock = options.clock
    this.network = new VirtualNetwork({
      clock: options.clock,
      seed: options.seed,
      onEvent: (event) => {
        this.#noticeRefusal(event)
        options.onEvent(event, describe(event.body as Parcel))
      },
    })
  }

  /** Puts a process on the network for as long as it lives. Without a handler it only asks. */
  join(name: string, life: Life, server?: { readonly handler: HttpHandler; readonly edge: EdgeTable }): void {
    const requests = new Map<number, AbortController>()
    const node = this.network.node(name, {
      ...(server && {
        answer: (parcel: Parcel) => life.run(() => answer(parcel as Asking, { ...server, life, requests })),
      }),
      receive: (parcel) => {
        const gone = withoutStack(() => new CancelledError('the client went away'))
        life.step(() => requests.get((parcel as Gone).exchange)?.abort(gone))
      },
    })
    life.onEnd(() => {
      node[Symbol.dispose]()
      for (const [exchange, { from, to }] of this.#open) {
        if (from === name) this.#open.delete(exchange)
        if (to === name) this.#reset(exchange)
      }
    })
  }

  /** How the process reaches whichever node `to` names. */
  sender(from: string, life: Life, to: () => string): Send {
    return (request, signal) => life.run(() => this.#exchange({ from, to: to(), life }, request, signal))
  }

  async #exchange(
    { from, to, life }: { readonly from: string; readonly to: string; readonly life: Life },
    request: TransportRequest,
    signal: AbortSignal,
  ): Promise<HttpClientResponse> {
    const exchange = ++this.#exchanges
    const { promise: broken, reject } = Promise.withResolvers<never>()
    const reset = (): void => {
      const detail = { name: to, address: to, reason: 'the connection was reset' }
      reject(withoutStack(() => new HttpUnreachableError(detail)))
    }
    this.#open.set(exchange, { from, to, reset })
    const tellGone = (): void => {
      // What a dead process has to tell is told by its end.
      if (life.state !== 'over') this.network.send(from, to, { kind: 'gone', exchange })
    }
    signal.addEventListener('abort', tellGone, { once: true })
    try {
      const parcel = { ...request, kind: 'asking', exchange, body: bytesOf(request.body ?? '') } as const
      const asked = this.network.request(from, to, parcel, { timeoutMs: longestExchangeMs, signal })
      return clientResponse((await Promise.race([asked, broken])) as Answering)
    } finally {
      signal.removeEventListener('abort', tellGone)
      this.#open.delete(exchange)
    }
  }

  #noticeRefusal({ kind, reason, parcel, body }: NetworkEvent): void {
    if (kind === 'dropped' && reason === 'receiver down' && parcel === 'request') this.#reset((body as Asking).exchange)
  }

  #reset(exchange: number): void {
    this.#clock.timer(resetMs, () => this.#open.get(exchange)?.reset())
  }
}

async function answer(
  asking: Asking,
  server: {
    readonly handler: HttpHandler
    readonly edge: EdgeTable
    readonly life: Life
    readonly requests: Map<number, AbortController>
  },
): Promise<Answering> {
  const { method, path, headers, exchange } = asking
  const { handler, edge, life, requests } = server
  const gone = requests.get(exchange) ?? new AbortController()
  requests.set(exchange, gone)
  const [pathname = '', search] = path.split('?', 2)
  const body = Buffer.from(asking.body)
  const response = await runCall({ parent: null, signal: gone.signal, clock: life.clock }, ({ signal }) =>
    handler({
      method,
      url: { path: pathname, query: new URLSearchParams(search) },
      headers,
      signal,
      draining: new AbortController().signal,
      remoteAddress: '',
      body: async () => body,
      async *chunks() {
        yield body
      },
      json: async () => JSON.parse(body.toString()) as unknown,
    }),
  )
    .catch((error: unknown): HttpResponse => problemResponse(error, edge, { traceId: '' }))
    .finally(() => requests.delete(exchange))
  return {
    kind: 'answering',
    status: response.status,
    headers: { ...(response.headers as Readonly<Record<string, string>>) },
    body: bytesOf(response.body as string | Uint8Array),
  }
}

/** In a buffer of their own: a copy of a view takes all that is behind it along. */
function bytesOf(body: string | Uint8Array): Uint8Array {
  return typeof body === 'string' ? new TextEncoder().encode(body) : new Uint8Array(body)
}

function clientResponse({ status, headers, body }: Answering): HttpClientResponse {
  const bytes = Buffer.from(body)
  const text = (): string => bytes.toString()
  return { status, headers, body: bytes, text, json: () => JSON.parse(text()) as unknown }
}

function describe(parcel: Parcel): string {
  if (parcel.kind === 'asking') return `${parcel.method} ${parcel.path}`
  return parcel.kind === 'answering' ? String(parcel.status) : parcel.kind
}
