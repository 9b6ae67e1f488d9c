const traceId = /^(?!0{32})[0-9a-f]{32}$/
const spanId = /^(?!0{16})[0-9a-f]{16}$/

/** Whether the text is the id of a trace: 32 digits, not all of them zero. */
export function isTraceId(text: string): boolean {
  return traceId.test(text)
}

/** Whether the text is the id of a span: 16 digits, not all of them zero. */
export function isSpanId(text: string): boolean {
  return spanId.test(text)
}
