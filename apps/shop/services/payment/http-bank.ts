import { codeOf, currentCall } from '@ashlar/kernel'
import type { HttpClient, HttpClientRequest, HttpClientResponse } from '@ashlar/http/client'
import type { BreakerState, CircuitBreaker } from '@ashlar/resilience'
import { refusal, type ShopError } from '../shared/shop-errors.ts'
import type { Bank, BankCharge, BankOutcome, CardDetails } from './bank.ts'

/** A charge as the bank shows it. */
interface ShownCharge {
  readonly id: string
  readonly status: 'approved' | 'declined' | 'void'
  readonly declineCode?: string
  readonly brand: string
  readonly last4: string
}

const declineCodes = new Set(['CARD_DECLINED', 'INSUFFICIENT_FUNDS', 'CARD_EXPIRED'])

const usualWaitMs = 1_000

/** Why there is no answer, by the code of the error: that of the client, or a refusal of the policy it runs under. */
const silences: Readonly<Record<string, string>> = {
  ASHLAR_HTTP_UNREACHABLE: 'no answer',
  ASHLAR_DEADLINE_EXCEEDED: 'no answer',
  ASHLAR_ATTEMPT_TIMEOUT: 'no answer',
  ASHLAR_BREAKER_OPEN: 'it has been failing',
  ASHLAR_BULKHEAD_FULL: 'too many are waiting',
  ASHLAR_RATE_LIMITED: 'too many are waiting',
}

/**
 * The bank over its HTTP interface. The client's timeout and policy are how long an answer may take, and how often it is
 * asked for; the answer's status is looked at, always. Every request may be repeated.
 *
 * A refusal of the policy is `SHOP_BANK_UNAVAILABLE`, too: it may follow an attempt that did reach the bank, so the
 * outcome is no better known.
 */
export class HttpBank implements Bank {
  readonly #client: HttpClient
  readonly #breaker: CircuitBreaker | undefined

  /** @param breaker of the client's policy. */
  constructor(client: HttpClient, breaker?: CircuitBreaker) {
    this.#client = client
    this.#breaker = breaker
  }

  requireAvailable(): void {
    const breaker = this.#breaker
    if (breaker === undefined || breaker.mode !== 'enforcing') return
    if (isLeftAlone(breaker.state)) throw unavailable('it has been failing', breaker.refusal())
  }

  async tokenise(card: CardDetails): Promise<{ token: string; brand: string; last4: string }> {
    const response = await this.#request({ method: 'POST', path: '/tokens', json: card, idempotent: true })
    return expectStatus(response, 201) as { token: string; brand: string; last4: string }
  }

  async charge(key: string, charge: BankCharge): Promise<BankOutcome> {
    const headers = { 'idempotency-key': key }
    const response = await this.#request({ method: 'POST', path: '/charges', headers, json: charge })
    if (response.status === 409 && problemCode(response) === 'BANK_KEY_VOID') return { kind: 'void' }
    return toOutcome(expectStatus(response, 201))
  }

  async find(key: string): Promise<BankOutcome | undefined> {
    const response = await this.#request({ method: 'GET', path: `/charges/by-key/${encodeURIComponent(key)}` })
    if (response.status === 404 && problemCode(response) === 'BANK_CHARGE_NOT_FOUND') return undefined
    return toOutcome(expectStatus(response, 200))
  }

  async void(key: string): Promise<BankOutcome> {
    const path = `/charges/by-key/${encodeURIComponent(key)}/void`
    return toOutcome(expectStatus(await this.#request({ method: 'POST', path, idempotent: true }), 200))
  }

  async refund(key: string, refund: { chargeId: string; amountMinor: number }): Promise<void> {
    const headers = { 'idempotency-key': key }
    expectStatus(await this.#request({ method: 'POST', path: '/refunds', headers, json: refund }), 201)
  }

  async #request(request: HttpClientRequest): Promise<HttpClientResponse> {
    try {
      const response = await this.#client.request(request)
      if (response.status >= 500 || response.status === 429) throw unavailable(`status ${response.status}`)
      return response
    } catch (error) {
      // Our own caller's deadline or departure says nothing about the bank.
      if (currentCall()?.signal.aborted === true) throw error
      const silence = silences[codeOf(error) ?? '']
      throw silence === undefined ? error : unavailable(silence, error)
    }
  }
}

/** Also while a probe is on its way: with a bank that is silent still that takes as long as it may, and then fails. */
function isLeftAlone(state: BreakerState): boolean {
  return state.kind === 'half-open' ? state.inFlight > 0 : state.kind !== 'closed'
}

function unavailable(reason: string, cause?: unknown): ShopError {
  // An open circuit knows when it is tried next, and a rate when there is room; of the rest nobody knows how long it takes.
  const { retryAfterMs = usualWaitMs } = (cause ?? {}) as { retryAfterMs?: number }
  return refusal('SHOP_BANK_UNAVAILABLE', `the bank does not answer at the moment (${reason})`, { retryAfterMs, cause })
}

function expectStatus(response: HttpClientResponse, expected: number): unknown {
  if (response.status === expected) return response.json()
  // A status that the bank's interface does not provide for: wrong key, wrong body. Ours to repair, not the customer's.
  throw new Error(
    `the bank answered ${response.status} where ${expected} was expected (${problemCode(response) ?? 'no code'})`,
  )
}

function problemCode(response: HttpClientResponse): string | undefined {
  return (response.json() as { code?: string }).code
}

function toOutcome(body: unknown): BankOutcome {
  const { id, status, declineCode, brand, last4 } = body as ShownCharge
  if (status === 'approved') return { kind: 'approved', reference: id, brand, last4 }
  if (status === 'void') return { kind: 'void' }
  // Reasons of the bank's own, which customers would not understand, count as a plain decline.
  const code = declineCode !== undefined && declineCodes.has(declineCode) ? declineCode : 'CARD_DECLINED'
  return { kind: 'declined', code, brand, last4 }
}
