-- Orders that are made before they are paid, and what becomes of them after. Every lock here is held for a moment only:
-- nullable columns are added without touching a row, and the wider list of statuses is checked for new rows now and for
-- the old ones, which were checked against the shorter list, in the next file.
alter table orders drop constraint orders_status_check;
alter table orders add constraint orders_status_check check (
  status in ('CREATED', 'PENDING', 'RESERVED', 'PAID', 'SHIPPED', 'DELIVERED', 'REFUSED', 'CANCELLED', 'REFUNDED',
             'INTERRUPTED')
) not valid;

alter table orders
  add column carrier text,
  add column tracking_number text,
  add column shipped_at timestamptz,
  add column delivered_at timestamptz;
