export { redisServerProgram, startRedisServer, type RedisServer } from './redis-server.ts'
