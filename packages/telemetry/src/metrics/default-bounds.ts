const milliseconds = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000]
const bytes = [64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216]
const shares = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1]
const counts = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000]

const byUnit: ReadonlyMap<string, readonly number[]> = new Map([
  ['ns', milliseconds.map((bound) => bound * 1e6)],
  ['us', milliseconds.map((bound) => bound * 1e3)],
  ['ms', milliseconds],
  // Divided: multiplied by 0.001 some would be a digit off, and shown with it.
  ['s', milliseconds.map((bound) => bound / 1e3)],
  ['By', bytes],
  ['1', shares],
])

/** Bounds for a histogram of this unit: 0.1 ms to 10 s for times, 64 B to 16 MiB for sizes, else 1 to 10,000. */
export function defaultBounds(unit: string): readonly number[] {
  return byUnit.get(unit) ?? counts
}
