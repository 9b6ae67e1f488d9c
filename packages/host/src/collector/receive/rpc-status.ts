import type { EdgeError, StatusName } from '@ashlar/kernel'
import type { OtlpForm } from '@ashlar/telemetry/otlp'

// google.rpc.Code.
const codes: Readonly<Record<StatusName, number>> = {
  canceled: 1,
  unknown: 2,
  invalid_argument: 3,
  deadline_exceeded: 4,
  not_found: 5,
  already_exists: 6,
  permission_denied: 7,
  resource_exhausted: 8,
  failed_precondition: 9,
  aborted: 10,
  out_of_range: 11,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  data_loss: 15,
  unauthenticated: 16,
}

/**
 * What OTLP/HTTP answers to a request that it did not take: a google.rpc.Status in the form of the request.
 *
 * Source: OTLP Specification 1.x, "Failures".
 */
export function rpcStatus({ status, detail }: Pick<EdgeError, 'status' | 'detail'>, form: OtlpForm): Buffer {
  const code = codes[status]
  if (form === 'json') return Buffer.from(JSON.stringify({ code, message: detail }))
  const message = Buffer.from(detail)
  // Field 1, a number; field 2, text.
  return Buffer.concat([Buffer.from([0x08, code, 0x12, ...varint(message.length)]), message])
}

function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80)
  return [...bytes, rest]
}
