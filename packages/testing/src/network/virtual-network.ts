import { orAborted, runCall, runInContext, type Clock, type Random } from '@ashlar/kernel'
import { seededRandom } from '@ashlar/kernel/testing'
import { NetworkOverflowError } from './errors.ts'
import type { NetworkEvent, ParcelKind } from './events.ts'
import { checkedWeather, type NetworkOptions, type Weather } from './options.ts'
import { Partitions } from './partitions.ts'

/** What a node does with what reaches it. What it has no handler for is dropped. */
export interface NetworkNode<Message> {
  /** Gets what was sent with `send`. */
  receive?(message: Message, from: string): void
  /** Gets what was sent with `request`; the answer, or the error it throws, travels back. */
  answer?(message: Message, from: string): Message | Promise<Message>
}

interface Parcel {
  readonly id: number
  readonly from: string
  readonly to: string
  readonly kind: ParcelKind
  /** Joins an answer to its request; 0 for a plain message. */
  readonly call: number
  readonly body: unknown
}

/**
 * A network between nodes of one process that delays, loses, doubles and reorders messages, and falls apart when told.
 * Under a `VirtualClock` the same seed and the same sends give the same history, byte for byte.
 *
 * It carries datagrams: a message that is under way when its receiver goes down, or a partition comes between, is lost.
 * Messages are copied (`structuredClone`), so nodes share no memory; errors that travel back are not.
 */
export class VirtualNetwork<Message = unknown> {
  readonly #options: NetworkOptions
  readonly #clock: Clock
  #weather: Required<Weather>
  /** `undefined` stands for a node that is down. */
  readonly #nodes = new Map<string, NetworkNode<Message> | undefined>()
  readonly #partitions = new Partitions()
  readonly #waiting = new Map<number, PromiseWithResolvers<Message>>()
  /** By link, when the last message that keeps its place arrives. */
  readonly #lastArrivalMs = new Map<string, number>()
  #inFlight = 0
  #sent = 0
  #calls = 0

  constructor(options: NetworkOptions) {
    this.#options = options
    this.#weather = checkedWeather(options)
    this.#clock = options.clock
  }

  /**
   * Puts a node up; disposing takes it down. One that was taken down may come up again under its name.
   * @throws {RangeError} when a node of this name is up.
   */
  node(name: string, handlers: NetworkNode<Message>): Disposable {
    if (this.#nodes.get(name) !== undefined) throw new RangeError(`network: node "${name}" is up already`)
    this.#nodes.set(name, handlers)
    return {
      [Symbol.dispose]: () => {
        if (this.#nodes.get(name) === handlers) this.#nodes.set(name, undefined)
      },
    }
  }

  /** Changes the given parts of the weather, for what is sent from now on. */
  change(weather: Weather): void {
    this.#weather = checkedWeather({ ...this.#weather, ...weather })
  }

  /** Parts the groups from one another, instead of any earlier partition. Nodes in no group form one of their own. */
  partition(...groups: readonly (readonly string[])[]): void {
    for (const name of groups.flat()) this.#known(name)
    this.#partitions.split(groups)
  }

  /** Stops messages in this one direction. */
  cut(from: string, to: string): void {
    this.#partitions.cut(this.#known(from), this.#known(to))
  }

  /** Ends every partition and cut. What they swallowed stays lost. */
  heal(): void {
    this.#partitions.heal()
  }

  /**
   * Sends without expecting anything back.
   * @throws {RangeError} when a name was never put up.
   * @throws {NetworkOverflowError} when too much is under way.
   */
  send(from: string, to: string, message: Message): void {
    this.#transmit({ from, to, kind: 'message', call: 0, body: message })
  }

  /**
   * Sends and waits for the answer; the first counts where several arrive. Rejects with what the node's `answer` threw.
   * @throws {DeadlineExceededError} when none has come after `timeoutMs`. The request may have been carried out.
   */
  async request(
    from: string,
    to: string,
    message: Message,
    options: { readonly timeoutMs: number; readonly signal?: AbortSignal },
  ): Promise<Message> {
    return runCall({ ...options, clock: this.#clock }, async ({ signal }) => {
      const call = ++this.#calls
      const answer = Promise.withResolvers<Message>()
      this.#waiting.set(call, answer)
      try {
        this.#transmit({ from, to, kind: 'request', call, body: message })
        return await orAborted(answer.promise, signal)
      } finally {
        this.#waiting.delete(call)
      }
    })
  }

  #transmit(outgoing: Omit<Parcel, 'id'>): void {
    const { from, to, kind, body } = outgoing
    const parcel: Parcel = { ...outgoing, id: ++this.#sent, body: kind === 'failure' ? body : structuredClone(body) }
    this.#known(from)
    this.#known(to)
    // From the seed and the message's number alone: what a partition stops changes no other message's fate.
    const random = seededRandom(this.#options.seed ^ Math.imul(parcel.id, 0x9e3779b1))
    const isLost = random.next() < this.#weather.drop
    const isDoubled = random.next() < this.#weather.duplicate
    this.#tell('sent', parcel)
    if (this.#nodes.get(from) === undefined) return this.#tell('dropped', parcel, 'sender down')
    if (this.#partitions.areApart(from, to)) return this.#tell('dropped', parcel, 'partition')
    if (isLost) return this.#tell('dropped', parcel, 'chance')
    this.#carry(parcel, random)
    if (isDoubled) {
      this.#tell('duplicated', parcel)
      this.#carry(parcel, random)
    }
  }

  #carry(parcel: Parcel, random: Random): void {
    const maxInFlight = this.#options.maxInFlight ?? 10_000
    if (this.#inFlight >= maxInFlight) throw new NetworkOverflowError(maxInFlight)
    this.#inFlight += 1
    this.#clock.timer(this.#arrivalMs(parcel, random) - this.#clock.now(), () => {
      this.#inFlight -= 1
      // What the receiver does is no part of the sender's call.
      runInContext(undefined, () => this.#deliver(parcel))
    })
  }

  #arrivalMs({ from, to }: Parcel, random: Random): number {
    const { delayMs, reorder, reorderMs } = this.#weather
    const arrivalMs = this.#clock.now() + (typeof delayMs === 'number' ? delayMs : delayMs(random))
    const isHeldBack = random.next() < reorder
    const heldBackMs = random.next() * reorderMs
    if (isHeldBack) return arrivalMs + heldBackMs
    const link = JSON.stringify([from, to])
    const inOrderMs = Math.max(arrivalMs, this.#lastArrivalMs.get(link) ?? 0)
    this.#lastArrivalMs.set(link, inOrderMs)
    return inOrderMs
  }

  #deliver(parcel: Parcel): void {
    const { from, to, kind, call } = parcel
    const node = this.#nodes.get(to)
    if (node === undefined) return this.#tell('dropped', parcel, 'receiver down')
    if (this.#partitions.areApart(from, to)) return this.#tell('dropped', parcel, 'partition')
    if ((kind === 'message' && node.receive === undefined) || (kind === 'request' && node.answer === undefined)) {
      return this.#tell('dropped', parcel, 'not handled')
    }
    this.#tell('delivered', parcel)
    // A copy for each delivery: what a node does to the first must not show in the second.
    const body = (kind === 'failure' ? parcel.body : structuredClone(parcel.body)) as Message
    if (kind === 'message') node.receive?.(body, from)
    else if (kind === 'request') void this.#answer(node, parcel, body)
    else if (kind === 'answer') this.#waiting.get(call)?.resolve(body)
    else this.#waiting.get(call)?.reject(body)
  }

  async #answer(node: NetworkNode<Message>, { from, to, call }: Parcel, body: Message): Promise<void> {
    const back = { from: to, to: from, call }
    try {
      this.#transmit({ ...back, kind: 'answer', body: await node.answer?.(body, from) })
    } catch (error) {
      this.#transmit({ ...back, kind: 'failure', body: error })
    }
  }

  #tell(kind: NetworkEvent['kind'], parcel: Parcel, reason?: NonNullable<NetworkEvent['reason']>): void {
    const { id, from, to, body } = parcel
    this.#options.onEvent?.({
      atMs: this.#clock.now(),
      kind,
      id,
      from,
      to,
      parcel: parcel.kind,
      body,
      ...(reason !== undefined && { reason }),
    })
  }

  #known(name: string): string {
    if (!this.#nodes.has(name)) throw new RangeError(`network: there is no node "${name}"`)
    return name
  }
}
