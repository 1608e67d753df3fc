import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import type { Fingerprint } from '../../src/backup/fingerprint/types.js';
import type { Programs } from '../../src/postgres/types.js';
import { extensionsOf } from '../../src/verify/extensions.js';

const folder = mkdtempSync(join(tmpdir(), 'pgkeep-extensions-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const path = join(folder, 'database.sql');
writeFileSync(
  path,
  `CREATE EXTENSION IF NOT EXISTS hstore WITH SCHEMA public;
COMMENT ON EXTENSION hstore IS 'CREATE EXTENSION no;';
CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA "my exists";
CREATE EXTENSION plpgsql;
CREATE TABLE public.t (a text);
COPY public.t (a) FROM stdin;
CREATE EXTENSION data;
\\.
`,
);
const how = {
  // Nothing of a plain dump is asked of a program.
  programs: undefined as unknown as Programs,
  signal: new AbortController().signal,
};

it('finds the extensions of a plain dump that has no fingerprint', async () => {
  const dump = { format: 'plain', path, fingerprint: undefined } as const;
  expect(await extensionsOf(dump, how)).toEqual(['hstore', 'uuid-ossp']);
});

it('takes the word of the fingerprint where there is one', async () => {
  const fingerprint = {
    extensions: [{ name: 'citext' }],
    requires: { extensions: [{ name: 'postgis' }] },
  } as unknown as Fingerprint;
  expect(await extensionsOf({ format: 'plain', path, fingerprint }, how)).toEqual(['citext', 'postgis']);
});
