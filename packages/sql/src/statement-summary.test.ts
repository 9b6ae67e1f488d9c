import assert from 'node:assert/strict'
import { test } from 'node:test'
import { summaryOf } from './statement-summary.ts'

test('a statement is told by its first word and the first table that it names', () => {
  const summaries: Record<string, string> = {
    'select 1': 'select',
    'select id from orders where id = $1': 'select orders',
    'select o.id from "Order" o join line l on true': 'select Order',
    'select * from shop."order"': 'select shop.order',
    'insert into line (sku) select sku from unnest($1::text[]) t(sku)': 'insert line',
    'update item set from_date = $1': 'update item',
    'delete from only item': 'delete item',
    'select extract(epoch from now()) from clock_row': 'select clock_row',
    'select extract(epoch from h.at) * 1000 from history h': 'select history',
    'select a is distinct from b from pair': 'select pair',
    'select * from unnest($1::int[]) x join item using (id)': 'select item',
    'select * from (select * from inner_one) x': 'select inner_one',
    'with gone as (delete from item returning id) select * from gone': 'with item',
    'select count(*) from\n  spread_out\n': 'select spread_out',
  }
  for (const [text, expected] of Object.entries(summaries)) {
    assert.equal(summaryOf(text, text.split(' ')[0] as string), expected, text)
  }
})

test('however long a statement is, it is read once', () => {
  for (const text of ['from '.repeat(50_000), `from ${'a.'.repeat(100_000)}(`, `from ${' '.repeat(100_000)}(`]) {
    assert.ok(summaryOf(text, 'select').startsWith('select'))
  }
})
