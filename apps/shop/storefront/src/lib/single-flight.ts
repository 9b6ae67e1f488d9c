/** Callers that come while the work is under way share its outcome instead of starting it again. */
export function singleFlight<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined
  return () => {
    running ??= work().finally(() => (running = undefined))
    return running
  }
}
