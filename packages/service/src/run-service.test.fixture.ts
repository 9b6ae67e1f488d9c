import { edgeTable } from '@ashlar/kernel'
import { httpEdgeRows } from '@ashlar/http'
import { runService } from './run-service.ts'
import { service } from './service.ts'

/** A service as a process of its own. Its environment is its first argument, as JSON. */
const probe = service({
  name: 'probe',
  config: {},
  async start({ log, onStop }) {
    onStop(() => log.info({}, 'undone'))
    return {
      edge: edgeTable(httpEdgeRows),
      parts: [],
      async handler(request) {
        switch (request.url.path) {
          case '/hang':
            log.info({}, 'hanging')
            return new Promise(() => {})
          case '/throw':
            queueMicrotask(() => {
              throw new Error('nobody catches this')
            })
            return { status: 204 }
          case '/reject':
            void Promise.reject(new Error('nobody handles this'))
            return { status: 204 }
          default:
            // Answers when it is sent a byte: a request in flight for as long as the client likes.
            log.info({}, 'in flight')
            return { status: 200, body: await request.body() }
        }
      },
    }
  },
})

await runService(probe, JSON.parse(process.argv[2] ?? '{}') as Record<string, string>)
