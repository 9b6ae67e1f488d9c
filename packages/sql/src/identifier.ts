/**
 * A name in double quotes, as PostgreSQL reads it.
 * @param asker Whom the error names.
 * @throws {RangeError} for what cannot be a name: empty, over 63 bytes (the server would cut it), or with a NUL.
 */
export function quoteIdentifier(name: string, asker: string = 'sql.id'): string {
  const bytes = Buffer.byteLength(name)
  if (bytes === 0 || bytes > 63 || name.includes('\0')) {
    throw new RangeError(`${asker}: a name has 1 to 63 bytes and no NUL, got ${JSON.stringify(name)}`)
  }
  return `"${name.replaceAll('"', '""')}"`
}
