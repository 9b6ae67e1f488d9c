import { edgeTable, uuidGenerator } from '@ashlar/kernel'
import { httpEdgeRows } from '@ashlar/http'
import { service, string, url } from '@ashlar/service'
import { migrate, openDatabase, sqlActions, sqlEdgeRows } from '@ashlar/sql'
import { bankApi } from './api.ts'
import { Bank } from './bank.ts'
import { Misbehaviour } from './behaviour.ts'
import { bankEdgeRows } from './errors.ts'
import { migrationDirectory, migrationNamespace, PostgresLedgerRepository } from './postgres-repository.ts'

/** The outside bank: a company of its own, which the shop knows by its HTTP interface only. */
export const bankService = service({
  name: 'bank',
  config: {
    DATABASE_URL: url({ protocols: ['postgres:', 'postgresql:'] }),
    BANK_KEY: string({ secret: true }),
  },
  async start({ config, clock, random, onStop }) {
    const db = await openDatabase({ url: config.DATABASE_URL, name: 'bank', clock, random })
    onStop(async () => db[Symbol.asyncDispose]())
    await migrate(db, { namespace: migrationNamespace, directory: migrationDirectory })
    const ledger = new PostgresLedgerRepository(db)
    const bank = new Bank({ ledger, clock, random, newId: uuidGenerator({ clock, random }) })
    return {
      handler: bankApi({ bank, misbehaviour: new Misbehaviour(clock), key: config.BANK_KEY }),
      edge: edgeTable(httpEdgeRows, sqlEdgeRows, bankEdgeRows),
      checks: [{ name: 'database', critical: true, check: () => db.ping() }],
      actions: sqlActions({ db, clock }),
      parts: [],
    }
  },
})
