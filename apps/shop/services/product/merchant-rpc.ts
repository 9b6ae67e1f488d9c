import type { CallContext } from '@ashlar/kernel'
import { implement, type RpcService } from '@ashlar/rpc'
import { MerchantService } from '../../contracts/gen/shop/product/v1/product_pb.ts'
import { toProtoMoney } from '../shared/money.ts'
import { requireOwn } from '../shared/own.ts'
import { requireMerchant } from '../shared/roles.ts'
import { toTimestamp } from '../shared/timestamps.ts'
import { validate, type Checker } from '../shared/validate.ts'
import { productNotFound } from './errors.ts'
import { readImage } from './image/image.ts'
import { checkDraft, checkIdempotencyKey, checkPrice, checkSku } from './merchant-request.ts'
import type { Merchants } from './merchants.ts'
import type { ChangeCommand, ProductChange } from './product-change.ts'
import { toProtoProduct } from './product-message.ts'

const maxPieces = 1_000_000
const maxVersion = 2 ** 31 - 1

/** What merchants do, as the contract has it. Each asks for the role first: nobody else learns what is wrong with a request. */
export function merchantRpc(merchants: Merchants): RpcService {
  const change = async (
    request: ChangeRequest,
    call: CallContext,
    read: (check: Checker) => ProductChange,
  ): Promise<{ product: ReturnType<typeof toProtoProduct> }> => {
    const command = checkedBy(request, call, (check) => ({ ...checkTarget(check, request), change: read(check) }))
    return { product: toProtoProduct(await merchants.change(command)) }
  }
  return implement(MerchantService, {
    async createProduct(request, call) {
      const command = checkedBy(request, call, (check) => ({
        merchantId: check.uuid('merchantId', request.merchantId),
        idempotencyKey: checkIdempotencyKey(check, request.idempotencyKey),
        sku: checkSku(check, request.sku),
        draft: checkDraft(check, request.draft),
        price: checkPrice(check, request.price),
        initialStock: check.integer('initialStock', request.initialStock, { min: 0, max: maxPieces }),
      }))
      return { product: toProtoProduct(await merchants.create(command)) }
    },
    editProduct: (request, call) =>
      change(request, call, (check) => ({ kind: 'edit', draft: checkDraft(check, request.draft) })),
    repriceProduct: (request, call) =>
      change(request, call, (check) => ({ kind: 'reprice', price: checkPrice(check, request.price) })),
    retireProduct: (request, call) => change(request, call, () => ({ kind: 'retire' })),
    restoreProduct: (request, call) => change(request, call, () => ({ kind: 'restore' })),
    setProductImage: (request, call) =>
      change(request, call, () => ({
        kind: 'image',
        image: request.content.length === 0 ? undefined : readImage(request.content),
      })),
    async adjustStock(request, call) {
      const command = checkedBy(request, call, (check) => ({
        merchantId: check.uuid('merchantId', request.merchantId),
        idempotencyKey: checkIdempotencyKey(check, request.idempotencyKey),
        productId: check.uuid('productId', request.productId),
        delta: checkDelta(check, request.delta),
      }))
      return { level: await merchants.adjustStock(command) }
    },
    async listPriceChanges({ productId }, call) {
      requireMerchant(call)
      const id = validate((check) => check.uuid('productId', productId))
      const changes = await merchants.priceChanges(id)
      // Every product has the price that it began with.
      if (changes.length === 0) throw productNotFound([id])
      return {
        changes: changes.map(({ price, atMs, merchantId = '' }) => ({
          price: toProtoMoney(price),
          at: toTimestamp(atMs),
          merchantId,
        })),
      }
    },
  })
}

interface ChangeRequest {
  readonly merchantId: string
  readonly productId: string
  readonly expectedVersion: number
}

function checkTarget(check: Checker, request: ChangeRequest): Omit<ChangeCommand, 'change' | 'nowMs'> {
  return {
    merchantId: check.uuid('merchantId', request.merchantId),
    productId: check.uuid('productId', request.productId),
    expectedVersion: check.integer('expectedVersion', request.expectedVersion, { min: 1, max: maxVersion }),
  }
}

function checkDelta(check: Checker, delta: number): number {
  if (delta === 0) check.issue('delta', 'must not be 0')
  return check.integer('delta', delta, { min: -maxPieces, max: maxPieces })
}

/** Reads a request by a merchant, who must be the one that it names. */
function checkedBy<T>({ merchantId }: { merchantId: string }, call: CallContext, read: (check: Checker) => T): T {
  requireMerchant(call)
  const command = validate(read)
  requireOwn(merchantId.toLowerCase(), call)
  return command
}
