/**
 * Makes several things that have to be disposed of, as one: in reverse. When one cannot be made, those before it are
 * disposed of.
 */
export function together(make: Iterable<() => Disposable>): Disposable {
  const made: Disposable[] = []
  const dispose = (): void => {
    for (let one = made.pop(); one !== undefined; one = made.pop()) one[Symbol.dispose]()
  }
  try {
    for (const one of make) made.push(one())
  } catch (error) {
    dispose()
    throw error
  }
  return { [Symbol.dispose]: dispose }
}
