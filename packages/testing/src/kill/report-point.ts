interface GoOn {
  readonly type: 'ashlar:go-on'
  readonly id: number
}

const waiting = new Map<number, () => void>()
let lastId = 0

/**
 * Called by a program under the kill harness where a crash is interesting: after a durable write, before an
 * acknowledgement. Over IPC the program stands still until the harness says go on, so it is struck exactly here;
 * without IPC this prints a line `ashlar:point <name>`, as programs in any language may, and the strike comes a little
 * later. To report all fault points: `controlFaults({ rules: [], onHit: reportPoint })`.
 */
export function reportPoint(name: string): Promise<void> {
  if (process.send === undefined) {
    return new Promise((resolve) => process.stdout.write(`ashlar:point ${name}\n`, () => resolve()))
  }
  // Whose harness is gone must not run on alone.
  if (!process.connected) endAtOnce()
  const id = ++lastId
  return new Promise((resolve) => {
    if (waiting.size === 0) {
      process.on('message', onMessage)
      process.on('disconnect', endAtOnce)
    }
    waiting.set(id, resolve)
    process.send?.({ type: 'ashlar:point', name, id })
  })
}

function onMessage(message: unknown): void {
  const { type, id } = message as Partial<GoOn>
  if (type !== 'ashlar:go-on' || id === undefined) return
  const resolve = waiting.get(id)
  waiting.delete(id)
  // The listeners would keep a program alive that has nothing left to do.
  if (waiting.size === 0) {
    process.off('message', onMessage)
    process.off('disconnect', endAtOnce)
  }
  resolve?.()
}

function endAtOnce(): void {
  process.kill(process.pid, 'SIGKILL')
}
