/** Where to go after signing in. Only a path of this shop: a link must not send customers elsewhere with our name on it. */
export function safeReturn(next: string | undefined): string {
  return next !== undefined && /^\/(?![/\\])[\w\-./?=&%+]*$/.test(next) && !/^\/(sign-in|register)\b/.test(next)
    ? next
    : '/account'
}
