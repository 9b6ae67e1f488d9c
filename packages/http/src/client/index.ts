export type { HttpClientResponse } from './client-response.ts'
export {
  HttpEventTooLargeError,
  HttpInvalidResponseError,
  HttpNotRepeatableError,
  HttpOverloadedError,
  HttpResponseTooLargeError,
  HttpStatusError,
  HttpUnreachableError,
  httpClientEdgeRows,
} from './errors.ts'
export { clientRequest, type ClientRequest } from './events.ts'
export {
  createHttpTransport,
  type HttpTransport,
  type HttpTransportOptions,
  type TransportRequest,
} from './transport.ts'
export { createHttpClient, type HttpClient, type HttpClientOptions, type HttpClientRequest } from './http-client.ts'
export { readSse, type ReadSseOptions, type SseMessage } from './read-sse.ts'
