import { timestampFromMs, timestampMs, type Timestamp } from '@bufbuild/protobuf/wkt'

/** Epoch milliseconds as the contracts carry them. */
export function toTimestamp(wallMs: number): Timestamp {
  return timestampFromMs(wallMs)
}

/** Epoch milliseconds of a timestamp that may be unset. */
export function fromTimestamp(message: Timestamp | undefined): number | undefined {
  return message === undefined ? undefined : timestampMs(message)
}
