// Writes what is generated from the table of inputs: both action.yml and the tables of both READMEs.
// `npm run docs -- --check` writes nothing and fails when something is out of date.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { compile } from './compile.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const check = process.argv.includes('--check');

const compiled = await compile();
const { actionYaml, inputsMarkdown, outputsMarkdown, splice } = await import(
  pathToFileURL(join(compiled, 'inputs/docs.js')).href
).finally(() => rm(compiled, { recursive: true, force: true }));

const tables = (text) =>
  splice(splice(text, 'inputs:backup', inputsMarkdown()), 'outputs:backup', outputsMarkdown());

const GENERATED = [
  ['action.yml', () => actionYaml('dist/backup.js')],
  ['backup/action.yml', () => actionYaml('../dist/backup.js')],
  ['backup/README.md', tables],
  ['README.md', tables],
];

for (const [file, generate] of GENERATED) {
  const path = join(root, file);
  try {
    const before = await readFile(path, 'utf8').catch(() => '');
    const after = await format(generate(before), { ...(await resolveConfig(path)), filepath: path });
    if (after === before) continue;
    if (check) throw new Error('out of date: run npm run docs');
    await writeFile(path, after);
    console.log(`wrote ${file}`);
  } catch (error) {
    console.error(`${file}: ${error.message}`);
    process.exitCode = 1;
  }
}
