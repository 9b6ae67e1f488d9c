import type {
  DescMethod,
  DescMethodUnary,
  DescService,
  Message,
  MessageInitShape,
  MessageShape,
} from '@bufbuild/protobuf'
import type { CallContext } from '@ashlar/kernel'
import type { HttpHandler } from '@ashlar/http'
import { unaryHandler, type Procedure, type UnaryServerOptions } from './wire/unary-server.ts'

/** One async function per method of the contract: the request message and the call in, the answer's fields out. */
export type Implementation<S extends DescService> = {
  readonly [Name in keyof S['method']]: (
    request: MessageShape<S['method'][Name]['input']>,
    call: CallContext,
  ) => Promise<MessageInitShape<S['method'][Name]['output']>>
}

/** A contract together with the code that keeps it. */
export interface RpcService {
  readonly procedures: readonly Procedure[]
}

/**
 * Joins a contract and its implementation.
 * @throws {TypeError} when a method is missing, or is not unary.
 */
export function implement<S extends DescService>(service: S, implementation: Implementation<S>): RpcService {
  // Each function takes and returns its own method's messages; the wire below only knows that they are messages.
  const functions = implementation as unknown as Readonly<Record<string, Procedure['run'] | undefined>>
  const procedures = service.methods.map((method): Procedure => {
    const run = functions[method.localName]
    if (run === undefined) throw new TypeError(`implement: ${service.typeName}/${method.name} is missing`)
    if (!isUnary(method)) throw new TypeError(`implement: ${service.typeName}/${method.name} is not unary`)
    return { method, run: (request: Message, call) => run.call(implementation, request, call) }
  })
  return { procedures }
}

/** Serves the services on one handler, by the Connect protocol. */
export function rpcHandler(services: readonly RpcService[], options: UnaryServerOptions): HttpHandler {
  return unaryHandler(
    services.flatMap(({ procedures }) => procedures),
    options,
  )
}

function isUnary(method: DescMethod): method is DescMethodUnary {
  return method.methodKind === 'unary'
}
