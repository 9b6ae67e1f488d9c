import assert from 'node:assert/strict'
import { test } from 'node:test'
import { channel, declaredChannels, eachChannel, type ChannelDescriptor } from './channel.ts'

const descriptor: ChannelDescriptor = {
  description: 'When a call has ended.',
  fields: { method: 'what was called', durationMs: 'how long it took, in ms', trace: 'where it stands in the trace' },
  metrics: [
    { name: 'ashlar.test.calls', kind: 'counter', unit: '{call}', attributes: ['method'] },
    { name: 'ashlar.test.duration', kind: 'histogram', field: 'durationMs', unit: 'ms', attributes: [] },
  ],
  span: { name: 'call', traceField: 'trace', durationField: 'durationMs', attributes: ['method'] },
}

test('who walks the declared channels learns what to make of them, and can listen to each', () => {
  const called = channel<{ method: string }>('ashlar:test:called', descriptor)
  channel('ashlar:test:before', { description: 'Sorts first.', fields: {} })
  const mine = declaredChannels().filter(({ name }) => /^ashlar:test:(called|before)$/.test(name))
  assert.deepEqual(
    mine.map(({ name }) => name),
    ['ashlar:test:before', 'ashlar:test:called'],
  )
  const seen: object[] = []
  using _ = mine[1]?.subscribe((event) => seen.push(event))
  called.publish({ method: 'get' })
  assert.deepEqual(seen, [{ method: 'get' }])
  assert.equal(mine[1]?.descriptor, descriptor)
})

test('who visits each channel is shown those that are declared later too, once each, until they stop', () => {
  const declare = (name: string): unknown => channel(`ashlar:visited:${name}`, { description: '', fields: {} })
  declare('before')
  const seen: string[] = []
  const visiting = eachChannel(({ name }) => seen.push(name))
  declare('after')
  declare('after')
  const two = [1, 2].map(() => eachChannel(({ name }) => seen.push(`again ${name}`)))
  visiting[Symbol.dispose]()
  for (const one of two) one[Symbol.dispose]()
  declare('too-late')
  const mine = seen.filter((name) => name.includes(':visited:'))
  const both = ['ashlar:visited:after', 'ashlar:visited:before']
  assert.deepEqual(
    mine.toSorted(),
    [...both, ...both, ...both].map((name, at) => (at < 2 ? name : `again ${name}`)).toSorted(),
  )
})

test('a channel that two copies of a package declare is listed once, and both publish to those who listen', () => {
  const copies = [1, 2].map(() => channel<{ copy: number }>('ashlar:test:twice', { description: '', fields: {} }))
  const listed = declaredChannels().filter(({ name }) => name === 'ashlar:test:twice')
  assert.equal(listed.length, 1)
  const seen: object[] = []
  using _ = listed[0]?.subscribe((event) => seen.push(event))
  for (const [copy, one] of copies.entries()) one.publish({ copy })
  assert.deepEqual(seen, [{ copy: 0 }, { copy: 1 }])
})

test('a metric, a span or a line of a field that no event has is a mistake', () => {
  const { metrics, span, ...rest } = descriptor
  const lost = { name: 'ashlar.test.lost', kind: 'gauge', unit: '1', attributes: [] } as const
  assert.throws(() => channel('ashlar:test:x', { ...rest, metrics: [{ ...lost, field: 'size' }] }), /no field "size"/)
  assert.throws(() => channel('ashlar:test:x', { ...rest, metrics: [{ ...lost, attributes: ['who'] }] }), /"who"/)
  assert.ok(metrics !== undefined && span !== undefined)
  assert.throws(() => channel('ashlar:test:x', { ...rest, span: { ...span, traceField: 'parent' } }), /"parent"/)
  for (const lostField of ['nameField', 'parentField', 'ageField', 'errorField', 'durationField']) {
    assert.throws(
      () => channel('ashlar:test:x', { ...rest, span: { ...span, [lostField]: 'gone' } }),
      /no field "gone"/,
    )
  }
  const log = { level: 'info', message: 'called', attributes: ['method', 'gone'] } as const
  assert.throws(() => channel('ashlar:test:x', { ...rest, log }), /no field "gone"/)
})
