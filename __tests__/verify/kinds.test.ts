import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Rig, rigMissing } from '../support/backup-rig.js';
import { testMajors } from '../support/majors.js';
import { unequal, verify } from '../support/verify-rig.js';

if (rigMissing !== undefined) process.stderr.write(`NOT RUN: kinds of objects: ${rigMissing}\n`);

const OBJECTS = [
  `CREATE TABLE a (id int); CREATE TABLE b (id int)`,
  `CREATE DOMAIN age AS int CONSTRAINT grown CHECK (VALUE > 17)`,
  `CREATE FOREIGN DATA WRAPPER w`,
  `CREATE SERVER s FOREIGN DATA WRAPPER w; CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (password 'x')`,
  `CREATE PUBLICATION p FOR TABLE a`,
  `CREATE ACCESS METHOD heap_too TYPE TABLE HANDLER heap_tableam_handler`,
  `CREATE OPERATOR FAMILY lonely USING btree`,
  `CREATE CONVERSION latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8`,
  `CREATE TRANSFORM FOR int LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal))`,
  `CREATE TEXT SEARCH PARSER parser (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype)`,
  `CREATE TEXT SEARCH TEMPLATE template (LEXIZE = dsimple_lexize)`,
];

const COUNTS = {
  'access method': 1,
  conversion: 1,
  'domain constraint': 1,
  'operator family': 1,
  'published table': 1,
  'text search parser': 1,
  'text search template': 1,
  transform: 1,
  'user mapping': 1,
};

const suite = rigMissing === undefined ? describe.each(testMajors()) : describe.skip.each([0]);

suite('objects of rare kinds in PostgreSQL %i', (major) => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.start(major);
    const source = await rig.database('rare', ...OBJECTS);
    const schema = 'CREATE SCHEMA open; CREATE PUBLICATION q FOR TABLES IN SCHEMA open';
    if (major >= 15) await source.exec(schema);
  });
  afterAll(() => rig.stop());

  // What is left out leaves the kinds to the archive's table of contents, in which a user mapping has no OID.
  it.each([{}, { 'exclude-tables': 'b' }])('are counted, and found again: %j', async (inputs) => {
    const { fingerprint, folder } = await rig.publish('rare', { ...inputs, globals: 'true' });
    expect(fingerprint.objects).toMatchObject({
      ...COUNTS,
      ...(major >= 15 ? { 'published schema': 1 } : {}),
    });
    const run = await verify(major, { storage: `file://${folder.split('/').slice(0, -2).join('/')}` });
    expect(run.error).toBeUndefined();
    expect(unequal(run).filter((text) => !text.includes('transaction_timeout'))).toEqual([]);
  });
});
