import { openDatabase, sql } from './index.ts'
import type { Database } from './queryable.ts'
import { SqlScript } from './statement.ts'
import type { TestDatabase } from './testing/index.ts'

/**
 * A connection pool for which `clock_timestamp()` does what `body` says, in SQL, where it may ask for
 * `pg_catalog.clock_timestamp()`: so that a test decides what happens at the moments at which a statement looks at it.
 */
export async function withClock(
  { db, url }: TestDatabase,
  body: string,
  name: string = 'test clock',
): Promise<Database> {
  await db.transaction((tx) =>
    tx.run(
      new SqlScript(`
        create schema test_clock;
        create sequence test_clock.tick;
        create function test_clock.clock_timestamp() returns timestamptz language plpgsql volatile as $$
        begin
          if current_setting('application_name') = '${name}' then
            ${body}
          end if;
          return pg_catalog.clock_timestamp();
        end $$;
        do $$ begin
          execute format('alter role %I set search_path = test_clock, public, pg_catalog', current_user);
        end $$`),
    ),
  )
  const opened = await openDatabase({ url, name })
  await opened.run(sql`select test_clock.clock_timestamp()`)
  return opened
}
