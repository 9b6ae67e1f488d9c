/**
 * Whether an error would pass: the callee is away, slow, full or left alone. For such a one second best is right. A bug,
 * or what is wrong with the request itself, is none, and stays to be seen.
 */
export function isTemporary(error: unknown): boolean {
  return error instanceof Error && 'retryable' in error && error.retryable === true
}
