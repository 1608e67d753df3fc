import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { digestOfBytes } from '../../src/storage/digest.js';
import { fileError } from '../../src/storage/file/errors.js';
import { FileStore } from '../../src/storage/file/store.js';
import { putObject } from '../../src/storage/put.js';
import { StoreSink } from '../../src/storage/sink.js';
import { canMount } from '../support/small-disk.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pgkeep-file-'));
});
afterEach(() => rm(folder, { recursive: true }));

const store = (root = folder): FileStore => new FileStore(`file://${root}`, root);

describe('the file store', () => {
  it('keeps everything to its owner, and names nothing before it is proven', async () => {
    const target = store(join(folder, 'new', 'root'));
    const upload = await target.upload('shop/id/database.dump');
    const path = join(folder, 'new/root/shop/id');
    expect(await readdir(path)).toEqual([expect.stringMatching(/^\.pgkeep-[0-9a-f]{24}\.partial$/)]);
    await upload.part(0, Buffer.from('x'));
    await upload.complete(digestOfBytes(Buffer.from('x')));
    expect(await readdir(path)).toEqual(['database.dump']);
    expect((await stat(join(path, 'database.dump'))).mode & 0o777).toBe(0o600);
    for (const made of ['new', 'new/root', 'new/root/shop', 'new/root/shop/id'])
      expect((await stat(join(folder, made))).mode & 0o777).toBe(0o700);
  });

  it('removes folders that became empty, but never its root nor what is not empty', async () => {
    await putObject(store(), 'a/b/c', Buffer.from('x'));
    await putObject(store(), 'a/d', Buffer.from('x'));
    await store().remove('a/b/c');
    expect(await readdir(folder, { recursive: true })).toEqual(['a', 'a/d']);
    await store().remove('a/d');
    expect(await readdir(folder)).toEqual([]);
  });

  it('does not list unfinished files, links, or folders that hold only such', async () => {
    await mkdir(join(folder, 'dead'));
    await writeFile(join(folder, 'dead', '.pgkeep-0123456789abcdef01234567.partial'), 'x');
    await symlink('/etc/passwd', join(folder, 'link'));
    const keys: string[] = [];
    for await (const { key } of store().list('')) keys.push(key);
    expect(keys).toEqual([]);
    expect(await store().folders('')).toEqual([]);
    await expect(store().upload('dead/.pgkeep-0123456789abcdef01234567.partial')).rejects.toThrow(
      /cannot name/,
    );
  });

  it('removes a file that reads back otherwise', async () => {
    const upload = await store().upload('a/x');
    await upload.part(0, Buffer.from('one'));
    await expect(upload.complete(digestOfBytes(Buffer.from('two')))).rejects.toThrow(
      /does not hold what was sent: 3 bytes/,
    );
    expect(await readdir(folder)).toEqual([]);
  });

  it('lets many come and go in one folder at once', async () => {
    const one = async (index: number): Promise<void> => {
      await putObject(store(), `shared/folder/${index}`, Buffer.from('x'));
      await store().remove(`shared/folder/${index}`);
    };
    await Promise.all(Array.from({ length: 40 }, (_, index) => one(index)));
    expect(await readdir(folder)).toEqual([]);
  });

  it('says that the root is a file', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    await expect(putObject(store(file), 'x', Buffer.from('x'))).rejects.toThrow(
      /is a file, not a folder|exists/,
    );
    await expect(store(file).folders('')).rejects.toThrow(/is a file, not a folder/);
  });

  it.each([
    ['ENOSPC', /disk is full/],
    ['EDQUOT', /quota/],
    ['EROFS', /read-only/],
    ['EACCES', /no permission/],
    ['ENOTDIR', /is a file, not a folder/],
    ['ENAMETOOLONG', /too long/],
    ['EIO', /fault/],
    ['EWHATEVER', /Could not write \/x: boom/],
  ])('explains %s', (code, message) => {
    const error = fileError(Object.assign(new Error('boom'), { code }), 'write /x');
    expect(error.message).toMatch(message);
    expect(error.message).toContain('/x');
    expect(error.retryable).toBe(false);
  });
});

if (!canMount())
  process.stderr.write('NOT RUN: file store on a full and a read-only disk: no right to mount\n');

(canMount() ? describe : describe.skip)('the file store on a small disk', () => {
  beforeEach(() => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'pgkeep-test', folder]);
  });
  afterEach(() => {
    execFileSync('umount', [folder]);
  });

  it('says that the disk is full and leaves nothing', async () => {
    const sink = await StoreSink.open(store(), 'shop/id/database.dump');
    const writing = (async () => {
      for (let round = 0; round < 100; round += 1) await sink.write(Buffer.alloc(200_000, 1));
      await sink.finish({ bytes: 20_000_000, sha256: '' });
    })();
    await expect(writing).rejects.toThrow(/database\.dump\. The disk is full/);
    await sink.abort();
    expect(await readdir(folder)).toEqual([]);
  });

  it('says that the disk is read-only', async () => {
    execFileSync('mount', ['-o', 'remount,ro', folder]);
    await expect(putObject(store(), 'shop/x', Buffer.from('x'))).rejects.toThrow(/mounted read-only/);
  });
});
