// Prints how many bytes a key of a rate limiter takes, in a process that does nothing else.
import { RateLimiter } from '@ashlar/resilience/rate-limit'

const keys = Array.from({ length: 100_000 }, (_, nth) => `customer-${nth * 7_919}`)
// As map keys, so that their hashes are there already.
const warm = new Set(keys)
warm.clear()

function used(): number {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

const before = used()
const limiter = new RateLimiter({ name: 'bench', limit: 1, perMs: 86_400_000, maxKeys: keys.length })
for (const key of keys) limiter.take(key)
const bytes = (used() - before) / limiter.keys
console.log(bytes.toFixed(1))
