import type { Cursor } from '../shared/page-token.ts'
import { LeaseLostError } from './errors.ts'
import type { Order, OrderStatus } from './order.ts'
import type { CartLine, Claim, Lease, ListPage, OrderRepository, SaveOptions, StoredOrder } from './repository.ts'

interface Stored {
  order: Order
  lease: Lease | undefined
  epoch: number
}

/** Carts and orders in memory. Nothing awaits between reading and writing, so calls cannot interleave. */
export class MemoryOrderRepository implements OrderRepository {
  readonly #carts = new Map<string, Map<string, number>>()
  readonly #orders = new Map<string, Stored>()

  async cart(userId: string): Promise<readonly CartLine[]> {
    return [...(this.#carts.get(userId) ?? [])].map(([productId, quantity]) => ({ productId, quantity }))
  }

  async setCartLine(userId: string, { productId, quantity }: CartLine, maxLines: number): Promise<boolean> {
    const cart = this.#carts.get(userId) ?? new Map<string, number>()
    if (quantity === 0) cart.delete(productId)
    else if (cart.has(productId) || cart.size < maxLines) cart.set(productId, quantity)
    else return false
    this.#carts.set(userId, cart)
    return true
  }

  async insert(order: Order, lease: Omit<Lease, 'epoch'>): Promise<Claim | 'key-taken' | 'number-taken'> {
    const taken = this.#taken(order)
    if (taken !== undefined) return taken
    const granted = { ...lease, epoch: 1 }
    this.#orders.set(order.id, { order, lease: granted, epoch: 1 })
    return { order, lease: granted }
  }

  async create(
    order: Order,
    maxOpen: number,
  ): Promise<'created' | 'key-taken' | 'number-taken' | 'cart-changed' | 'too-many'> {
    const taken = this.#taken(order)
    if (taken !== undefined) return taken
    const cart = this.#carts.get(order.userId)
    if (order.lines.some(({ productId, quantity }) => (cart?.get(productId) ?? 0) < quantity)) return 'cart-changed'
    const open = [...this.#orders.values()].filter(
      ({ order: other }) => other.userId === order.userId && other.status === 'CREATED',
    )
    if (open.length >= maxOpen) return 'too-many'
    this.#orders.set(order.id, { order, lease: undefined, epoch: 0 })
    for (const line of order.lines) this.#takeOut(order.userId, line)
    return 'created'
  }

  async find(orderId: string): Promise<StoredOrder | undefined> {
    return show(this.#orders.get(orderId))
  }

  async findByKey(userId: string, idempotencyKey: string): Promise<StoredOrder | undefined> {
    return show(
      [...this.#orders.values()].find(
        ({ order }) => order.userId === userId && order.idempotencyKey === idempotencyKey,
      ),
    )
  }

  async list(userId: string, page: ListPage): Promise<readonly Order[]> {
    return this.#page(({ order }) => order.userId === userId, newestFirst, page)
  }

  async listByStatus(statuses: readonly OrderStatus[], page: ListPage): Promise<readonly Order[]> {
    return this.#page(
      ({ order }) => statuses.includes(order.status),
      (a, b) => newestFirst(b, a),
      page,
    )
  }

  async change(orderId: string, decide: (order: Order) => Order): Promise<Order | undefined> {
    const stored = this.#orders.get(orderId)
    if (stored === undefined || stored.lease !== undefined) return undefined
    stored.order = decide(stored.order)
    return stored.order
  }

  async begin(
    orderId: string,
    decide: (order: Order) => Order,
    lease: Omit<Lease, 'epoch'>,
  ): Promise<Claim | undefined> {
    const stored = this.#orders.get(orderId)
    if (stored === undefined || stored.lease !== undefined) return undefined
    const order = decide(stored.order)
    if (order === stored.order) return undefined
    const granted = { ...lease, epoch: ++stored.epoch }
    Object.assign(stored, { order, lease: granted })
    return { order, lease: granted }
  }

  async claim(
    orderId: string,
    statuses: readonly OrderStatus[],
    lease: Omit<Lease, 'epoch'>,
    nowMs: number,
  ): Promise<Claim | undefined> {
    const stored = this.#orders.get(orderId)
    if (stored === undefined || !statuses.includes(stored.order.status)) return undefined
    if (stored.lease !== undefined && stored.lease.untilMs > nowMs) return undefined
    const granted = { ...lease, epoch: ++stored.epoch }
    stored.lease = granted
    return { order: stored.order, lease: granted }
  }

  async renew(orderId: string, lease: Lease, untilMs: number): Promise<boolean> {
    const stored = this.#orders.get(orderId)
    if (stored?.lease?.epoch !== lease.epoch) return false
    stored.lease = { ...stored.lease, untilMs }
    return true
  }

  async save(order: Order, lease: Lease, options: SaveOptions): Promise<void> {
    const stored = this.#orders.get(order.id)
    const isHeld = stored?.lease !== undefined && stored.epoch === lease.epoch
    if (!isHeld || stored.order.version !== order.version - 1) throw new LeaseLostError(order.id)
    stored.order = order
    if (options.done) stored.lease = undefined
    for (const line of options.bought ?? []) this.#takeOut(order.userId, line)
    const { lines, maxLines } = options.putBack ?? { lines: [], maxLines: 0 }
    for (const line of lines) this.#putBack(order.userId, line, maxLines)
  }

  async abandoned(page: { nowMs: number; limit: number }): Promise<readonly string[]> {
    return [...this.#orders.values()]
      .filter(({ lease }) => lease !== undefined && lease.untilMs <= page.nowMs)
      .slice(0, page.limit)
      .map(({ order }) => order.id)
  }

  #putBack(userId: string, { productId, quantity }: CartLine, maxLines: number): void {
    const cart = this.#carts.get(userId) ?? new Map<string, number>()
    if (!cart.has(productId) && cart.size < maxLines) cart.set(productId, quantity)
    this.#carts.set(userId, cart)
  }

  #taken(order: Order): 'key-taken' | 'number-taken' | undefined {
    for (const { order: other } of this.#orders.values()) {
      if (other.userId === order.userId && other.idempotencyKey === order.idempotencyKey) return 'key-taken'
      if (other.number === order.number) return 'number-taken'
    }
    return undefined
  }

  #page(
    isWanted: (stored: Stored) => boolean,
    compare: (a: Cursor, b: Cursor) => number,
    { limit, after }: ListPage,
  ): Order[] {
    return [...this.#orders.values()]
      .filter(isWanted)
      .map(({ order }) => order)
      .sort((a, b) => compare(cursorOf(a), cursorOf(b)))
      .filter((order) => after === undefined || compare(after, cursorOf(order)) < 0)
      .slice(0, limit)
  }

  #takeOut(userId: string, { productId, quantity }: CartLine): void {
    const cart = this.#carts.get(userId)
    const left = (cart?.get(productId) ?? 0) - quantity
    if (left > 0) cart?.set(productId, left)
    else cart?.delete(productId)
  }
}

function show(stored: Stored | undefined): StoredOrder | undefined {
  return stored && { order: stored.order, busyUntilMs: stored.lease?.untilMs }
}

function cursorOf(order: Order): Cursor {
  return { key: order.createdAtMs, id: order.id }
}

function newestFirst(a: Cursor, b: Cursor): number {
  if (a.id === b.id) return 0
  return b.key - a.key || (a.id < b.id ? 1 : -1)
}
