import { runService } from '@ashlar/service'
import { orderService } from './order-service.ts'

await runService(orderService, process.env)
