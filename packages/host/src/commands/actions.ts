import type { ActionDescription } from '@ashlar/kernel'
import { listActions } from '../action-client.ts'
import type { Console } from '../console.ts'
import { dataDirectory, runningState, targetOf, type Place } from '../find-service.ts'
import { table } from '../table.ts'

export interface ActionsArguments extends Place {
  readonly json: boolean
}

interface Listed {
  readonly service: string
  readonly actions: readonly ActionDescription[]
  /** Why a service could not say what its actions are. */
  readonly error?: string
}

/** Lists the actions of all services. Resolves to the exit status: 1 when one of them did not answer. */
export async function actionsCommand({ json, ...place }: ActionsArguments, console: Console): Promise<number> {
  const directory = dataDirectory(place)
  const state = runningState(directory)
  const listed = await Promise.all(
    Object.keys(state.services).map(async (service): Promise<Listed> => {
      try {
        return { service, actions: await listActions(targetOf(service, state, directory)) }
      } catch (error) {
        return { service, actions: [], error: error instanceof Error ? error.message : String(error) }
      }
    }),
  )
  const failed = listed.flatMap(({ error }) => error ?? [])
  if (json) void console.out(JSON.stringify({ services: listed }))
  else {
    const rows = listed.flatMap(({ service, actions }) =>
      actions.map(({ name, risk, description }) => [service, name, risk, description]),
    )
    for (const line of table([['service', 'action', 'risk', 'what it does'], ...rows])) void console.out(line)
    for (const error of failed) console.err(`ashlar: ${error}`)
  }
  return failed.length === 0 ? 0 : 1
}
