import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newId } from '@ashlar/kernel'
import type { Charge, LedgerRepository, Refund } from './repository.ts'

/** What every ledger promises. `create` gives a fresh, empty one. */
export function ledgerContract(name: string, create: () => Promise<LedgerRepository>): void {
  describe(`${name} ledger`, () => {
    test('a card that was saved is found by its token, and no other', async () => {
      const ledger = await create()
      const card = { token: 'card_1', brand: 'Visa', last4: '4242', outcome: 'APPROVED' } as const
      await ledger.saveCard(card)
      assert.deepEqual(await ledger.findCard('card_1'), card)
      assert.equal(await ledger.findCard('card_2'), undefined)
    })

    test('a charge reads back as it was entered', async () => {
      const ledger = await create()
      const approved = charge('a')
      const declined = charge('b', { status: 'declined', declineCode: 'CARD_EXPIRED' })
      assert.deepEqual(await ledger.enterCharge(approved), approved)
      assert.deepEqual(await ledger.enterCharge(declined), declined)
      assert.deepEqual(await ledger.findCharge('a'), approved)
      assert.deepEqual(await ledger.findCharge('b'), declined)
      assert.equal(await ledger.findCharge('c'), undefined)
    })

    test('of many charges entered at once under one key, one is entered and all get it', async () => {
      const ledger = await create()
      const got = await Promise.all(Array.from({ length: 20 }, () => ledger.enterCharge(charge('same'))))
      assert.equal(new Set(got.map(({ id }) => id)).size, 1)
      assert.equal((await ledger.entries({ after: 0, limit: 100 })).length, 1)
    })

    test('a refund needs an approved charge', async () => {
      const ledger = await create()
      const declined = await ledger.enterCharge(charge('d', { status: 'declined', declineCode: 'CARD_DECLINED' }))
      assert.deepEqual(await ledger.enterRefund(refund('r', newId(), 1)), { kind: 'no-charge' })
      assert.deepEqual(await ledger.enterRefund(refund('r', declined.id, 1)), { kind: 'no-charge' })
    })

    test('a repeated refund is the first one', async () => {
      const ledger = await create()
      const { id } = await ledger.enterCharge(charge('a'))
      const first = refund('r', id, 1000)
      assert.deepEqual(await ledger.enterRefund(first), { kind: 'entered', refund: first })
      assert.deepEqual(await ledger.enterRefund(refund('r', id, 1000)), { kind: 'entered', refund: first })
    })

    test('refunds entered at once never exceed their charge', async () => {
      const ledger = await create()
      const { id } = await ledger.enterCharge(charge('a', { amountMinor: 1000 }))
      const results = await Promise.all(
        Array.from({ length: 8 }, (_, index) => ledger.enterRefund(refund(`r${index}`, id, 300))),
      )
      assert.equal(results.filter(({ kind }) => kind === 'entered').length, 3)
      const refused = results.find(({ kind }) => kind === 'too-large')
      assert.deepEqual(refused, { kind: 'too-large', leftMinor: 100 })
    })

    test('entries come oldest first, page by page, and by key', async () => {
      const ledger = await create()
      const a = await ledger.enterCharge(charge('a'))
      await ledger.enterCharge(charge('b'))
      await ledger.enterRefund(refund('r', a.id, 500))
      const first = await ledger.entries({ after: 0, limit: 2 })
      const second = await ledger.entries({ after: first.at(-1)?.position ?? 0, limit: 2 })
      const names = [...first, ...second].map((entry) =>
        entry.kind === 'charge' ? entry.charge.key : entry.refund.key,
      )
      assert.deepEqual(names, ['a', 'b', 'r'])
      const ofA = await ledger.entries({ after: 0, limit: 10, key: 'a' })
      assert.deepEqual(
        ofA.map(({ kind }) => kind),
        ['charge', 'refund'],
      )
    })
  })
}

function charge(key: string, fields: Partial<Charge> = {}): Charge {
  return {
    id: newId(),
    key,
    status: 'approved',
    declineCode: undefined,
    amountMinor: 1999,
    currency: 'EUR',
    token: 'card_1',
    description: 'Order A7K2-9QXM',
    brand: 'Visa',
    last4: '4242',
    createdAtMs: 1_767_225_600_123,
    ...fields,
  }
}

function refund(key: string, chargeId: string, amountMinor: number): Refund {
  return { id: newId(), key, chargeId, amountMinor, createdAtMs: 1_767_225_600_456 }
}
