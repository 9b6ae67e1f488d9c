import { string, url } from '@ashlar/service'

/** What every service of the shop that has a database must be told. */
export const shopServiceConfig = {
  DATABASE_URL: url({ protocols: ['postgres:', 'postgresql:'] }),
  /** Shared by the shop's processes: who does not send it is not one of them. */
  ASHLAR_MESH_KEY: string({ secret: true }),
}
