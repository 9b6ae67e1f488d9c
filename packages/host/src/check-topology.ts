import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Issue } from '@ashlar/kernel'
import { collectorName } from './collector-spec.ts'
import { commandNames } from './command-names.ts'
import { TopologyInvalidError } from './errors.ts'
import type { Topology } from './topology.ts'

const keys = {
  topology: ['name', 'services', 'prepare', 'collector'],
  service: ['main', 'port', 'database', 'files', 'calls', 'env', 'secrets', 'public', 'assets'],
  prepare: ['inputs', 'output', 'command'],
}
const namePattern = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/
const variablePattern = /^[A-Z][A-Z0-9_]*$/

/** The host's own rows in logs and tables, and the words of its command line. */
const reservedNames = new Set(['ashlar', 'postgres', collectorName, ...commandNames])

type Report = (path: string, message: string) => void

/**
 * Reads what a configuration file exports as a topology. Types are checked too: the file is run without a compiler.
 * @throws {TopologyInvalidError} with everything that is wrong.
 */
export function checkTopology(exported: unknown, root: string): Topology {
  const issues: Issue[] = []
  const report: Report = (path, message) => void issues.push({ path, message })
  if (!isRecord(exported))
    throw new TopologyInvalidError([{ path: 'default export', message: 'is not a topology({...})' }])
  unknownKeys('topology', exported, keys.topology, report)
  if (!isText(exported['name'])) report('name', 'says what the system is called; it is missing')
  const { collector } = exported
  if (collector !== undefined && typeof collector !== 'boolean') report('collector', 'is true or false')
  const prepare = checkPrepare(exported['prepare'], root, report)
  checkServices(exported['services'], root, prepare, report)
  if (issues.length > 0) throw new TopologyInvalidError(issues)
  return exported as unknown as Topology
}

function checkServices(services: unknown, root: string, prepare: readonly string[], report: Report): void {
  if (!isRecord(services) || Object.keys(services).length === 0) {
    report('services', 'is where the services are; there are none')
    return
  }
  const ports = new Map<number, string>()
  for (const [name, service] of Object.entries(services)) {
    const path = `services.${name}`
    if (!namePattern.test(name))
      report(path, 'is not a name: use a-z, 0-9 and single hyphens, like "order" or "order-history"')
    if (reservedNames.has(name)) report(path, 'is a name that the host uses itself')
    if (!isRecord(service)) {
      report(path, 'is not a service: { main: ... }')
      continue
    }
    unknownKeys(path, service, keys.service, report)
    checkMain(path, service['main'], root, report)
    checkPort(path, name, service['port'], ports, report)
    checkCalls(path, name, service['calls'], Object.keys(services), report)
    checkEnv(path, service['env'], report)
    checkSecrets(path, service['secrets'], report)
    for (const key of ['database', 'files', 'public']) {
      if (service[key] !== undefined && typeof service[key] !== 'boolean') report(`${path}.${key}`, 'is true or false')
    }
    const { assets } = service
    if (assets !== undefined && !prepare.includes(assets as string)) {
      report(`${path}.assets`, `names ${show(assets)}, which is not a prepare task${among(prepare)}`)
    }
  }
}

function checkMain(path: string, main: unknown, root: string, report: Report): void {
  if (!isText(main)) report(`${path}.main`, 'is the module that runs the service; it is missing')
  else if (!statSync(resolve(root, main), { throwIfNoEntry: false })?.isFile()) {
    report(`${path}.main`, `names ${main}, which is not a file in ${root}`)
  }
}

function checkPort(path: string, name: string, port: unknown, taken: Map<number, string>, report: Report): void {
  if (port === undefined) return
  if (!isPort(port)) {
    report(`${path}.port`, `is a port, 1 to 65535, not ${show(port)}`)
    return
  }
  const other = taken.get(port)
  if (other !== undefined) report(`${path}.port`, `is ${port}, which ${other} has already`)
  taken.set(port, name)
}

function checkCalls(path: string, name: string, calls: unknown, names: readonly string[], report: Report): void {
  if (calls === undefined) return
  if (!isTextList(calls)) {
    report(`${path}.calls`, 'is a list of service names')
    return
  }
  for (const callee of calls) {
    if (callee === name) report(`${path}.calls`, 'names the service itself')
    else if (!names.includes(callee))
      report(`${path}.calls`, `names "${callee}", which is not a service${among(names)}`)
  }
}

function checkEnv(path: string, env: unknown, report: Report): void {
  if (env === undefined) return
  if (!isRecord(env)) {
    report(`${path}.env`, 'is a record of variables')
    return
  }
  for (const [variable, value] of Object.entries(env)) {
    if (!variablePattern.test(variable)) report(`${path}.env`, variableHint(variable))
    else if (variable === 'PORT') report(`${path}.env.PORT`, 'is set by the host; state the port with "port"')
    else if (typeof value !== 'string') report(`${path}.env.${variable}`, `is text, not ${show(value)}`)
  }
}

function checkSecrets(path: string, secrets: unknown = [], report: Report): void {
  if (!isTextList(secrets)) {
    report(`${path}.secrets`, 'is a list of variable names')
    return
  }
  for (const secret of secrets) if (!variablePattern.test(secret)) report(`${path}.secrets`, variableHint(secret))
}

function checkPrepare(prepare: unknown, root: string, report: Report): string[] {
  if (prepare === undefined) return []
  if (!isRecord(prepare)) {
    report('prepare', 'is a record of tasks')
    return []
  }
  for (const [name, task] of Object.entries(prepare)) {
    const path = `prepare.${name}`
    if (!namePattern.test(name)) report(path, 'is not a name: use a-z, 0-9 and single hyphens')
    if (!isRecord(task)) {
      report(path, 'is not a task: { inputs, output, command }')
      continue
    }
    unknownKeys(path, task, keys.prepare, report)
    const { inputs, output, command } = task
    if (!isText(output)) report(`${path}.output`, 'is the file or directory that is made; it is missing')
    if (!isTextList(command) || command.length === 0) report(`${path}.command`, 'is the program and its arguments')
    if (!isTextList(inputs) || inputs.length === 0) report(`${path}.inputs`, 'is what the output is made from')
    else
      for (const input of inputs) {
        if (!existsSync(resolve(root, input))) report(`${path}.inputs`, `names ${input}, which is not in ${root}`)
      }
  }
  return Object.keys(prepare)
}

function unknownKeys(path: string, record: object, known: readonly string[], report: Report): void {
  for (const key of Object.keys(record)) {
    if (!known.includes(key)) report(path, `has "${key}", which means nothing here${among(known)}`)
  }
}

/** Whether `value` is a port that can be listened on by number. */
export function isPort(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 65_535
}

function among(names: readonly string[]): string {
  return names.length === 0 ? '' : ` (there are: ${names.join(', ')})`
}

function variableHint(name: string): string {
  return `has ${show(name)}, which is not a variable name like BANK_KEY`
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? String(value)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isText)
}
