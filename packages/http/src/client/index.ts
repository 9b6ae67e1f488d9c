export type { HttpClientResponse } from './client-response.ts'
export {
  HttpInvalidResponseError,
  HttpOverloadedError,
  HttpResponseTooLargeError,
  HttpUnreachableError,
  httpClientEdgeRows,
} from './errors.ts'
export { createHttpClient, type HttpClient, type HttpClientOptions, type HttpClientRequest } from './http-client.ts'
