create table customer (
  id uuid primary key,
  -- Normalised by the service: one spelling for one mailbox.
  email text not null constraint customer_email_taken unique,
  password_hash text not null,
  display_name text not null,
  address jsonb,
  theme text not null check (theme in ('system', 'light', 'dark')),
  newsletter boolean not null,
  order_emails boolean not null,
  created_at timestamptz not null
);

create table session (
  id uuid primary key,
  user_id uuid not null references customer (id) on delete cascade,
  started_at timestamptz not null,
  -- When its last refresh token expires.
  expires_at timestamptz not null,
  ended_at timestamptz
);
create index session_customer on session (user_id);
create index session_expiry on session (expires_at);

-- SHA-256 of the tokens, never the tokens. Used ones are kept while their session lives: their reuse is a theft.
create table refresh_token (
  hash text primary key,
  session_id uuid not null references session (id) on delete cascade,
  expires_at timestamptz not null,
  used_at timestamptz
);
create index refresh_token_session on refresh_token (session_id);

create table signing_key (
  purpose text primary key,
  kid text not null,
  private_jwk jsonb not null
);
