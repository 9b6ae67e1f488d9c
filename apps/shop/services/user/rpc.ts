import type { MessageInitShape } from '@bufbuild/protobuf'
import type { CallContext } from '@ashlar/kernel'
import { implement, type Implementation, type RpcService } from '@ashlar/rpc'
import {
  Role as ProtoRole,
  Theme as ProtoTheme,
  UserService,
  type PreferencesSchema,
  type SessionSchema,
  type UserSchema,
} from '../../contracts/gen/shop/user/v1/user_pb.ts'
import { checkAddress } from '../shared/address.ts'
import { requireOwn } from '../shared/own.ts'
import type { Role } from '../shared/roles.ts'
import { toTimestamp } from '../shared/timestamps.ts'
import { validate, type Checker } from '../shared/validate.ts'
import type { Accounts } from './accounts.ts'
import type { Session } from './sessions.ts'
import { checkEmail, checkNewPassword, rolesOf, type Preferences, type Theme, type User } from './user.ts'

/** Accounts as the contract has them: reads and checks what comes in, says what goes out. */
export function userRpc(accounts: Accounts): RpcService {
  return implement(UserService, {
    ...sessionMethods(accounts),
    ...passwordMethods(accounts),
    ...profileMethods(accounts),
  })
}

type Methods<Name extends keyof Implementation<typeof UserService>> = Pick<Implementation<typeof UserService>, Name>

function sessionMethods(accounts: Accounts): Methods<'register' | 'login' | 'refresh' | 'logout'> {
  return {
    async register({ email, password, displayName, idempotencyKey }) {
      const input = validate((check) => ({
        email: checkEmail(check, 'email', email),
        password: checkNewPassword(check, 'password', password),
        displayName: checkDisplayName(check, displayName),
        idempotencyKey: check.text('idempotencyKey', idempotencyKey, { min: 0, max: 100 }),
      }))
      return { session: toProtoSession(await accounts.register(input)) }
    },
    async login({ email, password }) {
      // Only what could not be looked up at all is refused here: what is wrong with a wrong password is not told.
      const input = validate((check) => ({
        email: checkTypedEmail(check, email),
        password: checkTyped(check, 'password', password),
      }))
      return { session: toProtoSession(await accounts.login(input)) }
    },
    async refresh({ refreshToken }) {
      return { session: toProtoSession(await accounts.refresh(checkToken(refreshToken))) }
    },
    async logout({ refreshToken }) {
      await accounts.logout(checkToken(refreshToken))
      return {}
    },
  }
}

function passwordMethods(accounts: Accounts): Methods<'requestPasswordReset' | 'resetPassword' | 'changePassword'> {
  return {
    async requestPasswordReset({ email }) {
      await accounts.requestPasswordReset(validate((check) => checkTypedEmail(check, email)))
      return {}
    },
    async resetPassword({ token, newPassword }) {
      const input = validate((check) => ({
        token: check.text('token', token, { min: 1, max: 200 }),
        newPassword: checkNewPassword(check, 'newPassword', newPassword),
      }))
      await accounts.resetPassword(input)
      return {}
    },
    async changePassword({ userId, currentPassword, newPassword }, call) {
      const id = checkOwn(userId, call)
      const input = validate((check) => ({
        currentPassword: checkTyped(check, 'currentPassword', currentPassword),
        newPassword: checkNewPassword(check, 'newPassword', newPassword),
      }))
      return { session: toProtoSession(await accounts.changePassword(id, input)) }
    },
  }
}

function profileMethods(
  accounts: Accounts,
): Methods<'getProfile' | 'updateProfile' | 'getPreferences' | 'updatePreferences'> {
  return {
    async getProfile({ userId }, call) {
      return { user: toProtoUser(await accounts.profile(checkOwn(userId, call))) }
    },
    async updateProfile({ userId, displayName, address }, call) {
      const id = checkOwn(userId, call)
      const change = validate((check) => ({
        // What is not sent stays as it is.
        ...(displayName === '' ? {} : { displayName: checkDisplayName(check, displayName) }),
        ...(address === undefined ? {} : { address: checkAddress(check, 'address', address) }),
      }))
      return { user: toProtoUser(await accounts.updateProfile(id, change)) }
    },
    async getPreferences({ userId }, call) {
      return { preferences: toProtoPreferences(await accounts.preferences(checkOwn(userId, call))) }
    },
    async updatePreferences({ userId, preferences }, call) {
      const id = checkOwn(userId, call)
      const chosen = validate((check) =>
        check.required('preferences', preferences, ({ theme, newsletter, orderEmails }) => ({
          theme: checkTheme(check, theme),
          newsletter,
          orderEmails,
        })),
      ) as Preferences
      await accounts.updatePreferences(id, chosen)
      return { preferences: toProtoPreferences(chosen) }
    },
  }
}

/** The id, when it may be asked about. */
function checkOwn(userId: string, call: CallContext): string {
  const id = validate((check) => check.uuid('userId', userId))
  requireOwn(id, call)
  return id
}

function checkDisplayName(check: Checker, displayName: string): string {
  return check.text('displayName', displayName, { min: 1, max: 80 })
}

function checkTypedEmail(check: Checker, email: string): string {
  return check.text('email', email, { min: 1, max: 254 })
}

function checkTyped(check: Checker, path: string, password: string): string {
  if (password === '') check.issue(path, 'is required')
  else if (password.length > 1_000) check.issue(path, 'is too long')
  return password
}

function checkToken(refreshToken: string): string {
  return validate((check) => check.text('refreshToken', refreshToken, { min: 1, max: 200 }))
}

const themes: readonly (readonly [Theme, ProtoTheme])[] = [
  ['system', ProtoTheme.SYSTEM],
  ['light', ProtoTheme.LIGHT],
  ['dark', ProtoTheme.DARK],
]

function checkTheme(check: Checker, wire: ProtoTheme): Theme {
  const theme = themes.find(([, value]) => value === wire)?.[0]
  if (theme === undefined) check.issue('preferences.theme', 'must be THEME_SYSTEM, THEME_LIGHT or THEME_DARK')
  return theme ?? 'system'
}

function toProtoPreferences({ theme, ...rest }: Preferences): MessageInitShape<typeof PreferencesSchema> {
  return { ...rest, theme: themes.find(([name]) => name === theme)?.[1] ?? ProtoTheme.SYSTEM }
}

const protoRoles: Readonly<Record<Role, ProtoRole>> = { customer: ProtoRole.CUSTOMER, merchant: ProtoRole.MERCHANT }

function toProtoUser({ createdAtMs, address, role, ...rest }: User): MessageInitShape<typeof UserSchema> {
  return {
    ...rest,
    createdAt: toTimestamp(createdAtMs),
    roles: rolesOf(role).map((one) => protoRoles[one]),
    ...(address === undefined ? {} : { address }),
  }
}

function toProtoSession(session: Session): MessageInitShape<typeof SessionSchema> {
  return {
    user: toProtoUser(session.user),
    accessToken: session.accessToken,
    accessExpiresAt: toTimestamp(session.accessExpiresAtMs),
    refreshToken: session.refreshToken,
  }
}
