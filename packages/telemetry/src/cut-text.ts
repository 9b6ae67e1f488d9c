/**
 * The beginning of a text, `max` UTF-16 units at the most and never half a character. A copy: what the platform's `slice`
 * gives keeps the whole text in memory for as long as it is held itself.
 */
export function cutText(text: string, max: number): string {
  const last = text.charCodeAt(max - 1)
  const isHalf = last >= 0xd800 && last <= 0xdbff
  return Buffer.from(text.slice(0, isHalf ? max - 1 : max)).toString()
}
