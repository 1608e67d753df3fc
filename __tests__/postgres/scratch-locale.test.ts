import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { run } from '../../src/base/process.js';
import { localeSource } from '../../src/postgres/scratch/localedef.js';
import { inspectServer } from '../../src/postgres/server.js';
import { libc, scratchMissing, ScratchRig } from './scratch-rig.js';

/** One that this machine has no compiled form of, and could have. */
async function missingLocale(): Promise<string | undefined> {
  const have = (await run('locale', ['-a'])).stdout.toString().split('\n');
  return ['de_DE.UTF-8', 'sv_SE.UTF-8', 'da_DK.UTF-8'].find(
    (name) => !have.includes(name.replace('UTF-8', 'utf8')) && localeSource(name) !== undefined,
  );
}

const missing = await missingLocale();
const why = scratchMissing ?? (missing === undefined ? 'no sources of locales (package locales)' : undefined);
if (why !== undefined) process.stderr.write(`NOT RUN: locales of scratch servers: ${why}\n`);

(why === undefined ? describe : describe.skip)('a locale that this machine lacks', () => {
  let rig: ScratchRig;
  beforeEach(() => {
    rig = new ScratchRig();
  });
  afterEach(() => rig.stop());

  it('is made for the scratch server alone', async () => {
    const locale = missing!;
    const scratch = await rig.start();
    await scratch.createDatabase('before', libc('C.UTF-8'));
    expect(await scratch.createDatabase('shop', libc(locale))).toEqual([]);
    const { collation } = await rig.ask(scratch, (psql) => inspectServer(psql), 'shop');
    expect(collation).toMatchObject({ provider: 'libc', collate: locale, ctype: locale });
    // Sorted by a language, not by bytes.
    const sorted = await rig.ask(scratch, (psql) => psql.value(`SELECT 'b' < 'C' AND 'a' < 'B'`), 'shop');
    expect(sorted).toBe('t');
    // Objects name collations of the catalogue that initdb would have made of the locale.
    const named = locale.replace('UTF-8', 'utf8');
    expect(
      await rig.ask(scratch, (psql) => psql.value(`SELECT 'b' < 'C' COLLATE pg_catalog."${named}"`), 'shop'),
    ).toBe('t');
    expect(await rig.ask(scratch, (psql) => psql.value('SELECT 1'), 'before')).toBe('1');
    expect((await run('locale', ['-a'])).stdout.toString().split('\n')).not.toContain(named);
  });

  it('is replaced, and said so, when nobody knows it', async () => {
    const scratch = await rig.start();
    const notes = await scratch.createDatabase('shop', libc('xx_YY.UTF-8'));
    expect(notes).toEqual([
      expect.stringMatching(/lacks the locale `xx_YY.UTF-8`.* as `C.UTF-8` does.*locale-gen xx_YY.UTF-8/),
    ]);
    const { collation } = await rig.ask(scratch, (psql) => inspectServer(psql), 'shop');
    expect(collation.collate).toBe('C.UTF-8');
    const more = await scratch.createDatabase('old', libc('xx_YY', 'LATIN1'));
    expect(more).toEqual([expect.stringMatching(/as `C` does/)]);
  });

  it('is replaced when its provider does not know it', async () => {
    const scratch = await rig.start();
    const notes = await scratch.createDatabase('shop', {
      encoding: 'UTF8',
      collation: {
        provider: 'builtin',
        collate: 'C',
        ctype: 'C',
        locale: 'PG_NO_SUCH',
        icuRules: null,
        version: null,
      },
    });
    expect(notes).toEqual([expect.stringMatching(/`PG_NO_SUCH` of the provider `builtin` is not to be had/)]);
  });
});
