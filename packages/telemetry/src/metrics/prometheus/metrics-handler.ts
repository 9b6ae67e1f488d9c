import { MethodNotAllowedError, type HttpHandler } from '@ashlar/http'
import type { MetricRegistry } from '../registry.ts'
import { contentType, negotiate } from './accept.ts'
import { prometheusText, type PrometheusTextOptions } from './prometheus-text.ts'

/** Answers scrapes: GET and HEAD, in the format that the scraper prefers. Who may ask is for the caller to decide. */
export function metricsHandler(
  registry: MetricRegistry,
  options: Pick<PrometheusTextOptions, 'maxCharacters'> = {},
): HttpHandler {
  return async ({ method, headers }) => {
    if (method !== 'GET' && method !== 'HEAD') throw new MethodNotAllowedError({ method, allow: ['GET', 'HEAD'] })
    const format = negotiate(headers.accept)
    return {
      status: 200,
      headers: { 'content-type': contentType(format), 'cache-control': 'no-store', vary: 'accept' },
      body: prometheusText(registry.snapshot(), { ...options, format }),
    }
  }
}
