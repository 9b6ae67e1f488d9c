import assert from 'node:assert/strict'
import test from 'node:test'
import { printLogs } from './print-logs.ts'

test('no record moves the cursor or begins a line, whatever its service is called', () => {
  const lines: string[] = []
  const console = { out: (line: string) => void lines.push(line), err: () => undefined, colour: false }
  const record = { id: 1, timeMs: 0, severity: 9, attributes: {}, scope: '', traceId: '\u001B[2J' }
  printLogs([{ ...record, service: 'or\u001B[2Jder\n12:00', level: 'in\u001B[2Jfo', body: '\u001B[2Jpaid' }], console)
  assert.deepEqual(
    lines.map((line) => line.replaceAll(/ +/g, ' ')),
    ['00:00:00.000 or\\x1b[2Jder 12:00 in\\x1b[2Jfo \\x1b[2Jpaid trace=\\x1b[2J'],
  )
})
