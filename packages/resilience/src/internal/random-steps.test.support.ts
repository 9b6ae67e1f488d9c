import assert from 'node:assert/strict'
import * as fc from 'fast-check'

/** How long the scripts of a property are that is to take a million steps. */
export const manySteps: fc.ArrayConstraints = { minLength: 3_000, maxLength: 3_000 }

/**
 * Checks a property whose scripts are `manySteps` long, until a million steps have been taken. Fewer where fast-check is
 * told so for the whole run, by `configureGlobal({ numRuns })`: for those who repeat the tests for each of many mutants.
 */
export async function checkMillionSteps<Ts>(property: fc.IRawProperty<Ts>, taken: () => number): Promise<void> {
  const { numRuns } = fc.readConfigureGlobal()
  await fc.assert(property, { numRuns: numRuns ?? 335 })
  if (numRuns === undefined) assert.ok(taken() >= 1_000_000, `${taken()} steps`)
}
