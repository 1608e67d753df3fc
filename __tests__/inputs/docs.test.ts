import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { splice } from '../../src/inputs/docs.js';
import { OUTPUTS } from '../../src/inputs/outputs.js';
import { ACTIONS, GROUPS, type Action } from '../../src/inputs/spec.js';
import {
  actionDefaultOf,
  describe as meaning,
  groupOf,
  inputsOf,
  isRequired,
} from '../../src/inputs/table.js';

interface Metadata {
  name: string;
  description: string;
  inputs: Record<string, { description: string; default?: string; required?: boolean }>;
  outputs: Record<string, { description: string }>;
  runs: { using: string; main: string };
}

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

/** Every action.yml in the repository, whatever table it was made from. */
const actionFiles = ['action.yml'].concat(
  readdirSync(new URL('../..', import.meta.url), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules')
    .map(({ name }) => `${name}/action.yml`)
    .filter((file) => existsSync(new URL(`../../${file}`, import.meta.url))),
);

/** The action that a file is of: the root is the backup. */
const actionOf = (file: string): Action => {
  const [folder = ''] = file.includes('/') ? file.split('/') : ['backup'];
  const action = ACTIONS.find((name) => name === folder);
  if (action === undefined) throw new Error(`${file} is of no action.`);
  return action;
};

const expectedInputs = (action: Action): unknown[] =>
  inputsOf(action).map(([name, spec]) => {
    const standard = actionDefaultOf(spec, action);
    return [
      name,
      {
        description: meaning(spec, action),
        ...(isRequired(spec, action) ? { required: true } : {}),
        ...(standard === undefined ? {} : { default: standard }),
      },
    ];
  });

describe.each(actionFiles)('%s', (file) => {
  const metadata = parse(read(file)) as Metadata;
  const action = actionOf(file);

  it('declares the inputs of the table, in its order, and no others', () => {
    expect(Object.entries(metadata.inputs)).toEqual(expectedInputs(action));
  });

  it('declares the outputs of the table, in its order, and no others', () => {
    expect(Object.entries(metadata.outputs)).toEqual(Object.entries(OUTPUTS[action]));
  });

  it('runs the committed bundle', () => {
    const folder = new URL(`../../${file}`, import.meta.url);
    expect(new URL(metadata.runs.main, folder).href).toBe(
      new URL(`../../dist/${action}.js`, import.meta.url).href,
    );
  });
});

describe('the actions', () => {
  const actions = actionFiles.map((file) => parse(read(file)) as Metadata);

  it('each have a folder of their own', () => {
    expect([...actionFiles].sort()).toEqual(
      ['action.yml', ...ACTIONS.map((name) => `${name}/action.yml`)].sort(),
    );
  });

  it('have names and descriptions of their own', () => {
    const own = actions.slice(1);
    expect(new Set(own.map(({ name }) => name)).size).toBe(ACTIONS.length);
    // What the Marketplace takes.
    for (const { description } of own) expect(description).toMatch(/^.{20,124}$/);
  });

  it('are one action at the root and in backup/', () => {
    const [root, sub] = ['action.yml', 'backup/action.yml'].map((file) => parse(read(file)) as Metadata);
    expect({ ...root, runs: undefined }).toEqual({ ...sub, runs: undefined });
  });

  it('all run on one runtime', () => {
    expect(new Set(actions.map(({ runs }) => runs.using))).toEqual(new Set(['node24']));
  });
});

/** The cells of every table row between two markers, headings and rulers left out. */
function tableRows(text: string, marker: string): string[][] {
  const [, section = ''] = text.split(`<!-- ${marker} -->`);
  const [body = ''] = section.split(`<!-- /${marker} -->`);
  return body
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('\\|', '|')),
    );
}

/** The page of each action, beside its metadata. */
const pages = actionFiles.map((file) => file.replace('action.yml', 'README.md'));

describe.each(pages)('%s', (file) => {
  const action = actionOf(file);

  it('has a row for each input, by group, as the table has it', () => {
    const byGroup = GROUPS.flatMap((group) =>
      inputsOf(action).filter(([, spec]) => groupOf(spec, action) === group),
    );
    expect(byGroup).toHaveLength(inputsOf(action).length);
    const expected = byGroup.map(([name, spec]) => {
      const standard = actionDefaultOf(spec, action);
      const shown = isRequired(spec, action) ? '**required**' : (spec.defaultText ?? '');
      const standards = standard?.split('\n').map((line) => `\`${line}\``);
      return [`\`${name}\``, standards?.join(', ') ?? shown, meaning(spec, action)];
    });
    expect(tableRows(read(file), `inputs:${action}`)).toEqual(expected);
  });

  it('has a heading for each group that has inputs', () => {
    const [, section = ''] = read(file).split(`<!-- inputs:${action} -->`);
    const [tables = ''] = section.split('<!--');
    const headings = [...tables.matchAll(/^#### (.*)$/gm)].map(([, title]) => title);
    const used = new Set(inputsOf(action).map(([, spec]) => groupOf(spec, action)));
    expect(headings).toEqual(GROUPS.filter((group) => used.has(group)));
  });

  it('has a row for each output', () => {
    expect(tableRows(read(file), `outputs:${action}`)).toEqual(
      Object.entries(OUTPUTS[action]).map(([name, { description }]) => [`\`${name}\``, description]),
    );
  });
});

describe('npm run docs', () => {
  it('has nothing to write', () => {
    const script = new URL('../../scripts/docs.mjs', import.meta.url).pathname;
    expect(execFileSync(process.execPath, [script, '--check'], { encoding: 'utf8' })).toBe('');
  });
});

describe('splice', () => {
  it('replaces what is between the markers', () => {
    expect(splice('a\n<!-- m -->\nold\n<!-- /m -->\nb', 'm', 'new\n')).toBe(
      'a\n<!-- m -->\n\nnew\n\n<!-- /m -->\nb',
    );
  });

  it.each(['no markers', '<!-- m -->', '<!-- /m --><!-- m -->', '<!-- m --><!-- m --><!-- /m -->'])(
    'refuses %j',
    (text) => {
      expect(() => splice(text, 'm', '')).toThrow('once each');
    },
  );
});

describe('the table', () => {
  it('says in one sentence, without a full stop, what an input means', () => {
    for (const command of [...ACTIONS, 'list', 'show'] as const) {
      for (const [name, spec] of inputsOf(command)) {
        expect([name, meaning(spec, command)]).toEqual([
          name,
          expect.stringMatching(/^[^\n]{10,200}[^.\s]$/),
        ]);
      }
    }
  });
});
