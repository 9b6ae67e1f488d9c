import { startService, type ConfigSpec, type RunningService, type ServiceDefinition } from '@ashlar/service'
import { testDatabase } from '@ashlar/sql/testing'

export const testMeshKey = 'mesh-key-of-the-tests'

export interface ServiceUnderTest extends AsyncDisposable {
  readonly url: string
  readonly databaseUrl: string
  /** Everything logged so far. */
  logged(): string
}

/**
 * Starts one of the shop's services in this process, on a fresh database and a free port.
 * @param variables what it must be told besides its database and the mesh's key.
 */
export async function startForTest<S extends ConfigSpec>(
  definition: ServiceDefinition<S>,
  variables: Readonly<Record<string, string>> = {},
): Promise<ServiceUnderTest> {
  const database = await testDatabase()
  const lines: string[] = []
  const destination = { write: (line: string): void => void lines.push(line) }
  let running: RunningService
  try {
    // Channels are the whole process's: a service that listens would hear every other test.
    const env = { DATABASE_URL: database.url, ASHLAR_MESH_KEY: testMeshKey, TELEMETRY: 'off', ...variables }
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
