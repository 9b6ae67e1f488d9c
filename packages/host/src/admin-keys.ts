import { createHmac } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { randomToken, type Random } from '@ashlar/kernel'
import { writeFileAtomically } from './atomic-file.ts'

const keyBytes = 32

/**
 * The key of all admin keys, one for each time that a topology is started: services get keys made of it, so that none
 * can use another's. Kept for its owner only, where the command line finds it, for as long as the topology runs.
 */
export function makeAdminKey(directory: string, random: Random): string {
  const key = randomToken(random, keyBytes)
  writeFileAtomically(fileIn(directory), key)
  return key
}

/** The one of the topology that runs with its data in `directory`; `undefined` when there is none to be read. */
export function readAdminKey(directory: string): string | undefined {
  try {
    return readFileSync(fileIn(directory), 'utf8')
  } catch {
    return undefined
  }
}

export function removeAdminKey(directory: string): void {
  rmSync(fileIn(directory), { force: true })
}

/** What one service takes for proof. */
export function adminKeyOf(service: string, key: string): string {
  return createHmac('sha256', key).update(`ashlar admin ${service}`).digest('base64url')
}

function fileIn(directory: string): string {
  return join(directory, 'admin-key')
}
