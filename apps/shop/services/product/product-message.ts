import type { MessageInitShape } from '@bufbuild/protobuf'
import type { ProductSchema } from '../../contracts/gen/shop/product/v1/product_pb.ts'
import { toProtoMoney } from '../shared/money.ts'
import { toTimestamp } from '../shared/timestamps.ts'
import type { ListedProduct } from './product.ts'

export function toProtoProduct(product: ListedProduct): MessageInitShape<typeof ProductSchema> {
  const { price, attributes, createdAtMs, imageHash = '', ...rest } = product
  return {
    ...rest,
    price: toProtoMoney(price),
    attributes: [...attributes],
    createdAt: toTimestamp(createdAtMs),
    imageHash,
  }
}
