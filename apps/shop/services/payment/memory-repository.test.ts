import { MemoryPaymentRepository } from './memory-repository.ts'
import { paymentRepositoryContract } from './repository-contract.ts'

paymentRepositoryContract('memory', async () => new MemoryPaymentRepository())
