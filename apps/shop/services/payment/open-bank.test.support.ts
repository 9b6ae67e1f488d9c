import type { TestContext } from 'node:test'
import { closeAll, edgeTable, systemRandom, uuidGenerator } from '@ashlar/kernel'
import { seededRandom, VirtualClock } from '@ashlar/kernel/testing'
import { httpEdgeRows, listen, type HttpServer } from '@ashlar/http'
import { createHttpClient } from '@ashlar/http/client'
import type { ResiliencePolicy } from '@ashlar/resilience'
import { bankApi } from '../bank/api.ts'
import { Bank } from '../bank/bank.ts'
import { Misbehaviour, type BankMode } from '../bank/behaviour.ts'
import { bankEdgeRows } from '../bank/errors.ts'
import { MemoryLedgerRepository } from '../bank/memory-repository.ts'
import type { BankOutcome } from './bank.ts'
import { createBankPolicy } from './bank-policy.ts'
import { HttpBank } from './http-bank.ts'

export const card = { number: '4242424242424242', expiryMonth: 12, expiryYear: 2030, securityCode: '123' }

export interface OpenBank {
  readonly shop: HttpBank
  readonly clock: VirtualClock
  readonly server: HttpServer
  readonly policy: ResiliencePolicy
  /** How often the bank was asked, whatever it did then. */
  readonly asked: () => number
  readonly behave: (mode: BankMode) => void
  /** Charges a fresh token of the card. */
  readonly charge: (key: string, number?: string) => Promise<BankOutcome>
}

/** The real bank on a real socket, and the shop's view of it: bare, or under the policy that the payment service has. */
export async function openBank(t: TestContext, options: { key?: string; hasPolicy?: boolean } = {}): Promise<OpenBank> {
  const { key = 'bank-secret', hasPolicy = false } = options
  const clock = new VirtualClock()
  const misbehaviour = new Misbehaviour(clock)
  const newId = uuidGenerator({ clock })
  const bank = new Bank({ ledger: new MemoryLedgerRepository(), clock, random: systemRandom, newId })
  const server = await listen(bankApi({ bank, misbehaviour, key: 'bank-secret' }), {
    port: 0,
    edge: edgeTable(httpEdgeRows, bankEdgeRows),
  })
  const policy = createBankPolicy({ clock, random: seededRandom(1) })
  const client = createHttpClient({
    name: 'the bank',
    baseUrl: server.url,
    timeoutMs: hasPolicy ? 3_500 : 3_000,
    ...(hasPolicy ? { policy: policy.run } : {}),
    headers: { authorization: `Bearer ${key}` },
    clock,
  })
  const parts = closeAll([server, client])
  t.after(() => parts.close())
  const shop = new HttpBank(client, policy.breaker)
  return {
    shop,
    clock,
    server,
    policy,
    asked: () => misbehaviour.requests,
    behave: (mode) => misbehaviour.set({ mode, delayMs: 0 }),
    charge: async (chargeKey, number = card.number) => {
      const { token } = await shop.tokenise({ ...card, number })
      return shop.charge(chargeKey, { amountMinor: 1999, currency: 'EUR', token, description: 'Order' })
    },
  }
}
