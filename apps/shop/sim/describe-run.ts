import type { Run } from './simulate.ts'

const maxShown = 5

/** A line on a good run. Of a bad one what it shows, what led to it, and how to see it again. */
export function describeRun({ seed, orders, plant, history, violations, ends }: Run): string {
  if (violations.length === 0) {
    const counts = Object.entries(ends).toSorted(([a], [b]) => (a < b ? -1 : 1))
    return `seed ${seed}: ${counts.map(([status, count]) => `${count} ${status}`).join(', ')}`
  }
  const shown = violations.slice(0, maxShown)
  const subject = shown[0]?.subject ?? ''
  const command = `node --conditions=ashlar:source apps/shop/sim/main.ts --history --seed ${seed} --orders ${orders}`
  const planted = plant.name === '' ? '' : ` --plant ${plant.name}`
  return [
    `seed ${seed} shows ${violations.length} of what must not be:`,
    ...shown.map(({ kind, message }) => `  ${kind}: ${message}`),
    `what the history tells of ${subject}:`,
    history.tail(20, subject),
    `the whole: ${command}${planted}`,
  ].join('\n')
}
