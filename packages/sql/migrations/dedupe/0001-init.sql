create table ashlar_dedupe (
  consumer text not null,
  message_id text not null,
  -- Under "value"; null while the work is under way, which only its own transaction can see.
  result jsonb,
  at timestamptz not null default now(),
  primary key (consumer, message_id)
);

create index ashlar_dedupe_at on ashlar_dedupe (at);
