import { scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto'
import { randomToken, type Random } from '@ashlar/kernel'
import type { Gate } from './gate.ts'

export interface ScryptCost {
  /** CPU and memory: N = 2^logN, 128 * N * r bytes. */
  readonly logN: number
  readonly r: number
  readonly p: number
}

/** Source: OWASP Password Storage Cheat Sheet; 32 MiB and about 60 ms a password on one core. */
export const defaultCost: ScryptCost = { logN: 15, r: 8, p: 1 }

export interface Passwords {
  /** `scrypt$<logN>$<r>$<p>$<salt>$<hash>`: each carries its own cost, so the cost may be raised later. */
  hash(password: string): Promise<string>
  /** `encoded` undefined stands for an account that does not exist: takes as long as any other, and is false. */
  verify(password: string, encoded: string | undefined): Promise<boolean>
}

const hashBytes = 32

/** Every computation goes through `gate`: they are slow on purpose, and would else hold up everything else. */
export function createPasswords(options: { gate: Gate; random: Random; cost?: ScryptCost }): Passwords {
  const { gate, random, cost = defaultCost } = options
  const nobody = encode(cost, randomToken(random, 16), Buffer.alloc(hashBytes))
  return {
    async hash(password) {
      const salt = randomToken(random, 16)
      return encode(cost, salt, await gate.run(() => derive(password, salt, cost)))
    },
    async verify(password, encoded) {
      const { cost: itsCost, salt, hash } = decode(encoded ?? nobody)
      const derived = await gate.run(() => derive(password, salt, itsCost))
      return timingSafeEqual(derived, hash) && encoded !== undefined
    },
  }
}

function derive(password: string, salt: string, { logN, r, p }: ScryptCost): Promise<Buffer> {
  // Node refuses what needs more than maxmem; scrypt needs a little over 128 * N * r.
  const options: ScryptOptions = { N: 2 ** logN, r, p, maxmem: 256 * 2 ** logN * r }
  return new Promise((resolve, reject) => {
    // One spelling of each accented letter: keyboards differ in how they compose them.
    scrypt(password.normalize('NFKC'), Buffer.from(salt, 'base64url'), hashBytes, options, (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })
}

function encode({ logN, r, p }: ScryptCost, salt: string, hash: Buffer): string {
  return ['scrypt', logN, r, p, salt, hash.toString('base64url')].join('$')
}

function decode(encoded: string): { cost: ScryptCost; salt: string; hash: Buffer } {
  const match = /^scrypt\$(\d{1,2})\$(\d{1,2})\$(\d{1,2})\$([\w-]+)\$([\w-]+)$/.exec(encoded)
  if (match === null) throw new TypeError('a stored password hash is not of the form scrypt$logN$r$p$salt$hash')
  const [, logN, r, p, salt, hash] = match as unknown as [string, string, string, string, string, string]
  return {
    cost: { logN: Number(logN), r: Number(r), p: Number(p) },
    salt,
    hash: Buffer.from(hash, 'base64url'),
  }
}
