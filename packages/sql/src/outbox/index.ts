export {
  deliveryAttempted,
  deliveryFailed,
  messageDelivered,
  relayStalled,
  type DeliveryAttempted,
  type DeliveryFailed,
  type MessageDelivered,
  type RelayStalled,
} from './events.ts'
export type { NewMessage, OutboxMessage, ParkedMessage } from './message.ts'
export type { Delivery, MessageHandler, Outbox, RelayOptions } from './outbox.ts'
export { createOutbox, migrateOutbox, type OutboxOptions } from './postgres-outbox.ts'
