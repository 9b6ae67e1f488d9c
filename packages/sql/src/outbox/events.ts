import { channel, type Channel, type TraceContext } from '@ashlar/kernel'

export interface DeliveryAttempted {
  readonly outbox: string
  readonly id: string
  readonly type: string
  readonly attempt: number
  readonly durationMs: number
  readonly trace: TraceContext
  readonly parentSpanId: string | undefined
  readonly error: unknown
}

/** Whether it counts is known later, when it has been recorded: see the two below. */
export const deliveryAttempted: Channel<DeliveryAttempted> = channel('ashlar:sql:outbox-attempt', {
  description: 'A handler that was given a message of an outbox has ended.',
  fields: {
    outbox: 'name of the outbox',
    id: 'id of the message',
    type: 'type of the message',
    attempt: 'which attempt it was, from 1',
    durationMs: 'milliseconds that the handler took',
    trace: 'place in the trace, which the handler’s call had',
    parentSpanId: 'span that put the message; undefined for one that was put outside any trace',
    error: 'what the handler threw',
  },
  metrics: [
    {
      name: 'ashlar.sql.outbox.attempt.duration',
      kind: 'histogram',
      field: 'durationMs',
      unit: 'ms',
      attributes: ['outbox', 'type', 'error'],
    },
  ],
  span: {
    name: 'outbox message',
    nameField: 'type',
    kind: 'consumer',
    traceField: 'trace',
    parentField: 'parentSpanId',
    durationField: 'durationMs',
    errorField: 'error',
    attributes: ['outbox', 'id', 'attempt'],
  },
})

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
  metrics: [
    { name: 'ashlar.sql.outbox.delivered', kind: 'counter', unit: '{message}', attributes: ['outbox', 'type'] },
    { name: 'ashlar.sql.outbox.age', kind: 'histogram', unit: 'ms', field: 'ageMs', attributes: ['outbox'] },
  ],
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
  metrics: [
    {
      name: 'ashlar.sql.outbox.failures',
      kind: 'counter',
      unit: '{attempt}',
      attributes: ['outbox', 'type', 'parked'],
    },
  ],
  log: {
    level: 'warn',
    message: 'a message of an outbox could not be delivered',
    attributes: ['outbox', 'id', 'type', 'attempt', 'parked', 'error'],
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
  metrics: [{ name: 'ashlar.sql.outbox.stalls', kind: 'counter', unit: '{stall}', attributes: ['outbox'] }],
  log: { level: 'warn', message: 'a relay cannot read or record messages', attributes: ['outbox', 'delayMs', 'error'] },
})

export interface OutboxBacklog {
  readonly outbox: string
  readonly messages: number
  readonly oldestAgeMs: number
}

export const outboxBacklog: Channel<OutboxBacklog> = channel('ashlar:sql:outbox-backlog', {
  description:
    'How much waits in an outbox, told every ten seconds by each process that relays it; without what is parked, or held back by that.',
  fields: {
    outbox: 'name of the outbox',
    messages: 'how many wait; 10,000 stands for more, too',
    oldestAgeMs:
      'milliseconds since the first of them was put, 0 when none waits; while nobody can say, what waited last grows older',
  },
  metrics: [
    { name: 'ashlar.sql.outbox.waiting', kind: 'gauge', unit: '{message}', field: 'messages', attributes: ['outbox'] },
    { name: 'ashlar.sql.outbox.lag', kind: 'gauge', unit: 'ms', field: 'oldestAgeMs', attributes: ['outbox'] },
  ],
})
