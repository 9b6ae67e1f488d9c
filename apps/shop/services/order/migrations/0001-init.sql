-- Locked by whoever changes the customer's cart.
create table cart (
  user_id uuid primary key
);

create table cart_line (
  user_id uuid not null references cart (user_id),
  product_id uuid not null,
  quantity integer not null check (quantity between 1 and 99),
  -- Grows with each product that is put in: the order in which the cart is shown.
  position bigint not null generated always as identity,
  primary key (user_id, product_id)
);

create table orders (
  id uuid primary key,
  number text not null constraint orders_number_unique unique,
  user_id uuid not null,
  idempotency_key text not null,
  status text not null check (status in ('PENDING', 'RESERVED', 'PAID', 'REFUSED', 'CANCELLED', 'INTERRUPTED')),
  lines jsonb not null,
  address jsonb not null,
  card_token text not null,
  -- How the order is to end, once that is decided: {kind: refuse, refusal} or {kind: cancel, reason}.
  ending jsonb,
  payment_label text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version integer not null,
  -- Who works on the order and until when; null when nobody does. The epoch grows with each lease and fences off the
  -- holders of earlier ones.
  lease_runner text,
  lease_until timestamptz,
  lease_epoch integer not null,
  constraint orders_key_unique unique (user_id, idempotency_key)
);

create index orders_of_user on orders (user_id, created_at desc, id desc);
create index orders_leased on orders (lease_until) where lease_until is not null;

create table order_history (
  order_id uuid not null references orders (id),
  number integer not null,
  status text not null,
  at timestamptz not null,
  note text not null,
  primary key (order_id, number)
);
