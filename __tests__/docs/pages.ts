import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ACTIONS } from '../../src/inputs/spec.js';
import { read, ROOT } from '../house/files.js';

/** The pages in docs/, by their path in the repository. */
export const DOCS = pagesIn('docs');

/** Every page that users read. */
export const PAGES = [
  ...pagesIn('.'),
  ...DOCS,
  ...ACTIONS.map((name) => `${name}/README.md`),
  'workflows-templates/README.md',
];

function pagesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder))
    .filter((file) => file.endsWith('.md'))
    .map((file) => (folder === '.' ? file : `${folder}/${file}`));
}

/** A fenced block of a page. */
export interface Block {
  page: string;
  language: string;
  text: string;
  /** The heading that it stands under. */
  heading: string;
}

/** The fenced blocks of a page, also those in lists, in order; with languages: only those of one of them. */
export function blocksOf(page: string, ...languages: string[]): Block[] {
  const found: Block[] = [];
  let heading = '';
  let open: { block: Block; indent: number } | undefined;
  for (const line of read(page).split('\n')) {
    const [, indent = '', language = ''] = /^( *)```(\w*)$/.exec(line) ?? [undefined];
    const fence = /^ *```/.test(line);
    if (open !== undefined && fence) {
      found.push(open.block);
      open = undefined;
    } else if (open !== undefined) open.block.text += `${line.slice(open.indent)}\n`;
    else if (fence) open = { block: { page, language, text: '', heading }, indent: indent.length };
    else heading = /^#+ (.*)$/.exec(line)?.[1] ?? heading;
  }
  return found.filter(({ language }) => languages.length === 0 || languages.includes(language));
}

/** The only block of a language under a heading. @throws where there is none, or more than one */
export function blockUnder(page: string, heading: string, language: string, nth = 0): string {
  const under = blocksOf(page, language).filter((block) => block.heading === heading);
  const block = under[nth];
  if (block === undefined) throw new Error(`${page} has no ${language} block ${nth} under "${heading}"`);
  return block.text;
}

/** The fields that the table under a heading names, one a row: `parts[].bytes`. */
export function fieldsUnder(page: string, heading: string): string[] {
  const [, section = ''] = read(page).split(`\n## ${heading}\n`);
  const [table = ''] = section.split('\n## ');
  return [...table.matchAll(/^\| `([\w.[\]]+)` +\|/gm)].map(([, field = '']) => field);
}

/** The same of a manifest; `options` is one field, whatever it holds. */
export function pathsOf(value: unknown, path = ''): string[] {
  if (path === 'options' || typeof value !== 'object' || value === null) return [path];
  if (Array.isArray(value)) return value.length === 0 ? [path] : pathsOf(value[0], `${path}[]`);
  return Object.entries(value).flatMap(([key, each]) => pathsOf(each, path === '' ? key : `${path}.${key}`));
}
