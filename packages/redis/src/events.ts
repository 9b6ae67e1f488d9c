import { channel, type Channel } from '@ashlar/kernel'

export interface RedisConnectionChanged {
  readonly server: string
  readonly purpose: 'commands' | 'listening'
  readonly state: 'connected' | 'lost' | 'failed'
  readonly error: unknown
}

export const redisConnection: Channel<RedisConnectionChanged> = channel('ashlar:redis:connection', {
  description: 'A connection to Redis was made, was lost, or could not be made; it is tried again until closed.',
  fields: {
    server: 'host:port',
    purpose: 'commands, or listening: for messages and changes of keys',
    state: 'connected, lost or failed',
    error: 'why it was lost or could not be made; undefined otherwise',
  },
  metrics: [
    {
      name: 'ashlar.redis.connections',
      kind: 'counter',
      unit: '{connection}',
      attributes: ['server', 'purpose', 'state'],
    },
  ],
})

export interface ScriptLoaded {
  readonly server: string
  readonly script: string
}

export const scriptLoaded: Channel<ScriptLoaded> = channel('ashlar:redis:script-loaded', {
  description: 'Redis did not know a script, new or forgotten, and was sent the whole of it.',
  fields: { server: 'host:port', script: 'its name' },
  metrics: [
    { name: 'ashlar.redis.scripts_loaded', kind: 'counter', unit: '{script}', attributes: ['server', 'script'] },
  ],
})

export interface RedisListenerFailed {
  readonly subject: string
  readonly error: unknown
}

export const redisListenerFailed: Channel<RedisListenerFailed> = channel('ashlar:redis:listener-failed', {
  description: 'A listener threw or rejected; it will be told the next as if it had not.',
  fields: { subject: 'the channel or the key prefix that it listens to', error: 'what it threw' },
})
