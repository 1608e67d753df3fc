// Writes what is generated from the table of inputs: every action.yml, the reusable workflows and the tables of the
// READMEs.
// `npm run docs -- --check` writes nothing and fails when something is out of date.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { compile } from './compile.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const check = process.argv.includes('--check');

const compiled = await compile();
const load = (file) => import(pathToFileURL(join(compiled, file)).href);
const [
  { actionYaml, inputsMarkdown, outputsMarkdown, splice },
  { ACTIONS },
  { workflowYaml },
  { REUSABLE },
  { fleetYaml },
] = await Promise.all([
  load('inputs/docs.js'),
  load('inputs/spec.js'),
  load('inputs/workflows.js'),
  load('inputs/workflow-table.js'),
  load('fleet/workflow.js'),
]).finally(() => rm(compiled, { recursive: true, force: true }));

const tables = (action) => (text) =>
  splice(
    splice(text, `inputs:${action}`, inputsMarkdown(action)),
    `outputs:${action}`,
    outputsMarkdown(action),
  );

const GENERATED = [
  ['action.yml', () => actionYaml('backup', 'dist/backup.js')],
  ['README.md', tables('backup')],
  ...ACTIONS.flatMap((action) => [
    [`${action}/action.yml`, () => actionYaml(action, `../dist/${action}.js`)],
    [`${action}/README.md`, tables(action)],
  ]),
  ...REUSABLE.map((workflow) => [`.github/workflows/${workflow}.yml`, () => workflowYaml(workflow)]),
  ['.github/workflows/fleet.yml', () => fleetYaml()],
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
