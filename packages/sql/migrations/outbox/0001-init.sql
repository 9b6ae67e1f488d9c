create table ashlar_outbox (
  -- Increases with each commit among the messages of one key, which is what their order is.
  position bigint generated always as identity,
  outbox text not null,
  id text not null,
  key text not null,
  type text not null,
  payload jsonb not null,
  headers jsonb not null,
  created_at timestamptz not null default clock_timestamp(),
  attempts integer not null default 0,
  -- Not before this; only after an attempt that failed.
  due_at timestamptz not null default '-infinity',
  parked boolean not null default false,
  error text,
  -- First, so that what waits in one outbox is in nobody else's way.
  primary key (outbox, position),
  unique (outbox, id)
);

-- Those that hold back what comes after them under their key.
create index ashlar_outbox_held on ashlar_outbox (outbox, key, position) where attempts > 0;
