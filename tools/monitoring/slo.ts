/** What users are promised, and how it is told whether they got it: an entry of apps/shop/monitoring/slos.json. */
export interface Slo {
  /** Letters, digits and dashes: the label `slo` of everything that is recorded about it. */
  readonly name: string
  /** The promise, in a sentence. */
  readonly title: string
  /** Share of the events that keep it, above 0 and below 1, over 30 days. */
  readonly objective: number
  /** PromQL: events a second that break it, over `$window`. May be empty while there was none. */
  readonly bad: string
  /** PromQL: all events a second, over `$window`. */
  readonly total: string
}

/** @throws {TypeError} naming the objective and what is wrong with it. */
export function parseSlos(text: string): Slo[] {
  const slos = JSON.parse(text) as Slo[]
  const names = new Set<string>()
  for (const { name, title, objective, bad, total } of slos) {
    const faults = [
      /^[a-z][a-z0-9-]*$/.test(name) ? '' : 'its name must be lower-case letters, digits and dashes',
      names.has(name) ? 'there are two of this name' : '',
      title.trim() === '' ? 'it has no title' : '',
      objective > 0 && objective < 1 ? '' : `its objective must be between 0 and 1, got ${objective}`,
      bad.includes('[$window]') && total.includes('[$window]') ? '' : 'its expressions must be over [$window]',
    ].filter((fault) => fault !== '')
    if (faults.length > 0) throw new TypeError(`objective ${name}: ${faults.join('; ')}`)
    names.add(name)
  }
  return slos
}
