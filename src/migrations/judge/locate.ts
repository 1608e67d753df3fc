import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterComments } from '../comments.js';

/** A place in the pull request's files. */
export interface FileLine {
  path: string;
  line: number;
}

const SOURCES = /\.(sql|[cm]?[jt]sx?|py|rb|php|go|ex|exs|java|kt|cs|rs|xml|ya?ml)$/i;
const NOT_OURS = new Set(['node_modules', 'vendor', 'dist', 'build', 'target', 'venv', '__pycache__']);
const MOST_FILES = 5000;
const LARGEST_BYTES = 1024 * 1024;

/** Shorter statements (`COMMIT`) stand everywhere. */
const SHORTEST_SQL = 12;

/**
 * Finds statements in the files of a folder, blanks apart: those of a migration that is written as SQL, also within another
 * language. What a tool makes up by itself is not found.
 * @returns for each statement where it stands, the comments apart that were sent before it; undefined where it does not, or in more than one place.
 */
export async function locate(
  folder: string,
  statements: readonly string[],
): Promise<(FileLine | undefined)[]> {
  const wanted = statements.map((sql) => squeeze(sql).text);
  const comments = statements.map(commentsBefore);
  const found: FileLine[][] = wanted.map(() => []);
  if (!wanted.some(({ length }) => length >= SHORTEST_SQL)) return wanted.map(() => undefined);
  for (const path of await sources(folder)) {
    const text = await readFile(join(folder, path), 'utf8').catch(() => '');
    const { text: squeezed, lines } = squeeze(text);
    wanted.forEach((sql, index) => {
      if (sql.length < SHORTEST_SQL) return;
      const at = squeezed.indexOf(sql);
      if (at < 0) return;
      found[index]?.push({ path, line: lines[at + (comments[index] ?? 0)] ?? 1 });
      if (squeezed.includes(sql, at + 1)) found[index]?.push({ path, line: 0 });
    });
  }
  return found.map((places) => (places.length === 1 ? places[0] : undefined));
}

/** How long the comments are that a statement begins with, squeezed; 0 where there is nothing else. */
function commentsBefore(sql: string): number {
  const rest = afterComments(sql);
  return rest === '' ? 0 : squeeze(sql).text.length - squeeze(rest).text.length;
}

/** Each run of blanks as one, and of each character its line, counted from 1. */
function squeeze(sql: string): { text: string; lines: number[] } {
  const lines: number[] = [];
  let text = '';
  let line = 1;
  let blank = true;
  for (const character of sql) {
    if (/\s/.test(character)) {
      if (!blank) {
        text += ' ';
        lines.push(line);
      }
      blank = true;
      if (character === '\n') line += 1;
      continue;
    }
    blank = false;
    text += character;
    for (let unit = 0; unit < character.length; unit += 1) lines.push(line);
  }
  return { text: text.replace(/[ ;]+$/, ''), lines };
}

/** Source files below a folder, by name; not those of packages, nor more than can be read at leisure. */
async function sources(folder: string): Promise<string[]> {
  const files: string[] = [];
  const look = async (path: string): Promise<void> => {
    const entries = await readdir(join(folder, path), { withFileTypes: true }).catch(() => []);
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (files.length >= MOST_FILES) return;
      const inside = join(path, entry.name);
      if (entry.isDirectory()) {
        if (!entry.name.startsWith('.') && !NOT_OURS.has(entry.name)) await look(inside);
      } else if (entry.isFile() && SOURCES.test(entry.name)) {
        if ((await stat(join(folder, inside))).size <= LARGEST_BYTES) files.push(inside);
      }
    }
  };
  await look('');
  return files;
}
