-- One row per order that anything about money was ever asked for; locked by whoever changes the order's money.
create table account (
  order_id uuid primary key,
  -- Set once a refund was asked for: the order is never charged from then on.
  is_closed boolean not null default false
);

create table payment (
  id uuid primary key,
  order_id uuid not null constraint payment_order_unique unique references account (order_id),
  user_id uuid not null,
  status text not null check (status in ('PENDING', 'CHARGED', 'DECLINED', 'REFUNDED', 'VOID')),
  amount_minor bigint not null check (amount_minor >= 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  lines jsonb not null,
  decline_code text not null,
  card_brand text not null,
  card_last4 text not null,
  bank_reference text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create table payment_attempt (
  -- Also the key that the bank is asked under.
  id uuid primary key,
  payment_id uuid not null references payment (id),
  number integer not null,
  card_token text not null,
  status text not null check (status in ('PENDING', 'CHARGED', 'DECLINED', 'VOID')),
  created_at timestamptz not null,
  -- When to ask the bank what became of it, while it is pending.
  look_at timestamptz not null,
  constraint payment_attempt_number_unique unique (payment_id, number)
);

-- A payment has at most one attempt whose outcome is open: two could both be charged.
create unique index payment_attempt_one_pending on payment_attempt (payment_id) where status = 'PENDING';
create unique index payment_attempt_one_charged on payment_attempt (payment_id) where status = 'CHARGED';
create index payment_attempt_due on payment_attempt (look_at) where status = 'PENDING';

create table invoice (
  id uuid primary key,
  number text not null constraint invoice_number_unique unique,
  order_id uuid not null constraint invoice_order_unique unique references account (order_id),
  user_id uuid not null,
  lines jsonb not null,
  total_minor bigint not null,
  currency text not null,
  issued_at timestamptz not null,
  refunded_at timestamptz
);

-- The last number of each year. Its row is locked until the invoice is committed, which is what makes numbers dense.
create table invoice_counter (
  year integer primary key,
  last_number integer not null
);
