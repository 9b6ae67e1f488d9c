#!/usr/bin/env node
// Runs the command on a Node that can run it. Plain JavaScript of long ago, so that an old Node gets as far as the
// message that says what to do.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const oldest = [22, 22]
const here = dirname(fileURLToPath(import.meta.url))
const source = join(here, '../src/cli.ts')
const built = join(here, '../dist/cli.js')

const fromSource = existsSync(source)
const program = fromSource ? source : built
const nodeOptions = fromSource ? ['--conditions=ashlar:source'] : []
const node = isRecent(process.versions.node) ? process.execPath : pinnedNode(here)

if (node === undefined) {
  process.stderr.write(
    'ashlar: Node ' +
      oldest.join('.') +
      ' or newer is needed, this is ' +
      process.versions.node +
      '; ' +
      (fromSource ? 'npm ci brings one along' : 'nodejs.org has it') +
      '\n',
  )
  process.exitCode = 1
} else if (node === process.execPath && nodeOptions.length === 0) {
  await import(pathToFileURL(program).href)
} else {
  become(node, nodeOptions.concat(program, process.argv.slice(2)))
}

function isRecent(version) {
  const [major, minor] = version.split('.').map(Number)
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1])
}

/** The Node that is installed as a package, with this one or further up. */
function pinnedNode(directory) {
  const candidate = join(directory, 'node_modules/.bin/node')
  if (existsSync(candidate)) return candidate
  return dirname(directory) === directory ? undefined : pinnedNode(dirname(directory))
}

/** Goes on as another program: in this process where Node can do that, else in a child that stands for it. */
function become(file, args) {
  if (process.execve !== undefined && process.platform !== 'win32') {
    process.execve(file, [file].concat(args), process.env)
    return
  }
  // By the fourth channel the child sees when this process is gone.
  const child = spawn(file, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
  // A terminal sends its signals to both of us; it is the child that decides what they mean.
  process.on('SIGINT', () => {})
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    process.stderr.write('ashlar: ' + file + ' cannot be run: ' + error.message + '\n')
    process.exitCode = 1
  })
  child.on('exit', (code, signal) => {
    process.exitCode = code === null ? 1 : code
    if (signal !== null) process.stderr.write('ashlar: ended by ' + signal + '\n')
  })
}
