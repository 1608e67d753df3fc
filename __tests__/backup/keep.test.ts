import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { redReasons } from '../../src/backup/result.js';
import { outputsOf } from '../../src/backup/outputs.js';
import type { Psql } from '../../src/postgres/psql.js';
import { Rig, rigMissing, type Backup } from '../support/backup-rig.js';

if (rigMissing !== undefined) process.stderr.write(`NOT RUN: keeping backups: ${rigMissing}\n`);

(rigMissing === undefined ? describe : describe.skip)('after a backup', () => {
  let rig: Rig;
  let shop: Psql;
  let store: { folder: string; url: string };

  beforeAll(async () => {
    rig = await Rig.start(15);
    shop = await rig.database(
      'shop',
      'CREATE TABLE orders AS SELECT generate_series(1, 3000) AS n',
      'CREATE TABLE kept AS SELECT 1 AS n',
    );
  });
  afterAll(() => rig.stop());

  beforeEach(() => {
    store = rig.storage();
  });

  const ids = (folder = store.folder): string[] =>
    readdirSync(join(folder, 'shop'))
      .filter((name) => name !== '_log')
      .sort();
  const backup = (inputs: Record<string, string> = {}): Promise<Backup> =>
    rig.backup({ 'database-url': rig.server.url('shop'), storage: store.url, ...inputs });
  const reasons = ({ result }: Backup): string[] =>
    result === undefined ? ['no result'] : redReasons(result).map((reason) => (reason as Error).message);
  const removed = ({ result }: Backup): unknown => result && outputsOf(result).removed;

  it('nothing is removed unless a policy is given', async () => {
    for (let count = 0; count < 3; count += 1) expect(removed(await backup())).toBeUndefined();
    expect(ids()).toHaveLength(3);
  });

  it('what the policy does not keep is removed, and said before', async () => {
    await backup();
    await backup();
    const [first = '', second = ''] = ids();
    const last = await backup({ 'keep-last': '1' });
    expect(removed(last)).toEqual(expect.arrayContaining([first, second]));
    expect(ids()).toEqual([last.result?.results[0]?.manifest.id]);
    const plan = last.said.text.indexOf('keep the last 1 backup');
    expect(plan).toBeGreaterThan(-1);
    expect(last.said.text.indexOf(`Removed shop/${first}`)).toBeGreaterThan(plan);
  });

  it('a dry run of the policy removes nothing', async () => {
    await backup();
    const [first] = ids();
    const last = await backup({ 'keep-last': '1', 'prune-dry-run': 'true' });
    expect(removed(last)).toEqual([first]);
    expect(ids()).toHaveLength(2);
  });

  it('nothing is removed where one of two stores failed', async () => {
    await backup();
    const broken = join(store.folder, 'a file');
    writeFileSync(broken, '');
    const last = await backup({
      'keep-last': '1',
      storage: `${store.url}\nfile://${broken}/x`.replace(' ', '%20'),
    });
    expect(reasons(last)).toHaveLength(1);
    expect(removed(last)).toBeUndefined();
    expect(last.said.warnings).toContain('Nothing was pruned, since not everything before it went well.');
    rmSync(broken);
    expect(ids()).toHaveLength(2);
  });

  it('one that is much smaller is kept, red and removes nothing', async () => {
    await backup();
    await shop.exec('BEGIN', 'DELETE FROM orders WHERE n > 10', 'COMMIT');
    const last = await backup({ 'keep-last': '1', 'max-size-change': '50%' });
    expect(reasons(last)).toEqual([
      expect.stringMatching(/number of rows is 11, 100 % less than the backup before it/),
    ]);
    expect(reasons(last)[0]).not.toContain('lost all');
    expect(ids()).toHaveLength(2);
    await shop.exec('INSERT INTO orders SELECT generate_series(11, 3000)');
  });

  it.each([
    ['that can be read', {}, true],
    ['with the same passphrase', { passphrase: 'correct horse battery' }, true],
    ['that only its recipients can read', { recipients: 'age' }, false],
  ])('a table that lost all its rows is named by a backup %s', async (_title, inputs, named) => {
    const recipients = await identityToRecipient(await generateX25519Identity());
    const given = { ...inputs, ...('recipients' in inputs ? { recipients } : {}), 'max-size-change': '50%' };
    expect(reasons(await backup(given))).toEqual([]);
    await shop.exec('BEGIN', 'DELETE FROM kept', 'COMMIT');
    const last = await backup(given);
    await shop.exec('INSERT INTO kept VALUES (1)');
    expect(reasons(last)).toEqual(
      named ? [expect.stringMatching(/1 table has lost all its rows since \S+: "public"."kept"\./)] : [],
    );
    expect(last.said.text.includes('this job cannot read it')).toBe(!named);
  });
});
