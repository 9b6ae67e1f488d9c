import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatMail } from './mail-format.ts'

const mail = {
  id: '0190a5d2-0000-7000-8000-0000000000ab',
  to: 'ann@example.com',
  subject: 'Choose a new password',
  text: 'Grüße,\n\nlast line\n',
  writtenAtMs: 1_767_225_600_123,
}

test('a mail is headers, an empty line and the text, with CRLF throughout', () => {
  assert.equal(
    formatMail(mail),
    [
      'From: Ashlar shop <no-reply@shop.localhost>',
      'To: ann@example.com',
      'Subject: Choose a new password',
      'Date: Thu, 01 Jan 2026 00:00:00 +0000',
      'Message-ID: <0190a5d2-0000-7000-8000-0000000000ab@shop.localhost>',
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: 8bit',
      'Auto-Submitted: auto-generated',
      '',
      'Grüße,',
      '',
      'last line',
      '',
    ].join('\r\n'),
  )
})

test('what would begin another header, or is not ASCII, is refused in a header', () => {
  for (const to of ['ann@example.com\r\nBcc: all@example.com', 'ann@example.com\n', 'änn@example.com', '']) {
    assert.throws(() => formatMail({ ...mail, to }), /^TypeError: mail: To must be printable ASCII on one line$/)
  }
  assert.throws(() => formatMail({ ...mail, subject: 'a\rb' }), /mail: Subject must be/)
})
