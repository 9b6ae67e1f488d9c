import { MethodNotAllowedError, NotFoundError, sse, type HttpRequest, type HttpResponse } from '@ashlar/http'
import { InvalidInputError, withoutStack, type Clock } from '@ashlar/kernel'
import type { Collector } from '../collector.ts'
import { CollectorBusyError, TelemetryUnknownError } from '../errors.ts'
import { feedKinds, type FeedKind } from '../live-feed.ts'
import { idAt } from '../store/entry-ids.ts'
import { findTrace, findTraces } from './find-traces.ts'
import { findLogs, logsOfTrace, severities, type LevelName } from './log-view.ts'
import { findMetric, findMetrics, type MetricSources } from './metric-view.ts'
import { Parameters } from './parameters.ts'
import { rangeOf } from './time-range.ts'

export interface QueryApiOptions {
  readonly collector: Collector
  /** What `GET /api/v1/stats` answers. */
  readonly stats: () => object
  readonly guard: (request: HttpRequest) => void
  readonly clock: Clock
}

type Answer = (request: HttpRequest, rest: string) => Promise<HttpResponse> | HttpResponse

const prefix = '/api/v1/'
const pageSize = { min: 1, max: 200 }
const longestMs = 86_400_000

/** Answers what is asked about telemetry, as JSON, to who holds the key. Version 1: fields are added, never changed. */
export class QueryApi {
  readonly #options: QueryApiOptions
  readonly #routes: Readonly<Record<string, Answer>> = {
    traces: ({ url }, id) => (id === '' ? this.#traces(url.query) : this.#trace(url.query, id)),
    logs: ({ url }) => this.#logs(url.query),
    metrics: ({ url }, name) => (name === '' ? this.#metrics(url.query) : this.#metric(url.query, name)),
    stats: () => json(this.#options.stats()),
    stream: (request) => this.#stream(request),
  }

  constructor(options: QueryApiOptions) {
    this.#options = options
  }

  /** @throws errors of `collectorEdgeRows` and the platform's own. */
  async answer(request: HttpRequest): Promise<HttpResponse> {
    this.#options.guard(request)
    const { path } = request.url
    const [, name = '', rest = ''] = /^([a-z]+)(?:\/(.+))?$/.exec(path.slice(prefix.length)) ?? []
    // OpenTelemetry has slashes in names of metrics, and no path may hold one that is encoded.
    const takesRest = name === 'metrics' || (name === 'traces' && !rest.includes('/'))
    const found = Object.hasOwn(this.#routes, name) && (rest === '' || takesRest) ? this.#routes[name] : undefined
    if (found === undefined || !path.startsWith(prefix)) throw withoutStack(() => new NotFoundError({ path }))
    if (request.method !== 'GET') {
      throw withoutStack(() => new MethodNotAllowedError({ method: request.method, allow: ['GET'] }))
    }
    return found(request, decoded(rest))
  }

  async #traces(query: URLSearchParams): Promise<HttpResponse> {
    const asked = new Parameters(query)
    const [service, name] = [asked.text('service'), asked.text('name')]
    const minDurationMs = asked.number('minDurationMs', { min: 0, max: longestMs })
    const onlyErrors = asked.flag('errors')
    const { from, before, limit } = pageOf(asked)
    asked.check()
    const { collector } = this.#options
    const { traces, next } = await findTraces(
      collector.spans,
      { service, name, minDurationMs, onlyErrors, from, before },
      limit,
    )
    return json({ traces, ...cursorOf(next) })
  }

  async #trace(query: URLSearchParams, id: string): Promise<HttpResponse> {
    const asked = new Parameters(new URLSearchParams([...query, ['traceId', id]]))
    const traceId = asked.traceId('traceId') ?? ''
    asked.check()
    const { collector } = this.#options
    const trace = await findTrace(collector.spans, traceId)
    if (trace === undefined) throw unknown(`there is no trace ${traceId}, or it is not kept any more`)
    return json({ ...trace, logs: await logsOfTrace(collector.logs, traceId) })
  }

  async #logs(query: URLSearchParams): Promise<HttpResponse> {
    const asked = new Parameters(query)
    const [service, text, traceId] = [asked.text('service'), asked.text('text'), asked.traceId('traceId')]
    const level = asked.oneOf('level', Object.keys(severities) as LevelName[])
    const { from, before, limit } = pageOf(asked)
    asked.check()
    const minSeverity = level === undefined ? undefined : severities[level]
    const { logs, next } = await findLogs(
      this.#options.collector.logs,
      { service, text, traceId, minSeverity, from, before },
      limit,
    )
    return json({ logs, ...cursorOf(next) })
  }

  async #metrics(query: URLSearchParams): Promise<HttpResponse> {
    const asked = new Parameters(query)
    const [service, sinceMs] = [asked.text('service'), asked.time('since')]
    asked.check()
    const metrics = await findMetrics(this.#sources(sinceMs !== undefined), sinceMs ?? 0)
    return json({ metrics: metrics.filter(({ services }) => service === undefined || services.includes(service)) })
  }

  async #metric(query: URLSearchParams, name: string): Promise<HttpResponse> {
    const asked = new Parameters(query)
    const service = asked.text('service')
    const nowMs = this.#options.clock.wall()
    // Nobody waits for the database who asks for the latest.
    const { recent, history } = this.#sources(query.has('since') || query.has('until'))
    const oldestMs = (history?.oldestMs ?? nowMs) - recent.reachMs
    const range = rangeOf(asked, nowMs, { oldestMs, usualMs: recent.reachMs })
    asked.check()
    const metric = await findMetric({ recent, history }, name, { service, range })
    if (metric === undefined) throw unknown(`there is no metric ${name}`)
    return json(metric)
  }

  #sources(isPastAsked: boolean): MetricSources {
    const { metrics: recent, metricHistory } = this.#options.collector
    return { recent, history: isPastAsked ? metricHistory : undefined }
  }

  #stream(request: HttpRequest): HttpResponse {
    const { collector, clock } = this.#options
    const asked = new Parameters(request.url.query)
    const kinds = kindsOf(asked.text('kinds'))
    asked.check()
    if (!collector.feed.hasRoom) throw new CollectorBusyError({ what: 'too many watch already', retryAfterMs: 5_000 })
    const isLeaving = (): boolean => request.signal.aborted || request.draining.aborted
    const events = collector.feed.listen(kinds, isLeaving)
    return sse(request, events, { overflow: 'disconnect', maxBufferBytes: 512 * 1_024, clock })
  }
}

function pageOf(asked: Parameters): { readonly from: number; readonly before: number; readonly limit: number } {
  return {
    from: idAt(asked.time('since') ?? 0),
    before: asked.whole('cursor', { min: 0, max: Number.MAX_SAFE_INTEGER }) ?? Number.MAX_SAFE_INTEGER,
    limit: asked.whole('limit', pageSize) ?? 50,
  }
}

function cursorOf(next: number | undefined): { readonly cursor?: string } {
  return next === undefined ? {} : { cursor: String(next) }
}

function kindsOf(text: string | undefined): ReadonlySet<FeedKind> {
  const wanted = text?.split(',') ?? feedKinds
  const known = feedKinds.filter((kind) => wanted.includes(kind))
  if (known.length === wanted.length) return new Set(known)
  throw new InvalidInputError([{ path: 'kinds', message: `is one or more of ${feedKinds.join(', ')}, with commas` }])
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

function unknown(message: string): TelemetryUnknownError {
  return withoutStack(() => new TelemetryUnknownError(message))
}

function json(body: object): HttpResponse {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }
  return { status: 200, headers, body: JSON.stringify(body) }
}
