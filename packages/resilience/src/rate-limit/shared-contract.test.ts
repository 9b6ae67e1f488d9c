import { VirtualClock } from '@ashlar/kernel/testing'
import { MemoryScripts } from './memory-scripts.test.support.ts'
import { sharedRateContract } from './shared-contract.ts'

sharedRateContract('memory', async () => new MemoryScripts(new VirtualClock()))
