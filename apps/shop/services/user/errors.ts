import { refusal, type ShopError } from '../shared/shop-errors.ts'

export const emailTaken = (): ShopError =>
  refusal('SHOP_EMAIL_TAKEN', 'an account with this e-mail address exists already; sign in instead')

/** The same for an unknown address and a wrong password: which it was is nobody's business. */
export const badCredentials = (): ShopError =>
  refusal('SHOP_BAD_CREDENTIALS', 'the e-mail address and the password do not match')

/** The same whether there is such an account or not. */
export const tooManyAttempts = (retryAfterMs: number): ShopError =>
  refusal('SHOP_TOO_MANY_ATTEMPTS', 'too many attempts to sign in with this e-mail address; wait a little', {
    retryAfterMs,
  })

export const wrongPassword = (): ShopError => refusal('SHOP_BAD_CREDENTIALS', 'the current password is wrong')

/** The same for a token that is unknown, used, expired or revoked. */
export const sessionExpired = (): ShopError => refusal('SHOP_SESSION_EXPIRED', 'the session has ended; sign in again')

/** The same for a token that is unknown, used, replaced or expired. */
export const resetTokenInvalid = (): ShopError =>
  refusal('SHOP_RESET_TOKEN_INVALID', 'the link has been used, or is too old; ask for a new one')

export const userNotFound = (): ShopError => refusal('SHOP_USER_NOT_FOUND', 'there is no such customer')

export const busy = (retryAfterMs: number): ShopError =>
  refusal('SHOP_BUSY', 'too many people are asking for this right now; try again in a moment', { retryAfterMs })
