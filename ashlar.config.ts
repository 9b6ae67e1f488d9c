import { topology } from '@ashlar/host'

const services = './apps/shop/services'

/** The shop: five services, each with a database of its own where it has state, an outside bank, and a gateway. */
export default topology({
  name: 'shop',
  services: {
    bank: { main: `${services}/bank/main.ts`, database: true },
    user: { main: `${services}/user/main.ts`, database: true },
    product: { main: `${services}/product/main.ts`, database: true },
    payment: { main: `${services}/payment/main.ts`, database: true, calls: ['bank'] },
    order: { main: `${services}/order/main.ts`, database: true, calls: ['product', 'payment'] },
    gateway: {
      main: './apps/shop/gateway/main.ts',
      port: 8080,
      public: true,
      assets: 'storefront',
      calls: ['user', 'product', 'order', 'payment'],
    },
  },
  prepare: {
    storefront: {
      inputs: ['apps/shop/storefront'],
      output: 'apps/shop/storefront/dist',
      command: ['node_modules/.bin/vite', 'build', 'apps/shop/storefront'],
    },
  },
  secrets: ['ASHLAR_MESH_KEY', 'BANK_KEY'],
})
