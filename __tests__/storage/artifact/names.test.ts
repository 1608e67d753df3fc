import { describe, expect, it } from '@jest/globals';
import {
  artifactName,
  artifactOfLogKey,
  logKeyOf,
  namedOf,
  readName,
} from '../../../src/storage/artifact/names.js';

const ID = '20261120T020000Z-k3fd';
const OTHER_ID = '20261121T030000Z-aaaa';

describe('names of artifacts', () => {
  it.each([
    [`shop/${ID}/database.dump.zst.age`, `pgkeep.shop.${ID}.database.dump.zst.age`],
    [`shop/${ID}/verified.json`, `pgkeep.shop.${ID}.verified.json`],
    [`shop/${ID}/manifest.json`, 'pgkeep.shop.manifest.json'],
    [`shop.v2_x-1/${ID}/manifest.json`, 'pgkeep.shop.v2_x-1.manifest.json'],
    ['shop/_log/20261120T020000Z-77-0a1b.json', 'pgkeep.shop.log.json'],
    ['_probe/12ab.txt', 'pgkeep~_probe%2F12ab.txt'],
    [`shop/${ID}/a b"c`, `pgkeep~shop%2F${ID}%2Fa%20b%22c`],
    ['shop/other/manifest.json', 'pgkeep~shop%2Fother%2Fmanifest.json'],
    [`shop/${ID}/deep/er`, `pgkeep~shop%2F${ID}%2Fdeep%2Fer`],
    ["it's/(a)*~!", 'pgkeep~it%27s%2F%28a%29%2A%7E%21'],
  ])('%s is %s', (key, name) => {
    expect(artifactName(namedOf(key))).toBe(name);
    expect(name).not.toMatch(/[":<>|*?\r\n\\/]/);
    expect(readName(name)).toEqual(namedOf(key));
  });

  it('says the second for one thing where the run gave the first name already', () => {
    expect(artifactName(namedOf(`shop/${ID}/manifest.json`), 2)).toBe('pgkeep.shop.manifest.json.2');
    expect(readName('pgkeep.shop.manifest.json.12')).toEqual({ kind: 'manifest', family: 'shop' });
    expect(artifactName(namedOf('shop/_log/x.json'), 3)).toBe('pgkeep.shop.log.json.3');
    const dump = namedOf(`shop/${ID}/database.dump`);
    expect(artifactName(dump, 2)).toBe(`pgkeep.shop.${ID}.database.dump~2`);
    expect(readName(`pgkeep.shop.${ID}.database.dump~2`)).toEqual(dump);
    expect(readName('pgkeep~_probe%2Fx~2')).toEqual({ kind: 'other', key: '_probe/x' });
  });

  // Every family and file here is made of pieces that mean something elsewhere in a name.
  const families = [
    'a',
    `a.${ID}`,
    'a.manifest.json',
    'a.log.json.2',
    `a.manifest.json.${ID}`,
    'pgkeep.a',
    '2',
  ];
  const files = [
    'database.dump',
    'manifest.json',
    'log.json',
    'manifest.json.2',
    `x.${OTHER_ID}.y`,
    OTHER_ID,
  ];
  it('never reads a name as that of anything else', () => {
    const keys = families.flatMap((family) => [
      ...files.map((file) => `${family}/${ID}/${file}`),
      `${family}/${ID}/manifest.json`,
    ]);
    const names = new Map<string, string>();
    for (const key of new Set(keys)) {
      const named = namedOf(key);
      for (const nth of [1, 2]) {
        const name = artifactName(named, nth);
        expect(readName(name)).toEqual(named);
        const said = JSON.stringify(named);
        expect(names.get(name) ?? said).toBe(said);
        names.set(name, said);
      }
    }
    // Two things never share a name; a manifest's has no id.
    expect(names.size).toBe(2 * new Set([...new Set(keys)].map((key) => JSON.stringify(namedOf(key)))).size);
  });

  it.each([
    'build.zip',
    'pgkeep',
    'pgkeep.shop',
    'pgkeep.shop.database.dump',
    'pgkeep~..%2Fup',
    'pgkeep~%',
    'pgkeep.-a.manifest.json',
  ])('leaves %s to others', (name) => expect(readName(name)).toBeUndefined());

  it('refuses a name that no file system takes', () => {
    expect(() => artifactName(namedOf(`x/${'ü'.repeat(60)}`))).toThrow(
      /too long for the name of an artifact/,
    );
  });

  it('finds the artifact of an entry of the log by its key', () => {
    const key = logKeyOf('shop', new Date('2026-11-20T02:00:00.123Z'), 4711);
    expect(key).toBe('shop/_log/20261120T020000Z-a4711.json');
    expect(artifactOfLogKey(key)).toBe(4711);
    expect(artifactOfLogKey('shop/_log/20261120T020000Z-77-1234.json')).toBeUndefined();
  });
});
