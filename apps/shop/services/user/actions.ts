import { action, type Action } from '@ashlar/kernel'
import { refusal } from '../shared/shop-errors.ts'
import type { UserRepository } from './repository.ts'
import { checkEmail, rolesOf } from './user.ts'
import { validate } from '../shared/validate.ts'

/** What operators can do to customers. */
export function userActions(users: UserRepository): readonly Action[] {
  return [
    action({
      name: 'set-role',
      description:
        'Says what somebody may do, from their next access token on: within ten minutes, or when they sign in.',
      risk: 'change',
      input: {
        email: { type: 'string', description: 'The e-mail address that they have registered with.' },
        role: {
          type: 'string',
          description: 'merchant: runs the whole shop, its catalogue, stock and orders. customer: only buys.',
          oneOf: ['customer', 'merchant'],
        },
      },
      async run({ email, role }) {
        const user = await users.setRole(
          validate((check) => checkEmail(check, 'email', email)),
          role,
        )
        if (user === undefined) throw refusal('SHOP_USER_NOT_FOUND', `nobody has registered as ${email}`)
        return { userId: user.id, email: user.email, roles: rolesOf(user.role) }
      },
    }),
  ]
}
