import { fileURLToPath } from 'node:url'
import { startEmbedded, type EmbeddedPostgres } from '@ashlar/sql/embedded'
import { sleep, systemClock } from '@ashlar/kernel'
import { collectorEnv } from '../collector-spec.ts'
import { startServiceProcess } from '../service-process.ts'
import type { CollectorStats } from './collector-stats.ts'

const key = 'the-key-of-the-tests-of-the-collector'
export const authorized = { authorization: `Bearer ${key}` }

/** What is to be undone at the end, the last first. */
export interface Scope {
  after(undo: () => Promise<void> | void): void
}

/** A collector as a process of its own. */
export interface CollectorProcess {
  readonly pid: number
  readonly url: string
  /** Ends it as `kill -9` does, and resolves when it is gone. */
  kill(): Promise<void>
  /** Asks it to end, as the host does, and resolves when it has. */
  end(): Promise<void>
  readonly stats: () => Promise<CollectorStats>
  get<T>(path: string): Promise<T>
}

const main = fileURLToPath(new URL('./main.ts', import.meta.url))

export async function startPostgres(scope: Scope): Promise<EmbeddedPostgres> {
  const postgres = await startEmbedded({ ephemeral: true })
  scope.after(async () => postgres[Symbol.asyncDispose]())
  await postgres.ensureDatabases(['collector'])
  return postgres
}

export async function startCollectorProcess(
  scope: Scope,
  databaseUrl: string,
  env: Readonly<Record<string, string>> = {},
): Promise<CollectorProcess> {
  const ready = Promise.withResolvers<{ pid: number; url: string }>()
  const gone = Promise.withResolvers<void>()
  const lines: string[] = []
  const child = startServiceProcess(
    {
      name: 'collector',
      main,
      cwd: '/',
      env: { ...collectorEnv, PATH: process.env['PATH'] ?? '', COLLECTOR_KEY: key, DATABASE_URL: databaseUrl, ...env },
      onLine: ({ text }) => void lines.push(text),
      onReading: () => undefined,
    },
    {
      ready: (detail) => ready.resolve(detail),
      failed: (message) => ready.reject(new Error(message)),
      exited: (how) => {
        ready.reject(new Error(`${how}\n${lines.join('\n')}`))
        gone.resolve()
      },
    },
  )
  const kill = async (): Promise<void> => {
    child.kill()
    await gone.promise
  }
  const end = async (): Promise<void> => {
    child.terminate()
    await gone.promise
  }
  scope.after(kill)
  const { pid, url } = await ready.promise
  const get = async <T>(path: string): Promise<T> => {
    const answer = await fetch(`${url}/api/v1/${path}`, { headers: authorized })
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as T
  }
  return { pid, url, kill, end, get, stats: () => get<CollectorStats>('stats') }
}

/** Asks again until the answer is as it should be. */
export async function eventually<T>(
  ask: () => Promise<T>,
  isRight: (answer: T) => boolean,
  withinMs = 20_000,
): Promise<T> {
  const endMs = systemClock.now() + withinMs
  for (;;) {
    const answer = await ask()
    if (isRight(answer)) return answer
    if (systemClock.now() > endMs) throw new Error(`still ${JSON.stringify(answer)} after ${withinMs} ms`)
    await sleep(systemClock, 50)
  }
}
