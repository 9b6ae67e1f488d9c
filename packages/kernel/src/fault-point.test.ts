import assert from 'node:assert/strict'
import { test } from 'node:test'
import { driveFaults, faultPoint } from './fault-point.ts'

test('a fault point that nobody drives lets the caller go on without an await', () => {
  assert.equal(faultPoint('test:reached'), undefined)
})

test('the driver hears of every point that is reached, and decides which of them wait or fail', async () => {
  const heard: string[] = []
  using _ = driveFaults({
    hit(name) {
      heard.push(name)
      return name === 'test:write' ? Promise.reject(new Error('disk full')) : undefined
    },
  })
  assert.equal(faultPoint('test:read'), undefined)
  await assert.rejects(faultPoint('test:write') as Promise<void>, /disk full/)
  assert.deepEqual(heard, ['test:read', 'test:write'])
})

test('there is one driver at a time; a driver that is gone takes no later one with it', () => {
  const driver = { hit: () => Promise.resolve() }
  const first = driveFaults(driver)
  assert.throws(() => driveFaults(driver), TypeError)
  first[Symbol.dispose]()
  assert.equal(faultPoint('test:reached'), undefined)
  using _ = driveFaults(driver)
  first[Symbol.dispose]()
  assert.notEqual(faultPoint('test:reached'), undefined)
})
