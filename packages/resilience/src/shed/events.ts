import { channel, type Channel } from '@ashlar/kernel'

export interface LoadShed {
  readonly shedder: string
  readonly share: number
}

export const loadShed: Channel<LoadShed> = channel('ashlar:resilience:load-shed', {
  description: 'A call was not sent, because the dependency refuses too many.',
  fields: { shedder: 'name of the shedder', share: 'of the calls that is shed at present, 0 to 1' },
  metrics: [{ name: 'ashlar.resilience.shed', kind: 'counter', unit: '{call}', attributes: ['shedder'] }],
  log: { level: 'debug', message: 'a call was shed', attributes: ['shedder', 'share'] },
})
