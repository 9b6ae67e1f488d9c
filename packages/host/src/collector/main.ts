import { runService } from '@ashlar/service'
import { collectorService } from './collector-service.ts'

await runService(collectorService, process.env)
