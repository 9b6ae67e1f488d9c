-- What is used up of each key. Unlogged: a crash of the server gives everybody a whole burst, and nothing is waited for.
create unlogged table ashlar_rate (
  -- Of the key's hash, so that what stands beside a key is any other, and nobody can read who it was.
  id bytea primary key,
  -- Calls, as of then.
  used double precision not null,
  -- Microseconds since 1970.
  at_us bigint not null,
  -- When nothing would be used up any more: the row is as good as none.
  until_us bigint not null
) with (fillfactor = 50);

-- For each key five arguments: limit, period in microseconds, burst, cost, extra calls; and four answers: microseconds to
-- wait, remaining, microseconds until the whole burst is back, extra calls taken. All keys are taken from, or none.
--
-- Plans are made while the table is small and kept while it grows: by then a scan of it all would be all that is done.
create function ashlar_rate_take(keys text[], args double precision[]) returns bigint[]
language plpgsql set enable_seqscan = off as $$
declare
  ids bytea[];
  uses double precision[];
  ats bigint[];
  answer bigint[] := '{}';
  is_first boolean := false;
  fits boolean := true;
  now_us bigint;
  per_call double precision;
  burst double precision;
  slack double precision;
  over double precision;
  extra double precision;
  key_used double precision;
  key_at bigint;
  place int;
begin
  for place in 1 .. cardinality(keys) loop
    ids[place] := substr(sha256(convert_to(keys[place], 'UTF8')), 1, 16);
  end loop;

  -- In one order for all, so that nobody waits for one who waits for him.
  for place in select nth from unnest(ids) with ordinality as key (id, nth) order by id loop
    loop
      select used, at_us into key_used, key_at from ashlar_rate where id = ids[place] for no key update;
      exit when found;
      key_used := 0;
      key_at := 0;
      insert into ashlar_rate values (ids[place], 0, 0, 0) on conflict do nothing;
      is_first := is_first or found;
      exit when found;
    end loop;
    uses[place] := key_used;
    ats[place] := key_at;
  end loop;

  -- Not before: whoever had a key until now has counted up to a later time than that of our arrival.
  now_us := extract(epoch from clock_timestamp()) * 1000000;

  for place in 1 .. cardinality(keys) loop
    per_call := args[5 * place - 3] / args[5 * place - 4];
    burst := args[5 * place - 2];
    -- What adds up to the whole burst may be off in the last digits.
    slack := burst * 1e-12;
    key_used := greatest(0, uses[place] - greatest(0, now_us - ats[place]) / per_call);
    -- The burst may have been larger then.
    key_used := least(key_used, burst + slack);
    uses[place] := key_used;
    fits := fits and key_used + args[5 * place - 1] - burst <= slack;
  end loop;

  for place in 1 .. cardinality(keys) loop
    per_call := args[5 * place - 3] / args[5 * place - 4];
    burst := args[5 * place - 2];
    slack := burst * 1e-12;
    key_used := uses[place];
    over := key_used + args[5 * place - 1] - burst;
    extra := 0;
    if fits then
      key_used := key_used + args[5 * place - 1];
      extra := greatest(0, least(args[5 * place], floor(burst - key_used + slack)));
      key_used := key_used + extra;
    end if;
    -- A clock that was set back drains nothing until it has passed where it counts from now on.
    if fits or ats[place] > now_us then
      update ashlar_rate set used = key_used, at_us = now_us, until_us = now_us + ceil(key_used * per_call)
      where id = ids[place];
    end if;
    answer := answer || array[
      case when over > slack then greatest(1, ceil(over * per_call)) else 0 end,
      greatest(0, floor(burst - key_used + slack)),
      ceil(key_used * per_call),
      extra
    ]::bigint[];
  end loop;

  -- Each row that comes looks at some beside it for those that have had their time: so few of them are ever left, and
  -- nobody has to sweep.
  if is_first then
    delete from ashlar_rate where id in (
      select id from ashlar_rate
      where until_us < now_us and id in (
        select id from ashlar_rate where id > ids[1] order by id limit 8)
      for update skip locked);
  end if;
  return answer;
end
$$;
