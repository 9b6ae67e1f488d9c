import { MemoryLedgerRepository } from './memory-repository.ts'
import { ledgerContract } from './repository-contract.ts'

ledgerContract('memory', async () => new MemoryLedgerRepository())
