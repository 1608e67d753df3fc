import { describe, expect, it } from '@jest/globals';
import { objectKeys, parseToc, tableDataOids } from '../../src/postgres/toc.js';

const LIST = `;
; Archive created at 2026-11-21 02:00:00 UTC
;     dbname: shop
;     TOC Entries: 6
;
; Selected TOC Entries:
;
6; 2615 16389 SCHEMA - app postgres
3456; 1259 16390 TABLE app TABLE DATA oddly named postgres
3457; 0 16390 TABLE DATA app TABLE DATA oddly named postgres
3458; 0 0 SEQUENCE SET app orders_id_seq postgres
3459; 1262 16384 DATABASE - shop postgres
`;

describe('a table of contents', () => {
  it('is read by catalog and OID, whatever the names are', () => {
    const entries = parseToc(LIST);
    expect(entries).toHaveLength(5);
    expect(entries[0]).toEqual({ dumpId: 6, catalogId: 2615, oid: 16389, text: 'SCHEMA - app postgres' });
    expect(tableDataOids(entries)).toEqual(new Set([16390]));
    expect(objectKeys(entries)).toEqual(new Set(['2615/16389', '1259/16390', '1262/16384']));
  });

  it('does not take a table of the schema DATA for rows', () => {
    const entries = parseToc(
      ['215; 1259 16396 TABLE DATA orders postgres', '3314; 0 16396 TABLE DATA DATA orders postgres'].join(
        '\n',
      ),
    );
    expect(tableDataOids(entries.slice(0, 1))).toEqual(new Set());
    expect(tableDataOids(entries)).toEqual(new Set([16396]));
  });

  it('may be empty', () => {
    expect(parseToc('; Selected TOC Entries:\n;\n')).toEqual([]);
  });
});
