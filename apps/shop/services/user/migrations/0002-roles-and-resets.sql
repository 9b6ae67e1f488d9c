alter table customer
  add column role text not null default 'customer' check (role in ('customer', 'merchant')),
  -- SHA-256 of the idempotency key that the customer registered with.
  add column registration_key_hash text;

-- Requests for a link with which a new password can be set. Kept for as long as they count.
create table password_reset (
  id uuid primary key,
  user_id uuid not null references customer (id) on delete cascade,
  requested_at timestamptz not null,
  expires_at timestamptz not null,
  -- SHA-256 of the token in the link, never the token; none until the mail is written.
  token_hash text unique,
  -- Used, replaced by a newer one, or overtaken by a change of the password.
  ended_at timestamptz
);
create index password_reset_customer on password_reset (user_id, requested_at);
create index password_reset_age on password_reset (requested_at);
