import { create } from '@bufbuild/protobuf'
import type { HttpRequest, HttpResponse } from '@ashlar/http'
import {
  LoginRequestSchema,
  LogoutRequestSchema,
  PreferencesSchema,
  RefreshRequestSchema,
  RegisterRequestSchema,
  SessionSchema,
  UpdateProfileRequestSchema,
  UserSchema,
  type Session,
} from '../contracts/gen/shop/user/v1/user_pb.ts'
import { refusal } from '../services/shared/shop-errors.ts'
import type { Clients } from './clients.ts'
import { answer, open, readBody, signedIn, type Route, type RoutedRequest } from './route.ts'
import { clearRefreshCookie, refreshTokenFrom, setRefreshCookie, wantsCookie } from './session-cookie.ts'

/** Registration, sessions, profile and preferences. */
export function userRoutes({ user, signIn }: Clients, cookies: { secure: boolean }): readonly Route[] {
  const sessionAnswer = (session: Session | undefined, request: HttpRequest, status: number): HttpResponse => {
    if (session === undefined || !wantsCookie(request)) return answer(SessionSchema, session, { status })
    const headers = { 'set-cookie': setRefreshCookie(session.refreshToken, cookies) }
    return answer(SessionSchema, create(SessionSchema, { ...session, refreshToken: '' }), { status, headers })
  }

  return [
    open('POST', '/api/users', async (request) => {
      const { session } = await signIn.register(await readBody(RegisterRequestSchema, request))
      return sessionAnswer(session, request.http, 201)
    }),
    open('POST', '/api/session', async (request) => {
      const { session } = await signIn.login(await readBody(LoginRequestSchema, request))
      return sessionAnswer(session, request.http, 200)
    }),
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
