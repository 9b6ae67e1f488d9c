const digits: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Two lower-case digits. */
export function hexOfByte(byte: number): string {
  return digits[byte] as string
}
