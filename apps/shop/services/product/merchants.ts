import type { Clock } from '@ashlar/kernel'
import type { Log } from '../shared/log.ts'
import type { ChangeCommand, CreateCommand } from './product-change.ts'
import type { ListedProduct, PriceChange } from './product.ts'
import type { MerchantRepository, StockRepository } from './repository.ts'
import type { AdjustCommand, StockLevel } from './reservation.ts'

/** The catalogue and its stock as merchants run them: by the clock, and with who did what in the log. */
export interface Merchants {
  create(command: Omit<CreateCommand, 'productId' | 'nowMs'>): Promise<ListedProduct>
  change(command: Omit<ChangeCommand, 'nowMs'>): Promise<ListedProduct>
  adjustStock(command: AdjustCommand): Promise<StockLevel>
  /** Newest first, at most 100. */
  priceChanges(productId: string): Promise<readonly PriceChange[]>
}

export interface MerchantsOptions {
  readonly merchant: MerchantRepository
  readonly stock: StockRepository
  readonly clock: Clock
  /** A UUID for each new product. */
  readonly newId: () => string
  readonly log: Log
}

const maxPriceChanges = 100

export function createMerchants({ merchant, stock, clock, newId, log }: MerchantsOptions): Merchants {
  return {
    async create(command) {
      const product = await merchant.create({ ...command, productId: newId(), nowMs: clock.wall() })
      log.info({ merchantId: command.merchantId, productId: product.id, sku: product.sku }, 'product created')
      return product
    },
    async change(command) {
      const product = await merchant.change({ ...command, nowMs: clock.wall() })
      const { merchantId, productId, change } = command
      log.info({ merchantId, productId, change: change.kind, version: product.version }, 'product changed')
      return product
    },
    async adjustStock(command) {
      const level = await stock.adjust(command)
      const { merchantId, productId, delta } = command
      log.info({ merchantId, productId, delta, available: level.available }, 'stock adjusted')
      return level
    },
    priceChanges: (productId) => merchant.priceChanges(productId, maxPriceChanges),
  }
}
