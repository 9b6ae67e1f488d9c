import type { Clock, StatusName, TraceContext } from '@ashlar/kernel'
import { serverRequest } from './events.ts'
import type { HttpResponse } from './message.ts'

// RFC 9110 and RFC 5789. Others would be as many series as strangers can think of.
const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'])

/** Takes notes of one request, for those who listen. Made only where somebody does. */
export class RequestWatch {
  readonly #clock: Clock
  readonly #startedMs: number
  readonly #trace: TraceContext
  readonly #parentSpanId: string | undefined
  #answeredMs: number | undefined
  #isInPieces = false
  #routed: { readonly route?: string } | undefined
  #status = 499
  #outcome: StatusName | undefined
  #error: unknown

  /** @param caller The context that came with the request. */
  constructor(clock: Clock, trace: TraceContext, caller: TraceContext | undefined) {
    this.#clock = clock
    this.#startedMs = clock.now()
    this.#trace = trace
    this.#parentSpanId = caller?.spanId
  }

  /** @param request Where whoever routes it writes down the route. */
  given(request: { readonly route?: string }): void {
    this.#routed = request
  }

  answered({ status, failure }: Pick<HttpResponse, 'status' | 'failure'>): void {
    // Not when it has been written: a machine with much to do lets whoever waits for it run first.
    this.#answeredMs = this.#clock.now()
    this.#status = status
    this.#outcome = failure?.status
    this.#error = status < 500 ? undefined : failure === undefined ? String(status) : thrown(failure.error)
  }

  /** The head of an answer has gone out whose body comes in pieces. */
  headSent(): void {
    this.#answeredMs = this.#clock.now()
    this.#isInPieces = true
  }

  failed(error: unknown): void {
    this.#error = thrown(error)
  }

  /** @param isAnswered Whether the client can know of the answer: its head has gone out. */
  end(sentMethod: string, isAnswered: boolean): void {
    const method = knownMethods.has(sentMethod) ? sentMethod : '_OTHER'
    const route = this.#routed?.route
    const answeredMs = isAnswered ? this.#answeredMs : undefined
    const nowMs = this.#clock.now()
    const endMs = answeredMs === undefined || this.#isInPieces ? nowMs : answeredMs
    serverRequest.publish({
      name: route === undefined ? method : `${method} ${route}`,
      method,
      route: route ?? '(none)',
      status: isAnswered ? this.#status : 499,
      outcome: isAnswered ? this.#outcome : 'canceled',
      durationMs: endMs - this.#startedMs,
      ageMs: nowMs - this.#startedMs,
      seconds: ((answeredMs ?? endMs) - this.#startedMs) / 1_000,
      trace: this.#trace,
      parentSpanId: this.#parentSpanId,
      error: isAnswered ? this.#error : 'ASHLAR_CANCELLED',
    })
  }
}

/** A text that was thrown could be anything; text in an event is a code. */
function thrown(error: unknown): unknown {
  return error instanceof Error ? error : typeof error
}
