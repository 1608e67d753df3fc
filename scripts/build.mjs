// Builds dist/: one bundle of everything, a two-line stub for each action, and the command line.
import ncc from '@vercel/ncc';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { compile } from './compile.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const out = resolve(process.argv[2] ?? join(root, 'dist'));
// The bundler names modules in its comments by their way from the current folder.
process.chdir(root);
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

// An uncaught error would print the bundler's own source, which is one very long line.
const fail = (error) => {
  console.error(`dist/ was not built: ${error.message}`);
  process.exit(1);
};

// Always the same folder: the bundle names it in its comments.
const lib = join(root, 'lib');
rmSync(lib, { recursive: true, force: true });
await compile(lib).catch(fail);
const { ACTIONS } = await import(pathToFileURL(join(lib, 'inputs/spec.js')).href).catch(fail);
const { code, assets } = await ncc(join(lib, 'index.js'), {
  cache: false,
  target: 'es2022',
  license: 'licenses.txt',
  quiet: true,
}).catch(fail);
rmSync(lib, { recursive: true, force: true });
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
writeFileSync(join(out, 'index.js'), code.replaceAll('__PGKEEP_VERSION__', version));
for (const [name, { source }] of Object.entries(assets)) {
  const file = join(out, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, source);
}
for (const action of ACTIONS) {
  writeFileSync(
    join(out, `${action}.js`),
    `import { actions } from './index.js';\nawait actions['${action}']();\n`,
  );
}
writeFileSync(
  join(out, 'cli.js'),
  "#!/usr/bin/env node\n// At once: the title takes the arguments, which may hold a secret, out of the process list.\nprocess.title = 'pgkeep';\nconst { runCli } = await import('./index.js');\nawait runCli();\n",
);
chmodSync(join(out, 'cli.js'), 0o755);
