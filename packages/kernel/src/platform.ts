// What the kernel takes from Node; `platform.browser.ts` stands in for it under the `browser` condition.
export { AsyncLocalStorage } from 'node:async_hooks'
export { channel as diagnosticsChannel } from 'node:diagnostics_channel'

/** Calls `run` after the I/O that is already pending; the result takes it back. */
export function immediate(run: () => void): () => void {
  const handle = setImmediate(run)
  return () => clearImmediate(handle)
}
