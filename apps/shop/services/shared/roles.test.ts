import assert from 'node:assert/strict'
import { test } from 'node:test'
import { currentCall, runCall } from '@ashlar/kernel'
import { isMerchant, requireMerchant } from './roles.ts'

const allowed = (roles: readonly string[]): Promise<void> =>
  runCall({ principal: { subject: 'user-1', roles } }, async () => requireMerchant(currentCall()))

test('a merchant may go on; a customer, and who has no role that is known, may not', async () => {
  await allowed(['customer', 'merchant'])
  for (const roles of [[], ['customer'], ['Merchant'], ['merchants']]) {
    await assert.rejects(allowed(roles), { code: 'SHOP_FORBIDDEN', retryable: false })
  }
})

test('a call on nobody’s behalf, and no call at all, may not either', async () => {
  await assert.rejects(
    runCall({}, async (call) => requireMerchant(call)),
    { code: 'SHOP_FORBIDDEN' },
  )
  assert.throws(() => requireMerchant(undefined), { code: 'SHOP_FORBIDDEN' })
  assert.equal(isMerchant(undefined), false)
})
