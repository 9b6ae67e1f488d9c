import type { HttpRequest } from '@ashlar/http'

const cookieName = 'ashlar_refresh'
const maxAgeSeconds = 30 * 24 * 3_600

/**
 * Whether the client wants its refresh token in a cookie that scripts cannot read. Browsers do. Asking by a header of
 * our own also means that no other site can make a browser use the cookie: such a request needs a preflight.
 */
export function wantsCookie(request: HttpRequest): boolean {
  return request.headers['x-session'] === 'cookie'
}

/** The refresh token from the cookie; `undefined` when there is none or the client did not ask for cookies. */
export function refreshTokenFrom(request: HttpRequest): string | undefined {
  const cookies = request.headers.cookie
  if (!wantsCookie(request) || typeof cookies !== 'string') return undefined
  for (const pair of cookies.split(';')) {
    const [name, value] = pair.trim().split('=', 2)
    if (name === cookieName && value !== undefined && value !== '') return value
  }
  return undefined
}

export function setRefreshCookie(token: string, options: { secure: boolean }): string {
  return `${cookieName}=${token}; Max-Age=${maxAgeSeconds}; ${attributes(options)}`
}

export function clearRefreshCookie(options: { secure: boolean }): string {
  return `${cookieName}=; Max-Age=0; ${attributes(options)}`
}

function attributes({ secure }: { secure: boolean }): string {
  return `Path=/api/session; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`
}
