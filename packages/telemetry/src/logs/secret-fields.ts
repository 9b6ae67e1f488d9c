const secretNames = [
  'authorization',
  'Authorization',
  'cookie',
  'Cookie',
  'set-cookie',
  'password',
  'secret',
  'token',
  'accessToken',
  'refreshToken',
  'apiKey',
  'cardNumber',
  'cardToken',
  'securityCode',
]

/**
 * Where pino finds what looks like a secret. Three levels deep: fields, an object among them (a request), and an object
 * in that (its headers); in an error one deeper, for that of an HTTP client has its request's settings with it.
 */
export const secretPaths: string[] = secretNames.flatMap((name) =>
  ['', '*', '*.*', 'err.*.*'].map((prefix) => `${prefix}["${name}"]`),
)
