/** Something that a run shows and that must not be. */
export interface Violation {
  readonly kind: string
  /** The order or product that it is about. */
  readonly subject: string
  readonly message: string
}
