import { runService } from '@ashlar/service'
import { productService } from './product-service.ts'

await runService(productService, process.env)
