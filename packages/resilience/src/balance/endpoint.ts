/** Where calls can go. */
export interface EndpointSpec {
  /** Unique in its balancer. */
  readonly id: string
  /** Its share of the calls, beside the others'. Above 0, at most 1,000. @default 1 */
  readonly weight?: number
}

/**
 * An endpoint in a balancer, with what the balancer knows of it. Lives as long as the endpoint does: nothing is
 * allocated for a call.
 */
export class BalancedEndpoint<E extends EndpointSpec = EndpointSpec> {
  /** As it was last given: an endpoint may move, and keep its id. */
  spec: E
  /** Calls that were sent there and have not been finished. */
  inFlight = 0
  /** Whether it may get calls: ejected ones may not. */
  isAvailable = true
  /** Its weight, less while it is slowly starting. */
  weight: number
  /** Peak-sensitive average of its latency, in milliseconds; 0 until the first call has ended. */
  ewmaMs = 0
  /** Up to when the average has decayed. */
  ewmaAtMs = 0
  /** Its place in the order of weighted turns. */
  turn = 0

  constructor(spec: E) {
    this.spec = spec
    this.weight = spec.weight ?? 1
  }

  get id(): string {
    return this.spec.id
  }
}
