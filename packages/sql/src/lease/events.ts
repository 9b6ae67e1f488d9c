import { channel, type Channel } from '@ashlar/kernel'

export interface LeaseEvent {
  readonly resource: string
  readonly epoch: number
  readonly worker: string
}

const fields = {
  resource: 'what is leased',
  epoch: 'greater than that of every lease before it',
  worker: 'id of the process that holds or held it',
}

export const leaseClaimed: Channel<LeaseEvent> = channel('ashlar:sql:lease-claimed', {
  description: 'This process has claimed a lease.',
  fields,
  metrics: [{ name: 'ashlar.sql.leases.claimed', kind: 'counter', unit: '{lease}', attributes: [] }],
})

export const leaseLost: Channel<LeaseEvent> = channel('ashlar:sql:lease-lost', {
  description: 'This process has found that a lease it held has expired or has been taken over.',
  fields,
  metrics: [{ name: 'ashlar.sql.leases.lost', kind: 'counter', unit: '{lease}', attributes: [] }],
  log: { level: 'warn', message: 'a lease has expired or was taken over', attributes: ['resource', 'epoch', 'worker'] },
})
