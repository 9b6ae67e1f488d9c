-- Reads the table once, and holds nobody up.
alter table orders validate constraint orders_status_check;

-- What merchants look at: the orders of one status, oldest first. Those who write wait while the indexes are built, which
-- takes about a second for a million orders.
create index orders_of_status on orders (status, created_at, id);
-- How many orders a customer has open: few, among however many.
create index orders_open on orders (user_id) where status = 'CREATED';
