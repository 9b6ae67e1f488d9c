-- History is kept in slices, each a partition of both tables. What is too old, or too much, goes a slice at a time: that
-- gives the space back at once, whereas deleted rows would leave their tables as large as before and the vacuum busy.
create table history_slice (
  slice bigint generated always as identity primary key,
  opened_ms bigint not null
);

-- Ids grow with the time of arrival: one index serves the newest first, a time, and a page.
create table span_entry (
  slice bigint not null,
  id bigint not null,
  trace_id text not null,
  service text not null,
  rank float8 not null,
  has_error boolean not null,
  count integer not null,
  content text not null,
  primary key (id, slice)
) partition by list (slice);
create index on span_entry (trace_id);

create table log_entry (
  slice bigint not null,
  id bigint not null,
  trace_id text not null,
  service text not null,
  rank float8 not null,
  has_error boolean not null,
  count integer not null,
  content text not null,
  primary key (id, slice)
) partition by list (slice);
create index on log_entry (trace_id) where trace_id <> '';

create function open_history_slice(now_ms bigint) returns bigint language plpgsql as $$
declare
  opened bigint;
begin
  insert into history_slice (opened_ms) values (now_ms) returning slice into opened;
  execute format('create table %I partition of span_entry for values in (%s)', 'span_entry_' || opened, opened);
  execute format('create table %I partition of log_entry for values in (%s)', 'log_entry_' || opened, opened);
  return opened;
end $$;

create function drop_history_slice(old bigint) returns void language plpgsql as $$
begin
  execute format('drop table %I', 'span_entry_' || old);
  execute format('drop table %I', 'log_entry_' || old);
  delete from history_slice where slice = old;
end $$;
