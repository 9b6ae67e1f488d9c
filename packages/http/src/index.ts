export {
  BadRequestError,
  BodyTooLargeError,
  ListenError,
  MalformedJsonError,
  MethodNotAllowedError,
  NotFoundError,
  PortInUseError,
  TargetTooLongError,
  UnsupportedMediaTypeError,
  httpEdgeRows,
} from './errors.ts'
export type { HttpLimits } from './limits.ts'
export { listen, type HttpServer, type ListenOptions } from './listen.ts'
export type { HttpHandler, HttpRequest, HttpResponse, RequestUrl } from './message.ts'
export { problemResponse, type Problem, type ProblemExtras } from './problem.ts'
export type { FailedRequest } from './serve.ts'
