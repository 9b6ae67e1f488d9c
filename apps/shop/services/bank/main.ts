import { runService } from '@ashlar/service'
import { bankService } from './bank-service.ts'

await runService(bankService, process.env)
