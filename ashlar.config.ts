import { topology } from '@ashlar/host'

const services = './apps/shop/services'
// Shows the services that a caller is one of them; the bank is not.
const mesh = ['ASHLAR_MESH_KEY']

/** The shop: five services, each with a database of its own where it has state, an outside bank, and a gateway. */
export default topology({
  name: 'shop',
  services: {
    bank: { main: `${services}/bank/main.ts`, database: true, secrets: ['BANK_KEY'] },
    user: { main: `${services}/user/main.ts`, database: true, files: true, secrets: mesh },
    product: { main: `${services}/product/main.ts`, database: true, secrets: mesh },
    payment: { main: `${services}/payment/main.ts`, database: true, calls: ['bank'], secrets: [...mesh, 'BANK_KEY'] },
    order: { main: `${services}/order/main.ts`, database: true, calls: ['product', 'payment'], secrets: mesh },
    gateway: {
      main: './apps/shop/gateway/main.ts',
      port: 8080,
      public: true,
      assets: 'storefront',
      calls: ['user', 'product', 'order', 'payment'],
      secrets: mesh,
    },
  },
  prepare: {
    storefront: {
      inputs: ['apps/shop/storefront'],
      output: 'apps/shop/storefront/dist',
      command: ['node_modules/.bin/vite', 'build', 'apps/shop/storefront'],
    },
  },
})
