import { sql, type Database } from '@ashlar/sql'
import { toUser, userColumns, type UserRow } from './user-row.ts'
import type { SessionRepository, TokenRotation } from './repository.ts'
import type { User } from './user.ts'

export function postgresSessions(db: Database): SessionRepository {
  return {
    async start({ id, userId, passwordHash, token, nowMs }) {
      // The lock makes it wait for a change of the password that is under way, and then look again.
      const started = await db.run(sql`
        with owner as (
          select id from customer where id = ${userId} and password_hash = ${passwordHash} for share
        ), started as (
          insert into session (id, user_id, started_at, expires_at)
          select ${id}, id, ${sql.time(nowMs)}, ${sql.time(token.expiresAtMs)} from owner returning id
        )
        insert into refresh_token (hash, session_id, expires_at)
        select ${token.hash}, id, ${sql.time(token.expiresAtMs)} from started`)
      return started === 1
    },
    async rotate(rotation) {
      const used = await useUp(db, rotation)
      if (used !== undefined) return { kind: 'rotated', ...used }
      const repeated = await findRepeated(db, rotation)
      if (repeated !== undefined) return { kind: 'repeated', ...repeated }
      const stolen = await endReused(db, rotation)
      return stolen === undefined ? { kind: 'gone' } : { kind: 'reused', ...stolen }
    },
    async end(hash, nowMs) {
      await db.run(sql`
        update session set ended_at = ${sql.time(nowMs)}
        where ended_at is null and id = (select session_id from refresh_token where hash = ${hash})`)
    },
    purge: (nowMs, limit) =>
      db.run(sql`
        delete from session where id in (
          select id from session where expires_at <= ${sql.time(nowMs)} limit ${limit} for update skip locked)`),
  }
}

interface Found {
  readonly sessionId: string
  readonly user: User
}

function found(row: (UserRow & { readonly sessionId: string }) | undefined): Found | undefined {
  return row && { sessionId: row.sessionId, user: toUser(row) }
}

async function useUp(db: Database, { hash, next, nowMs }: TokenRotation): Promise<Found | undefined> {
  const [now, until] = [sql.time(nowMs), sql.time(next.expiresAtMs)]
  // One statement: the row lock of the update decides who wins, and everything else happens with it or not at all.
  return found(
    await db.maybe(sql`
      with used as (
        update refresh_token set used_at = ${now}
        from session
        where hash = ${hash} and used_at is null and refresh_token.expires_at > ${now}
          and session.id = session_id and session.ended_at is null
        returning session_id, user_id
      ), successor as (
        insert into refresh_token (hash, session_id, expires_at) select ${next.hash}, session_id, ${until} from used
      ), pruned as (
        -- Expired ones say nothing any more, and a session that is used daily would gather them for ever.
        delete from refresh_token where session_id in (select session_id from used) and expires_at <= ${now}
      ), extended as (
        update session set expires_at = ${until} where id in (select session_id from used)
      )
      select ${userColumns}, used.session_id as "sessionId" from used join customer on customer.id = used.user_id`),
  )
}

async function findRepeated(db: Database, { hash, next, nowMs, repeatMs }: TokenRotation): Promise<Found | undefined> {
  return found(
    await db.maybe(sql`
      select ${userColumns}, session.id as "sessionId"
      from refresh_token used
      join refresh_token successor on successor.session_id = used.session_id and successor.hash = ${next.hash}
      join session on session.id = used.session_id
      join customer on customer.id = session.user_id
      where used.hash = ${hash} and used.used_at > ${sql.time(nowMs - repeatMs)}
        and used.expires_at > ${sql.time(nowMs)} and successor.used_at is null and session.ended_at is null`),
  )
}

function endReused(
  db: Database,
  { hash, nowMs }: TokenRotation,
): Promise<{ sessionId: string; userId: string } | undefined> {
  return db.maybe(sql`
    update session set ended_at = ${sql.time(nowMs)}
    from refresh_token
    where hash = ${hash} and used_at is not null and refresh_token.expires_at > ${sql.time(nowMs)}
      and session.id = session_id and ended_at is null
    returning session.id as "sessionId", user_id as "userId"`)
}
