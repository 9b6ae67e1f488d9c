-- One row a process, renewed while it lives: however many leases it holds, that is all it writes to keep them.
create table ashlar_worker (
  id text primary key,
  name text not null,
  until timestamptz not null
) with (fillfactor = 50);

-- Never the same twice, so that a row may be removed when it is released and made again later.
create sequence ashlar_lease_epoch;

create table ashlar_lease (
  resource text primary key,
  -- Of ashlar_worker; null for one that is being claimed for the first time.
  owner text,
  epoch bigint not null default nextval('ashlar_lease_epoch')
) with (fillfactor = 70);

create index ashlar_lease_owner on ashlar_lease (owner);
