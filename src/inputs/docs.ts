import { OUTPUTS } from './outputs.js';
import { GROUPS, type Action, type InputSpec } from './spec.js';
import { actionDefaultOf, describe, groupOf, inputsOf, isRequired } from './table.js';

/** What each action is called and does, for its metadata. */
const ABOUT: Record<Action, { name: string; description: string }> = {
  backup: {
    name: 'pgkeep',
    description: 'PostgreSQL backups that are complete, checked and restorable with stock tools',
  },
  restore: {
    name: 'pgkeep restore',
    description: 'Restore a PostgreSQL backup, compare it, and never lose what was there before',
  },
  verify: {
    name: 'pgkeep verify',
    description: 'Prove that a PostgreSQL backup restores to exactly what the database held',
  },
  'check-migrations': {
    name: 'pgkeep check-migrations',
    description: "Try a pull request's migrations on a restored PostgreSQL backup, and report what they do",
  },
  prune: {
    name: 'pgkeep prune',
    description: 'Remove old PostgreSQL backups by a policy, and never the last good one',
  },
  status: {
    name: 'pgkeep status',
    description: 'Fail when PostgreSQL backups are too old, unverified, of an odd size or gone',
  },
  fleet: {
    name: 'pgkeep fleet',
    description: 'Many PostgreSQL databases from one file, with a job for each and one summary of all',
  },
};

const quoted = (text: string): string => JSON.stringify(text);

function inputYaml(action: Action, name: string, spec: InputSpec): string[] {
  const standard = actionDefaultOf(spec, action);
  return [
    `  ${name}:`,
    `    description: ${quoted(describe(spec, action))}`,
    ...(isRequired(spec, action) ? ['    required: true'] : []),
    ...(standard === undefined ? [] : [`    default: ${quoted(standard)}`]),
  ];
}

/**
 * The metadata of an action.
 * @param main the script that runs, relative to the file.
 */
export function actionYaml(action: Action, main: string): string {
  const { name, description } = ABOUT[action];
  return [
    '# Generated from src/inputs by `npm run docs`.',
    `name: ${name}`,
    `description: ${description}`,
    'author: pgkeep',
    'branding:',
    '  icon: database',
    '  color: blue',
    'inputs:',
    ...inputsOf(action).flatMap(([input, spec]) => inputYaml(action, input, spec)),
    'outputs:',
    ...Object.entries(OUTPUTS[action]).flatMap(([output, spec]) => [
      `  ${output}:`,
      `    description: ${quoted(spec.description)}`,
    ]),
    'runs:',
    '  using: node24',
    `  main: ${main}`,
    '',
  ].join('\n');
}

// A bar would end the cell, inside of code too.
const cell = (text: string): string => text.replaceAll('|', '\\|');

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows.map((row) => row.map(cell))];
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

function defaultCell(action: Action, spec: InputSpec): string {
  const standard = actionDefaultOf(spec, action);
  if (isRequired(spec, action)) return '**required**';
  return standard === undefined
    ? (spec.defaultText ?? '')
    : standard
        .split('\n')
        .map((line) => `\`${line}\``)
        .join(', ');
}

/** The README's tables of an action's inputs, one below each group's heading. */
export function inputsMarkdown(action: Action): string {
  return GROUPS.map((group) => ({
    group,
    rows: inputsOf(action)
      .filter(([, spec]) => groupOf(spec, action) === group)
      .map(([name, spec]) => [`\`${name}\``, defaultCell(action, spec), describe(spec, action)]),
  }))
    .filter(({ rows }) => rows.length > 0)
    .map(({ group, rows }) => `#### ${group}\n\n${markdownTable(['Input', 'Default', 'Meaning'], rows)}`)
    .join('\n');
}

/** The README's table of an action's outputs. */
export function outputsMarkdown(action: Action): string {
  const rows = Object.entries(OUTPUTS[action]).map(([name, { description }]) => [`\`${name}\``, description]);
  return markdownTable(['Output', 'Holds'], rows);
}

/**
 * Puts `content` between `<!-- marker -->` and `<!-- /marker -->`.
 * @throws Error when the text does not hold both, once each and in this order.
 */
export function splice(text: string, marker: string, content: string): string {
  const [open, close] = [`<!-- ${marker} -->`, `<!-- /${marker} -->`];
  const start = text.indexOf(open);
  const end = text.indexOf(close);
  if (start === -1 || end < start || text.includes(open, start + 1) || text.includes(close, end + 1)) {
    throw new Error(`${open} and ${close} must stand in the text once each, in this order.`);
  }
  return `${text.slice(0, start + open.length)}\n\n${content}\n${text.slice(end)}`;
}
