import { BACKUP_OUTPUTS, type OutputSpec } from './outputs.js';
import { GROUPS, type InputSpec } from './spec.js';
import { defaultOf, describe, inputsOf, isRequired } from './table.js';

const quoted = (text: string): string => JSON.stringify(text);

function inputYaml(name: string, spec: InputSpec): string[] {
  const standard = defaultOf(spec, 'backup');
  return [
    `  ${name}:`,
    `    description: ${quoted(describe(spec, 'backup'))}`,
    ...(isRequired(spec, 'backup') ? ['    required: true'] : []),
    ...(standard === undefined ? [] : [`    default: ${quoted(standard)}`]),
  ];
}

/**
 * The metadata of the backup action.
 * @param main the script that runs, relative to the file.
 */
export function actionYaml(main: string): string {
  return [
    '# Generated from src/inputs by `npm run docs`.',
    'name: pgkeep',
    'description: PostgreSQL backups that are complete, checked and restorable with stock tools',
    'author: pgkeep',
    'branding:',
    '  icon: database',
    '  color: blue',
    'inputs:',
    ...inputsOf('backup').flatMap(([name, spec]) => inputYaml(name, spec)),
    'outputs:',
    ...Object.entries<OutputSpec>(BACKUP_OUTPUTS).flatMap(([name, { description }]) => [
      `  ${name}:`,
      `    description: ${quoted(description)}`,
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

function defaultCell(spec: InputSpec): string {
  const standard = defaultOf(spec, 'backup');
  if (isRequired(spec, 'backup')) return '**required**';
  return standard === undefined ? (spec.defaultText ?? '') : `\`${standard}\``;
}

/** The README's tables of the backup action's inputs, one below each group's heading. */
export function inputsMarkdown(): string {
  const inputs = inputsOf('backup');
  return GROUPS.map((group) => {
    const rows = inputs
      .filter(([, spec]) => spec.group === group)
      .map(([name, spec]) => [`\`${name}\``, defaultCell(spec), describe(spec, 'backup')]);
    return `#### ${group}\n\n${markdownTable(['Input', 'Default', 'Meaning'], rows)}`;
  }).join('\n');
}

/** The README's table of the backup action's outputs. */
export function outputsMarkdown(): string {
  const rows = Object.entries<OutputSpec>(BACKUP_OUTPUTS).map(([name, { description }]) => [
    `\`${name}\``,
    description,
  ]);
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
