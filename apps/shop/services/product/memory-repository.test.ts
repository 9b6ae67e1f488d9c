import { memoryProductStore } from './memory-repository.ts'
import { merchantContract } from './merchant-contract.ts'
import { recommendationContract } from './recommendation-contract.ts'
import { productContract } from './search-contract.ts'
import { stockContract } from './stock-contract.ts'

const open = async () => memoryProductStore()
productContract('memory', open)
merchantContract('memory', open)
recommendationContract('memory', open)
stockContract('memory', open, { propertyRuns: 150 })
