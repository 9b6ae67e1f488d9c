const secretNames = [
  'authorization',
  'cookie',
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
 * in that (its headers).
 */
export const secretPaths: string[] = secretNames.flatMap((name) =>
  ['', '*', '*.*'].map((prefix) => `${prefix}["${name}"]`),
)
