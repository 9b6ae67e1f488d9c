import { currentCall, hasCode } from '@ashlar/kernel'
import type { HttpClient, HttpClientRequest, HttpClientResponse } from '@ashlar/http/client'
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

/**
 * The bank over its HTTP interface. The client's timeout is how long an answer may take; the answer's status is looked
 * at, always.
 */
export class HttpBank implements Bank {
  readonly #client: HttpClient

  constructor(client: HttpClient) {
    this.#client = client
  }

  async tokenise(card: CardDetails): Promise<{ token: string; brand: string; last4: string }> {
    const response = await this.#request({ method: 'POST', path: '/tokens', json: card })
    return expectStatus(response, 201) as { token: string; brand: string; last4: string }
  }

  async charge(key: string, charge: BankCharge): Promise<BankOutcome> {
    const headers = { 'idempotency-key': key }
    const response = await this.#request({ method: 'POST', path: '/charges', headers, json: charge })
    if (response.status === 409 && codeOf(response) === 'BANK_KEY_VOID') return { kind: 'void' }
    return toOutcome(expectStatus(response, 201))
  }

  async find(key: string): Promise<BankOutcome | undefined> {
    const response = await this.#request({ method: 'GET', path: `/charges/by-key/${encodeURIComponent(key)}` })
    if (response.status === 404 && codeOf(response) === 'BANK_CHARGE_NOT_FOUND') return undefined
    return toOutcome(expectStatus(response, 200))
  }

  async void(key: string): Promise<BankOutcome> {
    const path = `/charges/by-key/${encodeURIComponent(key)}/void`
    return toOutcome(expectStatus(await this.#request({ method: 'POST', path }), 200))
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
      if (hasCode(error, 'ASHLAR_HTTP_UNREACHABLE') || hasCode(error, 'ASHLAR_DEADLINE_EXCEEDED')) {
        throw unavailable('no answer', error)
      }
      throw error
    }
  }
}

function unavailable(reason: string, cause?: unknown): ShopError {
  return refusal('SHOP_BANK_UNAVAILABLE', `the bank does not answer at the moment (${reason})`, {
    retryAfterMs: 1_000,
    cause,
  })
}

function expectStatus(response: HttpClientResponse, expected: number): unknown {
  if (response.status === expected) return response.json()
  // A status that the bank's interface does not provide for: wrong key, wrong body. Ours to repair, not the customer's.
  throw new Error(
    `the bank answered ${response.status} where ${expected} was expected (${codeOf(response) ?? 'no code'})`,
  )
}

function codeOf(response: HttpClientResponse): string | undefined {
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
