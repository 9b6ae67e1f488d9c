/** The token in the fragment of a link of ours: "#token=...". Undefined for what cannot be one. */
export function resetToken(fragment: string): string | undefined {
  return /^#token=([\w.~-]{16,500})$/.exec(fragment)?.[1]
}
