// Compiles the contracts; with --check says instead whether the committed code is current and nothing breaks.
import { join } from 'node:path'
import { buf, checkBreaking, contractModules, outdated } from './contracts.ts'

const check = process.argv.includes('--check')

for (const module of contractModules) {
  const folder = join(import.meta.dirname, '..', module.folder)
  await buf(folder, ['lint'])
  if (!check) {
    await buf(folder, ['generate'])
    continue
  }
  const files = await outdated(module)
  if (files.length > 0) {
    throw new Error(`${module.folder}: run "npm run generate"; these are out of date: ${files.join(', ')}`)
  }
  const compared = await checkBreaking(module)
  console.log(`${module.folder}: generated code is current; compatible with ${compared} earlier versions`)
}
