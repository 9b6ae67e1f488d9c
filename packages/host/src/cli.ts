import { enableCompileCache } from 'node:module'
import { dirname, join } from 'node:path'
import { findConfig } from './find-config.ts'

// Compiled code is kept beside the project: without that, most of the time of a command would go into reading our own
// sources. It covers what is loaded from here on, hence the late import.
const config = findConfig(process.cwd())
if (config !== undefined) enableCompileCache(join(dirname(config), '.ashlar', 'cache', 'compile'))
const { main } = await import('./main.ts')
await main(process.argv.slice(2))
