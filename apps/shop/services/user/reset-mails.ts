import { randomToken, type Clock, type Random } from '@ashlar/kernel'
import type { MessageHandler } from '@ashlar/sql/outbox'
import type { Log } from '../shared/log.ts'
import type { Mailer } from './mailer.ts'
import type { PasswordRepository } from './repository.ts'
import { sha256 } from './sha256.ts'

export interface ResetMailsOptions {
  readonly passwords: PasswordRepository
  readonly mailer: Mailer
  /** Where customers reach the storefront. */
  readonly publicUrl: string
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/**
 * Attempts at a mail, up to a minute apart: enough for the half hour that its link is good. After that there is nothing
 * to send any more, so none waits for a person and holds back what the customer asks for next.
 */
export const resetMailAttempts = 100

/**
 * Sends the mail of each request for a password link.
 *
 * The token is made here and not where the request is noted: so it is in no table, in no message and in no log, in
 * clear or otherwise, but only in the mail. A message that comes again, because a crash or a failure came between the
 * mail and its record, makes a new token in the place of the old one, and the mail takes the place of the first.
 */
export function resetMails({ passwords, mailer, publicUrl, clock, random, log }: ResetMailsOptions): MessageHandler {
  return async ({ id }, { signal, attempt }) => {
    const token = randomToken(random, 32)
    const found = await passwords.armReset(id, sha256(token), clock.wall())
    if (found === undefined) return
    const text = resetText(`${publicUrl.replace(/\/+$/, '')}/reset-password#token=${token}`)
    const mail = { id, to: found.email, subject: 'Choose a new password', text, writtenAtMs: clock.wall() }
    try {
      await mailer.send(mail, signal)
    } catch (error) {
      log.warn({ resetId: id, attempt, err: error }, 'password reset mail not sent; will be tried again')
      throw error
    }
    log.info({ resetId: id }, 'password reset mail sent')
  }
}

// The token stands after the "#", which browsers keep to themselves: no server or proxy on the way gets to log it. The
// customer's name is left out, since whoever registered could have written anything there.
function resetText(link: string): string {
  return `Hello,

somebody has asked for a new password for your account in the Ashlar shop. To choose one, open this link within half an
hour:

${link}

It works once, and only the newest link works. If it was not you, do nothing: your password stays as it is.
`
}
