interface Executes {
  execute<T>(work: () => Promise<T>): Promise<T>
}

interface Cockatiel {
  handleAll: unknown
  circuitBreaker(policy: unknown, options: object): Executes
  retry(policy: unknown, options: object): Executes
  bulkhead(limit: number, queue: number): Executes
  timeout(ms: number, strategy: string): Executes
  wrap(...policies: Executes[]): Executes
  TimeoutStrategy: { Aggressive: string }
  SamplingBreaker: new (options: object) => unknown
  ExponentialBackoff: new () => unknown
}

/** The peers, set up for what we do. */
export interface Peers {
  readonly cockatielBreaker: Executes
  readonly cockatielStack: Executes
  readonly opossumBreaker: { fire(): Promise<unknown> }
  readonly rateLimiterMemory: { consume(key: string): Promise<unknown> }
  readonly versions: Readonly<Record<'cockatiel' | 'opossum' | 'rate-limiter-flexible', string>>
}

export function peersOf(load: (name: string) => unknown): Peers {
  const cockatiel = load('cockatiel') as Cockatiel
  const breaker = (): Executes =>
    cockatiel.circuitBreaker(cockatiel.handleAll, {
      halfOpenAfter: 5_000,
      breaker: new cockatiel.SamplingBreaker({ threshold: 0.5, duration: 10_000 }),
    })
  const Opossum = load('opossum') as new (work: () => Promise<unknown>, options: object) => Peers['opossumBreaker']
  const flexible = load('rate-limiter-flexible') as {
    RateLimiterMemory: new (options: object) => Peers['rateLimiterMemory']
  }
  const versionOf = (name: string): string => (load(`${name}/package.json`) as { version: string }).version
  return {
    versions: {
      cockatiel: versionOf('cockatiel'),
      opossum: versionOf('opossum'),
      'rate-limiter-flexible': versionOf('rate-limiter-flexible'),
    },
    cockatielBreaker: breaker(),
    cockatielStack: cockatiel.wrap(
      cockatiel.bulkhead(100, 0),
      cockatiel.retry(cockatiel.handleAll, { maxAttempts: 3, backoff: new cockatiel.ExponentialBackoff() }),
      breaker(),
      cockatiel.timeout(1_000, cockatiel.TimeoutStrategy.Aggressive),
    ),
    opossumBreaker: new Opossum(async () => 1, { timeout: false }),
    rateLimiterMemory: new flexible.RateLimiterMemory({ points: 1_000_000, duration: 60 }),
  }
}
