// Runs a tier of proof within its time budget: node tools/tier.ts <name> <budget in seconds> -- <command> <arguments>
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { systemClock } from '@ashlar/kernel'

const [name, budget, separator, command, ...args] = process.argv.slice(2)
const budgetSeconds = Number(budget)
if (name === undefined || !(budgetSeconds > 0) || separator !== '--' || command === undefined) {
  console.error('usage: node tools/tier.ts <name> <budget in seconds> -- <command> <arguments>')
  process.exit(2)
}

const startedMs = systemClock.now()
const child = spawn(command, args, { stdio: 'inherit' })
child.on('error', (error) => {
  console.error(`${name}: ${error.message}`)
  process.exitCode = 127
})
// Ctrl-C reaches the command too; how it ends decides.
process.on('SIGINT', () => {})
child.on('close', (code, signal) => {
  const seconds = Math.round((systemClock.now() - startedMs) / 1_000)
  const inTime = seconds <= budgetSeconds
  console.log(`tier ${name}: ${seconds} s of ${budgetSeconds} s${inTime ? '' : ', over its budget'}`)
  // A command that failed says why itself; one that was only slow has failed as well.
  const failed = code ?? 128 + (signal === null ? 0 : constants.signals[signal])
  process.exitCode = failed === 0 && !inTime ? 1 : failed
})
