/** The two forms in which OTLP goes over HTTP. */
export type OtlpForm = 'protobuf' | 'json'

const types: Readonly<Record<OtlpForm, string>> = { protobuf: 'application/x-protobuf', json: 'application/json' }

/** The `content-type` of a form. */
export function contentTypeOf(form: OtlpForm): string {
  return types[form]
}

/** The form that a `content-type` stands for, whatever its parameters; `undefined` for any other. */
export function formOf(contentType: string | undefined): OtlpForm | undefined {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase()
  if (type === types.protobuf) return 'protobuf'
  return type === types.json ? 'json' : undefined
}
