import { timestampFromMs, type Timestamp } from '@bufbuild/protobuf/wkt'

/** Epoch milliseconds as the contracts carry them. */
export function toTimestamp(wallMs: number): Timestamp {
  return timestampFromMs(wallMs)
}
