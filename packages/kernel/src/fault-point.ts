/** Decides what happens at fault points: lets the caller go on, makes it wait, makes it fail, or ends the process. */
export interface FaultDriver {
  /**
   * Called with `<package>:<what>` each time a fault point is reached. `undefined` lets the caller go on at once; it
   * waits for a promise, and fails where that rejects or where `hit` throws.
   */
  hit(name: string): Promise<void> | undefined
}

let current: FaultDriver | undefined

/**
 * Marks a place where a test may stop, fail or kill the program: between a write and its acknowledgement, say. Inert
 * unless {@link driveFaults} is in force; the cost is then one comparison, and nothing is awaited:
 *
 * `const fault = faultPoint('sql:batch-flushed'); if (fault !== undefined) await fault`
 */
export function faultPoint(name: string): Promise<void> | undefined {
  return current === undefined ? undefined : current.hit(name)
}

/**
 * Puts `driver` in charge of all fault points of this process until the result is disposed of. For tests and for
 * applications that offer fault injection on purpose.
 * @throws {TypeError} when another driver is in charge: two would not know of each other's faults.
 */
export function driveFaults(driver: FaultDriver): Disposable {
  if (current !== undefined) throw new TypeError('driveFaults: a driver is in charge already; dispose of it first')
  current = driver
  let isOver = false
  return {
    [Symbol.dispose]() {
      // Disposed of twice, it must not remove its successor, which may be the same driver again.
      if (!isOver) current = undefined
      isOver = true
    },
  }
}
