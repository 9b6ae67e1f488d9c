import { runService } from '@ashlar/service'
import { paymentService } from './payment-service.ts'

await runService(paymentService, process.env)
