export { controlFaults, type FaultControl, type FaultControlOptions } from './control-faults.ts'
export { FaultInjectedError } from './errors.ts'
export { formatFaults, parseFaults } from './fault-text.ts'
export { type FaultAction, type FaultPlan, type FaultRule } from './options.ts'
