/** What the command line does by itself: no service can be called that. */
export const commandNames: readonly string[] = [
  'up',
  'status',
  'actions',
  'traces',
  'logs',
  'metrics',
  'completion',
  'help',
]
