import { sql, type Database, type Transaction } from '@ashlar/sql'
import type { Outbox } from '@ashlar/sql/outbox'
import { resetRequest, type PasswordRepository } from './repository.ts'

/** Transactions lock the customer first, requests and sessions after: in one order, so that none wait for each other. */
export function postgresPasswords(db: Database, outbox: Outbox<Transaction>): PasswordRepository {
  return {
    change: ({ userId, from, to, nowMs }) =>
      db.transaction(async (tx) => {
        const changed = await tx.run(sql`
          update customer set password_hash = ${to} where id = ${userId} and password_hash = ${from}`)
        if (changed === 1) await endAll(tx, userId, nowMs)
        return changed === 1
      }),
    requestReset: ({ id, email, nowMs, expiresAtMs, sinceMs, maxRequests }) =>
      db.transaction(async (tx) => {
        // First, since it makes requests for one address wait for each other: the next one counts this one.
        await outbox.put(tx, [resetRequest(id, email)])
        await tx.run(sql`
          with asked as (
            insert into password_reset (id, user_id, requested_at, expires_at)
            select ${id}, id, ${sql.time(nowMs)}, ${sql.time(expiresAtMs)} from customer
            where email = ${email} and ${maxRequests} > (
              select count(*) from password_reset where user_id = customer.id and requested_at > ${sql.time(sinceMs)})
            returning user_id
          )
          update password_reset set ended_at = ${sql.time(nowMs)}
          from asked where password_reset.user_id = asked.user_id and ended_at is null`)
      }),
    armReset: (id, tokenHash, nowMs) =>
      db.maybe<{ email: string }>(sql`
        update password_reset set token_hash = ${tokenHash}
        from customer
        where password_reset.id = ${id} and ended_at is null and expires_at > ${sql.time(nowMs)}
          and customer.id = user_id
        returning email`),
    isResetLive: async (tokenHash, nowMs) =>
      (await db.maybe(sql`
        select from password_reset
        where token_hash = ${tokenHash} and ended_at is null and expires_at > ${sql.time(nowMs)}`)) !== undefined,
    reset: ({ tokenHash, passwordHash, nowMs }) =>
      db.transaction(async (tx) => {
        await tx.run(sql`
          select from customer where id = (select user_id from password_reset where token_hash = ${tokenHash})
          for no key update`)
        const used = await tx.maybe<{ userId: string }>(sql`
          update password_reset set ended_at = ${sql.time(nowMs)}
          where token_hash = ${tokenHash} and ended_at is null and expires_at > ${sql.time(nowMs)}
          returning user_id as "userId"`)
        if (used === undefined) return undefined
        await tx.run(sql`update customer set password_hash = ${passwordHash} where id = ${used.userId}`)
        await endAll(tx, used.userId, nowMs)
        return used.userId
      }),
    purgeResets: (beforeMs, limit) =>
      db.run(sql`
        delete from password_reset where id in (
          select id from password_reset where requested_at < ${sql.time(beforeMs)} limit ${limit} for update skip locked)`),
  }
}

// Statements of their own, so that they see what was committed while this transaction waited for the customer.
async function endAll(tx: Transaction, userId: string, nowMs: number): Promise<void> {
  const now = sql.time(nowMs)
  await tx.run(sql`update password_reset set ended_at = ${now} where user_id = ${userId} and ended_at is null`)
  await tx.run(sql`update session set ended_at = ${now} where user_id = ${userId} and ended_at is null`)
}
