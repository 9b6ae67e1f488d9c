-- In how many orders two products were bought together, once for each of the two. What is counted was reserved, so it is
-- in stock: no foreign key looks that up again for each pair.
create table co_purchase (
  product_id uuid not null,
  other_id uuid not null check (other_id <> product_id),
  orders integer not null check (orders >= 0),
  primary key (product_id, other_id)
);
create index co_purchase_most on co_purchase (product_id, orders desc);

-- What was sold before, by the rule of co-purchase.ts.
insert into co_purchase (product_id, other_id, orders)
  select one.id, other.id, count(*)
  from reservation r
  cross join lateral (select (line ->> 'productId')::uuid as id from jsonb_array_elements(r.lines) as line) as one
  cross join lateral (select (line ->> 'productId')::uuid as id from jsonb_array_elements(r.lines) as line) as other
  where r.state = 'committed' and jsonb_array_length(r.lines) between 2 and 10 and one.id <> other.id
  group by one.id, other.id;

create index stock_best_sellers on stock (sold desc);
