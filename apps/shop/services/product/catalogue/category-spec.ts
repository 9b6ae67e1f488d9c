import type { ColourName } from './colours.ts'
import type { MaterialName } from './materials.ts'

/**
 * What a category's products are made from. Sentences may hold `{kind}`, `{size}` and `{colour}`; kinds are singular
 * and in lower case, as within a sentence.
 */
export interface CategorySpec {
  readonly slug: string
  readonly name: string
  readonly kinds: readonly string[]
  readonly materials: readonly MaterialName[]
  readonly colours: readonly ColourName[]
  /** What the size is called, and the sizes from small to large. */
  readonly size: readonly [name: string, values: readonly string[]]
  /** The sizes of those kinds that do not come in all of them: a paring knife is no sword. */
  readonly fits?: Readonly<Record<string, readonly string[]>>
  /** From the smallest to the largest size, in euros. */
  readonly euros: readonly [number, number]
  /** Further attributes, each with the values that it may have. */
  readonly attributes: Readonly<Record<string, readonly string[]>>
  /** First sentences: what it is. */
  readonly about: readonly string[]
  /** Last sentences: what it is like to live with. */
  readonly use: readonly string[]
}
