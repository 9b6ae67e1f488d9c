/** The text with control characters shown instead of obeyed; only tabs and line ends stay. */
export function printable(text: string): string {
  return text.replaceAll(/(?![\t\n])\p{Cc}/gu, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

/** As {@link printable}, for what must not begin a line: that would look like somebody else's. */
export function inline(text: string): string {
  return printable(text).replaceAll(/[\t\n]/g, ' ')
}
