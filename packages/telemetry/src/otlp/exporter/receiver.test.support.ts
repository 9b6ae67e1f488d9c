import { gunzipSync } from 'node:zlib'
import { listen, type HttpResponse, type HttpServer } from '@ashlar/http'
import type { VirtualClock } from '@ashlar/kernel/testing'
import type { SpanRecord } from '../../traces/span-record.ts'
import { decodeOtlp } from '../decode.ts'
import { formOf } from '../form.ts'
import { otlpLogs, otlpMetrics, otlpTraces, type OtlpSignal } from '../signal.ts'

/** A request as it came in. */
interface Received {
  readonly path: string
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: Buffer
  readonly resource: Readonly<Record<string, unknown>>
  readonly records: readonly unknown[]
}

export interface Receiver extends AsyncDisposable {
  readonly url: string
  readonly received: Received[]
  /** How the next requests are answered, in turn; then with 200. `hang` never is. */
  readonly answers: (HttpResponse | 'hang')[]
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = []
  const answers: (HttpResponse | 'hang')[] = []
  const server: HttpServer = await listen(
    async (request) => {
      const { url, headers } = request
      // Unlike `body()` it takes any encoding.
      const chunks: Buffer[] = []
      for await (const chunk of request.chunks()) chunks.push(chunk)
      const sent = Buffer.concat(chunks)
      const body = headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent
      const signal = [otlpTraces, otlpMetrics, otlpLogs].find(({ path }) => url.path.endsWith(path))
      const form = formOf(headers['content-type']) ?? 'json'
      const { batches } = decodeOtlp(signal as OtlpSignal<unknown>, form, body)
      const records = batches.flatMap((batch) => batch.records)
      received.push({ path: url.path, headers, body, resource: batches[0]?.resource ?? {}, records })
      const answer = answers.shift() ?? { status: 200 }
      return answer === 'hang' ? new Promise(() => {}) : answer
    },
    { port: 0 },
  )
  return { url: server.url, received, answers, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

/** Lets I/O happen, and no time pass, until `isSo`; the test's own limit ends a wait in vain. */
export async function until(clock: VirtualClock, isSo: () => boolean): Promise<void> {
  while (!isSo()) await clock.advance(0)
}

let count = 0

export function someSpan(attributes: SpanRecord['attributes'] = {}): SpanRecord {
  const spanId = (++count).toString(16).padStart(16, '0')
  return {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId,
    parentSpanId: undefined,
    name: 'work',
    kind: 'internal',
    startMs: 1_767_225_600_000,
    durationMs: 1.5,
    attributes,
    error: undefined,
    events: [],
    links: [],
  }
}

export function someSpans(number: number): SpanRecord[] {
  return Array.from({ length: number }, () => someSpan())
}
