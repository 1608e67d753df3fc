import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installServers } from '../servers/install.mjs';

/** A copy of a test server that has an extension which no other server has. */
export class ExtensionServer {
  private constructor(
    private readonly folder: string,
    /** Its programs. */
    readonly bin: string,
  ) {}

  /** @param sql what the extension makes */
  static async make(major: number, name: string, sql: string): Promise<ExtensionServer> {
    const original = join(await installServers(), 'node_modules', `pg${major}`, 'native');
    const folder = mkdtempSync(join(tmpdir(), 'pgkeep-extension-'));
    // The server runs as another user when we are root.
    chmodSync(folder, 0o755);
    execFileSync('cp', ['-a', original, join(folder, 'native')]);
    const share = join(folder, 'native', 'share', 'postgresql', 'extension');
    writeFileSync(join(share, `${name}.control`), "default_version = '1.0'\nrelocatable = true\n");
    writeFileSync(join(share, `${name}--1.0.sql`), sql);
    return new ExtensionServer(folder, join(folder, 'native', 'bin'));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
