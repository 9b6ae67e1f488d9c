import { sql, type Database } from '@ashlar/sql'
import { hasCode } from '@ashlar/kernel'
import type { Address } from '../shared/address.ts'
import { emailTaken } from './errors.ts'
import { postgresSessions } from './postgres-sessions.ts'
import type { SigningKey, SigningKeyRepository, UserRepository, UserStore } from './repository.ts'
import { toUser, userColumns, type UserRow } from './user-row.ts'
import { defaultPreferences, type Preferences } from './user.ts'

export const migrationNamespace = 'user'
export const migrationDirectory: URL = new URL('./migrations/', import.meta.url)

/** The user service's own database, after the migrations in `migrations/`. */
export function postgresUserStore(db: Database): UserStore {
  return { users: postgresUsers(db), sessions: postgresSessions(db), keys: postgresKeys(db) }
}

function postgresUsers(db: Database): UserRepository {
  const { theme, newsletter, orderEmails } = defaultPreferences
  return {
    async insert({ id, email, displayName, address, createdAtMs }, passwordHash) {
      try {
        await db.run(sql`
          insert into customer
            (id, email, password_hash, display_name, address, theme, newsletter, order_emails, created_at)
          values (${id}, ${email}, ${passwordHash}, ${displayName}, ${jsonOrNull(address)}, ${theme}, ${newsletter},
            ${orderEmails}, ${sql.time(createdAtMs)})`)
      } catch (error) {
        if (hasCode(error, 'ASHLAR_SQL_UNIQUE_VIOLATION') && 'constraint' in error) {
          if (error.constraint === 'customer_email_taken') throw emailTaken()
        }
        throw error
      }
    },
    async findByEmail(email) {
      const row = await db.maybe<UserRow & { passwordHash: string }>(sql`
        select ${userColumns}, password_hash as "passwordHash" from customer where email = ${email}`)
      return row && { user: toUser(row), passwordHash: row.passwordHash }
    },
    async find(id) {
      const row = await db.maybe<UserRow>(sql`select ${userColumns} from customer where id = ${id}`)
      return row && toUser(row)
    },
    async update(id, { displayName, address }) {
      const row = await db.maybe<UserRow>(sql`
        update customer
        set display_name = coalesce(${displayName ?? null}, display_name),
          address = coalesce(${jsonOrNull(address)}, address)
        where id = ${id} returning ${userColumns}`)
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
