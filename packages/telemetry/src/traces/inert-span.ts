import type { Span } from './span.ts'

/** Ignores everything: where nobody records. Its ids are those of no trace. */
export const inertSpan: Span = Object.freeze<Span>({
  traceId: '0'.repeat(32),
  spanId: '0'.repeat(16),
  sampled: false,
  isRecording: false,
  setAttribute: () => inertSpan,
  setName: () => inertSpan,
  addEvent: () => inertSpan,
  link: () => inertSpan,
  fail: () => inertSpan,
  keep: () => inertSpan,
  end: () => {},
})
