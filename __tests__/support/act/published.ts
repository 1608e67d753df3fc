import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * A workflow in the words that act 0.2.89 knows: `uses: $/x`, which is this repository at the commit of the workflow,
 * and `concurrency.queue` are newer. It queues nothing anyway. Nothing else differs from what users paste.
 */
export function forAct(workflow: string): string {
  return workflow.replace(/(uses: )\$\/(\S+)/g, '$1pgkeep/pgkeep/$2@v1').replace(/^ +queue: max\n/gm, '');
}

/**
 * What act takes for pgkeep/pgkeep: every action.yml, the bundle and the reusable workflows of this checkout, the
 * workflows through `forAct`.
 */
export function publish(folder: string): void {
  const actions = readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules')
    .flatMap(({ name }) => readdirSync(join(ROOT, name)).map((file) => join(name, file)))
    .filter((path) => path.endsWith('/action.yml'));
  for (const path of ['action.yml', ...actions, 'dist']) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(ROOT, path), join(folder, path), { recursive: true });
  }
  const workflows = '.github/workflows';
  mkdirSync(join(folder, workflows), { recursive: true });
  for (const name of readdirSync(join(ROOT, workflows)))
    writeFileSync(join(folder, workflows, name), forAct(readFileSync(join(ROOT, workflows, name), 'utf8')));
}

/**
 * Stand-ins for actions of others, which cannot be fetched here: the one that takes a role on AWS hands over the key in
 * the variables `ROLE_KEY_ID` and `ROLE_SECRET` as it would that of the role. act also fetches what no step comes to use.
 */
const STAND_INS: Record<string, string> = {
  'aws-actions/configure-aws-credentials': [
    'name: stand-in',
    'runs:',
    '  using: composite',
    '  steps:',
    '    - shell: bash',
    '      run: |',
    '        test -n "$ROLE_KEY_ID"',
    '        echo "AWS_ACCESS_KEY_ID=$ROLE_KEY_ID" >> "$GITHUB_ENV"',
    '        echo "AWS_SECRET_ACCESS_KEY=$ROLE_SECRET" >> "$GITHUB_ENV"',
    '',
  ].join('\n'),
};

/** Writes the stand-ins for what the workflows of `publish` name, each at the commit that they pin it to. */
export function standIns(published: string, folder: string): Record<string, string> {
  const workflows = join(published, '.github/workflows');
  const text = readdirSync(workflows)
    .map((name) => readFileSync(join(workflows, name), 'utf8'))
    .join('\n');
  return Object.fromEntries(
    Object.entries(STAND_INS).flatMap(([action, yaml]) => {
      const place = join(folder, action);
      mkdirSync(place, { recursive: true });
      writeFileSync(join(place, 'action.yml'), yaml);
      return [...text.matchAll(new RegExp(`uses: (${action}@\\S+)`, 'g'))].map(([, ref]) => [
        ref ?? '',
        place,
      ]);
    }),
  );
}

/** The names of all starter workflows. */
export function starters(): string[] {
  return readdirSync(join(ROOT, 'workflows-templates'))
    .flatMap((file) => (file.endsWith('.yml') ? [file.slice(0, -4)] : []))
    .sort();
}

/** A starter workflow as users find it. */
export function starter(name: string): string {
  return readFileSync(join(ROOT, 'workflows-templates', `${name}.yml`), 'utf8');
}
