import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { splice } from '../../src/inputs/docs.js';
import { BACKUP_OUTPUTS } from '../../src/inputs/outputs.js';
import { defaultOf, describe as meaning, inputsOf, isRequired } from '../../src/inputs/table.js';

interface Action {
  name: string;
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

const expectedInputs = inputsOf('backup').map(([name, spec]) => {
  const standard = defaultOf(spec, 'backup');
  return [
    name,
    {
      description: meaning(spec, 'backup'),
      ...(isRequired(spec, 'backup') ? { required: true } : {}),
      ...(standard === undefined ? {} : { default: standard }),
    },
  ];
});

describe.each(['action.yml', 'backup/action.yml'])('%s', (file) => {
  const action = parse(read(file)) as Action;

  it('declares the inputs of the table, in its order, and no others', () => {
    expect(Object.entries(action.inputs)).toEqual(expectedInputs);
  });

  it('declares the outputs of the table, in its order, and no others', () => {
    expect(Object.entries(action.outputs)).toEqual(Object.entries(BACKUP_OUTPUTS));
  });

  it('runs the committed bundle', () => {
    const folder = new URL(`../../${file}`, import.meta.url);
    expect(new URL(action.runs.main, folder).href).toBe(
      new URL('../../dist/backup.js', import.meta.url).href,
    );
  });
});

describe('the actions', () => {
  const actions = actionFiles.map((file) => parse(read(file)) as Action);

  it('are one action at the root and in backup/', () => {
    const [root, sub] = ['action.yml', 'backup/action.yml'].map((file) => parse(read(file)) as Action);
    expect({ ...root, runs: undefined }).toEqual({ ...sub, runs: undefined });
  });

  it('all run on one runtime', () => {
    expect(actions.length).toBeGreaterThanOrEqual(2);
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

describe.each(['README.md', 'backup/README.md'])('%s', (file) => {
  it('has a row for each input, as the table has it', () => {
    const rows = tableRows(read(file), 'inputs:backup');
    const expected = inputsOf('backup').map(([name, spec]) => {
      const standard = defaultOf(spec, 'backup');
      const shown = isRequired(spec, 'backup') ? '**required**' : (spec.defaultText ?? '');
      return [`\`${name}\``, standard === undefined ? shown : `\`${standard}\``, meaning(spec, 'backup')];
    });
    const order = (row: readonly string[]): string => row[0] ?? '';
    // The README sorts by group, the table of inputs by kinship: only the set is compared here, the text below.
    expect([...rows].sort((a, b) => order(a).localeCompare(order(b)))).toEqual(
      expected.sort((a, b) => order(a).localeCompare(order(b))),
    );
  });

  it('has a row for each output', () => {
    expect(tableRows(read(file), 'outputs:backup')).toEqual(
      Object.entries(BACKUP_OUTPUTS).map(([name, { description }]) => [`\`${name}\``, description]),
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
    for (const command of ['backup', 'list', 'show'] as const) {
      for (const [name, spec] of inputsOf(command)) {
        expect([name, meaning(spec, command)]).toEqual([
          name,
          expect.stringMatching(/^[^\n]{10,200}[^.\s]$/),
        ]);
      }
    }
  });
});
