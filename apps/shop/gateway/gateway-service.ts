import type { JSONWebKeySet } from 'jose'
import { createHttpClient } from '@ashlar/http/client'
import { policyActions } from '@ashlar/resilience'
import { service, string, url } from '@ashlar/service'
import { shopEdge } from '../services/shared/edge.ts'
import { failureLog } from '../services/shared/failure-log.ts'
import { limitedByAddress, limitedByClass } from './caller-limit.ts'
import { callerLimitsConfig, createCallerLimits } from './caller-limits.ts'
import { createClients } from './clients.ts'
import { withCors } from './cors.ts'
import { merchantOrderRoutes } from './merchant-order-routes.ts'
import { merchantProductRoutes } from './merchant-product-routes.ts'
import { orderRoutes } from './order-routes.ts'
import { createPolicies } from './policies.ts'
import { productRoutes } from './product-routes.ts'
import { recommendationRoutes } from './recommendation-routes.ts'
import { Recommendations } from './recommendations.ts'
import { createApi } from './router.ts'
import { staticFiles } from './static-files.ts'
import { limitedTokens } from './token-limit.ts'
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
    ...callerLimitsConfig,
  },
  async start({ config, log, clock, random }) {
    const policies = createPolicies({ clock, random })
    const clients = createClients(config, policies)
    const users = createHttpClient({ name: 'user', baseUrl: config.USER_URL, policy: policies.user.run, clock })
    const verify = createTokenVerifier(async () => {
      const response = await users.request({ method: 'GET', path: '/.well-known/jwks.json' })
      return (await response.json()) as JSONWebKeySet
    }, clock)
    const faults = { edge: shopEdge, onError: failureLog(log) }
    const limits = createCallerLimits(config, clock)
    const limited = limitedByAddress(limits.signIn, faults)
    const recommendations = new Recommendations({ client: clients.recommendation, clock, random })
    const routes = [
      ...userRoutes(clients, { secure: new URL(config.PUBLIC_URL).protocol === 'https:', limited }),
      ...productRoutes(clients),
      ...recommendationRoutes(recommendations),
      ...orderRoutes(clients),
      ...merchantProductRoutes(clients),
      ...merchantOrderRoutes(clients),
    ]
    const api = createApi(routes.map(limitedByClass(limits, faults)), limitedTokens(verify, limits.tokens))
    const files = config.ASSETS_DIR === '' ? undefined : await staticFiles(config.ASSETS_DIR)
    const origins = config.CORS_ORIGINS.split(/[\s,]+/).filter((origin) => origin !== '')
    return {
      edge: shopEdge,
      handler: withCors((request) => files?.(request) ?? api(request), origins, faults),
      actions: policyActions([...Object.values(policies), ...recommendations.policies]),
      parts: [...Object.values(clients), users],
    }
  },
})
