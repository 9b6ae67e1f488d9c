import { registerHooks } from 'node:module'
import { median, type Figure } from '../figure.ts'
import { paired, ratios, type PairedOptions } from '../paired.ts'
import type { Listener, refusals } from './telemetry-loops.ts'

interface Loops {
  readonly refusals: typeof refusals
  readonly Listener: typeof Listener
}

const withoutChannels = `
const silent = { hasSubscribers: false, publish() {}, subscribe() {} }
export const channel = (name, descriptor) => ({ name, descriptor, ...silent })
export const declaredChannels = () => []
export const eachChannel = () => {}
`

/**
 * What channels cost that nobody listens to: the same modules are loaded twice, once with a kernel that has no channels,
 * and take turns. Each round loads them anew, because two copies of the same code may differ by as much as is looked for:
 * by where they lie and what the compiler made of them.
 */
export async function idleTelemetry({ times, rounds }: PairedOptions): Promise<Figure[]> {
  const idle: number[] = []
  const heard: number[] = []
  for (let round = 0; round < 3 * rounds; round++) {
    const reporting = await copyOf(`with-channels-${round}`)
    const silent = await copyOf(`without-channels-${round}`)
    const options = { times: times / 50, rounds: 50 }
    // Short turns: a machine that others use too is hardly the same for longer than some milliseconds.
    const before = await paired({ reporting: reporting.refusals, silent: silent.refusals }, options)
    idle.push(median(ratios(before.reporting, before.silent)))
    using listener = new reporting.Listener()
    using deaf = new silent.Listener()
    const after = await paired({ reporting: reporting.refusals, silent: silent.refusals }, options)
    heard.push(median(ratios(after.reporting, after.silent)))
    if (listener.heard === 0 || deaf.heard > 0) throw new Error('the copies are not with channels and without')
  }
  return [
    {
      name: 'idle-telemetry',
      unit: 'x without',
      rounds: idle,
      limit: { atMost: 1.05 },
      how: 'refusals of a breaker and of a limiter with nobody listening, against a kernel without channels',
    },
    { name: 'heard-telemetry', unit: 'x without', rounds: heard, how: 'the same, with a subscriber to both' },
  ]
}

/** A copy of the loops and of all that they import from this repository. */
async function copyOf(name: string): Promise<Loops> {
  const query = `?${name}`
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context)
      const isOurs = found.url.startsWith('file:') && context.parentURL?.endsWith(query) === true
      return isOurs ? { ...found, url: `${found.url}${query}` } : found
    },
    load(url, context, next) {
      if (!url.includes('/kernel/src/channel.ts?without-channels')) return next(url, context)
      return { format: 'module', source: withoutChannels, shortCircuit: true }
    },
  })
  try {
    return (await import(`./telemetry-loops.ts${query}`)) as Loops
  } finally {
    hooks.deregister()
  }
}
