import type { DescMethodUnary, DescService, MessageInitShape, MessageShape } from '@bufbuild/protobuf'
import { UnaryClient, type UnaryCallOptions, type UnaryClientOptions } from './wire/unary-client.ts'

/** One async function per method of the contract. What it throws is listed at {@link UnaryClient.call}. */
export type Client<S extends DescService> = {
  readonly [Name in keyof S['method']]: (
    request: MessageInitShape<S['method'][Name]['input']>,
    options?: UnaryCallOptions,
  ) => Promise<MessageShape<S['method'][Name]['output']>>
} & AsyncDisposable

/**
 * A typed client of a remote service. The current call's deadline, cancellation and trace go along with every call.
 * Safe from many callers; keeps connections open until disposed of.
 */
export function createClient<S extends DescService>(service: S, options: UnaryClientOptions): Client<S> {
  const transport = new UnaryClient(options)
  const methods = service.methods.map((method) => [
    method.localName,
    (request: Record<string, unknown>, callOptions?: UnaryCallOptions) =>
      transport.call(method as DescMethodUnary, request, callOptions),
  ])
  return Object.assign(Object.fromEntries(methods), {
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  }) as Client<S>
}
