// Fails when dist/ is not what src/ builds, new and stale files included.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const fresh = mkdtempSync(join(tmpdir(), 'pgkeep-dist-'));
try {
  execFileSync(process.execPath, [join(root, 'scripts', 'build.mjs'), fresh], { stdio: 'inherit' });
  const committed = join(root, 'dist');
  const list = (folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1))
      .sort();
  const names = new Set([...list(fresh), ...list(committed)]);
  const read = (folder, name) => {
    try {
      return readFileSync(join(folder, name));
    } catch {
      return undefined;
    }
  };
  const wrong = [];
  for (const name of names) {
    const [is, should] = [read(committed, name), read(fresh, name)];
    if (is === undefined) wrong.push(`missing: dist/${name}`);
    else if (should === undefined) wrong.push(`stale: dist/${name}`);
    else if (!is.equals(should)) wrong.push(`differs: dist/${name}`);
  }
  if (wrong.length > 0) {
    console.error(
      `dist/ is not what src/ builds. Run \`npm run build\` and commit the result.\n${wrong.join('\n')}`,
    );
    process.exitCode = 1;
  } else {
    console.log(`dist/ is what src/ builds (${names.size} files).`);
  }
} finally {
  rmSync(fresh, { recursive: true, force: true });
}
