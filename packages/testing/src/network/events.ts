import { inspect } from 'node:util'

/** What a parcel carries: a message that expects nothing, or one half of a request. */
export type ParcelKind = 'message' | 'request' | 'answer' | 'failure'

/** Something that happened to one message. */
export interface NetworkEvent {
  readonly atMs: number
  readonly kind: 'sent' | 'duplicated' | 'delivered' | 'dropped'
  /** Counts what is sent, from 1. Both copies of a duplicate have the same. */
  readonly id: number
  readonly from: string
  readonly to: string
  readonly parcel: ParcelKind
  readonly body: unknown
  /** Why it was dropped. */
  readonly reason?: 'chance' | 'partition' | 'sender down' | 'receiver down' | 'not handled'
}

/** The event as one line, without anything that differs between two runs of one seed. */
export function formatNetworkEvent(event: NetworkEvent): string {
  const { atMs, kind, id, from, to, parcel, body, reason } = event
  const text = inspect(body, { depth: 6, compact: true, breakLength: Number.POSITIVE_INFINITY, sorted: true })
  const why = reason === undefined ? '' : ` (${reason})`
  return `${atMs.toFixed(3)} #${id} ${from} > ${to} ${parcel} ${kind}${why} ${text}`
}
