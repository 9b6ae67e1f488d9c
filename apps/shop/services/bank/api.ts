import { createHash, timingSafeEqual } from 'node:crypto'
import { toIsoTime } from '@ashlar/kernel'
import {
  MethodNotAllowedError,
  NotFoundError,
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
} from '@ashlar/http'
import type { Bank } from './bank.ts'
import type { Misbehaviour, Mood } from './behaviour.ts'
import { BankUnauthorizedError } from './errors.ts'
import { readBehaviour, readCard, readCharge, readKey, readPage, readRefund } from './input.ts'
import type { Charge, LedgerEntry, Refund } from './repository.ts'

export interface BankApiOptions {
  readonly bank: Bank
  readonly misbehaviour: Misbehaviour
  /** What merchants show as bearer. */
  readonly key: string
}

interface Route {
  readonly method: string
  /** Its group, where it has one, is handed to `run`. */
  readonly path: RegExp
  run(request: HttpRequest, segment: string): Promise<HttpResponse>
}

/** The bank's HTTP interface: JSON in, JSON or a problem document out, a bearer key on everything. */
export function bankApi(options: BankApiOptions): HttpHandler {
  const routes = [...merchantRoutes(options), ...operatorRoutes(options)]
  const isAuthorised = bearerCheck(options.key)
  return async (request) => {
    if (!isAuthorised(request.headers.authorization)) throw new BankUnauthorizedError()
    const { path } = request.url
    const matching = routes.filter((route) => route.path.test(path))
    if (matching.length === 0) throw new NotFoundError({ path })
    const route = matching.find(({ method }) => method === request.method)
    if (route === undefined) {
      throw new MethodNotAllowedError({ method: request.method, allow: matching.map(({ method }) => method) })
    }
    request.route = templateOf(route.path)
    return route.run(request, segmentOf(route.path, path))
  }
}

/** What merchants call. All of it is subject to the bank's moods. */
function merchantRoutes({ bank, misbehaviour }: BankApiOptions): Route[] {
  const moody = (request: HttpRequest, status: number, work: (mood: Mood) => Promise<object>): Promise<HttpResponse> =>
    misbehaviour.run(request.signal, work).then((body) => answer(status, body))
  return [
    {
      method: 'POST',
      path: /^\/tokens$/,
      async run(request) {
        const card = readCard(await request.json())
        return moody(request, 201, () => bank.tokenise(card.number))
      },
    },
    {
      method: 'POST',
      path: /^\/charges$/,
      async run(request) {
        const key = readKey(request.headers['idempotency-key'])
        const charge = readCharge(await request.json())
        return moody(request, 201, async ({ declineAll }) => showCharge(await bank.charge(key, charge, declineAll)))
      },
    },
    {
      method: 'POST',
      path: /^\/refunds$/,
      async run(request) {
        const key = readKey(request.headers['idempotency-key'])
        const refund = readRefund(await request.json())
        return moody(request, 201, async () => showRefund(await bank.refund(key, refund)))
      },
    },
    {
      method: 'GET',
      path: /^\/charges\/by-key\/([^/]+)$/,
      run: (request, key) => moody(request, 200, async () => showCharge(await bank.findCharge(key))),
    },
    {
      method: 'POST',
      path: /^\/charges\/by-key\/([^/]+)\/void$/,
      run: (request, key) => moody(request, 200, async () => showCharge(await bank.voidKey(readKey(key)))),
    },
  ]
}

/** What auditors and troublemakers call. */
function operatorRoutes({ bank, misbehaviour }: BankApiOptions): Route[] {
  return [
    {
      method: 'GET',
      path: /^\/ledger$/,
      async run(request) {
        const page = readPage(request.url.query)
        const entries = await bank.entries(page)
        return answer(200, {
          entries: entries.map(showEntry),
          next: entries.length === page.limit ? (entries.at(-1)?.position ?? null) : null,
        })
      },
    },
    { method: 'GET', path: /^\/behaviour$/, run: async () => answer(200, showBehaviour(misbehaviour)) },
    {
      method: 'PUT',
      path: /^\/behaviour$/,
      async run(request) {
        misbehaviour.set(readBehaviour(await request.json()))
        return answer(200, showBehaviour(misbehaviour))
      },
    },
  ]
}

/** `/charges/by-key/:segment`, of the pattern that matches such paths. */
function templateOf({ source }: RegExp): string {
  return source.replace('([^/]+)', ':segment').replaceAll(/[\\^$]/g, '')
}

function segmentOf(pattern: RegExp, path: string): string {
  try {
    return decodeURIComponent(pattern.exec(path)?.[1] ?? '')
  } catch {
    throw new NotFoundError({ path })
  }
}

/** Compares digests, which are of one length, so that the time it takes says nothing about the key. */
function bearerCheck(key: string): (header: string | undefined) => boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  const expected = digest(`Bearer ${key}`)
  return (header) => timingSafeEqual(digest(header ?? ''), expected)
}

function answer(status: number, body: unknown): HttpResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

function showBehaviour({ current, requests }: Misbehaviour): object {
  return { ...current, requests }
}

function showCharge({ createdAtMs, ...charge }: Charge): object {
  return { ...charge, createdAt: toIsoTime(createdAtMs) }
}

function showRefund({ createdAtMs, ...refund }: Refund): object {
  return { ...refund, createdAt: toIsoTime(createdAtMs) }
}

function showEntry(entry: LedgerEntry): object {
  const { kind, position } = entry
  return { kind, position, ...(entry.kind === 'charge' ? showCharge(entry.charge) : showRefund(entry.refund)) }
}
