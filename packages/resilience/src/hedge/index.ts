export { hedged, type Hedged } from './events.ts'
export { hedging } from './hedging.ts'
export type { HedgeOptions } from './options.ts'
