import { seededRandom, VirtualClock } from '@ashlar/kernel/testing'
import type { Driver, Opening, Wire, WireEvents } from './driver.ts'
import type { RedisOptions } from './options.ts'
import { openWith, type Redis } from './redis.ts'
import { parseTarget } from './target.ts'

/** What Redis answers when it refuses. */
class Refusal extends Error {}

/** Redis as its clients see it, without one: answers at once, unless told otherwise. */
export class FakeRedis implements Driver {
  /** `silent` takes connections and commands, and answers neither. */
  state: 'up' | 'down' | 'silent' = 'up'
  /** What a command is answered; an error is refused with. */
  answer: (args: readonly string[]) => unknown = (args) => (args[0] === 'PING' ? 'PONG' : 'OK')
  readonly wires: FakeWire[] = []
  /** When connections were asked for. */
  readonly attempts: number[] = []
  readonly #clock: VirtualClock

  constructor(clock: VirtualClock) {
    this.#clock = clock
  }

  connect(events: WireEvents, listening: boolean): Opening {
    this.attempts.push(this.#clock.now())
    const wire = new FakeWire(this, events, listening)
    const { promise, resolve, reject } = Promise.withResolvers<Wire>()
    if (this.state === 'up') {
      this.wires.push(wire)
      resolve(wire)
    } else if (this.state === 'down') reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))
    return { opened: promise, destroy: () => wire.destroy() }
  }

  replyOf(error: unknown): string | undefined {
    return error instanceof Refusal ? error.message : undefined
  }

  refusal(text: string): Error {
    return new Refusal(text)
  }

  /** The latest connection for commands, or for listening. */
  wire(listening: boolean): FakeWire {
    const found = this.wires.findLast((wire) => wire.listening === listening)
    if (found === undefined) throw new Error('there has been no such connection')
    return found
  }
}

export class FakeWire implements Wire {
  readonly listening: boolean
  readonly sent: (readonly string[])[] = []
  readonly channels: Map<string, (message: string) => void> = new Map()
  isDestroyed = false
  readonly events: WireEvents
  readonly #redis: FakeRedis
  readonly #waiting = new Set<(error: Error) => void>()

  constructor(redis: FakeRedis, events: WireEvents, listening: boolean) {
    this.#redis = redis
    this.events = events
    this.listening = listening
  }

  send(args: readonly string[]): Promise<unknown> {
    this.sent.push(args)
    if (this.#redis.state !== 'up') return this.#wait()
    const answer = this.#redis.answer(args)
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
  }

  async subscribe(channel: string, listener: (message: string) => void): Promise<unknown> {
    const answer = await this.send(['SUBSCRIBE', channel])
    this.channels.set(channel, listener)
    return answer
  }

  async unsubscribe(channel: string): Promise<unknown> {
    this.channels.delete(channel)
    return this.send(['UNSUBSCRIBE', channel])
  }

  destroy(): void {
    this.isDestroyed = true
    for (const reject of this.#waiting) reject(new Error('destroyed'))
    this.#waiting.clear()
  }

  /** As when the socket closes. */
  lose(): void {
    this.destroy()
    this.events.lost(new Error('socket closed'))
  }

  /** The commands sent, but for those that only see whether Redis is there. */
  get commands(): string[] {
    return this.sent.filter(([verb]) => verb !== 'PING').map((args) => args.join(' '))
  }

  #wait(): Promise<unknown> {
    return new Promise((_, reject) => {
      this.#waiting.add(reject)
    })
  }
}

/** A virtual clock of a process that may be stopped as a whole: time goes by, and its timers are late. */
class ProcessClock extends VirtualClock {
  #lateMs = 0

  override now(): number {
    return super.now() + this.#lateMs
  }

  standStill(ms: number): void {
    this.#lateMs += ms
  }
}

export interface Fixture {
  readonly clock: ProcessClock
  readonly fake: FakeRedis
  readonly redis: Redis
}

export async function openFake(options: RedisOptions & { state?: FakeRedis['state'] } = {}): Promise<Fixture> {
  const clock = new ProcessClock()
  const fake = new FakeRedis(clock)
  fake.state = options.state ?? 'up'
  const target = parseTarget('redis://:secret@127.0.0.1:6379')
  const redis = await openWith(fake, target, { clock, random: seededRandom(1), ...options })
  return { clock, fake, redis }
}
