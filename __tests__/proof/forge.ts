import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Manifest } from '../../src/backup/manifest.js';

/** A copy of a stored backup that can be damaged. */
export class Forgery {
  readonly root = mkdtempSync(join(tmpdir(), 'pgkeep-forged-'));
  private readonly folder: string;

  /** @param folder of one backup: `<store>/<name>/<id>` */
  constructor(folder: string, name: string) {
    const id = folder.split('/').at(-1) ?? '';
    this.folder = join(this.root, name, id);
    cpSync(folder, this.folder, { recursive: true });
  }

  get url(): string {
    return `file://${this.root}`;
  }

  /** The file of the backup that begins so, such as `database.`. */
  file(start: string): string {
    const name = readdirSync(this.folder).find((file) => file.startsWith(start));
    if (name === undefined) throw new Error(`the backup has no ${start}`);
    return name;
  }

  read(start: string): Buffer {
    return readFileSync(join(this.folder, this.file(start)));
  }

  /** Changes a file and leaves the manifest as it was. */
  damage(start: string, change: (bytes: Buffer) => Uint8Array): this {
    writeFileSync(join(this.folder, this.file(start)), change(this.read(start)));
    return this;
  }

  /** Changes a file, and the manifest so that it says the same. */
  forge(start: string, change: (bytes: Buffer) => Uint8Array): this {
    const file = this.file(start);
    const bytes = change(this.read(start));
    writeFileSync(join(this.folder, file), bytes);
    return this.manifest((manifest) => {
      const part = manifest.parts.find((one) => one.file === file);
      if (part === undefined) throw new Error(`the manifest has no ${file}`);
      Object.assign(part, {
        bytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      });
    });
  }

  manifest(change: (manifest: Manifest) => void): this {
    const path = join(this.folder, 'manifest.json');
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
    change(manifest);
    writeFileSync(path, JSON.stringify(manifest));
    return this;
  }

  remove(start: string): this {
    rmSync(join(this.folder, this.file(start)));
    return this;
  }

  end(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
