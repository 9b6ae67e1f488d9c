export {
  BadRequestError,
  BodyTooLargeError,
  ListenError,
  MalformedJsonError,
  MethodNotAllowedError,
  NotFoundError,
  OriginRefusedError,
  PortInUseError,
  TargetTooLongError,
  UnsupportedMediaTypeError,
  UpgradeRefusedError,
  UpgradeUnavailableError,
  httpEdge,
  httpEdgeRows,
} from './errors.ts'
export { serverRequest, type ServerRequest } from './events.ts'
export type { HttpLimits } from './limits.ts'
export { listen, type HttpServer, type ListenOptions } from './listen.ts'
export type { HttpHandler, HttpRequest, HttpResponse, RequestUrl } from './message.ts'
export { problemResponse, type Problem, type ProblemExtras } from './problem.ts'
export type { FailedRequest } from './shell.ts'
export type { UpgradeHandler, UpgradeRequest, UpgradedConnection } from './upgrade-request.ts'
export type { SseOverflow } from './sse/event-queue.ts'
export type { SseEvent } from './sse/format-event.ts'
export { lastEventId, sse, type SseOptions } from './sse/sse.ts'
