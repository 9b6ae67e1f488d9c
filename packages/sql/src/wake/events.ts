import { channel, type Channel } from '@ashlar/kernel'

export interface WakeConnection {
  readonly state: 'connected' | 'lost' | 'failed'
  readonly error: unknown
}

export const wakeConnection: Channel<WakeConnection> = channel('ashlar:sql:wake-connection', {
  description: 'The connection that listens for notifications was made, was lost, or could not be made.',
  fields: { state: 'connected, lost or failed', error: 'why it could not be made; undefined otherwise' },
  metrics: [{ name: 'ashlar.sql.wake.connections', kind: 'counter', unit: '{change}', attributes: ['state'] }],
  log: { level: 'info', message: 'the connection for notifications has changed', attributes: ['state', 'error'] },
})

export interface WakeListenerFailed {
  readonly channel: string
  readonly error: unknown
}

export const wakeListenerFailed: Channel<WakeListenerFailed> = channel('ashlar:sql:wake-listener-failed', {
  description: 'A listener threw; it will be called again as if it had not.',
  fields: { channel: 'the channel it listens to', error: 'what it threw' },
  metrics: [{ name: 'ashlar.sql.wake.listener_failures', kind: 'counter', unit: '{failure}', attributes: ['channel'] }],
  log: { level: 'warn', message: 'a listener for notifications threw', attributes: ['channel', 'error'] },
})
