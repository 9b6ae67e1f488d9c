import { runService } from '@ashlar/service'
import { gatewayService } from './gateway-service.ts'

await runService(gatewayService, process.env)
