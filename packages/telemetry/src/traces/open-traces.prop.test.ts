import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { OpenTraces } from './open-traces.ts'

// The digits at the end are those that the table goes by: many have the same.
const root = fc.constantFrom('0f01', '1f01', '2f01', '3f01', '4f02', '5f02', '6f03')

test('open traces are found by their root and closed in any order, and the oldest is known', () => {
  const property = fc.property(fc.array(root, { maxLength: 60 }), (roots) => {
    const traces = new OpenTraces({ capacitySpans: 10, maxSpansPerTrace: 10, maxOpenMs: 1_000 })
    // In the order in which they were opened.
    const model: string[] = []
    for (const one of roots) {
      const open = traces.get(one)
      assert.equal(
        open?.root,
        model.find((known) => known === one),
      )
      if (open === undefined) {
        traces.open(one, 0)
        model.push(one)
      } else {
        traces.close(open)
        model.splice(model.indexOf(one), 1)
      }
      assert.equal(traces.oldest()?.root, model[0])
    }
    const rest: string[] = []
    for (let open = traces.oldest(); open !== undefined; open = traces.oldest()) {
      rest.push(open.root)
      traces.close(open)
      assert.equal(traces.get(open.root), undefined)
    }
    assert.deepEqual(rest, model)
  })
  fc.assert(property)
})
