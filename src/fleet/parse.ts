import { plural } from '../base/units.js';
import { isFamilyName } from '../inputs/name.js';
import { nearest } from '../inputs/unknown.js';
import { memberProblems } from './check.js';
import { ConfigDocument, type Pair } from './document.js';
import {
  actionsWith,
  FLEET_KEYS,
  isSecretInput,
  KNOWN_KEYS,
  NO_KEYS,
  URL_KEY,
  type FleetAction,
} from './keys.js';
import { secretsIn } from './secrets.js';
import type { Given, Member, Problem } from './types.js';
import { wrongValue } from './value.js';

/** A matrix has no more jobs (docs.github.com, "Actions limits"). */
const MOST = 256;

const SECTIONS = ['defaults', 'databases'];

/**
 * The databases of a config file, or everything that is wrong with it, in the order of the file. Where it holds what looks
 * like a secret, only that is told: what else is wrong may repeat it.
 */
export function parseFleet(text: string, action: FleetAction): { members: Member[]; problems: Problem[] } {
  const secrets = secretsIn(text);
  if (secrets.length > 0) return { members: [], problems: secrets };
  const { members, problems } = new Reader(text).read(action);
  return { members, problems: problems.sort((a, b) => a.line - b.line || a.column - b.column) };
}

/** The values of one map, and whether all of them can be used. */
interface Values {
  given: Map<string, Given>;
  sound: boolean;
}

class Reader {
  private readonly document: ConfigDocument;
  private readonly problems: Problem[] = [];

  constructor(text: string) {
    this.document = new ConfigDocument(text);
    this.problems.push(...this.document.problems);
  }

  read(action: FleetAction): { members: Member[]; problems: Problem[] } {
    const done = (members: Member[]) => ({ members, problems: this.problems });
    if (this.problems.length > 0) return done([]);
    const { contents } = this.document;
    const sections = this.document.pairs(contents);
    if (sections === undefined) {
      this.wrong(contents, 'this file needs "databases:", and below it a line for each database');
      return done([]);
    }
    for (const { key, at } of sections)
      if (!SECTIONS.includes(key))
        this.problems.push({
          ...at,
          message: KNOWN_KEYS.includes(key)
            ? `"${key}" belongs below "defaults:" or below a database`
            : unknownKey(key, SECTIONS),
        });
    const section = (name: string) => sections.find(({ key }) => key === name);
    const defaults = this.defaults(section('defaults'));
    const { members, sound } = this.databases(section('databases'), defaults);
    this.problems.push(...memberProblems(sound, action));
    return done(members);
  }

  private defaults(section: Pair | undefined): Values {
    const empty = { given: new Map<string, Given>(), sound: true };
    if (section === undefined || this.document.isNothing(section.value)) return empty;
    const values = this.values(section.value);
    if (values !== undefined) return values;
    this.problems.push({ ...section.at, message: '"defaults" takes inputs, one a line' });
    return { ...empty, sound: false };
  }

  private databases(section: Pair | undefined, defaults: Values): { members: Member[]; sound: Member[] } {
    const pairs = section === undefined ? undefined : this.document.pairs(section.value);
    if (pairs === undefined || pairs.length === 0) {
      const at = section?.at ?? { line: 1, column: 1 };
      this.problems.push({
        ...at,
        message: '"databases" has no database: write one a line, as in "shop: SHOP_DATABASE_URL"',
      });
      return { members: [], sound: [] };
    }
    const beyond = pairs[MOST];
    if (beyond !== undefined)
      this.problems.push({
        ...beyond.at,
        message: `here are ${plural(pairs.length, 'database')}, and a matrix has ${MOST} jobs at most: make two files and two jobs of it`,
      });
    const members: Member[] = [];
    const sound: Member[] = [];
    for (const pair of pairs) {
      const own = this.member(pair);
      const member = {
        database: pair.key,
        at: pair.at,
        values: new Map([...defaults.given, ...own.given]),
      };
      members.push(member);
      if (own.sound && defaults.sound) sound.push(member);
    }
    return { members, sound };
  }

  /** `shop: SHOP_DATABASE_URL`, or a map of inputs. */
  private member({ key, at, value }: Pair): Values {
    const before = this.problems.length;
    if (!isFamilyName(key))
      this.problems.push({
        ...at,
        message:
          'a database is called by letters, digits, ".", "_" and "-", 64 at most, with a letter or digit first',
      });
    const short = this.document.text(value);
    const given = this.document.at(value);
    const values =
      short === undefined
        ? this.values(value)
        : { given: this.checked(URL_KEY, { ...given, text: short }), sound: true };
    if (values === undefined)
      this.problems.push({
        ...at,
        message: `"${key}" needs the name of the secret that holds its URL, as in "${key}: SHOP_DATABASE_URL", or inputs below it`,
      });
    return { given: values?.given ?? new Map<string, Given>(), sound: this.problems.length === before };
  }

  /** Undefined for what is no map. */
  private values(node: unknown): Values | undefined {
    const pairs = this.document.pairs(node);
    if (pairs === undefined) return undefined;
    const before = this.problems.length;
    const given = new Map<string, Given>();
    for (const { key, at, value } of pairs) {
      if (!KNOWN_KEYS.includes(key)) {
        this.problems.push({ ...at, message: unknownKey(key, KNOWN_KEYS) });
        continue;
      }
      const lists = takesList(key);
      const text = this.document.text(value, lists);
      if (text === undefined) {
        const takes = `takes ${lists ? 'a value or a list of them' : 'one value'}`;
        const found = this.document.isNothing(value) ? 'has no value' : takes;
        this.problems.push({ ...at, message: `"${key}" ${found}: give it one, or leave the line out` });
        continue;
      }
      for (const [name, checked] of this.checked(key, { ...this.document.at(value), text }))
        given.set(name, checked);
    }
    return { given, sound: this.problems.length === before };
  }

  private checked(key: string, given: Given): Map<string, Given> {
    const message = wrongValue(key, given.text);
    if (message === undefined) return new Map([[key, given]]);
    this.problems.push({ line: given.line, column: given.column, message });
    return new Map();
  }

  private wrong(node: unknown, message: string): void {
    this.problems.push({ ...this.document.at(node), message });
  }
}

function takesList(key: string): boolean {
  const type = FLEET_KEYS.get(key)?.spec.type;
  return type === 'list' || type === 'choices';
}

function unknownKey(key: string, known: readonly string[]): string {
  if (known === KNOWN_KEYS && isSecretInput(key))
    return `"${key}" is a secret, and this file is none: give the name of the secret, as "${key}-secret"`;
  if (known === KNOWN_KEYS && NO_KEYS.includes(key))
    return `"${key}" has no place here: each job has a token of its own`;
  const near = nearest(key, known);
  const other = known === KNOWN_KEYS ? actionsWith(key) : [];
  const hint =
    other.length > 0
      ? `: that is an input of ${other.join(' and ')}`
      : near === undefined
        ? ''
        : `; did you mean "${near}"?`;
  return `unknown key ${JSON.stringify(key.length > 60 ? `${key.slice(0, 60)}...` : key)}${hint}`;
}
