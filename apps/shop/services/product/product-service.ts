import { rpcHandler } from '@ashlar/rpc'
import { service } from '@ashlar/service'
import { migrate, openDatabase } from '@ashlar/sql'
import { shopEdge } from '../shared/edge.ts'
import { failureLog } from '../shared/failure-log.ts'
import { shopServiceConfig } from '../shared/service-config.ts'
import { openingCatalogue } from './catalogue/catalogue.ts'
import { migrationDirectory, migrationNamespace, postgresProductStore } from './postgres-repository.ts'
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
    await migrate(db, { namespace: migrationNamespace, directory: migrationDirectory })
    const { products, stock: repository } = postgresProductStore(db)
    if (await products.seed(openingCatalogue)) log.info({}, 'shop filled with the opening catalogue')
    const stock = createStock({ repository, clock, log })
    return {
      handler: rpcHandler([productRpc(products), stockRpc(stock)], {
        edge: shopEdge,
        meshKey: config.ASHLAR_MESH_KEY,
        onError: failureLog(log),
        clock,
      }),
      edge: shopEdge,
      checks: { database: () => db.ping() },
      parts: [sweeping({ repository, clock, log })],
    }
  },
})
