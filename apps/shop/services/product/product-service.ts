import { uuidGenerator } from '@ashlar/kernel'
import { rpcHandler } from '@ashlar/rpc'
import { service } from '@ashlar/service'
import { openDatabase, sqlActions } from '@ashlar/sql'
import { shopEdge } from '../shared/edge.ts'
import { failureLog } from '../shared/failure-log.ts'
import { shopServiceConfig } from '../shared/service-config.ts'
import { openingCatalogue } from './catalogue/catalogue.ts'
import { merchantRpc } from './merchant-rpc.ts'
import { createMerchants } from './merchants.ts'
import { migrateProductStore, postgresProductStore } from './postgres-repository.ts'
import { recommendationRpc } from './recommendation-rpc.ts'
import { recommenderDelay } from './recommender-delay.ts'
import { createRecommender } from './recommender.ts'
import { forgetting } from './retention.ts'
import { productRpc } from './rpc.ts'
import { stockRpc } from './stock-rpc.ts'
import { createStock, sweeping } from './stock.ts'

/** The catalogue, its search, and the stock. */
export const productService = service({
  name: 'product',
  config: shopServiceConfig,
  async start({ config, log, clock, random, onStop }) {
    const db = await openDatabase({ url: config.DATABASE_URL, name: 'product', clock, random })
    onStop(async () => db[Symbol.asyncDispose]())
    await migrateProductStore(db)
    const { products, stock: repository, recommendations, merchant } = postgresProductStore(db)
    if (await products.seed(openingCatalogue)) log.info({}, 'shop filled with the opening catalogue')
    const stock = createStock({ repository, clock, log })
    const newId = uuidGenerator({ clock, random })
    const merchants = createMerchants({ merchant, stock: repository, clock, newId, log })
    const recommender = createRecommender({ repository: recommendations, products })
    const delay = recommenderDelay(clock)
    const procedures = [productRpc(products), recommendationRpc(recommender), merchantRpc(merchants), stockRpc(stock)]
    return {
      handler: rpcHandler(procedures, {
        edge: shopEdge,
        meshKey: config.ASHLAR_MESH_KEY,
        onError: failureLog(log),
        clock,
      }),
      edge: shopEdge,
      checks: [{ name: 'database', critical: true, check: () => db.ping() }],
      actions: [...sqlActions({ db, clock }), ...delay.actions],
      parts: [delay, sweeping({ repository, clock, log }), forgetting({ stock: repository, merchant, clock, log })],
    }
  },
})
