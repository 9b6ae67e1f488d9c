import { uuidGenerator, type Clock, type Closeable } from '@ashlar/kernel'
import { rpcHandler } from '@ashlar/rpc'
import { service } from '@ashlar/service'
import { migrate, openDatabase } from '@ashlar/sql'
import { shopEdge } from '../shared/edge.ts'
import { every } from '../shared/every.ts'
import { failureLog } from '../shared/failure-log.ts'
import { shopServiceConfig } from '../shared/service-config.ts'
import type { Log } from '../shared/log.ts'
import { createAccessTokens, newSigningKey } from './access-tokens.ts'
import { createAccounts } from './accounts.ts'
import { createGate, type Gate } from './gate.ts'
import { withJwks } from './jwks-route.ts'
import { createPasswords } from './passwords.ts'
import { migrationDirectory, migrationNamespace, postgresUserStore } from './postgres-repository.ts'
import type { SessionRepository } from './repository.ts'
import { userRpc } from './rpc.ts'

/** Customers: their accounts, sessions and the keys that sign their access tokens. */
export const userService = service({
  name: 'user',
  config: shopServiceConfig,
  async start({ config, log, clock, random, onStop }) {
    const db = await openDatabase({ url: config.DATABASE_URL, name: 'user', clock, random })
    onStop(async () => db[Symbol.asyncDispose]())
    await migrate(db, { namespace: migrationNamespace, directory: migrationDirectory })
    const store = postgresUserStore(db)
    const newId = uuidGenerator({ clock, random })
    const tokens = await createAccessTokens({ key: await store.keys.ensure(newSigningKey(random)), clock, newId })
    const passwords = createPasswords({ gate: passwordGate(), random })
    const accounts = createAccounts({ store, passwords, tokens, clock, random, newId, log })
    const rpc = rpcHandler([userRpc(accounts)], {
      edge: shopEdge,
      meshKey: config.ASHLAR_MESH_KEY,
      onError: failureLog(log),
      clock,
    })
    return {
      handler: withJwks(tokens.jwks, rpc),
      edge: shopEdge,
      checks: { database: () => db.ping() },
      parts: [purging(store.sessions, clock, log)],
    }
  },
})

// Each computation takes a core for some 60 ms and 32 MiB. Node has four threads for them; one is left for signatures,
// files and DNS.
function passwordGate(): Gate {
  return createGate({ maxRunning: 3, maxWaiting: 64, retryAfterMs: 2_000 })
}

/** Forgets sessions that nobody can use any more, so that their number follows that of the customers. */
function purging(sessions: SessionRepository, clock: Clock, log: Log): Closeable {
  const onError = (error: unknown): void => log.error({ err: error }, 'expired sessions were not purged')
  return every({ intervalMs: 600_000, timeoutMs: 30_000, clock, onError }, async () => {
    const purged = await sessions.purge(clock.wall(), 1_000)
    if (purged > 0) log.info({ sessions: purged }, 'expired sessions purged')
  })
}
