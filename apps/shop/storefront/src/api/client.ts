import { isProblem, Problem, type Issue } from './problem.ts'

export interface Call {
  /** Sent as JSON. */
  readonly body?: unknown
  /** Sent as it is, instead of a body. */
  readonly file?: Blob
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
  readonly timeoutMs?: number
}

/** What the client needs of the session; given by the session, which itself calls the client. */
export interface Credentials {
  token(): string | undefined
  /** Gets a new access token; false when the customer is signed out. */
  renew(): Promise<boolean>
}

let credentials: Credentials = { token: () => undefined, renew: async () => false }

export function giveCredentials(given: Credentials): void {
  credentials = given
}

/** Calls the API. Answers undefined for 204. Renews the access token once when the server no longer takes it. */
export async function call<T>(method: string, path: string, options: Call = {}): Promise<T> {
  const token = credentials.token()
  try {
    return await send<T>(method, path, token, options)
  } catch (error) {
    // Not every 401 is about the access token: a wrong password is none, and the end of the session, which renewing is
    // told, must not be waited for by renewing.
    const refused = isProblem(error, 'SHOP_TOKEN_INVALID') && token !== undefined
    if (!refused || !(await credentials.renew())) throw error
    return await send<T>(method, path, credentials.token(), options)
  }
}

async function send<T>(method: string, path: string, token: string | undefined, options: Call): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json', ...options.headers }
  if (token !== undefined) headers['authorization'] = `Bearer ${token}`
  if (options.body !== undefined) headers['content-type'] = 'application/json'
  if (options.file !== undefined) headers['content-type'] = options.file.type
  const body = options.file ?? (options.body === undefined ? undefined : JSON.stringify(options.body))
  const timeout = AbortSignal.timeout(options.timeoutMs ?? 15_000)
  let response: Response
  let text: string
  try {
    response = await fetch(`/api${path}`, {
      method,
      headers,
      signal: options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout]),
      ...(body === undefined ? {} : { body }),
    })
    text = await response.text()
  } catch (error) {
    if (options.signal?.aborted === true) throw error
    throw new Problem({ status: 0, code: 'UNREACHABLE', message: 'The shop did not answer.' })
  }
  if (!response.ok) throw problemOf(response.status, text)
  return (text === '' ? undefined : JSON.parse(text)) as T
}

function problemOf(status: number, text: string): Problem {
  const body = parse(text)
  const word = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
  return new Problem({
    status,
    code: word(body['code']) ?? `HTTP_${status}`,
    message: word(body['detail']) ?? word(body['title']) ?? `The shop answered ${status}.`,
    issues: Array.isArray(body['issues']) ? (body['issues'] as Issue[]) : [],
  })
}

function parse(text: string): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(text)
    return typeof body === 'object' && body !== null ? { ...body } : {}
  } catch {
    return {}
  }
}
