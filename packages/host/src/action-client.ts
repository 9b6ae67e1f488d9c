import { userInfo } from 'node:os'
import { createHttpClient, type HttpClient } from '@ashlar/http/client'
import { hasCode, type ActionDescription, type Issue } from '@ashlar/kernel'
import { ActionFailedError, NotRunningError } from './errors.ts'

/** A running service, as who may act on it knows it. */
export interface ActionTarget {
  readonly service: string
  readonly url: string
  readonly key: string
}

export interface ActionRequest {
  readonly action: ActionDescription
  readonly input: object
  readonly reason: string | undefined
}

/** A problem document, as far as it is looked at. */
interface Problem {
  readonly detail?: string
  readonly issues?: readonly Issue[]
  readonly traceId?: string
}

const listTimeoutMs = 2_000
// The service ends the action when its time is up; its answer gets this much longer to arrive.
const marginMs = 2_000

/** @throws {NotRunningError} when nothing listens there; {ActionFailedError} when it refuses. */
export async function listActions(
  target: ActionTarget,
  timeoutMs: number = listTimeoutMs,
): Promise<ActionDescription[]> {
  await using client = clientOf(target, timeoutMs)
  try {
    const answer = await client.request({ method: 'GET', path: '/actions' })
    if (answer.status !== 200) throw failure(target.service, answer.json() as Problem)
    return (answer.json() as { actions: ActionDescription[] }).actions
  } catch (error) {
    if (!hasCode(error, 'ASHLAR_HTTP_UNREACHABLE')) throw error
    throw new NotRunningError(error.message, { cause: error })
  }
}

/** The action's result. @throws {ActionFailedError} with what the service says. */
export async function runAction(target: ActionTarget, { action, input, reason }: ActionRequest): Promise<unknown> {
  await using client = clientOf(target, (action.timeoutMs ?? 10_000) + marginMs)
  const headers = {
    'ashlar-operator': encodeURIComponent(operator()),
    ...(reason === undefined ? {} : { 'ashlar-reason': encodeURIComponent(reason) }),
  }
  const answer = await client.request({ method: 'POST', path: `/actions/${action.name}`, json: input, headers })
  if (answer.status !== 200) throw failure(`${target.service} ${action.name}`, answer.json() as Problem)
  return (answer.json() as { result: unknown }).result
}

function clientOf({ service, url, key }: ActionTarget, timeoutMs: number): HttpClient {
  return createHttpClient({ baseUrl: url, name: service, timeoutMs, headers: { authorization: `Bearer ${key}` } })
}

function failure(what: string, { detail = 'failed', issues = [], traceId }: Problem): ActionFailedError {
  const wrong = issues.map(({ path, message }) => (path === '' ? message : `${path} ${message}`)).join('; ')
  const trace = traceId === undefined ? '' : ` (trace ${traceId})`
  return new ActionFailedError(`${what}: ${wrong === '' ? detail : wrong}${trace}`)
}

/** Who runs the command, for the service's log. */
function operator(): string {
  try {
    return userInfo().username
  } catch {
    // A container's user may have a number and no name.
    return `user ${process.getuid?.() ?? 'unknown'}`
  }
}
