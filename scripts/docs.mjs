// Writes what is generated from the table of inputs: every action.yml, the reusable workflows and the tables of the
// READMEs; and pins other people's actions in what users paste as they are pinned in .github/workflows.
// `npm run docs -- --check` writes nothing and fails when something is out of date.
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
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
  { pinned, pinsIn },
] = await Promise.all([
  load('inputs/docs.js'),
  load('inputs/spec.js'),
  load('inputs/workflows.js'),
  load('inputs/workflow-table.js'),
  load('fleet/workflow.js'),
  load('inputs/pins.js'),
]).finally(() => rm(compiled, { recursive: true, force: true }));

const tables = (action) => (text) =>
  splice(
    splice(text, `inputs:${action}`, inputsMarkdown(action)),
    `outputs:${action}`,
    outputsMarkdown(action),
  );

const yamlIn = async (folder) =>
  (await readdir(join(root, folder)))
    .filter((name) => name.endsWith('.yml'))
    .map((name) => `${folder}/${name}`);
const workflows = await yamlIn('.github/workflows');
const pins = pinsIn(await Promise.all(workflows.map((file) => readFile(join(root, file), 'utf8'))));

const GENERATED = [
  ['action.yml', () => actionYaml('backup', 'dist/backup.js')],
  ['README.md', tables('backup')],
  ...ACTIONS.flatMap((action) => [
    [`${action}/action.yml`, () => actionYaml(action, `../dist/${action}.js`)],
    [`${action}/README.md`, tables(action)],
  ]),
  ...REUSABLE.map((workflow) => [
    `.github/workflows/${workflow}.yml`,
    () => pinned(workflowYaml(workflow), pins),
  ]),
  ['.github/workflows/fleet.yml', () => pinned(fleetYaml(), pins)],
  ...(await yamlIn('workflows-templates')).map((file) => [file, (text) => pinned(text, pins)]),
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
