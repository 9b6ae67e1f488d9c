export { NetworkOverflowError } from './errors.ts'
export { formatNetworkEvent, type NetworkEvent } from './events.ts'
export { exponentialDelay, uniformDelay, type NetworkOptions, type Weather } from './options.ts'
export { VirtualNetwork, type NetworkNode } from './virtual-network.ts'
