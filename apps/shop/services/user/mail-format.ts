import { toDate } from '@ashlar/kernel'
import type { Mail } from './mailer.ts'

const sender = 'Ashlar shop <no-reply@shop.localhost>'

/**
 * A mail as RFC 5322 writes it, in UTF-8 with CRLF.
 * @throws {TypeError} when a header is not printable ASCII: a line break would begin a header of somebody else's making.
 */
export function formatMail({ id, to, subject, text, writtenAtMs }: Mail): string {
  const headers = {
    From: sender,
    To: to,
    Subject: subject,
    // RFC 5322 has numbers where HTTP has the letters GMT.
    Date: toDate(writtenAtMs).toUTCString().replace('GMT', '+0000'),
    'Message-ID': `<${id}@shop.localhost>`,
    'MIME-Version': '1.0',
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Transfer-Encoding': '8bit',
    // So that nobody's "I am on holiday" comes back. Source: RFC 3834.
    'Auto-Submitted': 'auto-generated',
  }
  const lines = Object.entries(headers).map(([name, value]) => {
    if (!/^[\x20-\x7e]{1,900}$/.test(value)) throw new TypeError(`mail: ${name} must be printable ASCII on one line`)
    return `${name}: ${value}`
  })
  return [...lines, '', ...text.trimEnd().split('\n'), ''].join('\r\n')
}
