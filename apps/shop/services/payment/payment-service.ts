import { uuidGenerator } from '@ashlar/kernel'
import { createHttpClient } from '@ashlar/http/client'
import { policyActions } from '@ashlar/resilience'
import { rpcHandler } from '@ashlar/rpc'
import { service, string, url } from '@ashlar/service'
import { migrate, openDatabase, sqlActions } from '@ashlar/sql'
import { shopEdge } from '../shared/edge.ts'
import { every } from '../shared/every.ts'
import { failureLog } from '../shared/failure-log.ts'
import { shopServiceConfig } from '../shared/service-config.ts'
import { bankDeadlineMs, createBankPolicy } from './bank-policy.ts'
import { HttpBank } from './http-bank.ts'
import { Payments } from './payments.ts'
import { migrationDirectory, migrationNamespace, PostgresPaymentRepository } from './postgres-repository.ts'
import { resolvePending } from './resolver.ts'
import { paymentRpc } from './rpc.ts'

const resolveEveryMs = 2_000

/** Charges, refunds and invoices. The only part of the shop that talks to the bank. */
export const paymentService = service({
  name: 'payment',
  config: {
    ...shopServiceConfig,
    BANK_URL: url(),
    BANK_KEY: string({ secret: true }),
  },
  async start({ config, log, clock, random, onStop }) {
    const db = await openDatabase({ url: config.DATABASE_URL, name: 'payment', clock, random })
    onStop(async () => db[Symbol.asyncDispose]())
    await migrate(db, { namespace: migrationNamespace, directory: migrationDirectory })
    const bankPolicy = createBankPolicy({ clock, random })
    const client = createHttpClient({
      name: 'the bank',
      baseUrl: config.BANK_URL,
      // Later than the policy's own deadline, which is the one to say that time is up.
      timeoutMs: bankDeadlineMs + 500,
      policy: bankPolicy.run,
      headers: { authorization: `Bearer ${config.BANK_KEY}` },
      clock,
    })
    const repository = new PostgresPaymentRepository(db)
    const bank = new HttpBank(client, bankPolicy.breaker)
    const payments = new Payments({ repository, bank, clock, newId: uuidGenerator({ clock, random }), log })
    const resolver = every(
      {
        intervalMs: resolveEveryMs,
        timeoutMs: 30_000,
        clock,
        onError: (err) => log.warn({ err }, 'pending payments could not be looked up; trying again'),
      },
      () => resolvePending({ repository, bank, payments, clock, log }),
    )
    return {
      handler: rpcHandler([paymentRpc(payments, clock)], {
        edge: shopEdge,
        meshKey: config.ASHLAR_MESH_KEY,
        onError: failureLog(log),
        clock,
      }),
      edge: shopEdge,
      checks: [{ name: 'database', critical: true, check: () => db.ping() }],
      actions: [...sqlActions({ db, clock }), ...policyActions([bankPolicy])],
      parts: [client, resolver],
    }
  },
})
