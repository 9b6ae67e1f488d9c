// What these leave behind stays on the connection for whoever comes next.
const sessionVerbs = new Set(['deallocate', 'discard', 'listen', 'load', 'prepare', 'reset', 'unlisten'])

/**
 * What to do instead, for a statement that would leave something on its connection when its transaction has ended;
 * `undefined` for all others. Connections are shared: a setting would hold for strangers, a lock would be nobody's to
 * release. Looks at the text, so what a function does inside is not seen.
 */
export function sessionAdvice(text: string, verb: string): string | undefined {
  if (sessionVerbs.has(verb)) return `${verb} acts on a connection, and connections are shared`
  if (verb === 'set' && !/\bset\s+(local|constraints|transaction)\b/i.test(text)) {
    return 'set would hold for whoever uses the connection next; use "set local"'
  }
  if (/\bpg_(try_)?advisory_lock(_shared)?\s*\(/i.test(text)) {
    return 'a session lock would outlive its caller on a shared connection; use pg_advisory_xact_lock in a transaction'
  }
  if (/\bset_config\s*\([^;]*,\s*false\s*\)/i.test(text)) {
    return 'set_config would hold for whoever uses the connection next; pass true as its last argument'
  }
  return undefined
}
