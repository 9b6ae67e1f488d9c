import { port } from '../config-fields.ts'
import type { ConfigField } from '../config.ts'

// A key that nobody can guess needs no lock against guessing, which would also be a way to lock operators out.
const shortestKey = 32

/** What a service is told about its admin endpoint. Without a key it has none. */
export const adminConfig: { readonly ADMIN_KEY: ConfigField<string>; readonly ADMIN_PORT: ConfigField<number> } = {
  ADMIN_KEY: {
    expected: `a secret of at least ${shortestKey} characters`,
    fallback: '',
    parse: (text) => (text.length >= shortestKey ? text : undefined),
    show: () => 'a value that is not shown',
    tell: (value) => (value === '' ? '' : '(secret)'),
  },
  ADMIN_PORT: port({ default: 0 }),
}
