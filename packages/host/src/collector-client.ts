import { request, type IncomingMessage } from 'node:http'
import { createHttpClient, readSse } from '@ashlar/http/client'
import { codeOf, hasCode, type Issue } from '@ashlar/kernel'
import { readAdminKey } from './admin-keys.ts'
import { collectorKeyOf, collectorName } from './collector-spec.ts'
import { ActionFailedError, NotRunningError, UsageError } from './errors.ts'
import { dataDirectory, runningState, type Place } from './find-service.ts'

/** A running collector, as who may read it knows it. */
export interface CollectorTarget {
  readonly url: string
  readonly key: string
}

/** What is asked of it; what is `undefined` is left out. */
export type CollectorQuery = Readonly<Record<string, string | number | undefined>>

interface Problem {
  readonly detail?: string
  readonly issues?: readonly Issue[]
}

const timeoutMs = 10_000

/** @throws {NotRunningError} when there is none, or not yet; {ActionFailedError} when its key cannot be read. */
export function findCollector(place: Place): CollectorTarget {
  const directory = dataDirectory(place)
  const report = runningState(directory).services[collectorName]
  if (report === undefined) {
    throw new NotRunningError('this topology has no collector; leave out "collector: false" to have one')
  }
  if (report.state !== 'ready') throw new NotRunningError(`the collector is not running (${report.state})`)
  const key = readAdminKey(directory)
  if (key === undefined) throw new ActionFailedError(`the key to the collector, in ${directory}, cannot be read`)
  return { url: report.url, key: collectorKeyOf(key) }
}

/**
 * What `GET /api/v1/<path>` answers.
 * @throws {UsageError} when what was asked makes no sense; {ActionFailedError} with what the collector says else.
 */
export async function askCollector<T>(target: CollectorTarget, path: string, query: CollectorQuery = {}): Promise<T> {
  await using client = createHttpClient({
    baseUrl: target.url,
    name: collectorName,
    timeoutMs,
    headers: headersOf(target),
  })
  try {
    const answer = await client.request({ method: 'GET', path: `/api/v1/${path}`, query: parametersOf(query) })
    if (answer.status === 200) return answer.json() as T
    const { detail = 'failed', issues = [] } = answer.json() as Problem
    const wrong = issues.map((issue) => `${issue.path} ${issue.message}`).join('; ')
    if (answer.status === 400) throw new UsageError(wrong === '' ? detail : wrong)
    throw new ActionFailedError(`${collectorName}: ${detail}`)
  } catch (error) {
    if (!hasCode(error, 'ASHLAR_HTTP_UNREACHABLE')) throw error
    throw new NotRunningError(error.message, { cause: error })
  }
}

/** The collector's stream of one kind of events. Resolves when every event from then on will be in it. */
export function openStream(target: CollectorTarget, kind: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const url = `${target.url}/api/v1/stream?kinds=${kind}`
    request(url, { headers: headersOf(target) }, (answer) => {
      if (answer.statusCode === 200) {
        resolve(answer)
        return
      }
      answer.resume()
      reject(new ActionFailedError(`${collectorName}: the stream was refused with ${answer.statusCode}`))
    })
      .on('error', (error) => reject(new NotRunningError(error.message, { cause: error })))
      .end()
  })
}

/**
 * Events of a stream, as they come, until the collector ends it.
 * @throws {NotRunningError} when the collector goes without ending it.
 */
export async function* eventsOf<T>(stream: AsyncIterable<Uint8Array>, kind: string): AsyncGenerator<T> {
  try {
    for await (const { event, data } of readSse(stream)) if (event === kind) yield JSON.parse(data) as T
  } catch (error) {
    if (codeOf(error) !== 'ECONNRESET') throw error
    throw new NotRunningError('the collector has gone; "ashlar status" says whether it is back', { cause: error })
  }
}

function headersOf({ key }: CollectorTarget): Record<string, string> {
  return { authorization: `Bearer ${key}` }
}

function parametersOf(query: CollectorQuery): URLSearchParams {
  const given = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  )
  return new URLSearchParams(given)
}
