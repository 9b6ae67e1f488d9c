import { createHash } from 'node:crypto'
import type { Dedupe } from '@ashlar/sql/dedupe'
import { merchantKeyReused } from './errors.ts'

interface KeyedCommand {
  readonly merchantId: string
  readonly idempotencyKey: string
}

interface Remembered<T> {
  /** Digest of what was asked for. */
  readonly asked: string
  readonly result: T
}

/**
 * Does `work` once per merchant and key; a repeat gets the first one's result. What failed is not remembered.
 * @param asked what the request says, without what differs between repeats.
 * @throws {ShopError} SHOP_IDEMPOTENCY_KEY_REUSED when the key was used for something else.
 */
export async function oncePerKey<Tx, T>(
  dedupe: Dedupe<Tx>,
  tx: Tx,
  { merchantId, idempotencyKey }: KeyedCommand,
  asked: Readonly<Record<string, unknown>>,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  const digest = createHash('sha256').update(JSON.stringify(asked)).digest('base64url')
  const remembered = await dedupe.once<Remembered<T>>(
    tx,
    'merchant',
    `${merchantId} ${idempotencyKey}`,
    async (inner) => ({
      asked: digest,
      result: await work(inner),
    }),
  )
  if (remembered.asked !== digest) throw merchantKeyReused()
  return remembered.result
}
