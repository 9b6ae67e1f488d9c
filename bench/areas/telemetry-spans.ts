import { Tracer } from '@ashlar/telemetry/traces'
import type { Figure } from '../figure.ts'
import { paired, ratios, type Loop, type PairedOptions } from '../paired.ts'
import type { TelemetryPeers } from './telemetry-peers.ts'

const children = 15
const each = children + 1

type Candidate = 'span' | 'kept' | 'root' | 'around' | 'otel' | 'otelRoot'

/** What it takes to record a span: ours, and OpenTelemetry's. */
export async function spanFigures(peers: TelemetryPeers, options: PairedOptions): Promise<Figure[]> {
  const { otel, otelRoot, ...ours } = spanLoops(peers)
  const { span, root } = ours
  const ns = await paired(ours, options)
  // Apart from it: what the other leaves behind is collected in whoever's turn it is.
  const beside = await paired({ span, otel, root, otelRoot }, options)
  const version = peers.versions['@opentelemetry/sdk-trace']
  const shape = `start to end, 5 attributes, clock and ids included, in traces of ${each} spans`
  return [
    {
      name: 'span',
      unit: 'ns',
      rounds: ns.span,
      limit: { atMost: 250 },
      how: `a recorded span: ${shape}, whose tail decision drops 99 of 100`,
    },
    { name: 'span-kept', unit: 'ns', rounds: ns.kept, how: 'the same, all traces kept' },
    { name: 'span-root', unit: 'ns', rounds: ns.root, how: 'a trace of one span: two ids and a decision for each' },
    {
      name: 'span-around',
      unit: 'ns',
      rounds: ns.around,
      how: 'span(): the child spans run work in a context of its own',
    },
    {
      name: 'span-otel',
      unit: 'x faster',
      rounds: ratios(beside.otel, beside.span),
      limit: { atLeast: 6 },
      how: `OpenTelemetry SDK ${version}, AlwaysOnSampler, BatchSpanProcessor, an exporter that drops: ${shape}`,
    },
    {
      name: 'span-otel-root',
      unit: 'x faster',
      rounds: ratios(beside.otelRoot, beside.root),
      how: 'the same for traces of one span',
    },
  ]
}

/** Each trace is followed by an `await`: OpenTelemetry's processor hands over its batches then, and drops none. */
function spanLoops({ otel, tracer }: TelemetryPeers): Record<Candidate, Loop> {
  const ours = new Tracer()
  const keeping = new Tracer({ keepOneIn: 1 })
  const { ROOT_CONTEXT, trace } = otel
  return {
    span: (times) => traces(ours, times),
    kept: (times) => tracesKept(keeping, times),
    async root(times) {
      for (let i = 0; i < times; i++) {
        ours.start('GET /orders/:id', { parent: null, attributes: attributesOf(i) }).end()
        if (i % each === 0) await turn
      }
    },
    async around(times) {
      for (let i = 0; i < times; i += each) {
        ours.span(
          'GET /orders/:id',
          () => {
            for (let child = 0; child < children; child++) {
              ours.span('select orders', nothing, { attributes: attributesOf(child) })
            }
          },
          { parent: null, attributes: attributesOf(i) },
        )
        await turn
      }
    },
    async otel(times) {
      for (let i = 0; i < times; i += each) {
        const root = tracer.startSpan('GET /orders/:id', { attributes: attributesOf(i) }, ROOT_CONTEXT)
        const context = trace.setSpan(ROOT_CONTEXT, root)
        for (let child = 0; child < children; child++) {
          tracer.startSpan('select orders', { attributes: attributesOf(child) }, context).end()
        }
        root.end()
        await turn
      }
    },
    async otelRoot(times) {
      for (let i = 0; i < times; i++) {
        tracer.startSpan('GET /orders/:id', { attributes: attributesOf(i) }, ROOT_CONTEXT).end()
        if (i % each === 0) await turn
      }
    },
  }
}

async function traces(tracer: Tracer, times: number): Promise<void> {
  for (let i = 0; i < times; i += each) {
    const parent = tracer.start('GET /orders/:id', { parent: null, attributes: attributesOf(i) })
    for (let child = 0; child < children; child++) {
      tracer.start('select orders', { parent, attributes: attributesOf(child) }).end()
    }
    parent.end()
    await turn
  }
}

/** The same once more: what it is compiled to is not to depend on the other. */
async function tracesKept(tracer: Tracer, times: number): Promise<void> {
  for (let i = 0; i < times; i += each) {
    const parent = tracer.start('GET /orders/:id', { parent: null, attributes: attributesOf(i) })
    for (let child = 0; child < children; child++) {
      tracer.start('select orders', { parent, attributes: attributesOf(child) }).end()
    }
    parent.end()
    await turn
  }
}

// Awaited between traces.
const turn = Promise.resolve()
const nothing = (): void => {}

function attributesOf(i: number): Readonly<Record<string, string | number>> {
  return { 'db.system': 'postgresql', 'db.name': 'orders', 'db.operation': 'select', rows: i, retry: 0 }
}
