import { runService } from '@ashlar/service'
import { userService } from './user-service.ts'

await runService(userService, process.env)
