import { Session, type Profiler } from 'node:inspector/promises'
import { sleep, type Clock } from '@ashlar/kernel'

/** Samples what the process does for so long. Slows it by a few percent meanwhile; ends at once at the signal. */
export async function cpuProfile(
  forMs: number,
  options: { clock: Clock; signal: AbortSignal },
): Promise<Profiler.Profile> {
  const session = new Session()
  session.connect()
  try {
    await session.post('Profiler.enable')
    await session.post('Profiler.start')
    await sleep(options.clock, forMs, { signal: options.signal })
    return (await session.post('Profiler.stop')).profile
  } finally {
    session.disconnect()
  }
}
