import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasCode } from '@ashlar/kernel'
import * as fc from 'fast-check'
import { samples } from './arbitraries.test.support.ts'
import { decodeOtlp } from './decode.ts'
import { encodeOtlp } from './encode.ts'
import type { OtlpForm } from './form.ts'
import { toMs, toUnixNano, unixNanoOf } from './unix-nano.ts'

const forms: readonly OtlpForm[] = ['protobuf', 'json']
const noLosses = { droppedRecords: 0, invalidRecords: 0, unsupportedRecords: 0, droppedItems: 0, cutValues: 0 }

for (const { signal, batch } of samples) {
  for (const form of forms) {
    test(`${signal.name} come out of ${form} as they went in`, () => {
      fc.assert(
        fc.property(batch, (sent) => {
          assert.deepEqual(decodeOtlp(signal, form, encodeOtlp(signal, form, sent)), {
            batches: [sent],
            losses: noLosses,
          })
        }),
      )
    })

    test(`${signal.name} that were damaged on the way are read or refused in ${form}, and nothing else happens`, () => {
      const damage = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 6 })
      fc.assert(
        fc.property(batch, damage, fc.nat(), (sent, hits, cut) => {
          const bytes = encodeOtlp(signal, form, sent)
          for (const [at, byte] of hits) bytes[at % bytes.length] = byte
          readOrRefuse(() =>
            decodeOtlp(signal, form, bytes.subarray(0, cut % 3 === 0 ? cut % bytes.length : undefined)),
          )
        }),
        { numRuns: 300 },
      )
    })
  }

  test(`any bytes at all are read as ${signal.name} or refused`, () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(...forms), (bytes, form) => {
        readOrRefuse(() => decodeOtlp(signal, form, bytes))
      }),
      { numRuns: 500 },
    )
  })

  test(`any JSON of the right names is read as ${signal.name} or refused`, () => {
    const { resources, scopes, records } = signal.keys
    fc.assert(
      fc.property(anyRequest([resources, scopes, records]), (request) => {
        readOrRefuse(() => decodeOtlp(signal, 'json', Buffer.from(JSON.stringify(request))))
      }),
      { numRuns: 500 },
    )
  })
}

test('every moment is the same after it has been 64 bits', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 1e9 - 1 }), (seconds, nanos) => {
      const exact = BigInt(seconds) * 1_000_000_000n + BigInt(nanos)
      const halves = unixNanoOf(Number(exact & 0xffff_ffffn), Number(exact >> 32n))
      assert.deepEqual(halves, { seconds, nanos })
      assert.ok(Math.abs(toMs(toUnixNano(toMs(halves))) - toMs(halves)) < 1e-3)
    }),
    // The last microsecond of the last second there is.
    { examples: [[2 ** 32 - 1, 999_999_756]] },
  )
})

const names = [
  'attributes,key,value,stringValue,intValue,arrayValue,kvlistValue,values,bytesValue,doubleValue,boolValue',
  'resource,scope,name,version,traceId,spanId,parentSpanId,kind,startTimeUnixNano,endTimeUnixNano,timeUnixNano',
  'events,links,status,code,message,body,severityNumber,gauge,sum,histogram,summary,dataPoints,bucketCounts',
  'explicitBounds,exemplars,asDouble,asInt,flags,aggregationTemporality,isMonotonic,__proto__',
].flatMap((line) => line.split(','))

function anyRequest(levels: readonly string[]): fc.Arbitrary<unknown> {
  const leaf = fc.oneof(fc.string(), fc.double(), fc.integer(), fc.boolean(), fc.constant(null))
  const anything = fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 5 },
      leaf,
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...names), tie('node'), { maxKeys: 5 }),
    ),
  })).node
  const record = fc.dictionary(fc.constantFrom(...names), anything, { maxKeys: 6 })
  return levels.reduceRight<fc.Arbitrary<unknown>>(
    (inner, level) => fc.oneof(fc.record({ [level]: fc.array(inner, { maxLength: 3 }), resource: record }), anything),
    record,
  )
}

function readOrRefuse(read: () => unknown): void {
  try {
    read()
  } catch (error) {
    if (!hasCode(error, 'ASHLAR_OTLP_MALFORMED')) throw error
  }
}
