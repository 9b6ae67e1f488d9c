import { create } from '@bufbuild/protobuf'
import type { HttpRequest, HttpResponse } from '@ashlar/http'
import {
  ChangePasswordRequestSchema,
  LoginRequestSchema,
  LogoutRequestSchema,
  PreferencesSchema,
  RefreshRequestSchema,
  RegisterRequestSchema,
  RequestPasswordResetRequestSchema,
  ResetPasswordRequestSchema,
  SessionSchema,
  UpdateProfileRequestSchema,
  UserSchema,
  type Session,
} from '../contracts/gen/shop/user/v1/user_pb.ts'
import { refusal } from '../services/shared/shop-errors.ts'
import type { Clients } from './clients.ts'
import { optionalIdempotencyKey } from './idempotency-key.ts'
import { answer, open, readBody, signedIn, type Route, type RoutedRequest } from './route.ts'
import { clearRefreshCookie, fromHere, refreshTokenFrom, setRefreshCookie, wantsCookie } from './session-cookie.ts'

export interface UserRouteOptions {
  readonly secure: boolean
  /** For the routes with which strangers can guess passwords, or have mails sent. */
  readonly limited: (route: Route) => Route
}

/** Registration, sessions, passwords, profile and preferences. */
export function userRoutes(clients: Clients, options: UserRouteOptions): readonly Route[] {
  return [...sessionRoutes(clients, options).map(fromHere), ...resetRoutes(clients, options), ...ownRoutes(clients)]
}

/** Those that give, use or take away the session's cookie. */
function sessionRoutes({ user, signIn }: Clients, { limited, ...cookies }: UserRouteOptions): readonly Route[] {
  const sessionAnswer = (session: Session | undefined, request: HttpRequest, status: number): HttpResponse => {
    if (session === undefined || !wantsCookie(request)) return answer(SessionSchema, session, { status })
    const headers = { 'set-cookie': setRefreshCookie(session.refreshToken, cookies) }
    return answer(SessionSchema, create(SessionSchema, { ...session, refreshToken: '' }), { status, headers })
  }

  return [
    limited(
      open('POST', '/api/users', async (request) => {
        const body = await readBody(RegisterRequestSchema, request)
        // Only honoured: without one, a repeat is told that the address is taken.
        body.idempotencyKey = optionalIdempotencyKey(request)
        const { session } = await signIn.register(body)
        return sessionAnswer(session, request.http, 201)
      }),
    ),
    limited(
      open('POST', '/api/session', async (request) => {
        const { session } = await signIn.login(await readBody(LoginRequestSchema, request))
        return sessionAnswer(session, request.http, 200)
      }),
    ),
    // Repeated within ten seconds, for the answer may have been lost, it gives the same session again.
    open('POST', '/api/session/refresh', async (request) => {
      const refreshToken = await givenRefreshToken(request)
      const { session } = await user.refresh({ refreshToken })
      return sessionAnswer(session, request.http, 200)
    }),
    open('DELETE', '/api/session', async (request) => {
      const refreshToken = await logoutToken(request)
      if (refreshToken !== undefined) await user.logout({ refreshToken })
      return { status: 204, headers: { 'set-cookie': clearRefreshCookie(cookies), 'cache-control': 'no-store' } }
    }),
    // Idempotent: a repeat finds that the password is the new one already, and signs in.
    signedIn('PUT', '/api/me/password', async (request) => {
      const body = await readBody(ChangePasswordRequestSchema, request)
      body.userId = request.principal.subject
      const { session } = await signIn.changePassword(body)
      return sessionAnswer(session, request.http, 200)
    }),
  ]
}

function resetRoutes({ signIn }: Clients, { limited }: UserRouteOptions): readonly Route[] {
  return [
    // A repeat sends a newer link in the place of the older one. The answer is the same for an address nobody has.
    limited(
      open('POST', '/api/password-resets', async (request) => {
        await signIn.requestPasswordReset(await readBody(RequestPasswordResetRequestSchema, request))
        return { status: 202, headers: { 'cache-control': 'no-store' } }
      }),
    ),
    // A repeat is refused and changes nothing: a token works once.
    open('POST', '/api/password-resets/confirm', async (request) => {
      await signIn.resetPassword(await readBody(ResetPasswordRequestSchema, request))
      return { status: 204, headers: { 'cache-control': 'no-store' } }
    }),
  ]
}

/** Each customer's own. Idempotent: they say what is to be, not what is to be done. */
function ownRoutes({ user }: Clients): readonly Route[] {
  return [
    signedIn('GET', '/api/me', async ({ principal }) =>
      answer(UserSchema, (await user.getProfile({ userId: principal.subject })).user),
    ),
    signedIn('PATCH', '/api/me', async (request) => {
      const body = await readBody(UpdateProfileRequestSchema, request)
      body.userId = request.principal.subject
      return answer(UserSchema, (await user.updateProfile(body)).user)
    }),
    signedIn('GET', '/api/me/preferences', async ({ principal }) =>
      answer(PreferencesSchema, (await user.getPreferences({ userId: principal.subject })).preferences),
    ),
    signedIn('PUT', '/api/me/preferences', async (request) => {
      const preferences = await readBody(PreferencesSchema, request)
      const updated = await user.updatePreferences({ userId: request.principal.subject, preferences })
      return answer(PreferencesSchema, updated.preferences)
    }),
  ]
}

async function givenRefreshToken(request: RoutedRequest): Promise<string> {
  if (!wantsCookie(request.http)) return (await readBody(RefreshRequestSchema, request)).refreshToken
  const kept = refreshTokenFrom(request.http)
  if (kept === undefined) throw refusal('SHOP_SESSION_EXPIRED', 'the session has ended; sign in again')
  return kept
}

async function logoutToken(request: RoutedRequest): Promise<string | undefined> {
  // A browser whose cookie has gone has nothing left to end; it must still be able to sign out.
  if (wantsCookie(request.http)) return refreshTokenFrom(request.http)
  return (await readBody(LogoutRequestSchema, request)).refreshToken
}
