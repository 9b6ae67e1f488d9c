import type { VNode } from 'preact'
import { useEffect } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import type { User } from '../api/types.ts'
import { session } from '../state/session.ts'
import { Loading } from './states.tsx'

/** Shows a page to a signed-in customer, and sends anybody else to sign in and back. */
export function MembersOnly({ children }: { children: (user: User) => VNode }): VNode {
  const { url, route } = useLocation()
  const state = session.value
  useEffect(() => {
    if (state.kind === 'anonymous') route(`/sign-in?next=${encodeURIComponent(url)}`, true)
  }, [state.kind])
  return state.kind === 'signed-in' ? (
    children(state.user)
  ) : (
    <div class="wrap page">
      <Loading lines={6} />
    </div>
  )
}
