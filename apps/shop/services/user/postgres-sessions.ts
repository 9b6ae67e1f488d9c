import { sql, type Database } from '@ashlar/sql'
import { toUser, userColumns, type UserRow } from './user-row.ts'
import type { SessionRepository } from './repository.ts'

export function postgresSessions(db: Database): SessionRepository {
  return {
    async start({ id, userId, token, nowMs }) {
      await db.run(sql`
        with started as (
          insert into session (id, user_id, started_at, expires_at)
          values (${id}, ${userId}, ${sql.time(nowMs)}, ${sql.time(token.expiresAtMs)}) returning id
        )
        insert into refresh_token (hash, session_id, expires_at)
        select ${token.hash}, id, ${sql.time(token.expiresAtMs)} from started`)
    },
    async rotate({ hash, next, nowMs }) {
      // One statement: the row lock of the update decides who wins, and everything else happens with it or not at all.
      const row = await db.maybe<UserRow & { sessionId: string }>(sql`
        with used as (
          update refresh_token set used_at = ${sql.time(nowMs)}
          from session
          where hash = ${hash} and used_at is null and refresh_token.expires_at > ${sql.time(nowMs)}
            and session.id = session_id and session.ended_at is null
          returning session_id, user_id
        ), successor as (
          insert into refresh_token (hash, session_id, expires_at)
          select ${next.hash}, session_id, ${sql.time(next.expiresAtMs)} from used
        ), pruned as (
          -- Expired ones say nothing any more, and a session that is used daily would gather them for ever.
          delete from refresh_token where session_id in (select session_id from used) and expires_at <= ${sql.time(nowMs)}
        ), extended as (
          update session set expires_at = ${sql.time(next.expiresAtMs)} where id in (select session_id from used)
        )
        select ${userColumns}, used.session_id as "sessionId" from used join customer on customer.id = used.user_id`)
      if (row !== undefined) return { kind: 'rotated', sessionId: row.sessionId, user: toUser(row) }
      const stolen = await db.maybe<{ sessionId: string; userId: string }>(sql`
        update session set ended_at = ${sql.time(nowMs)}
        from refresh_token
        where hash = ${hash} and used_at is not null and refresh_token.expires_at > ${sql.time(nowMs)}
          and session.id = session_id and ended_at is null
        returning session.id as "sessionId", user_id as "userId"`)
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
