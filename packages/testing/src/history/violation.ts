/** Something a history shows that must not be. A checker that finds none returns an empty list. */
export interface Violation {
  readonly kind:
    | 'not linearizable'
    /** The search was too long: nothing is proved, which is no success. */
    | 'undecided'
    | 'lost'
    | 'doubled'
    | 'invented'
    | 'not conserved'
    | 'out of order'
    | 'repeated'
    | 'gap'
  /** The key, id or moment that it is about. */
  readonly subject: string
  readonly message: string
}
