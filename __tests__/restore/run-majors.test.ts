import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Rig, rigMissing } from '../support/backup-rig.js';
import { testMajors } from '../support/majors.js';
import { messagesOf, restoring } from '../support/restore-rig.js';

const wanted = [
  [13, 17],
  [15, 18],
  [17, 15],
] as const;
const majors = rigMissing === undefined ? testMajors() : [];
const pairs = wanted.filter((pair) => pair.every((major) => majors.includes(major)));
if (pairs.length === 0)
  process.stderr.write(`NOT RUN: restore across majors: ${rigMissing ?? 'not both servers of a pair'}\n`);
const suite = pairs.length === 0 ? describe.skip.each([[0, 0] as const]) : describe.each(pairs);

suite('a backup of PostgreSQL %s in PostgreSQL %s', (from, to) => {
  let source: Rig;
  let target: Rig;

  beforeAll(async () => {
    source = await Rig.start(from);
    target = await Rig.start(to);
  }, 180_000);

  afterAll(async () => {
    await source?.stop();
    await target?.stop();
  });

  it('restores and equals its fingerprint', async () => {
    await (await source.shop('shop')).close();
    const { folder } = await source.publish('shop');
    const { result, error, said } = await restoring(target, {
      storage: `file://${folder.split('/').slice(0, -2).join('/')}`,
      'database-url': target.server.url('shop'),
    });
    expect(messagesOf(error)).toBe('undefined');
    expect(
      result?.findings.filter(({ verdict, minor }) => verdict === 'different' && minor !== true),
    ).toEqual([]);
    expect(result).toMatchObject({ outcome: 'restored', matches: true });
    expect(said.warnings.some((warning) => warning.includes('older than'))).toBe(to < from);
  });
});
