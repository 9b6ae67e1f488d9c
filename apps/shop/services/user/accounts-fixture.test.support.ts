import { uuidGenerator } from '@ashlar/kernel'
import { VirtualClock, seededRandom } from '@ashlar/kernel/testing'
import { RateLimiter } from '@ashlar/resilience/rate-limit'
import { createMemoryOutbox } from '@ashlar/sql/memory'
import { createAccessTokens, newSigningKey, type AccessTokens } from './access-tokens.ts'
import { createAccounts, type Accounts } from './accounts.ts'
import { createGate } from './gate.ts'
import type { Mail } from './mailer.ts'
import { memoryUserStore } from './memory-repository.ts'
import { createPasswords } from './passwords.ts'
import { createRefreshTokens } from './refresh-tokens.ts'
import type { UserStore } from './repository.ts'
import { resetMailAttempts, resetMails } from './reset-mails.ts'

export interface AccountsFixture extends AsyncDisposable {
  readonly clock: VirtualClock
  readonly store: UserStore
  readonly accounts: Accounts
  readonly tokens: AccessTokens
  readonly logged: string[]
  /** Those that have been sent. */
  readonly mails: Mail[]
  /** How a mail is sent. */
  send: (mail: Mail) => Promise<void>
  /** How many slow hashes have been computed. */
  readonly computations: () => number
  /** Resolves when the relay has nothing left to do. */
  settled(): Promise<void>
}

/** Accounts in memory, with cheap passwords, and mails that go into a list. */
export async function accountsFixture(): Promise<AccountsFixture> {
  const clock = new VirtualClock()
  const random = seededRandom(5)
  const newId = uuidGenerator({ clock, random })
  const logged: string[] = []
  const note = (fields: object, message: string): void => void logged.push(`${message} ${JSON.stringify(fields)}`)
  const log = { info: note, warn: note, error: note }
  const outbox = createMemoryOutbox({ clock, random })
  const store = memoryUserStore(outbox)
  const key = newSigningKey(random)
  const tokens = await createAccessTokens({ key, clock, newId })
  const gate = createGate({ name: 'test', maxRunning: 4, maxWaiting: 64, retryAfterMs: 500 })
  let computations = 0
  const passwords = createPasswords({
    gate: {
      run: (work) => {
        computations++
        return gate.run(work)
      },
    },
    random,
    cost: { logN: 4, r: 8, p: 1 },
  })
  const refreshTokens = createRefreshTokens({ key, random })
  const attempts = new RateLimiter({ name: 'login', limit: 1, perMs: 30_000, burst: 10, clock })
  const loginLimit = { take: async (emailHash: string) => attempts.decide(emailHash) }
  const mails: Mail[] = []
  const mailer = { send: (mail: Mail) => fixture.send(mail) }
  const mailing = { passwords: store.passwords, mailer, publicUrl: 'https://shop.example/', clock, random, log }
  const relay = outbox.relay(resetMails(mailing), { maxAttempts: resetMailAttempts })
  const fixture: AccountsFixture = {
    clock,
    store,
    accounts: createAccounts({ store, passwords, tokens, refreshTokens, loginLimit, clock, newId, log }),
    tokens,
    logged,
    mails,
    send: async (mail) => void mails.push(mail),
    computations: () => computations,
    settled: () => clock.advance(1),
    [Symbol.asyncDispose]: async () => relay[Symbol.asyncDispose](),
  }
  return fixture
}

/** The token in a mail's link. */
export function tokenIn(mail: Mail | undefined): string {
  return (
    /https:\/\/shop\.example\/reset-password#token=([\w-]{43})\n/.exec(mail?.text ?? '')?.[1] ?? 'no link in the mail'
  )
}
