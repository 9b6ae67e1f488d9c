import { channel, type Channel } from '@ashlar/kernel'

export interface MessageRepeated {
  readonly consumer: string
  readonly messageId: string
}

export const messageRepeated: Channel<MessageRepeated> = channel('ashlar:sql:message-repeated', {
  description: 'A message came that had been handled; its work was not done again.',
  fields: { consumer: 'who handles it', messageId: 'id of the message' },
  metrics: [{ name: 'ashlar.sql.messages.repeated', kind: 'counter', unit: '{message}', attributes: ['consumer'] }],
})
