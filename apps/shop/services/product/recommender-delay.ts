import { action, currentCall, driveFaults, sleep, type Action, type Clock, type Closeable } from '@ashlar/kernel'

/** What lets operators see how the shop gets on with recommendations that are slow. */
export interface RecommenderDelay extends Closeable {
  readonly actions: readonly Action[]
}

/** Takes charge of the process's fault points while, and only while, there is a delay. */
export function recommenderDelay(clock: Clock): RecommenderDelay {
  let driving: Disposable | undefined
  const set = (delayMs: number): void => {
    driving?.[Symbol.dispose]()
    driving = undefined
    if (delayMs === 0) return
    driving = driveFaults({
      hit: (point) =>
        point === 'product:recommend' ? sleep(clock, delayMs, { signal: currentCall()?.signal }) : undefined,
    })
  }
  return {
    actions: [
      action({
        name: 'recommender-delay',
        description: 'Makes every recommendation take longer, until it is set to 0 or the service ends.',
        risk: 'disruptive',
        input: {
          delayMs: { type: 'integer', min: 0, max: 600_000, description: 'How much longer, in milliseconds.' },
        },
        async run({ delayMs }) {
          set(delayMs)
          return { delayMs }
        },
      }),
    ],
    async [Symbol.asyncDispose]() {
      set(0)
    },
  }
}
