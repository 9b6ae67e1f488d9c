import type { Area } from '../figure.ts'
import { loadPeers } from '../peers.ts'
import { metricFigures } from './telemetry-metrics.ts'
import { telemetryPeers } from './telemetry-peers.ts'
import { shopFigures } from './telemetry-shop.ts'
import { spanFigures } from './telemetry-spans.ts'

/** What telemetry costs: a span, an update of a metric, and all of it at once to the shop. */
export const telemetryArea: Area = {
  name: 'telemetry',
  async measure({ quick, report }) {
    const peers = telemetryPeers(await loadPeers(report))
    const rounds = quick ? 5 : 9
    report('spans')
    const spans = await spanFigures(peers, { times: quick ? 40_000 : 160_000, rounds })
    report('metrics')
    const metrics = await metricFigures(peers, { times: quick ? 200_000 : 2_000_000, rounds })
    return [...spans, ...metrics, ...(await shopFigures(quick, report))]
  },
}
