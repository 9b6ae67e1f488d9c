// Run by browser.test.ts under the `browser` condition, with what only Node has taken away; prints what it found.
// oxlint-disable-next-line no-console
const print = console.log
for (const name of ['Buffer', 'setImmediate', 'clearImmediate', 'process']) Reflect.deleteProperty(globalThis, name)
const nodeTimeout = setTimeout
// A browser's timer is a number.
Object.assign(globalThis, { setTimeout: (run: () => void, ms: number): number => Number(nodeTimeout(run, ms)) })

const kernel = await import('@ashlar/kernel')
const { channel, currentCall, newId, newTrace, randomToken, runCall, systemClock, systemRandom } = kernel
const found: Record<string, unknown> = {}

found['deadline'] = await runCall({ timeoutMs: 1 }, () => new Promise(() => {})).catch((error: unknown) =>
  kernel.codeOf(error),
)
await runCall({ tenant: 'outer' }, async (outer) => {
  found['beforeAwait'] = currentCall() === outer
  await Promise.resolve()
  found['afterAwait'] = currentCall() ?? 'none'
  await runCall({ parent: outer }, async (inner) => {
    found['passedOn'] = inner.tenant
  })
})
found['left'] = currentCall() ?? 'none'

const sold = channel<{ sku: string }>('ashlar:test:sold', { description: 'When sold.', fields: { sku: 'what' } })
const seen: string[] = []
const subscription = sold.subscribe(({ sku }) => seen.push(sku))
sold.publish({ sku: 'mug' })
subscription[Symbol.dispose]()
sold.publish({ sku: 'lamp' })
found['seen'] = seen
found['hasSubscribers'] = sold.hasSubscribers

found['id'] = kernel.isUuid(newId())
found['trace'] = kernel.parseTraceparent(kernel.formatTraceparent(newTrace())) !== undefined
found['token'] = randomToken(systemRandom, 32).length
found['immediate'] = await new Promise((resolve) => systemClock.immediate(() => resolve('ran')))
found['wheel'] = await new Promise((resolve) => {
  kernel.timerWheel().at(systemClock.now() + 1, () => resolve('fired'))
})
print(JSON.stringify(found))
