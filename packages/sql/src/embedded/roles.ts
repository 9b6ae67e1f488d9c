import type { Clock } from '@ashlar/kernel'
import { Connection } from '../connection.ts'
import { quoteIdentifier } from '../identifier.ts'
import { sql } from '../sql.ts'
import { compile, SqlScript } from '../statement.ts'
import { parseTarget } from '../target.ts'
import { superuser } from './cluster.ts'
import type { Secrets } from './secrets.ts'

const databaseName = /^[a-z][a-z0-9_-]{0,62}$/
const reserved = new Set([superuser, 'template0', 'template1', 'public', 'none'])

/** The databases of a cluster, each owned by the role of its name. */
export interface Roles {
  /** Makes what is missing: role, database, and the rule that only the owner may connect. */
  ensure(names: readonly string[]): Promise<void>
  drop(name: string): Promise<void>
  urlFor(name: string): string
}

interface Found {
  readonly name: string
  readonly role: boolean
  readonly database: boolean
  /** Whether everybody may connect. */
  readonly open: boolean
}

export function openRoles(port: number, secrets: Secrets, clock: Clock): Roles {
  const urlFor = (role: string, database: string): string =>
    `postgres://${role}:${secrets.passwordOf(role)}@127.0.0.1:${port}/${database}`
  const connect = (): Promise<Connection> =>
    Connection.open(parseTarget(urlFor(superuser, superuser)), { name: 'ashlar', timeoutMs: 10_000, clock })

  const ensure = async (names: readonly string[]): Promise<void> => {
    await secrets.ensure(names)
    const connection = await connect()
    try {
      const missing = await findMissing(connection, [...new Set(names)])
      // Making a database is mostly waiting for the disk, so they are made beside one another.
      await Promise.all(missing.map((found) => make(found, secrets, connect)))
    } finally {
      await connection.close()
    }
  }

  // One call after another: two that change the same built-in database at once fail in the server's catalogue.
  let last: Promise<unknown> = Promise.resolve()
  return {
    async ensure(names) {
      for (const name of names) checkName(name)
      const mine = last.then(() => ensure(names))
      last = mine.catch(() => undefined)
      await mine
    },
    async drop(name) {
      checkName(name)
      const connection = await connect()
      try {
        const id = quoteIdentifier(name)
        await runAlone(connection, `drop database if exists ${id} with (force)`)
        await runAlone(connection, `drop role if exists ${id}`)
      } finally {
        await connection.close()
      }
    },
    urlFor: (name) => urlFor(name, name),
  }
}

function checkName(name: string): void {
  if (databaseName.test(name) && !reserved.has(name)) return
  throw new TypeError(
    `embedded: a database name has 1 to 63 of a-z, 0-9, _ and -, starts with a letter and is none of ` +
      `${[...reserved].join(', ')}; got ${JSON.stringify(name)}`,
  )
}

async function findMissing(connection: Connection, names: readonly string[]): Promise<Found[]> {
  const { rows } = await connection.execute(
    compile(sql`
      select name,
        exists (select from pg_roles where rolname = name) as role,
        d.oid is not null as database,
        exists (
          select from aclexplode(coalesce(d.datacl, acldefault('d', d.datdba)))
          where grantee = 0 and privilege_type = 'CONNECT'
        ) as open
      from unnest(${[...names, superuser, 'template1']}::text[]) as name left join pg_database d on d.datname = name`),
  )
  return (rows as Found[]).filter(({ role, database, open }) => !role || !database || open)
}

async function make(found: Found, secrets: Secrets, connect: () => Promise<Connection>): Promise<void> {
  const id = quoteIdentifier(found.name)
  const builtIn = reserved.has(found.name)
  const connection = await connect()
  try {
    if (!found.role && !builtIn) {
      // The password is made of letters, digits, - and _.
      await runAlone(connection, `create role ${id} login password '${secrets.passwordOf(found.name)}'`)
    }
    if (!found.database) {
      // Copying files costs as much as logging their pages does, but leaves nothing to be written at shutdown.
      await runAlone(connection, `create database ${id} owner ${id} template template0 strategy file_copy`)
    }
    await runAlone(connection, `revoke connect, temporary on database ${id} from public`)
  } finally {
    await connection.close()
  }
}

async function runAlone(connection: Connection, text: string): Promise<void> {
  await connection.execute(compile(new SqlScript(text)))
}
