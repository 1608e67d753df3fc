import { expect, it } from '@jest/globals';
import { idInManifest, keyed } from '../../../src/storage/artifact/keyed.js';
import type { Artifact } from '../../../src/storage/artifact/listing.js';

const A = '20261120T020000Z-aaaa';
const B = '20261120T030000Z-bbbb';
let nextId = 1;
const artifact = (name: string, runId = 1): Artifact => ({
  id: nextId++,
  name,
  bytes: 1,
  created: new Date('2026-11-20T04:00:00Z'),
  runId,
  sha256: undefined,
});
const dump = (id: string, runId = 1): Artifact => artifact(`pgkeep.shop.${id}.database.dump`, runId);

async function keysOf(artifacts: Artifact[], ids: Record<number, string> = {}): Promise<string[]> {
  return [...(await keyed(artifacts, ({ id }) => Promise.resolve(ids[id]))).keys()].sort();
}

it('reads no manifest of a run that made one backup', async () => {
  const unread = (): Promise<never> => Promise.reject(new Error('it was read'));
  const found = await keyed([dump(A), artifact('pgkeep.shop.manifest.json')], unread);
  expect([...found.keys()].sort()).toEqual([`shop/${A}/database.dump`, `shop/${A}/manifest.json`]);
});

it('tells the backups of a run apart by what their manifests say', async () => {
  const second = artifact('pgkeep.shop.manifest.json.2');
  expect(await keysOf([dump(A), dump(B), second], { [second.id]: B })).toEqual([
    `shop/${A}/database.dump`,
    `shop/${B}/database.dump`,
    `shop/${B}/manifest.json`,
  ]);
});

it('takes nothing for the rest of a killed run that may be of a manifest that cannot be read', async () => {
  const [first, second] = [artifact('pgkeep.shop.manifest.json'), artifact('pgkeep.shop.manifest.json.2')];
  expect(await keysOf([dump(A), dump(B), first, second, dump(A, 2)], { [second.id]: B })).toEqual([
    // Of another run, where nothing says that it is a backup.
    `shop/${A}/database.dump`,
    `shop/${B}/database.dump`,
    `shop/${B}/manifest.json`,
  ]);
  expect(await keysOf([dump(A), dump(B), first, second], { [second.id]: B })).toEqual([
    `shop/${B}/database.dump`,
    `shop/${B}/manifest.json`,
  ]);
});

it('leaves the artifacts of others alone, and puts the newest of one key first', async () => {
  const older = artifact(`pgkeep.shop.${A}.verified.json`, 1);
  const newer = artifact(`pgkeep.shop.${A}.verified.json`, 2);
  const found = await keyed([older, artifact('build'), newer], () => Promise.resolve(undefined));
  expect([...found.entries()]).toEqual([[`shop/${A}/verified.json`, [newer, older]]]);
});

it.each([
  ['{"id":"20261120T020000Z-aaaa"}', A],
  ['{"id":"../x"}', undefined],
  ['{"id":7}', undefined],
  ['null', undefined],
  ['{', undefined],
])('a manifest %s is of %s', (text, id) => expect(idInManifest(Buffer.from(text))).toBe(id));
