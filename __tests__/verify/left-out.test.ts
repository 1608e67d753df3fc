import { describe, expect, it } from '@jest/globals';
import { parseDependencies, parseToc } from '../../src/postgres/toc.js';
import { divide, holdsRowsOf } from '../../src/verify/left-out.js';

// As pg_restore 15 prints it: citext is used by a table, a view of it, a table of its row type, a function and an index.
const LISTING = `;
; Archive created at 2026-11-21 05:50:59 UTC
;     TOC Entries: 17
;
3371; 1262 5 DATABASE - postgres postgres
2; 3079 16384 EXTENSION - citext 
3373; 0 0 COMMENT - EXTENSION citext 
;	depends on: 2
3; 3079 16390 EXTENSION - citext2 
264; 1255 16505 FUNCTION public f(public.citext) postgres
;	depends on: 2 2 2 2 2
217; 1259 16500 TABLE public u postgres
;	depends on: 215
215; 1259 16489 TABLE public t postgres
;	depends on: 2 2 2 2 2
216; 1259 16496 VIEW public v postgres
;	depends on: 215
218; 1259 16507 TABLE public w postgres
3363; 0 16489 TABLE DATA public t postgres
;	depends on: 215
3365; 0 16507 TABLE DATA public w postgres
;	depends on: 218
3217; 1259 16506 INDEX public t_f_idx postgres
;	depends on: 215 264 215
`;

describe('an archive without an extension', () => {
  const toc = parseToc(LISTING);
  const dependencies = parseDependencies(LISTING);

  it('knows what each entry depends on', () => {
    expect(dependencies.get(3217)).toEqual([215, 264]);
    expect(dependencies.get(218)).toBeUndefined();
  });

  it('leaves out all that needs it, at any distance and in any order', () => {
    const { restored, leftOut } = divide(toc, dependencies, ['citext']);
    expect(leftOut.map(({ dumpId }) => dumpId)).toEqual([2, 3373, 264, 217, 215, 216, 3363, 3217]);
    expect(restored.map(({ dumpId }) => dumpId)).toEqual([3371, 3, 218, 3365]);
  });

  it('leaves out nothing where none is named', () => {
    expect(divide(toc, dependencies, []).leftOut).toEqual([]);
  });

  it('tells whose rows are among the entries', () => {
    const { leftOut } = divide(toc, dependencies, ['citext']);
    expect(holdsRowsOf(leftOut, { schema: 'public', name: 't' })).toBe(true);
    expect(holdsRowsOf(leftOut, { schema: 'public', name: 'w' })).toBe(false);
  });
});
