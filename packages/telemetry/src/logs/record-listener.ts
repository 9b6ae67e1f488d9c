import type { DestinationStream } from 'pino'
import type { LogRecord } from '../otlp/records.ts'
import { recordOfLine } from './record-of-line.ts'

/** Takes lines as records: `(record) => exporter.addLog(record)`. Must not wait for anything. */
export type RecordListener = (record: LogRecord) => void

/**
 * A destination that also tells of what is written to it. Reads the line back, which costs a few microseconds: the line
 * is what has been redacted and serialized, with the fields of every child logger, and there is no second way to do that
 * which could come to differ.
 */
export function tellingOf(destination: DestinationStream, onRecord: RecordListener): DestinationStream {
  let isTelling = false
  return {
    write(line) {
      destination.write(line)
      // A listener that logs that it lost a line would otherwise never come to an end.
      if (isTelling) return
      isTelling = true
      try {
        onRecord(recordOfLine(line))
      } catch {
        // The line itself has been written, and whoever logged it cannot help.
      } finally {
        isTelling = false
      }
    },
  }
}
