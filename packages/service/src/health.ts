import { codeOf, runCall, sleep, type CheckFunction, type Clock, type Closeable } from '@ashlar/kernel'
import type { HttpRequest, HttpResponse } from '@ashlar/http'
import type { Logger } from './logger.ts'

/** Resolves when the dependency works. Is given a second; safe to call at any time. */
export type HealthCheck = CheckFunction

export interface CheckReport {
  readonly status: 'up' | 'down'
  readonly durationMs: number
  /** Of the error, whose message stays in the log. */
  readonly code?: string
}

export interface HealthReport {
  readonly status: 'up' | 'down' | 'draining'
  readonly service: string
  readonly version: string
  readonly uptimeMs: number
  readonly checks: Readonly<Record<string, CheckReport>>
}

export interface HealthOptions {
  readonly service: string
  readonly version: string
  readonly checks: Readonly<Record<string, HealthCheck>>
  /** How long readiness says no before the service stops accepting. */
  readonly drainDelayMs: number
  readonly log: Logger
  readonly clock: Clock
}

const checkTimeoutMs = 1_000
// Many may ask; the dependencies are asked once in this time.
const freshMs = 1_000

/**
 * Tells whether the process lives (`/livez`), may be sent requests (`/readyz`), and why (`/health`). As a part of the
 * service it is drained first: readiness says no, and stays at that.
 */
export class Health implements Closeable {
  readonly #options: HealthOptions
  readonly #startedMs: number
  #isDraining = false
  #isHeldBack = false
  #latest: { readonly checks: Promise<Record<string, CheckReport>>; readonly untilMs: number } | undefined
  readonly #down = new Set<string>()

  constructor(options: HealthOptions) {
    this.#options = options
    this.#startedMs = options.clock.now()
  }

  /** The answer when the request is for one of the three paths. */
  answer(request: HttpRequest): Promise<HttpResponse> | undefined {
    const { path } = request.url
    if (path !== '/livez' && path !== '/readyz' && path !== '/health') return undefined
    if (request.method !== 'GET' && request.method !== 'HEAD') return undefined
    return this.#answer(path)
  }

  async report(): Promise<HealthReport> {
    const { service, version, clock } = this.#options
    const checks = await this.#checks()
    const isUp = Object.values(checks).every((check) => check.status === 'up')
    const uptimeMs = Math.round(clock.now() - this.#startedMs)
    const isDraining = this.#isDraining || this.#isHeldBack
    return { status: isDraining ? 'draining' : isUp ? 'up' : 'down', service, version, uptimeMs, checks }
  }

  /** Readiness says no until it is taken back, as if the service were about to stop. */
  holdBack(yes: boolean): void {
    this.#isHeldBack = yes
  }

  async drain(signal: AbortSignal): Promise<void> {
    this.#isDraining = true
    if (this.#options.drainDelayMs > 0) await sleep(this.#options.clock, this.#options.drainDelayMs, { signal })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDraining = true
  }

  async #answer(path: '/livez' | '/readyz' | '/health'): Promise<HttpResponse> {
    if (path === '/livez') return respond(200, { status: 'up' })
    const report = await this.report()
    return respond(report.status === 'up' ? 200 : 503, path === '/readyz' ? { status: report.status } : report)
  }

  #checks(): Promise<Record<string, CheckReport>> {
    const nowMs = this.#options.clock.now()
    if (this.#latest === undefined || nowMs >= this.#latest.untilMs) {
      const entries = Object.entries(this.#options.checks).map(async ([name, check]) => {
        return [name, await this.#run(name, check)] as const
      })
      this.#latest = {
        checks: Promise.all(entries).then((reports) => Object.fromEntries(reports)),
        untilMs: nowMs + freshMs,
      }
    }
    return this.#latest.checks
  }

  async #run(name: string, check: HealthCheck): Promise<CheckReport> {
    const { clock, log } = this.#options
    const startedMs = clock.now()
    const durationMs = (): number => Math.round((clock.now() - startedMs) * 10) / 10
    try {
      // A call of its own: who asks may hang up, and others wait for the same answer.
      await runCall({ parent: null, timeoutMs: checkTimeoutMs, clock }, check)
      if (this.#down.delete(name)) log.info({ check: name }, 'health check passes again')
      return { status: 'up', durationMs: durationMs() }
    } catch (error) {
      if (!this.#down.has(name)) log.warn({ check: name, err: error }, 'health check fails')
      this.#down.add(name)
      const code = codeOf(error)
      return { status: 'down', durationMs: durationMs(), ...(code === undefined ? {} : { code }) }
    }
  }
}

function respond(status: number, body: object): HttpResponse {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: JSON.stringify(body),
  }
}
