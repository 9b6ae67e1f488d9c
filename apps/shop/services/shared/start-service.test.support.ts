import { startService, type RunningService, type ServiceDefinition } from '@ashlar/service'
import { testDatabase } from '@ashlar/sql/testing'
import type { shopServiceConfig } from './service-config.ts'

export const testMeshKey = 'mesh-key-of-the-tests'

export interface ServiceUnderTest extends AsyncDisposable {
  readonly url: string
  readonly databaseUrl: string
  /** Everything logged so far. */
  logged(): string
}

/** Starts one of the shop's services in this process, on a fresh database and a free port. */
export async function startForTest(definition: ServiceDefinition<typeof shopServiceConfig>): Promise<ServiceUnderTest> {
  const database = await testDatabase()
  const lines: string[] = []
  const destination = { write: (line: string): void => void lines.push(line) }
  let running: RunningService
  try {
    const env = { DATABASE_URL: database.url, ASHLAR_MESH_KEY: testMeshKey }
    running = await startService(definition, env, { destination })
  } catch (error) {
    await database[Symbol.asyncDispose]()
    throw error
  }
  return {
    url: running.url,
    databaseUrl: database.url,
    logged: () => lines.join(''),
    async [Symbol.asyncDispose]() {
      await running.close()
      await database[Symbol.asyncDispose]()
    },
  }
}
