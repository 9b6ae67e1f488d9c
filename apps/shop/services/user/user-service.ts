import { join } from 'node:path'
import { uuidGenerator } from '@ashlar/kernel'
import { SharedRateLimiter } from '@ashlar/resilience/rate-limit'
import { rpcHandler } from '@ashlar/rpc'
import { integer, service, string, url } from '@ashlar/service'
import { openDatabase, sqlActions } from '@ashlar/sql'
import { openLeases } from '@ashlar/sql/lease'
import { createOutbox } from '@ashlar/sql/outbox'
import { postgresScripts } from '@ashlar/sql/rate-limit'
import { openWake } from '@ashlar/sql/wake'
import { shopEdge } from '../shared/edge.ts'
import { failureLog } from '../shared/failure-log.ts'
import { shopServiceConfig } from '../shared/service-config.ts'
import { createAccessTokens, newSigningKey } from './access-tokens.ts'
import { createAccounts } from './accounts.ts'
import { userActions } from './actions.ts'
import { createGate, type Gate } from './gate.ts'
import { withJwks } from './jwks-route.ts'
import { createPasswords } from './passwords.ts'
import { openPickupDirectory } from './pickup-mailer.ts'
import { migrateUsers, postgresUserStore } from './postgres-repository.ts'
import { purging } from './purging.ts'
import { createRefreshTokens } from './refresh-tokens.ts'
import { resetMailAttempts, resetMails } from './reset-mails.ts'
import { userRpc } from './rpc.ts'

/** Customers: their accounts, sessions and the keys that sign their access tokens. */
export const userService = service({
  name: 'user',
  config: {
    ...shopServiceConfig,
    /** Where the service keeps its files: mails go to `mail/`. */
    FILES_DIR: string(),
    /** Where customers reach the storefront: links in mails begin with it. */
    PUBLIC_URL: url({ default: 'http://127.0.0.1:8080' }),
    /**
     * How many attempts to sign in an account takes at once, and after how many seconds each time one more: of all
     * processes of this service together.
     */
    LOGIN_BURST: integer({ min: 1, max: 1_000_000, default: 10 }),
    LOGIN_REFILL_SECONDS: integer({ min: 1, max: 86_400, default: 30 }),
  },
  async start({ config, log, clock, random, onStop }) {
    const db = await openDatabase({ url: config.DATABASE_URL, name: 'user', clock, random })
    onStop(async () => db[Symbol.asyncDispose]())
    await migrateUsers(db)
    const mailer = await openPickupDirectory(join(config.FILES_DIR, 'mail'))
    const wake = openWake({ url: config.DATABASE_URL, name: 'user wake', clock, random })
    const leases = openLeases({ db, name: 'user', clock })
    const outbox = createOutbox({ db, wake, leases, clock, random })
    const store = postgresUserStore(db, outbox)
    const newId = uuidGenerator({ clock, random })
    const key = await store.keys.ensure(newSigningKey(random))
    const tokens = await createAccessTokens({ key, clock, newId })
    const refreshTokens = createRefreshTokens({ key, random })
    const passwords = createPasswords({ gate: passwordGate(), random })
    const loginLimit = new SharedRateLimiter({
      name: 'login',
      scripts: postgresScripts(db),
      limit: 1,
      perMs: config.LOGIN_REFILL_SECONDS * 1_000,
      burst: config.LOGIN_BURST,
      // Whoever signs in waits for this database anyway; giving up early would only let more attempts through.
      storeTimeoutMs: 1_000,
      // Each process lets as many through as all of them should: nobody knows how many there are, and customers who are
      // locked out because a table is would be worse.
      onStoreError: 'local',
      instances: 1,
      clock,
      random,
    })
    const accounts = createAccounts({ store, passwords, tokens, refreshTokens, loginLimit, clock, newId, log })
    const rpc = rpcHandler([userRpc(accounts)], {
      edge: shopEdge,
      meshKey: config.ASHLAR_MESH_KEY,
      onError: failureLog(log),
      clock,
    })
    const mails = { passwords: store.passwords, mailer, publicUrl: config.PUBLIC_URL, clock, random, log }
    const relay = outbox.relay(resetMails(mails), { maxAttempts: resetMailAttempts })
    return {
      handler: withJwks(tokens.jwks, rpc),
      edge: shopEdge,
      checks: [{ name: 'database', critical: true, check: () => db.ping() }],
      actions: [...userActions(store.users), ...sqlActions({ db, clock })],
      parts: [wake, leases, relay, purging({ store, clock, log })],
    }
  },
})

// Each computation takes a core for some 60 ms and 32 MiB. Node has four threads for them; one is left for signatures,
// files and DNS.
function passwordGate(): Gate {
  return createGate({ name: 'passwords', maxRunning: 3, maxWaiting: 64, retryAfterMs: 2_000 })
}
