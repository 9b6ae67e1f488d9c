export { Balancer, type BalancerOptions, type Balancing } from './balancer.ts'
export { BalancedEndpoint, type EndpointSpec } from './endpoint.ts'
