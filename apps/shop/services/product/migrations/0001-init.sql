create table category (
  slug text primary key,
  name text not null,
  position integer not null unique
);

-- English stems without stop words: the query side drops those that say nothing, so that every other word must match.
create text search dictionary shop_stem (template = snowball, language = english);
create text search configuration shop_english (copy = english);
alter text search configuration shop_english
  alter mapping for asciiword, asciihword, hword_asciipart, word, hword, hword_part with shop_stem;

-- Plain lower-case letters and digits. What is left holds nothing that the text search parser gives a meaning of its
-- own: no hyphens, signs, paths or host names. search-query.ts folds what customers type in the same way.
create function fold(text) returns text
  language sql immutable strict parallel safe
  return regexp_replace(
    lower(
      -- Most texts are ASCII, and looking every letter up is slow.
      case when octet_length($1) = char_length($1) then $1 else translate($1,
        'ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝàáâãäåçèéêëìíîïñòóôõöùúûüýÿŠšŽžČčĆćĘęŁłŃńŚśŹźŻżÆæØøŒœĐđß',
        'AAAAAACEEEEIIIINOOOOOUUUUYaaaaaaceeeeiiiinooooouuuuyySsZzCcCcEeLlNnSsZzZzAaOoOoDds')
      end),
    '[^a-z0-9]+', ' ', 'g');

create function attribute_text(jsonb) returns text
  language sql immutable strict parallel safe
  return jsonb_path_query_array($1, '$[*].value')::text;

create table product (
  id uuid primary key,
  sku text not null unique,
  name text not null,
  brand text not null,
  category_slug text not null references category (slug),
  -- Copied here because a generated column sees its own row only.
  category_name text not null,
  description text not null,
  price_minor bigint not null check (price_minor >= 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  attributes jsonb not null,
  rating_tenths integer not null check (rating_tenths between 0 and 50),
  rating_count integer not null check (rating_count >= 0),
  colour text not null check (colour ~ '^#[0-9a-f]{6}$'),
  created_at timestamptz not null,
  search tsvector not null generated always as (
    setweight(to_tsvector('shop_english', fold(name)), 'A') ||
    setweight(to_tsvector('shop_english', fold(brand || ' ' || category_name || ' ' || sku)), 'B') ||
    setweight(to_tsvector('shop_english', fold(description || ' ' || attribute_text(attributes))), 'C')
  ) stored
);
create index product_search on product using gin (search);
create index product_category on product (category_slug);

create table stock (
  product_id uuid primary key references product (id),
  initial integer not null,
  available integer not null,
  reserved integer not null default 0,
  sold integer not null default 0,
  -- The promise itself: whatever the code does, a piece is neither invented nor lost.
  constraint stock_conserved
    check (available >= 0 and reserved >= 0 and sold >= 0 and available + reserved + sold = initial)
);

create table reservation (
  id uuid primary key,
  state text not null check (state in ('held', 'committed', 'released', 'expired', 'returned')),
  lines jsonb not null,
  expires_at timestamptz not null,
  changed_at timestamptz not null
);
create index reservation_due on reservation (expires_at) where state = 'held';

-- The words of names, brands, categories and attributes, folded, to correct typing mistakes with. Only where the server
-- has the extension; a database's owner may create it, since it is a trusted one.
create table search_word (word text primary key);
do $$
begin
  create extension if not exists pg_trgm;
  create index search_word_similar on search_word using gin (word gin_trgm_ops);
exception
  when undefined_file or feature_not_supported or insufficient_privilege then
    raise notice 'pg_trgm is not available: searches are not corrected for typing mistakes';
end
$$;
