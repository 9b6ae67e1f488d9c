import { memoryUserStore } from './memory-repository.ts'
import { userStoreContract } from './repository-contract.ts'

const store = memoryUserStore()
userStoreContract('memory', async () => store)
