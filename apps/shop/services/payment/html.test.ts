import assert from 'node:assert/strict'
import { test } from 'node:test'
import { html } from './html.ts'

test('values are text, in content and in attributes, and pieces of pages are kept', () => {
  const hostile = `<script>alert("1")</script> & 'x'`
  const escaped = '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;'
  assert.equal(html`<p title="${hostile}">${hostile}</p>`.html, `<p title="${escaped}">${escaped}</p>`)
  const items = ['<', '&amp;'].map((text) => html`<i>${text}</i>`)
  assert.equal(html`<b>${items}${[]}${html`<u>${3}</u>`}</b>`.html, '<b><i>&lt;</i><i>&amp;amp;</i><u>3</u></b>')
})
