import { channel, type Channel } from '@ashlar/kernel'

export interface MessageDelivered {
  readonly outbox: string
  readonly id: string
  readonly type: string
  readonly attempt: number
  readonly ageMs: number
}

export const messageDelivered: Channel<MessageDelivered> = channel('ashlar:sql:outbox-delivered', {
  description: 'A handler has taken a message of an outbox, and that has been recorded.',
  fields: {
    outbox: 'name of the outbox',
    id: 'id of the message',
    type: 'type of the message',
    attempt: 'which attempt it was, from 1',
    ageMs: 'milliseconds since the message was put',
  },
})

export interface DeliveryFailed {
  readonly outbox: string
  readonly id: string
  readonly type: string
  readonly attempt: number
  readonly parked: boolean
  readonly error: unknown
}

export const deliveryFailed: Channel<DeliveryFailed> = channel('ashlar:sql:outbox-failed', {
  description: 'A handler has failed to take a message of an outbox, and that has been recorded.',
  fields: {
    outbox: 'name of the outbox',
    id: 'id of the message',
    type: 'type of the message',
    attempt: 'which attempt it was, from 1',
    parked: 'whether it was the last: the message now waits for a person',
    error: 'what the handler threw',
  },
})

export interface RelayStalled {
  readonly outbox: string
  readonly delayMs: number
  readonly error: unknown
}

export const relayStalled: Channel<RelayStalled> = channel('ashlar:sql:outbox-stalled', {
  description: 'A relay cannot read or record messages: the database is away, or another process has taken over.',
  fields: {
    outbox: 'name of the outbox',
    delayMs: 'milliseconds until it tries again',
    error: 'what it failed with',
  },
})
