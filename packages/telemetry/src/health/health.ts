import type { HttpRequest, HttpResponse } from '@ashlar/http'
import { sleep, type Closeable } from '@ashlar/kernel'
import { Checks } from './checks.ts'
import type { HealthOptions } from './options.ts'
import { documentOf, type CheckReport, type HealthReport, type Readiness } from './report.ts'

const paths = ['/livez', '/startupz', '/readyz', '/health'] as const
type Path = (typeof paths)[number]

/** Whether a request, by its path without the query, asks how the service is: machines do, all the time. */
export function isHealthPath(path: string): path is Path {
  return (paths as readonly string[]).includes(path)
}

/**
 * Tells whether the process lives (`/livez`: whatever its dependencies do, a restart would not mend those), has started
 * (`/startupz`: once every critical check has passed, and from then on), may be sent requests (`/readyz`), and why
 * (`/health`). The answers to the last two are 200 together and 503 together.
 *
 * As a part of the service it is drained first: readiness says no, and stays at that.
 */
export class Health implements Closeable {
  readonly #options: HealthOptions
  readonly #checks: Checks
  readonly #createdMs: number
  #hasStarted = false
  #isDraining = false
  #isHeldBack = false

  /** @throws {TypeError} when two checks have one name, or one has a name that the report needs for itself. */
  constructor(options: HealthOptions) {
    this.#options = options
    this.#checks = new Checks(options.checks, options)
    this.#createdMs = options.clock.now()
  }

  /** The answer when the request is for one of the four paths. */
  answer(request: HttpRequest): Promise<HttpResponse> | undefined {
    const { path } = request.url
    if (!isHealthPath(path) || (request.method !== 'GET' && request.method !== 'HEAD')) return undefined
    request.route = path
    return this.#answer(path)
  }

  async report(): Promise<HealthReport> {
    const { service, version, clock } = this.#options
    const checks = await this.#checks.reports()
    const reports = Object.values(checks)
    const readiness = this.#readiness(reports)
    const isWhole = reports.every(({ status }) => status === 'up')
    const status = readiness !== 'up' ? 'unhealthy' : isWhole ? 'healthy' : 'degraded'
    const uptimeMs = Math.round(clock.now() - this.#createdMs)
    return { status, readiness, service, version, uptimeMs, checks }
  }

  /**
   * The report as it can be told without waiting: readiness now, of the checks what they answered last; `undefined` before
   * they have. Asks them, so that the next such report is newer, unless what they look at is closing.
   */
  latest(): Pick<HealthReport, 'readiness' | 'checks'> | undefined {
    const checks = this.#checks.answered
    if (!this.#isDraining) void this.#checks.reports()
    return checks && { readiness: this.#readiness(Object.values(checks)), checks }
  }

  /** The report as `/health` tells it. */
  async document(): Promise<Record<string, unknown>> {
    return documentOf(await this.report())
  }

  /** Readiness says no until it is taken back, as if the service were about to stop. */
  holdBack(yes: boolean): void {
    this.#isHeldBack = yes
  }

  async drain(signal: AbortSignal): Promise<void> {
    this.#isDraining = true
    const { clock, drainDelayMs } = this.#options
    if (drainDelayMs > 0) await sleep(clock, drainDelayMs, { signal })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDraining = true
  }

  #readiness(reports: readonly CheckReport[]): Readiness {
    const works = !reports.some(({ status, critical }) => critical && status === 'down')
    if (works) this.#hasStarted = true
    if (this.#isDraining || this.#isHeldBack) return 'draining'
    if (!works) return 'down'
    return this.#options.loop?.isOverloaded === true ? 'overloaded' : 'up'
  }

  async #answer(path: Path): Promise<HttpResponse> {
    if (path === '/livez') return respond(200, { status: 'up' })
    if (path === '/startupz' && this.#hasStarted) return respond(200, { status: 'up' })
    const report = await this.report()
    if (path === '/startupz')
      return this.#hasStarted ? respond(200, { status: 'up' }) : respond(503, { status: 'starting' })
    const http = report.readiness === 'up' ? 200 : 503
    return respond(http, path === '/readyz' ? { status: report.readiness } : documentOf(report))
  }
}

function respond(status: number, body: object): HttpResponse {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: JSON.stringify(body),
  }
}
