export { Degraded, isDegraded } from './degraded.ts'
export { fellBack, type FellBack } from './events.ts'
