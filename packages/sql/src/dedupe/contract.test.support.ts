import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { messageRepeated, type Dedupe } from './index.ts'

/** One implementation, with what the contract needs to know of its store. */
export interface DedupeHarness<Tx> {
  readonly dedupe: Dedupe<Tx>
  readonly transaction: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>
  /** Makes all that was recorded so far this much older. */
  readonly age: (ms: number) => Promise<void>
}

/** The promises that every implementation keeps. */
export function dedupeContract<Tx>(name: string, open: (t: TestContext) => Promise<DedupeHarness<Tx>>): void {
  test(`${name}: a repeated message is not worked on again, and gets the recorded result`, async (t) => {
    const { dedupe, transaction } = await open(t)
    const repeats: unknown[] = []
    using _ = messageRepeated.subscribe((event) => repeats.push(event))
    let works = 0
    const handle = (consumer: string, id: string): Promise<unknown> =>
      transaction((tx) => dedupe.once(tx, consumer, id, async () => ({ work: ++works, nothing: undefined })))
    assert.deepEqual(await handle('mail', '1'), { work: 1 })
    assert.deepEqual(await handle('mail', '1'), { work: 1 })
    assert.deepEqual(await handle('mail', '2'), { work: 2 })
    assert.deepEqual(await handle('stock', '1'), { work: 3 })
    assert.deepEqual(repeats, [{ consumer: 'mail', messageId: '1' }])
  })

  test(`${name}: work without a result, or with null, is remembered as well`, async (t) => {
    const { dedupe, transaction } = await open(t)
    for (const value of [undefined, null]) {
      const handle = (): Promise<unknown> =>
        transaction((tx) => dedupe.once<unknown>(tx, 'mail', String(value), async () => value))
      assert.equal(await handle(), value)
      assert.equal(await handle(), value)
    }
  })

  test(`${name}: what is rolled back was not handled, nor what failed and was passed over`, async (t) => {
    const { dedupe, transaction } = await open(t)
    const rolledBack = transaction(async (tx) => {
      await dedupe.once(tx, 'mail', '1', async () => 'first')
      throw new Error('later')
    })
    await assert.rejects(rolledBack, /later/)
    await transaction(async (tx) => {
      const failed = dedupe.once(tx, 'mail', '1', async () => {
        throw new Error('in the work')
      })
      await assert.rejects(failed, /in the work/)
    })
    assert.equal(await transaction((tx) => dedupe.once(tx, 'mail', '1', async () => 'third')), 'third')
  })

  test(`${name}: of many at the same time, one works, and the others get its result`, async (t) => {
    const { dedupe, transaction } = await open(t)
    let works = 0
    const handle = (): Promise<number> =>
      transaction((tx) =>
        dedupe.once(tx, 'mail', '1', async () => {
          await Promise.resolve()
          return ++works
        }),
      )
    assert.deepEqual(new Set(await Promise.all(Array.from({ length: 12 }, handle))), new Set([1]))
    assert.equal(works, 1)
  })

  test(`${name}: in one transaction too a message is worked on once, and never within itself`, async (t) => {
    const { dedupe, transaction } = await open(t)
    await transaction(async (tx) => {
      assert.equal(await dedupe.once(tx, 'mail', '1', async () => 'first'), 'first')
      assert.equal(await dedupe.once(tx, 'mail', '1', async () => 'second'), 'first')
    })
    const nested = transaction((tx) =>
      dedupe.once(tx, 'mail', '2', (inner) => dedupe.once(inner, 'mail', '2', async () => 'inner')),
    )
    await assert.rejects(nested, /TypeError: dedupe: the work for message "2" of mail asks for that message itself/)
  })

  test(`${name}: purge forgets what is old enough, and no more than it was told to`, async (t) => {
    const { dedupe, transaction, age } = await open(t)
    const handle = (id: string): Promise<string> => transaction((tx) => dedupe.once(tx, 'mail', id, async () => id))
    for (const id of ['1', '2', '3']) await handle(id)
    await age(60_000)
    await handle('4')
    assert.equal(await dedupe.purge({ olderThanMs: 120_000 }), 0)
    assert.equal(await dedupe.purge({ olderThanMs: 30_000, limit: 2 }), 2)
    assert.equal(await dedupe.purge({ olderThanMs: 30_000 }), 1)
    assert.equal(await transaction((tx) => dedupe.once(tx, 'mail', '1', async () => 'again')), 'again')
    assert.equal(await transaction((tx) => dedupe.once(tx, 'mail', '4', async () => 'again')), '4')
  })
}
