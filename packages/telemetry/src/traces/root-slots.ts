/** Of tables that are looked up by a trace's root. A power of two. */
export const slots = 1_024

/** The slot of a root: by its last three digits, which are random. */
export function slotOf(root: string): number {
  return digitsAt(root, root.length - 3) & (slots - 1)
}

/** Three hexadecimal digits, 12 bits. Anything else gives some 12 bits as well. */
export function digitsAt(root: string, at: number): number {
  const a = digit(root.charCodeAt(at))
  const b = digit(root.charCodeAt(at + 1))
  const c = digit(root.charCodeAt(at + 2))
  return ((a << 8) | (b << 4) | c) & 0xfff
}

/** Of the character code of a hexadecimal digit. */
function digit(code: number): number {
  return (code & 15) + (code >> 6) * 9
}
