import { UserError } from '../../../base/errors.js';
import type { TocEntry } from '../../../postgres/toc.js';
import { readContents, type ArchiveRequest } from '../contents.js';
import { attachedTo, belongsTo, RELATIONS, type Belongs } from './belongs.js';
import { keyOf, nameIn, shown, titled } from './names.js';
import { matchesSchema, matchesTable, parsePattern, type Pattern } from './pattern.js';
import { readTocFile, type ExactEntry, type TocFile } from './toc-file.js';
import { noMatch } from './near.js';

export interface SelectRequest extends ArchiveRequest {
  /** pg_dump patterns; with `schemas` too, either counts. */
  tables: readonly string[];
  schemas: readonly string[];
  content: 'all' | 'schema' | 'data';
  /** Whether it goes into a new database, which gets what the part needs, too. */
  beside: boolean;
}

/** A part of an archive. */
export interface Selected {
  entries: TocEntry[];
  /**
   * What the part needs, does not hold and gets in a new database, however far removed: types, functions, schemas; no
   * tables.
   */
  needs: TocEntry[];
  /** Sentences about what is not restored, or must be there already. */
  leftOut: string[];
}

const DATA: ReadonlySet<string> = new Set([
  'TABLE DATA',
  'SEQUENCE SET',
  'BLOB',
  'BLOBS',
  'BLOB METADATA',
  'STATISTICS DATA',
]);
const NO_RELATION = keyOf('', '');
/** They follow what they are about. */
const ABOUT: ReadonlySet<string> = new Set(['ACL', 'COMMENT', 'SECURITY LABEL', 'STATISTICS DATA']);

/**
 * Chooses the tables and schemas that patterns name, with all that belongs to them: rows, defaults, own sequences,
 * indexes, constraints, triggers, rules, policies, privileges, comments, partitions. A foreign key comes along only
 * with the table that it refers to.
 * @throws UserError when a pattern matches nothing, naming what is near; or the archive is plain, or damaged
 */
export async function selectEntries(request: SelectRequest): Promise<Selected> {
  const toc = await readContents(request);
  if (toc === undefined)
    throw new UserError(
      'A backup in the plain format has no table of contents, so tables and schemas cannot be chosen from it. Restore it as a whole, or use format custom for the next backups.',
    );
  const file = await readTocFile(request.archive);
  const selection = new Selection(file, request);
  const byId = new Map(toc.map((entry) => [entry.dumpId, entry]));
  const listed = (ids: ReadonlySet<number>): TocEntry[] =>
    file.entries.flatMap(({ dumpId }) => (ids.has(dumpId) ? (byId.get(dumpId) ?? []) : []));
  return {
    entries: listed(selection.wanted(request.content)),
    needs: listed(selection.needs()).filter(({ dumpId }) => selection.comesAlong(dumpId)),
    leftOut: selection.leftOut(request),
  };
}

class Selection {
  readonly #chosen = new Set<number>();
  readonly #relations = new Set<string>();
  readonly #dropped: string[] = [];
  readonly #byId: ReadonlyMap<number, ExactEntry>;

  constructor(
    private readonly file: TocFile,
    { tables, schemas }: Pick<SelectRequest, 'tables' | 'schemas'>,
  ) {
    this.#byId = new Map(file.entries.map((entry) => [entry.dumpId, entry]));
    for (const pattern of schemas) this.#schemas(parsePattern(pattern));
    for (const pattern of tables) this.#tables(parsePattern(pattern));
    this.#partitions();
    this.#sequences();
    this.#parts();
    this.#follow(this.#chosen, (id) => this.#chosen.has(id));
  }

  /** The chosen entries that hold such content. */
  wanted(content: SelectRequest['content']): Set<number> {
    if (content === 'all') return this.#chosen;
    const data = content === 'data';
    return new Set(
      [...this.#chosen].filter((dumpId) => DATA.has(this.#byId.get(dumpId)?.kind ?? '') === data),
    );
  }

  needs(): Set<number> {
    const needed = new Set<number>();
    const queue = [...this.#chosen];
    for (let dumpId = queue.pop(); dumpId !== undefined; dumpId = queue.pop())
      for (const id of this.#byId.get(dumpId)?.dependencies ?? []) {
        if (this.#chosen.has(id) || needed.has(id) || !this.#byId.has(id)) continue;
        needed.add(id);
        queue.push(id);
      }
    this.#follow(needed, (id) => needed.has(id) || this.#chosen.has(id));
    return needed;
  }

  /** Rows of other tables were not asked for, and a table without its rows would only deceive. */
  comesAlong(dumpId: number): boolean {
    return !/^(TABLE|MATERIALIZED VIEW)( |$)/.test(this.#byId.get(dumpId)?.kind ?? '');
  }

  leftOut({ beside }: Pick<SelectRequest, 'beside'>): string[] {
    const missing = new Map<number, string>();
    for (const dumpId of this.#chosen) {
      const entry = this.#byId.get(dumpId);
      for (const id of entry?.dependencies ?? []) {
        const needed = this.#byId.get(id);
        if (entry === undefined || needed === undefined || this.#chosen.has(id) || missing.has(id)) continue;
        if (beside && this.comesAlong(id)) continue;
        const without = beside ? ', so choose it, too' : ' and must be there already';
        missing.set(id, `${titled(needed)} is not restored${without}: ${titled(entry)} needs it.`);
      }
    }
    const objects = this.file.entries.some(({ kind }) => kind.startsWith('BLOB'));
    return [
      ...this.#dropped,
      ...missing.values(),
      ...(objects ? ['Large objects are not restored: they belong to no table.'] : []),
    ];
  }

  #add(entry: ExactEntry): void {
    this.#chosen.add(entry.dumpId);
    if (RELATIONS.has(entry.kind) || entry.kind === 'TABLE DATA')
      this.#relations.add(keyOf(entry.schema, entry.tag));
  }

  #schemas(pattern: Pattern): void {
    const { entries, database } = this.file;
    const names = new Set(
      entries.flatMap(({ kind, tag, schema }) =>
        kind === 'SCHEMA' ? [tag] : schema === undefined ? [] : [schema],
      ),
    );
    const matched = [...names].filter((name) => matchesSchema(pattern, name, database));
    if (matched.length === 0) throw noMatch('schemas', pattern, [...names]);
    const wanted = new Set(matched);
    for (const entry of entries) {
      if (entry.kind === 'SCHEMA' && wanted.has(entry.tag)) this.#add(entry);
      else if (
        entry.schema !== undefined &&
        wanted.has(entry.schema) &&
        belongsTo(entry) === undefined &&
        !ABOUT.has(entry.kind) &&
        !entry.kind.startsWith('PUBLICATION')
      )
        this.#add(entry);
    }
    // An extension's own tables have rows and no definition.
    for (const entry of entries)
      if (entry.kind === 'TABLE DATA' && wanted.has(entry.schema ?? '')) this.#add(entry);
  }

  #tables(pattern: Pattern): void {
    const { entries, database } = this.file;
    const relations = entries.filter(({ kind }) => RELATIONS.has(kind) || kind === 'TABLE DATA');
    const matched = relations.filter(({ schema, tag }) => matchesTable(pattern, schema ?? '', tag, database));
    if (matched.length === 0)
      throw noMatch('tables', pattern, [
        ...new Set(relations.map(({ schema, tag }) => shown(keyOf(schema, tag)))),
      ]);
    for (const entry of matched) this.#add(entry);
  }

  /** Partitions come with their table, and theirs with them. */
  #partitions(): void {
    const children = new Map<string, string[]>();
    const note = (parent: string | undefined, child: string): void => {
      if (parent === undefined) return;
      const known = children.get(parent);
      if (known === undefined) children.set(parent, [child]);
      else known.push(child);
    };
    for (const entry of this.file.entries) {
      if (entry.kind === 'TABLE ATTACH') {
        const [parent, child = ''] = belongsTo(entry)?.to ?? [];
        note(parent, child);
      } else if (entry.kind === 'TABLE' || entry.kind === 'FOREIGN TABLE')
        note(attachedTo(entry), keyOf(entry.schema, entry.tag));
    }
    const queue = [...this.#relations];
    for (let key = queue.pop(); key !== undefined; key = queue.pop())
      for (const child of children.get(key) ?? []) {
        if (this.#relations.has(child)) continue;
        this.#relations.add(child);
        queue.push(child);
      }
    for (const entry of this.file.entries)
      if (RELATIONS.has(entry.kind) && this.#relations.has(keyOf(entry.schema, entry.tag))) this.#add(entry);
  }

  /** A table's own sequences, and those of its identity columns. */
  #sequences(): void {
    const { entries } = this.file;
    for (const entry of entries) {
      const [first, table] = belongsTo(entry)?.to ?? [];
      if (first === undefined) continue;
      if (entry.kind === 'SEQUENCE' && this.#relations.has(first)) this.#add(entry);
      if (entry.kind === 'SEQUENCE OWNED BY' && this.#relations.has(table ?? '')) this.#relations.add(first);
    }
    for (const entry of entries)
      if (entry.kind === 'SEQUENCE' && this.#relations.has(keyOf(entry.schema, entry.tag))) this.#add(entry);
  }

  /** What belongs to the relations that are chosen. */
  #parts(): void {
    const indexes = new Set<string>();
    const isThere = ({ to, indexes: names }: Belongs): boolean =>
      to.every((key) => this.#relations.has(key)) && names.every((key) => indexes.has(key));
    for (const entry of this.file.entries) {
      const belongs = entry.kind === 'SEQUENCE' ? undefined : belongsTo(entry);
      if (belongs === undefined) continue;
      const [table = NO_RELATION, other = NO_RELATION] = belongs.to;
      // After the name of its table.
      const name = entry.tag.slice(nameIn(table).length + 1);
      if (!isThere(belongs)) {
        if (entry.kind === 'FK CONSTRAINT' && this.#relations.has(table))
          this.#dropped.push(
            `Foreign key ${JSON.stringify(name)} of ${shown(table)} is not restored: the table that it refers to, ${shown(other)}, is not.`,
          );
        continue;
      }
      if (entry.kind === 'TRIGGER' && this.#withoutFunction(entry)) continue;
      this.#chosen.add(entry.dumpId);
      if (entry.kind === 'INDEX') indexes.add(keyOf(entry.schema, entry.tag));
      if (entry.kind === 'CONSTRAINT') indexes.add(keyOf(entry.schema, name));
    }
  }

  #withoutFunction(entry: ExactEntry): boolean {
    const missing = entry.dependencies
      .map((id) => this.#byId.get(id))
      .find((needed) => needed?.kind === 'FUNCTION' && !this.#chosen.has(needed.dumpId));
    if (missing === undefined) return false;
    this.#dropped.push(
      `Trigger ${JSON.stringify(entry.tag)} in schema ${JSON.stringify(entry.schema ?? '')} is not restored: its ${titled(missing)} is not.`,
    );
    return true;
  }

  /** Adds privileges and comments on what is there; those of columns follow the table's. */
  #follow(ids: Set<number>, isThere: (dumpId: number) => boolean): void {
    for (let before = -1; before !== ids.size;) {
      before = ids.size;
      for (const { dumpId, kind, dependencies } of this.file.entries)
        if (ABOUT.has(kind) && !isThere(dumpId) && dependencies.length > 0 && dependencies.every(isThere))
          ids.add(dumpId);
    }
  }
}
