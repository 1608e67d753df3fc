import { describe, expect, it } from '@jest/globals';
import { readGlobals } from '../../src/postgres/globals.js';

const SQL = String.raw`--
-- PostgreSQL database cluster dump; it's only roles
--

\restrict Xc0b5pK1

SET default_transaction_read_only = off;

CREATE ROLE app;
ALTER ROLE app WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS CONNECTION LIMIT -1 VALID UNTIL '2030-01-01';
CREATE ROLE "od;d ""one""
two";
ALTER ROLE "od;d ""one""
two" WITH SUPERUSER INHERIT NOLOGIN;
COMMENT ON ROLE app IS 'CREATE ROLE not_one; it''s text';
ALTER ROLE app SET session_preload_libraries TO 'missing';
CREATE TABLESPACE fast OWNER postgres LOCATION '/mnt/fast';
GRANT app TO "od;d ""one""
two" WITH ADMIN OPTION GRANTED BY postgres;
GRANT pg_read_all_data TO app GRANTED BY postgres;
GRANT ALL ON TABLESPACE fast TO app;
`;

describe('globals for a scratch server', () => {
  const globals = readGlobals(SQL);

  it('names every role', () => {
    expect(globals.roles).toEqual(['app', 'od;d "one"\ntwo']);
  });

  it('keeps what roles may do and belong to, and nothing else', () => {
    expect(globals.statements).toEqual([
      'ALTER ROLE app WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS CONNECTION LIMIT -1',
      'ALTER ROLE "od;d ""one""\ntwo" WITH SUPERUSER INHERIT NOLOGIN',
      'GRANT app TO "od;d ""one""\ntwo" WITH ADMIN OPTION',
      'GRANT pg_read_all_data TO app',
    ]);
  });
});
