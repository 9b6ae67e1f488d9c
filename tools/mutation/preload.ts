// Loaded before the tests of each mutant: five runs a property, of a few thousand steps each, always the same ones. A mutant that
// they do not notice is looked for by the other tests of its core.
import * as fc from 'fast-check'

fc.configureGlobal({ numRuns: 5, endOnFailure: true, seed: Number(process.env.MUTATION_SEED) })
