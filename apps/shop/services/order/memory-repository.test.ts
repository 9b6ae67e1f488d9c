import { MemoryOrderRepository } from './memory-repository.ts'
import { orderRepositoryContract } from './repository-contract.ts'

orderRepositoryContract('memory', async () => new MemoryOrderRepository())
