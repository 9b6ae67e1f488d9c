alter table product
  -- Compared with the version that a merchant's change was made from.
  add column version integer not null default 1 check (version >= 1),
  add column retired_at timestamptz;

-- One picture a product: who replaces it, or takes it away, means that the old one is gone.
create table product_image (
  product_id uuid primary key references product (id),
  -- SHA-256 of the content, under which it is served.
  hash text not null check (hash ~ '^[0-9a-f]{64}$'),
  content_type text not null check (content_type in ('image/png', 'image/jpeg', 'image/webp')),
  content bytea not null check (octet_length(content) between 1 and 1048576),
  unique (product_id, hash)
);
-- Pictures are compressed already.
alter table product_image alter column content set storage external;

-- With the product, since every list of products says it, and a join more would make all of them slower. Checked when a
-- transaction ends: in between the two differ.
alter table product
  add column image_hash text,
  add constraint product_image_kept foreign key (id, image_hash) references product_image (product_id, hash)
    deferrable initially deferred;

-- What a product cost since which version of it, its first price included.
create table price_change (
  product_id uuid not null references product (id),
  version integer not null check (version >= 1),
  price_minor bigint not null check (price_minor >= 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  at timestamptz not null,
  -- Null for the price that the shop opened with.
  merchant_id uuid,
  primary key (product_id, version)
);
insert into price_change (product_id, version, price_minor, currency, at)
  select id, 1, price_minor, currency, created_at from product;

-- Finds what may be forgotten. The words are those of `endings` in reservation.ts.
create index reservation_unsold on reservation (changed_at) where state in ('released', 'expired');
create index reservation_sold on reservation (changed_at) where state in ('committed', 'returned');

-- A change of a product goes into the index itself, not onto a list beside it that each search reads until the next
-- vacuum: with the opening catalogue that list was all there was.
alter index product_search set (fastupdate = off);
select gin_clean_pending_list('product_search');

-- Merchants write names that the opening catalogue has none of, in any alphabet. Letters are taken apart as Unicode says,
-- as `foldWords` in search-query.ts does; what was folded before comes out the same.
create or replace function fold(text) returns text
  language sql immutable strict parallel safe
  return regexp_replace(
    lower(
      -- Most texts are ASCII, and looking every letter up is slow.
      case when octet_length($1) = char_length($1) then $1 else translate(
        regexp_replace(normalize($1, nfkd), '[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]', '', 'g'),
        'ÆæØøŒœĐđŁłẞß', 'AaOoOoDdLlSs')
      end),
    '[^a-z0-9]+', ' ', 'g');
