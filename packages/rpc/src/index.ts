export { createClient, type Client } from './client.ts'
export {
  RemoteError,
  RpcOverloadedError,
  RpcProtocolError,
  RpcUnauthenticatedError,
  RpcUnimplementedError,
  RpcUnreachableError,
  rpcEdgeRows,
} from './errors.ts'
export { clientCall, type ClientCall } from './events.ts'
export { implement, rpcHandler, type Implementation, type RpcService } from './implement.ts'
