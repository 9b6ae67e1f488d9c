import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getHeapSnapshot } from 'node:v8'
import { action, uuidGenerator, withoutStack, type Action, type Clock, type Random } from '@ashlar/kernel'
import { cpuProfile } from '../diagnostics/cpu-profile.ts'
import { DiagnosticsBusyError } from '../diagnostics/errors.ts'
import { writePrivateFile } from '../diagnostics/private-file.ts'

export interface DiagnosticsOptions {
  readonly service: string
  /** Where files go; empty: where the system keeps temporary ones. */
  readonly directory: string
  readonly clock: Clock
  readonly random: Random
}

const longestProfileMs = 60_000
// A big heap takes long to write down.
const timeoutMs = 120_000

/** What the process holds in memory and what it spends its time on, as files for a browser's developer tools. */
export function diagnosticsActions(options: DiagnosticsOptions): Action[] {
  const { service, directory, clock, random } = options
  const newId = uuidGenerator({ clock, random })
  const oneAtATime = turns()
  const write = async (
    ending: string,
    content: Parameters<typeof writePrivateFile>[1],
    signal: AbortSignal,
  ): Promise<object> => {
    const path = join(directory === '' ? tmpdir() : directory, `${service}-${process.pid}-${newId()}.${ending}`)
    return { path, bytes: await writePrivateFile(path, content, signal) }
  }
  return [
    action({
      name: 'heap-snapshot',
      description:
        'Writes all that is in memory to a file, secrets included; the process does nothing else for seconds, and may take as much memory again.',
      risk: 'disruptive',
      timeoutMs,
      input: {},
      run: (_input, { signal }) => oneAtATime(() => write('heapsnapshot', getHeapSnapshot(), signal)),
    }),
    action({
      name: 'cpu-profile',
      description: 'Samples what the process spends its time on and writes it to a file; slows it meanwhile.',
      risk: 'disruptive',
      timeoutMs,
      input: {
        forMs: { type: 'integer', description: 'For how many milliseconds.', min: 1_000, max: longestProfileMs },
      },
      run: ({ forMs }, { signal }) =>
        oneAtATime(async () => {
          const profile = await cpuProfile(forMs, { clock, signal })
          return write('cpuprofile', [JSON.stringify(profile)], signal)
        }),
    }),
  ]
}

/** @throws {DiagnosticsBusyError} from what it returns, while the turn of another lasts. */
function turns(): <T>(work: () => Promise<T>) => Promise<T> {
  let isTaken = false
  return async (work) => {
    if (isTaken) throw withoutStack(() => new DiagnosticsBusyError())
    isTaken = true
    try {
      return await work()
    } finally {
      isTaken = false
    }
  }
}
