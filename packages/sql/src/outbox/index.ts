export {
  deliveryAttempted,
  deliveryFailed,
  messageDelivered,
  outboxBacklog,
  relayStalled,
  type DeliveryAttempted,
  type DeliveryFailed,
  type MessageDelivered,
  type OutboxBacklog,
  type RelayStalled,
} from './events.ts'
export type { NewMessage, OutboxMessage, ParkedMessage } from './message.ts'
export type { Delivery, MessageHandler, Outbox, RelayOptions } from './outbox.ts'
export { createOutbox, migrateOutbox, type OutboxOptions } from './postgres-outbox.ts'
