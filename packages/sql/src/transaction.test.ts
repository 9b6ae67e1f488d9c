import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CancelledError, runCall } from '@ashlar/kernel'
import { VirtualClock } from '@ashlar/kernel/testing'
import { openDatabase, sql, type Transaction } from './index.ts'
import { rejectsWith } from './rejects.test.support.ts'
import { testDatabase, type TestDatabase } from './testing/index.ts'

let shared: TestDatabase
before(async () => {
  shared = await testDatabase({ name: 'transaction.test' })
})
after(() => shared[Symbol.asyncDispose]())

/** A table with one counter at 0. */
async function withCounter(): Promise<TestDatabase> {
  await shared.db.run(sql`drop table if exists counter`)
  await shared.db.run(sql`create table counter (id int primary key, value int not null)`)
  await shared.db.run(sql`insert into counter values (1, 0)`)
  return shared
}

const value = sql<{ value: number }>`select value from counter where id = 1`
const increment = sql`update counter set value = value + 1 where id = 1`
const backend = sql<{ pid: number }>`select pg_backend_pid() as pid`

test('what the work wrote is there when it resolves, and gone when it rejects', async () => {
  const { db } = await withCounter()
  const seen = await db.transaction(async (tx) => {
    await tx.run(increment)
    assert.equal((await db.one(value)).value, 0)
    return (await tx.one(value)).value
  })
  assert.equal(seen, 1)
  assert.equal((await db.one(value)).value, 1)
  const failure = new Error('no')
  await assert.rejects(
    db.transaction(async (tx) => {
      await tx.run(increment)
      throw failure
    }),
    failure,
  )
  assert.equal((await db.one(value)).value, 1)
})

test('a failed statement that the work passes over still fails the transaction', async () => {
  const { db } = await withCounter()
  const work = async (tx: Transaction): Promise<void> => {
    await tx.run(increment)
    await rejectsWith(tx.run(sql`insert into counter values (1, 9)`), 'ASHLAR_SQL_UNIQUE_VIOLATION')
  }
  const error = await rejectsWith(db.transaction(work), 'ASHLAR_SQL_QUERY', /rolled back/)
  assert.equal((error.cause as { code?: string }).code, 'ASHLAR_SQL_UNIQUE_VIOLATION')
  assert.equal((await db.one(value)).value, 0)
})

test('a savepoint lets the work go on after a failed statement', async () => {
  const { db } = await withCounter()
  await db.transaction(async (tx) => {
    await tx.run(increment)
    await tx.run(sql`savepoint before`)
    await rejectsWith(tx.run(sql`insert into counter values (1, 9)`), 'ASHLAR_SQL_UNIQUE_VIOLATION')
    await tx.run(sql`rollback to savepoint before`)
  })
  assert.equal((await db.one(value)).value, 1)
})

test('a statement that ends the transaction is an error, and nothing runs outside of it', async () => {
  const { db } = await withCounter()
  const work = async (tx: Transaction): Promise<void> => {
    await assert.rejects(tx.run(sql`rollback`), /ended its transaction/)
    await assert.rejects(tx.run(increment), TypeError)
  }
  await rejectsWith(db.transaction(work), 'ASHLAR_SQL_QUERY', /ended its transaction/)
  assert.equal((await db.one(value)).value, 0)
})

test('a transaction that has ended takes no more statements', async () => {
  const { db } = await withCounter()
  const leaked = await db.transaction(async (tx) => ({ tx }))
  await assert.rejects(leaked.tx.run(increment), /TypeError: transaction: it has ended/)
})

test('repeatable reads see one moment; what serializable cannot order is to be run again', async () => {
  const { db } = await withCounter()
  await db.transaction(
    async (tx) => {
      const earlier = await tx.one(value)
      await db.run(increment)
      assert.deepEqual(await tx.one(value), earlier)
    },
    { isolation: 'repeatable read' },
  )
  const conflict = db.transaction(
    async (tx) => {
      await tx.one(value)
      await db.run(increment)
      await tx.run(increment)
    },
    { isolation: 'serializable' },
  )
  const error = await rejectsWith(conflict, 'ASHLAR_SQL_SERIALIZATION')
  assert.equal((error as unknown as { retryable: boolean }).retryable, true)
})

test('two transactions that wait for each other: one goes on, the other is to be run again', async () => {
  const { db } = await withCounter()
  await db.run(sql`insert into counter values (2, 0)`)
  const both = Promise.withResolvers<void>()
  let arrived = 0
  const move = (from: number, to: number): Promise<void> =>
    db.transaction(async (tx) => {
      await tx.run(sql`update counter set value = value - 1 where id = ${from}`)
      if (++arrived === 2) both.resolve()
      await both.promise
      await tx.run(sql`update counter set value = value + 1 where id = ${to}`)
    })
  const outcomes = await Promise.allSettled([move(1, 2), move(2, 1)])
  const failed = outcomes.filter((outcome) => outcome.status === 'rejected')
  assert.equal(failed.length, 1)
  await rejectsWith(Promise.reject(failed[0]?.reason as Error), 'ASHLAR_SQL_SERIALIZATION')
})

test('an aborted transaction is given up at once, its statement stopped and its connection not used again', async () => {
  const { db } = await withCounter()
  const abort = new AbortController()
  let pid = 0
  const cancelled = db.transaction(
    async (tx) => {
      pid = (await tx.one(backend)).pid
      await tx.run(increment)
      const sleeping = tx.run(sql`select pg_sleep(60)`)
      abort.abort(new CancelledError())
      await sleeping
    },
    { signal: abort.signal },
  )
  await rejectsWith(cancelled, 'ASHLAR_CANCELLED')
  // The row was locked by the transaction: this waits until the server has rolled it back.
  await db.run(increment)
  assert.equal((await db.one(value)).value, 1)
  const next = await db.transaction((tx) => tx.one(backend))
  assert.notEqual(next.pid, pid)
})

test('a connection lost in a transaction fails it, and the next gets another', async () => {
  const { db } = await withCounter()
  const lost = db.transaction(async (tx) => {
    await tx.run(increment)
    await tx.run(sql`select pg_terminate_backend(pg_backend_pid())`)
  })
  const error = await rejectsWith(lost, 'ASHLAR_SQL_UNAVAILABLE')
  assert.equal((error as unknown as { mayHaveRun: boolean }).mayHaveRun, true)
  await db.transaction((tx) => tx.run(increment))
  assert.equal((await db.one(value)).value, 1)
})

test('a call that ends between the work and the commit commits nothing', async () => {
  const { db } = await withCounter()
  const abort = new AbortController()
  const work = db.transaction(
    (tx) => {
      const done = tx.run(increment)
      // One turn later `work` has been seen to resolve, and nothing has been sent since.
      void done.then(() => queueMicrotask(() => abort.abort()))
      return done
    },
    { signal: abort.signal },
  )
  await rejectsWith(work, 'ASHLAR_CANCELLED')
  // Waits for the lock on the row, and so for what becomes of the transaction.
  await db.run(increment)
  assert.equal((await db.one(value)).value, 1)
})

test('transactions share a bounded number of connections', async () => {
  const { url } = await withCounter()
  await using db = await openDatabase({ url, maxConnections: 2 })
  const both = Promise.withResolvers<void>()
  const pids = new Set<number>()
  let running = 0
  await Promise.all(
    Array.from({ length: 12 }, () =>
      db.transaction(async (tx) => {
        if (++running === 2) both.resolve()
        assert.ok(running <= 2)
        await both.promise
        pids.add((await tx.one(backend)).pid)
        running--
      }),
    ),
  )
  assert.equal(pids.size, 2)
})

test('callers beyond the queue, and those that waited too long or gave up, are told so', async () => {
  const { url } = await withCounter()
  const clock = new VirtualClock()
  await using db = await openDatabase({ url, maxConnections: 1, maxWaiting: 2, acquireTimeoutMs: 1_000, clock })
  const held = Promise.withResolvers<void>()
  const started = Promise.withResolvers<void>()
  const holder = db.transaction(async () => {
    started.resolve()
    await held.promise
  })
  await started.promise
  const abort = new AbortController()
  const outcomes = [
    rejectsWith(
      db.transaction(async () => undefined),
      'ASHLAR_SQL_BUSY',
      /none of 1 connections became free within 1000 ms/,
    ),
    rejectsWith(
      db.transaction(async () => undefined, { signal: abort.signal }),
      'ASHLAR_CANCELLED',
    ),
    rejectsWith(
      db.transaction(async () => undefined),
      'ASHLAR_SQL_BUSY',
      /2 callers wait/,
    ),
  ]
  abort.abort()
  await clock.advance(1_000)
  await Promise.all(outcomes)
  held.resolve()
  await holder
  await db.transaction((tx) => tx.run(increment))
})

test('what failed in a savepoint is undone, and the transaction goes on', async () => {
  const { db } = await withCounter()
  await db.transaction(async (tx) => {
    await tx.run(increment)
    const failed = tx.savepoint(async (inner) => {
      await inner.run(increment)
      await inner.savepoint((innermost) => innermost.run(increment))
      await inner.run(sql`insert into counter values (1, 9)`)
    })
    await rejectsWith(failed, 'ASHLAR_SQL_UNIQUE_VIOLATION')
    assert.equal(await tx.savepoint(async (inner) => (await inner.one(value)).value), 1)
    const passedOver = tx.savepoint(async (inner) => {
      await inner.run(sql`insert into counter values (1, 9)`).catch(() => undefined)
    })
    await rejectsWith(passedOver, 'ASHLAR_SQL_QUERY', /the savepoint was rolled back/)
  })
  assert.equal((await db.one(value)).value, 1)
})

test('while a savepoint is open, what lies around it cannot be used, nor the savepoint later', async () => {
  const { db } = await withCounter()
  await db.transaction(async (tx) => {
    const leaked = await tx.savepoint(async (inner) => {
      await assert.rejects(tx.run(increment), /TypeError: transaction: a savepoint is open in it/)
      await assert.rejects(
        tx.savepoint(async () => undefined),
        TypeError,
      )
      return { inner }
    })
    await assert.rejects(leaked.inner.run(increment), /TypeError: transaction: it has ended/)
    await tx.run(increment)
  })
  assert.equal((await db.one(value)).value, 1)
})

test('with retry, a transaction that could not be ordered is run again; others, and the last, are not', async () => {
  const { db } = await withCounter()
  const seen: number[] = []
  const disturbed = (disturb: number, maxAttempts: number): Promise<number> =>
    db.transaction(
      async (tx, { attempt }) => {
        seen.push(attempt)
        await tx.one(value)
        if (attempt <= disturb) await db.run(increment)
        // What the work makes of the failure does not hide it.
        await tx.run(increment).catch((cause: unknown) => {
          throw new Error('wrapped', { cause })
        })
        return attempt
      },
      { isolation: 'serializable', retry: { maxAttempts, baseDelayMs: 1 } },
    )
  assert.equal(await disturbed(2, 3), 3)
  assert.equal((await db.one(value)).value, 3)
  await assert.rejects(disturbed(9, 2), /wrapped/)
  const refused = db.transaction(
    async (tx, { attempt }) => {
      seen.push(attempt)
      await tx.run(sql`insert into counter values (1, 9)`)
    },
    { retry: { maxAttempts: 3 } },
  )
  await rejectsWith(refused, 'ASHLAR_SQL_UNIQUE_VIOLATION')
  assert.deepEqual(seen, [1, 2, 3, 1, 2, 1])
})

const slowly = sql`select pg_sleep(60)`

test('a call that ends within a transaction has its statement stopped, and the next one does not wait', async () => {
  const { db } = await withCounter()
  await db.transaction(async (tx) => {
    await tx.run(increment)
    const late = tx.savepoint((inner) => runCall({ timeoutMs: 20 }, () => inner.run(slowly)))
    await rejectsWith(late, 'ASHLAR_DEADLINE_EXCEEDED')
    await tx.run(increment)
  })
  assert.equal((await db.one(value)).value, 2)
  const work = db.transaction(async (tx) => {
    await runCall({ timeoutMs: 20 }, () => tx.run(slowly)).catch(() => undefined)
  })
  const error = await rejectsWith(work, 'ASHLAR_SQL_QUERY', /rolled back/)
  assert.equal((error.cause as { code?: string }).code, 'ASHLAR_DEADLINE_EXCEEDED')
})

test('a call that ends at once after sending has its statement stopped too', async () => {
  const { db } = await withCounter()
  await db.transaction(async (tx) => {
    for (let round = 0; round < 20; round++) {
      const abort = new AbortController()
      const late = tx.savepoint((inner) => {
        const sent = runCall({ signal: abort.signal }, () => inner.run(slowly))
        abort.abort(new CancelledError())
        return sent
      })
      await rejectsWith(late, 'ASHLAR_CANCELLED')
    }
  })
})

test('who asks is told of the commit: not before it, nor when what they were part of is undone', async () => {
  const { db } = await withCounter()
  const told: string[] = []
  await db.transaction(async (tx) => {
    tx.onCommit(() => told.push('all'))
    await tx.savepoint(async (inner) => inner.onCommit(() => told.push('kept')))
    const undone = tx.savepoint(async (inner) => {
      inner.onCommit(() => told.push('undone'))
      throw new Error('no')
    })
    await assert.rejects(undone, /no/)
    await tx.run(increment)
    assert.deepEqual(told, [])
  })
  assert.deepEqual(told, ['all', 'kept'])
  const failed = db.transaction(async (tx) => {
    tx.onCommit(() => told.push('failed'))
    throw new Error('no')
  })
  await assert.rejects(failed, /no/)
  assert.equal(told.length, 2)
})

test('a transaction is not run again when its call would be over before', async () => {
  const { db } = await withCounter()
  const conflict = runCall({ timeoutMs: 5_000 }, () =>
    db.transaction(
      async (tx) => {
        await tx.one(value)
        await db.run(increment)
        await tx.run(increment)
      },
      { isolation: 'serializable', retry: { maxAttempts: 5, baseDelayMs: 60_000, maxDelayMs: 60_000 } },
    ),
  )
  await rejectsWith(conflict, 'ASHLAR_SQL_SERIALIZATION')
})
