-- Metrics have slices of their own: a flood of spans must not push out what tells of it.
alter table history_slice add column kind text not null default 'entries';
alter table history_slice alter column kind drop default;

-- What the series of one metric were for some minutes, with their labels: a row for each minute would take more than three
-- times as much.
create table metric_entry (
  slice bigint not null,
  id bigint not null,
  name text not null,
  about text not null,
  count integer not null,
  content text not null,
  primary key (id, slice)
) partition by list (slice);
create index on metric_entry (name, id);
-- Compressed in its place.
alter table metric_entry alter column content set storage main;

drop function open_history_slice(bigint);
drop function drop_history_slice(bigint);

create function open_history_slice(now_ms bigint, slice_kind text, tables text[]) returns bigint language plpgsql as $$
declare
  opened bigint;
  parent text;
begin
  insert into history_slice (opened_ms, kind) values (now_ms, slice_kind) returning slice into opened;
  foreach parent in array tables loop
    execute format('create table %I partition of %I for values in (%s)', parent || '_' || opened, parent, opened);
    -- Its rows repeat the same labels, and are too small to be compressed otherwise.
    if parent = 'metric_entry' then
      execute format('alter table %I set (toast_tuple_target = 128)', parent || '_' || opened);
    end if;
  end loop;
  return opened;
end $$;

create function drop_history_slice(old bigint, tables text[]) returns void language plpgsql as $$
declare
  parent text;
begin
  foreach parent in array tables loop
    execute format('drop table %I', parent || '_' || old);
  end loop;
  delete from history_slice where slice = old;
end $$;
