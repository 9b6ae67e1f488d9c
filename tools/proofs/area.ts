/** What one part of a proof has shown. */
export interface ProofResult {
  /** What it was about: a server's version, a kind of fault. */
  readonly about: Readonly<Record<string, string>>
  readonly figures: Readonly<Record<string, number | string | Readonly<Record<string, number>>>>
  /** What was found that must not be; empty for a proof. */
  readonly failures: readonly string[]
}

/** A claim, and the long way of showing that it holds. */
export interface ProofArea {
  readonly name: string
  /** Where chance begins, unless the command line says otherwise. */
  readonly seed: number
  prove(options: { readonly seed: number; readonly report: (line: string) => void }): Promise<readonly ProofResult[]>
}
