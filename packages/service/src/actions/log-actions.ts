import { action, InvalidInputError, type Action } from '@ashlar/kernel'
import { logLevels, type LogLevels } from '@ashlar/telemetry/logs'

const longestMs = 86_400_000

/** What a service logs: to see, and to change while it runs. */
export function logActions(levels: LogLevels): Action[] {
  return [
    action({
      name: 'log-level',
      description: 'Shows what is logged, of the whole service and of its components.',
      risk: 'read',
      input: {},
      run: async () => levels.report(),
    }),
    action({
      name: 'log-level-set',
      description: 'Changes what is logged from now on, until the process ends or for a time.',
      risk: 'change',
      input: {
        level: {
          type: 'string',
          description: 'The least that is logged; "default" is what LOG says.',
          oneOf: [...logLevels, 'default'],
        },
        component: { type: 'string', description: 'The component to change, else the whole service.', optional: true },
        forMs: {
          type: 'integer',
          description: 'After this many milliseconds it falls back by itself.',
          min: 1,
          max: longestMs,
          optional: true,
        },
      },
      async run({ level, component, forMs }) {
        if (component !== undefined && !levels.components.includes(component)) {
          throw new InvalidInputError([{ path: 'component', message: notOneOf(levels.components) }])
        }
        levels.set(level === 'default' ? undefined : level, {
          ...(component === undefined ? {} : { component }),
          ...(forMs === undefined ? {} : { forMs }),
        })
        return levels.report()
      },
    }),
  ]
}

function notOneOf(components: readonly string[]): string {
  return components.length === 0 ? 'has nothing to name: there are none' : `must be one of ${components.join(', ')}`
}
