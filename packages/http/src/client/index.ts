export type { HttpClientResponse } from './client-response.ts'
export {
  HttpInvalidResponseError,
  HttpOverloadedError,
  HttpResponseTooLargeError,
  HttpUnreachableError,
  httpClientEdgeRows,
} from './errors.ts'
export {
  createHttpTransport,
  type HttpTransport,
  type HttpTransportOptions,
  type TransportRequest,
} from './transport.ts'
export { createHttpClient, type HttpClient, type HttpClientOptions, type HttpClientRequest } from './http-client.ts'
