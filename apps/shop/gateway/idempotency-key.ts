import { InvalidInputError } from '@ashlar/kernel'
import type { RoutedRequest } from './route.ts'

/**
 * The caller's own name for what it wants done once: asking again under it does nothing twice. Its length is for the
 * service to judge.
 * @throws {InvalidInputError} when there is none.
 */
export function requiredIdempotencyKey(request: RoutedRequest): string {
  const key = optionalIdempotencyKey(request)
  if (key !== '') return key
  throw new InvalidInputError([
    {
      path: 'Idempotency-Key',
      message: 'is required: send a header with a key of your own, the same one when you repeat the request',
    },
  ])
}

/** The same where a caller may do without: empty when there is none. */
export function optionalIdempotencyKey({ http }: RoutedRequest): string {
  const key = http.headers['idempotency-key']
  return typeof key === 'string' ? key : ''
}
