import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decryptStage, encryptionOf, encryptStage, identitiesOf } from '../../src/codec/index.js';
import { hasPrograms, noise, piped, through } from './bytes.js';

const exec = promisify(execFile);
const SIZES = [0, 1, 65535, 65536, 65537, 131_072, 5_000_000];

/**
 * `age` reads a passphrase from a terminal only: this gives it one, and answers each of its questions with the
 * passphrase, which comes on standard input.
 */
const TYPIST = `
import os, pty, sys
answer = sys.stdin.buffer.readline()
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
said = b''
while True:
    try:
        data = os.read(terminal, 1024)
    except OSError:
        break
    if not data:
        break
    said += data
    if b'passphrase' in said and said.rstrip().endswith(b':'):
        said = b''
        os.write(terminal, answer)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

const program = hasPrograms('the age program', ['age', 'age-keygen']);
const suite = program ? describe : describe.skip;
const terminal = program && hasPrograms('the age program with a passphrase', ['python3']) ? it : it.skip;

suite('the age program', () => {
  let folder = '';
  /** Each is an identity file as `age-keygen` writes it. */
  let keys: { file: string; recipient: string }[] = [];
  const path = (name: string): string => join(folder, name);

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'pgkeep-age-'));
    keys = ['one', 'two', 'three'].map((name) => {
      execFileSync('age-keygen', ['-o', path(`${name}.key`)], { stdio: 'pipe' });
      const recipient = execFileSync('age-keygen', ['-y', path(`${name}.key`)])
        .toString()
        .trim();
      return { file: path(`${name}.key`), recipient };
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function writeOurs(plain: Uint8Array, recipients: string[], passphrase?: string): Promise<string> {
    const stage = await encryptStage(await encryptionOf(recipients, passphrase));
    await writeFile(path('ours.age'), await through(stage, piped(plain)));
    return path('ours.age');
  }

  async function opened(key: string, file: string): Promise<Buffer> {
    const { stdout } = await exec('age', ['-d', '-i', key, file], { encoding: 'buffer', maxBuffer: 8e6 });
    return stdout;
  }

  it.each(SIZES)('opens our files: %i bytes', async (size) => {
    const plain = noise(size);
    const [key] = keys;
    const file = await writeOurs(plain, [key?.recipient ?? '']);
    expect((await opened(key?.file ?? '', file)).equals(plain)).toBe(true);
  });

  it('opens our files with the key of any of their recipients, and with no other', async () => {
    const plain = noise(200_000);
    const recipients = keys.slice(0, 2).map(({ recipient }) => recipient);
    const file = await writeOurs(plain, recipients);
    for (const { file: key } of keys.slice(0, 2)) {
      expect((await opened(key, file)).equals(plain)).toBe(true);
    }
    await expect(opened(keys[2]?.file ?? '', file)).rejects.toThrow(/no identity matched/);
  });

  it.each(SIZES)('writes files that we open: %i bytes', async (size) => {
    const plain = noise(size);
    await writeFile(path('in'), plain);
    const recipients = keys.flatMap(({ recipient }) => ['-r', recipient]);
    await exec('age', [...recipients, '-o', path('theirs.age'), path('in')]);
    const theirs = await readFile(path('theirs.age'));
    for (const { file } of keys) {
      const identities = await identitiesOf(await readFile(file, 'utf8'));
      const out = await through(decryptStage({ identities }, 'theirs.age'), piped(theirs));
      expect(out.equals(plain)).toBe(true);
    }
  });

  it('writes armor, which we refuse by name', async () => {
    await writeFile(path('in'), 'shop');
    await exec('age', ['-a', '-r', keys[0]?.recipient ?? '', '-o', path('armored.age'), path('in')]);
    const stage = decryptStage({ identities: [] }, 'armored.age');
    await expect(through(stage, piped(await readFile(path('armored.age'))))).rejects.toThrow(
      /armored\.age is an armored age file/,
    );
  });

  async function typing(passphrase: string, args: string[]): Promise<void> {
    const child = exec('python3', ['-c', TYPIST, 'age', ...args]);
    child.child.stdin?.end(`${passphrase}\n`);
    await child;
  }

  terminal('opens our files with their passphrase, and with no other', async () => {
    const plain = noise(100_000);
    const file = await writeOurs(plain, [], 'six words no one könnte guess');
    await typing('six words no one könnte guess', ['-d', '-o', path('out'), file]);
    expect((await readFile(path('out'))).equals(plain)).toBe(true);
    await expect(typing('five words', ['-d', '-o', path('none'), file])).rejects.toThrow();
  });

  terminal('writes files with a passphrase that we open', async () => {
    const plain = noise(100_000);
    await writeFile(path('in'), plain);
    await typing('correct horse', ['-p', '-o', path('secret.age'), path('in')]);
    const theirs = await readFile(path('secret.age'));
    const out = await through(decryptStage({ passphrase: 'correct horse' }, 'secret.age'), piped(theirs));
    expect(out.equals(plain)).toBe(true);
  });
});
