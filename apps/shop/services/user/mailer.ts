/** A mail of plain text to one person. */
export interface Mail {
  /** A UUID: a mail that is sent again under its id takes the place of the first, as far as that can be. */
  readonly id: string
  /** An e-mail address and nothing else. */
  readonly to: string
  readonly subject: string
  /** Lines end in "\n". */
  readonly text: string
  /** When it was written, in epoch milliseconds. */
  readonly writtenAtMs: number
}

/** Takes mails on their way. There is one so far, the pickup directory; SMTP is a matter of the notification service. */
export interface Mailer {
  /** Resolves when the mail will not be lost any more. Safe to repeat. */
  send(mail: Mail, signal: AbortSignal): Promise<void>
}
