import type { Route } from './route.ts'

/** What routes are limited by: those of one class share a caller's allowance. */
export type RouteClass = 'read' | 'write' | 'costly'

/** Search and checkout are most of what the shop's processors and its bank do; pictures and refunds are slow, each. */
export const costlyRoutes: ReadonlySet<string> = new Set([
  'GET /api/products',
  'GET /api/merchant/products',
  'PUT /api/merchant/products/:productId/image',
  'PUT /api/me/password',
  'POST /api/cards',
  'POST /api/orders',
  'POST /api/orders/:orderId/pay',
  'POST /api/orders/:orderId/cancel',
  'POST /api/merchant/orders/:orderId/refund',
])

export function classOf({ method, path }: Pick<Route, 'method' | 'path'>): RouteClass {
  if (costlyRoutes.has(`${method} ${path}`)) return 'costly'
  return method === 'GET' ? 'read' : 'write'
}
