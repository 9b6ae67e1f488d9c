import { hasCode } from '@ashlar/kernel'
import { migrate, sql, type Database, type Statement, type Transaction } from '@ashlar/sql'
import { migrateLeases } from '@ashlar/sql/lease'
import { migrateOutbox, type Outbox } from '@ashlar/sql/outbox'
import { migrateRateLimits } from '@ashlar/sql/rate-limit'
import type { Address } from '../shared/address.ts'
import { emailTaken } from './errors.ts'
import { postgresPasswords } from './postgres-passwords.ts'
import { postgresSessions } from './postgres-sessions.ts'
import type { Credentials, SigningKey, SigningKeyRepository, UserRepository, UserStore } from './repository.ts'
import { toUser, userColumns, type UserRow } from './user-row.ts'
import { defaultPreferences, type Preferences } from './user.ts'

/** Makes the tables of the user service, those of its outbox and its limits included, or brings them up to date. */
export async function migrateUsers(db: Database): Promise<void> {
  await migrateLeases(db)
  await migrateOutbox(db)
  await migrateRateLimits(db)
  await migrate(db, { namespace: 'user', directory: new URL('./migrations/', import.meta.url) })
}

/**
 * The user service's own database, after {@link migrateUsers}.
 * @param outbox in the same database.
 */
export function postgresUserStore(db: Database, outbox: Outbox<Transaction>): UserStore {
  return {
    users: postgresUsers(db),
    sessions: postgresSessions(db),
    passwords: postgresPasswords(db, outbox),
    keys: postgresKeys(db),
  }
}

type CredentialsRow = UserRow & { readonly passwordHash: string; readonly registrationKeyHash: string | null }

function postgresUsers(db: Database): UserRepository {
  const { theme, newsletter, orderEmails } = defaultPreferences
  const credentials = async (condition: Statement): Promise<Credentials | undefined> => {
    const row = await db.maybe<CredentialsRow>(sql`
      select ${userColumns}, password_hash as "passwordHash", registration_key_hash as "registrationKeyHash"
      from customer where ${condition}`)
    if (row === undefined) return undefined
    return {
      user: toUser(row),
      passwordHash: row.passwordHash,
      registrationKeyHash: row.registrationKeyHash ?? undefined,
    }
  }
  return {
    async insert({ user, passwordHash, registrationKeyHash = null }) {
      const { id, email, displayName, address, createdAtMs, role } = user
      try {
        await db.run(sql`
          insert into customer
            (id, email, password_hash, registration_key_hash, display_name, address, theme, newsletter, order_emails,
              created_at, role)
          values (${id}, ${email}, ${passwordHash}, ${registrationKeyHash}, ${displayName}, ${jsonOrNull(address)},
            ${theme}, ${newsletter}, ${orderEmails}, ${sql.time(createdAtMs)}, ${role})`)
      } catch (error) {
        if (hasCode(error, 'ASHLAR_SQL_UNIQUE_VIOLATION') && 'constraint' in error) {
          if (error.constraint === 'customer_email_taken') throw emailTaken()
        }
        throw error
      }
    },
    findByEmail: (email) => credentials(sql`email = ${email}`),
    find: (id) => credentials(sql`id = ${id}`),
    async update(id, { displayName, address }) {
      const row = await db.maybe<UserRow>(sql`
        update customer
        set display_name = coalesce(${displayName ?? null}, display_name),
          address = coalesce(${jsonOrNull(address)}, address)
        where id = ${id} returning ${userColumns}`)
      return row && toUser(row)
    },
    async setRole(email, role) {
      const row = await db.maybe<UserRow>(sql`
        update customer set role = ${role} where email = ${email} returning ${userColumns}`)
      return row && toUser(row)
    },
    preferences: (id) =>
      db.maybe<Preferences>(sql`
        select theme, newsletter, order_emails as "orderEmails" from customer where id = ${id}`),
    async setPreferences(id, preferences) {
      const changed = await db.run(sql`
        update customer
        set theme = ${preferences.theme}, newsletter = ${preferences.newsletter},
          order_emails = ${preferences.orderEmails}
        where id = ${id}`)
      return changed === 1
    },
  }
}

function postgresKeys(db: Database): SigningKeyRepository {
  return {
    async ensure({ kid, privateJwk }) {
      await db.run(sql`
        insert into signing_key (purpose, kid, private_jwk) values ('access-token', ${kid}, ${sql.json(privateJwk)})
        on conflict (purpose) do nothing`)
      return db.one<SigningKey>(sql`
        select kid, private_jwk as "privateJwk" from signing_key where purpose = 'access-token'`)
    },
  }
}

function jsonOrNull(value: Address | undefined): ReturnType<typeof sql.json> | null {
  return value === undefined ? null : sql.json(value)
}
