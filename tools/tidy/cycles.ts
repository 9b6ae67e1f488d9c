import { resolveImport, type Finding, type Repository } from './repository.ts'

/**
 * Files that import each other at run time, in a ring, within packages and across them. One finding a ring.
 * Source: R. Tarjan, Depth-first search and linear graph algorithms (strongly connected components).
 */
export function checkCycles(repository: Repository): Finding[] {
  const graph = new Map<string, string[]>()
  for (const { path, imports } of repository.sources.values()) {
    const targets = imports
      .filter(({ typeOnly }) => !typeOnly)
      .flatMap(({ specifier }) => resolveImport(repository, path, specifier))
      .filter((target) => repository.sources.has(target))
    graph.set(path, targets)
  }
  return components(graph)
    .filter((ring) => ring.length > 1 || graph.get(ring[0] as string)?.includes(ring[0] as string))
    .map((ring) => ring.toSorted())
    .map((ring) => ({ path: ring[0] as string, line: 1, message: `import cycle: ${ring.join(', ')}` }))
}

function components(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = []
  const order = new Map<string, number>()
  const lowest = new Map<string, number>()
  const stack: string[] = []
  const waiting = new Set<string>()
  const visit = (node: string): void => {
    let low = order.size
    order.set(node, low)
    stack.push(node)
    waiting.add(node)
    for (const next of graph.get(node) ?? []) {
      if (!order.has(next)) {
        visit(next)
        low = Math.min(low, lowest.get(next) as number)
      } else if (waiting.has(next)) low = Math.min(low, order.get(next) as number)
    }
    lowest.set(node, low)
    if (low !== order.get(node)) return
    const ring = stack.splice(stack.indexOf(node))
    for (const member of ring) waiting.delete(member)
    found.push(ring)
  }
  for (const node of graph.keys()) if (!order.has(node)) visit(node)
  return found
}
