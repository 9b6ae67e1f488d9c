import assert from 'node:assert/strict'
import test from 'node:test'
import { LiveFeed, type FeedKind } from './live-feed.ts'

const logs = new Set<FeedKind>(['logs'])

test('each listener gets what is published from then on, in order, and only what it wants', async () => {
  const feed = new LiveFeed()
  feed.publish('logs', 1, 'before')
  const events = feed.listen(logs, () => true)[Symbol.asyncIterator]()
  const first = events.next()
  feed.publish('spans', 2, 'other')
  feed.publish('logs', 3, 'a')
  feed.publish('logs', 4, 'b')
  assert.deepEqual(await first, { done: false, value: { event: 'logs', id: '3', data: '"a"' } })
  assert.deepEqual((await events.next()).value, { event: 'logs', id: '4', data: '"b"' })
})

test('one that is too slow is dropped and counted; the others go on', async () => {
  const feed = new LiveFeed()
  const slow = feed.listen(logs, () => false)[Symbol.asyncIterator]()
  const quick = feed.listen(logs, () => false)[Symbol.asyncIterator]()
  for (let at = 0; at < 300; at++) {
    feed.publish('logs', at, at)
    assert.equal((await quick.next()).value?.id, String(at))
  }
  assert.deepEqual(await slow.next(), { done: true, value: undefined })
  assert.deepEqual(feed.stats, { listeners: 1, droppedListeners: 1 })
})

test('one that goes by itself is not counted as dropped, and costs nothing any more', async () => {
  const feed = new LiveFeed()
  const events = feed.listen(logs, () => true)[Symbol.asyncIterator]()
  const waiting = events.next()
  assert.equal(feed.isWanted('logs'), true)
  await events.return?.()
  await events.return?.()
  assert.deepEqual(await waiting, { done: true, value: undefined })
  assert.equal(feed.isWanted('logs'), false)
  assert.deepEqual(feed.stats, { listeners: 0, droppedListeners: 0 })
})

test('there is room for so many and no more', () => {
  const feed = new LiveFeed()
  for (let at = 0; at < 64; at++) {
    assert.ok(feed.hasRoom)
    feed.listen(logs, () => true)
  }
  assert.equal(feed.hasRoom, false)
})
