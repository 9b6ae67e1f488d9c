import assert from 'node:assert/strict'
import { sleep, systemClock } from '@ashlar/kernel'

/** Resolves when `isSo`; failures on the way, of services that are being started again, do not matter. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let attempt = 1; !(await isSo().catch(() => false)); attempt++) {
    assert.ok(attempt < 150, 'it does not happen')
    await sleep(systemClock, 200)
  }
}
