/** A piece of a page that is safe to show: made by {@link html} and by nothing else. */
export interface Html {
  readonly html: string
}

/**
 * A template whose values are text, whatever they hold: nothing in them becomes markup, as content or in a quoted
 * attribute. Values that are themselves {@link Html}, or lists of it, are inserted as they are.
 */
export function html(
  strings: TemplateStringsArray,
  ...values: readonly (string | number | Html | readonly Html[])[]
): Html {
  const parts = strings.map((text, index) => text + (index < values.length ? toHtml(values[index] ?? '') : ''))
  return { html: parts.join('') }
}

function toHtml(value: string | number | Html | readonly Html[]): string {
  if (typeof value === 'string' || typeof value === 'number') return escape(String(value))
  return 'html' in value ? value.html : value.map((each) => each.html).join('')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '')
}
