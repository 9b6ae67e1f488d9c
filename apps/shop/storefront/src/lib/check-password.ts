/** What is wrong with a password that is being chosen. */
export function checkNewPassword(password: string): string | undefined {
  if (password === '') return 'Enter a password.'
  return password.length < 10 ? 'Use at least 10 characters.' : undefined
}
