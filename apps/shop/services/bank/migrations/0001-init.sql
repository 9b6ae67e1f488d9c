create table card (
  token text primary key,
  brand text not null,
  last4 text not null check (last4 ~ '^[0-9]{4}$'),
  outcome text not null
);

-- One numbering for all entries, so that the ledger reads in order.
create sequence ledger_position;

create table charge (
  position bigint primary key default nextval('ledger_position'),
  id uuid not null unique,
  key text not null constraint charge_key_unique unique,
  status text not null check (status in ('approved', 'declined', 'void')),
  decline_code text check ((decline_code is not null) = (status = 'declined')),
  amount_minor bigint not null check (amount_minor >= 0),
  currency text not null,
  token text not null,
  description text not null,
  brand text not null,
  last4 text not null,
  created_at timestamptz not null
);

create table refund (
  position bigint primary key default nextval('ledger_position'),
  id uuid not null unique,
  key text not null constraint refund_key_unique unique,
  charge_id uuid not null references charge (id),
  amount_minor bigint not null check (amount_minor > 0),
  created_at timestamptz not null
);

create index refund_of_charge on refund (charge_id);
