import type { JSONWebKeySet } from 'jose'
import { createHttpClient } from '@ashlar/http/client'
import { RateLimiter } from '@ashlar/resilience/rate-limit'
import { integer, service, string, url } from '@ashlar/service'
import { shopEdge } from '../services/shared/edge.ts'
import { failureLog } from '../services/shared/failure-log.ts'
import { limitedByCaller } from './caller-limit.ts'
import { createClients } from './clients.ts'
import { withCors } from './cors.ts'
import { merchantOrderRoutes } from './merchant-order-routes.ts'
import { merchantProductRoutes } from './merchant-product-routes.ts'
import { orderRoutes } from './order-routes.ts'
import { productRoutes } from './product-routes.ts'
import { createApi } from './router.ts'
import { staticFiles } from './static-files.ts'
import { createTokenVerifier } from './token-verifier.ts'
import { userRoutes } from './user-routes.ts'

const serviceUrl = { protocols: ['http:'] }

/** The public API and the storefront: the only part of the shop that customers reach. */
export const gatewayService = service({
  name: 'gateway',
  config: {
    USER_URL: url(serviceUrl),
    PRODUCT_URL: url(serviceUrl),
    ORDER_URL: url(serviceUrl),
    PAYMENT_URL: url(serviceUrl),
    ASHLAR_MESH_KEY: string({ secret: true }),
    /** Where the built storefront is; without it the API is all there is. */
    ASSETS_DIR: string({ default: '' }),
    /** Origins, separated by commas, whose pages may call the API. */
    CORS_ORIGINS: string({ default: '' }),
    /** Where customers reach the gateway. By https, cookies go no other way. */
    PUBLIC_URL: url({ default: 'http://127.0.0.1:8080' }),
    /**
     * Sign-ins, registrations and requests for new passwords that one address can make at once, and a second after that.
     * Behind a proxy all customers have the proxy's address: limit them there, and set these to what all may do together.
     */
    LOGIN_ADDRESS_BURST: integer({ min: 1, max: 1_000_000, default: 100 }),
    LOGIN_ADDRESS_PER_SECOND: integer({ min: 1, max: 1_000_000, default: 10 }),
  },
  async start({ config, log, clock }) {
    const clients = createClients(config)
    const users = createHttpClient({ name: 'user', baseUrl: config.USER_URL, clock })
    const verify = createTokenVerifier(async () => {
      const response = await users.request({ method: 'GET', path: '/.well-known/jwks.json' })
      return (await response.json()) as JSONWebKeySet
    }, clock)
    const faults = { edge: shopEdge, onError: failureLog(log) }
    const [limit, burst] = [config.LOGIN_ADDRESS_PER_SECOND, config.LOGIN_ADDRESS_BURST]
    const limiter = new RateLimiter({ name: 'sign-in', limit, perMs: 1_000, burst, clock })
    const limited = limitedByCaller(limiter, faults)
    const routes = [
      ...userRoutes(clients, { secure: new URL(config.PUBLIC_URL).protocol === 'https:', limited }),
      ...productRoutes(clients),
      ...orderRoutes(clients),
      ...merchantProductRoutes(clients),
      ...merchantOrderRoutes(clients),
    ]
    const api = createApi(routes, verify)
    const files = config.ASSETS_DIR === '' ? undefined : await staticFiles(config.ASSETS_DIR)
    const origins = config.CORS_ORIGINS.split(/[\s,]+/).filter((origin) => origin !== '')
    return {
      edge: shopEdge,
      handler: withCors((request) => files?.(request) ?? api(request), origins, faults),
      parts: [...Object.values(clients), users],
    }
  },
})
