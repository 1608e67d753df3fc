import { formatCount } from '../../base/units.js';
import { StoreError } from '../errors.js';
import { isLater, keyed, LATER, type Keyed } from './keyed.js';
import { artifactById, listAll, listPages, PAGE, type Artifact } from './listing.js';
import { artifactName, artifactOfLogKey, isIdName, namedOf, partKey, readName, type Named } from './names.js';
import { inParallel } from './parallel.js';
import type { ArtifactApi } from './rest.js';

/** Pages of all artifacts that are read without a thought: 2 % of what a workflow's token may ask in an hour. */
const CHEAP_PAGES = 20;
/** The most pages of all artifacts that are read where nothing else helps. */
const MOST_PAGES = 100;
/** So many of the names `.2`, `.3`, ... are asked for at once; where the last of them has none, there are no more. */
const AHEAD = 4;
/** Requests at once. */
const PARALLEL = 8;

/** Finds artifacts with as few requests as can be: a workflow's token has 1,000 an hour for all runs of a repository. */
export class ArtifactCatalog {
  /** The run that made a backup, by `family/id`. Never changes. */
  private readonly runs = new Map<string, number>();

  constructor(
    private readonly api: ArtifactApi,
    private readonly idIn: (manifest: Artifact) => Promise<string | undefined>,
  ) {}

  /** Everything of ours. @throws StoreError where the repository holds too many artifacts to look through. */
  async all(): Promise<Keyed> {
    const found: Artifact[] = [];
    for await (const { artifacts, total } of listPages(this.api, {})) {
      if (total > MOST_PAGES * PAGE)
        throw new StoreError(
          `${this.api.repository} holds ${formatCount(total)} artifacts, too many to look through for backups of any name. Say which with name.`,
        );
      found.push(...artifacts);
    }
    return this.keyed(found);
  }

  /**
   * Everything of one family: by looking through all artifacts where that is the cheaper way, else by the exact names
   * of manifests and logs and by the runs that the manifests lead to. The second way does not see what killed runs left.
   */
  async family(family: string): Promise<Keyed> {
    const manifests = await this.exact({ kind: 'manifest', family });
    const runs = [...new Set(manifests.map(({ runId }) => runId))];
    const most = Math.max(CHEAP_PAGES, AHEAD + 3 * runs.length);
    const found: Artifact[] = [];
    for await (const { artifacts, total } of listPages(this.api, {})) {
      if (total > most * PAGE) return this.byRuns(family, runs);
      found.push(...artifacts);
    }
    return this.keyed(found, family);
  }

  private async byRuns(family: string, runs: readonly number[]): Promise<Keyed> {
    const log = await this.exact({ kind: 'log', family });
    const made = await inParallel(runs, PARALLEL, (run) => listAll(this.api, { run }));
    const found = await this.keyed([...log, ...made.flat()], family);
    const ids = [...found.keys()]
      .filter((key) => namedOf(key).kind === 'manifest')
      .map((key) => key.split('/')[1] ?? '');
    const later = await inParallel(ids, PARALLEL, (id) => this.exact(verdictOf(family, id)));
    return new Map([...found, ...(await this.keyed(later.flat()))]);
  }

  /** The log of a family. */
  async log(family: string): Promise<Keyed> {
    return this.keyed(await this.exact({ kind: 'log', family }));
  }

  /** Everything of one backup, as it is now. */
  async backup(family: string, id: string): Promise<Keyed> {
    const run = await this.runOf(family, id);
    if (run === undefined) return this.keyed(await this.exact(verdictOf(family, id)));
    const [made, later] = await Promise.all([listAll(this.api, { run }), this.exact(verdictOf(family, id))]);
    return this.keyed([...made, ...later], family);
  }

  /**
   * The artifacts that stand for one key, the newest first.
   * @param every also older ones of a part or a verdict, whose name a later one could not have
   */
  async find(key: string, every = false): Promise<Artifact[]> {
    const named = namedOf(key);
    if (named.kind === 'manifest') {
      const [family = '', id = ''] = key.split('/');
      return (await this.backup(family, id)).get(key) ?? [];
    }
    if (named.kind === 'log') return this.findLog(key);
    return (await this.keyed(await this.exact(named, every))).get(key) ?? [];
  }

  private async findLog(key: string): Promise<Artifact[]> {
    const id = artifactOfLogKey(key);
    if (id === undefined) return [];
    const doing = `look at ${key} in the artifacts of ${this.api.repository}`;
    try {
      const artifact = await artifactById(this.api, id, { doing, permission: 'read', artifact: true });
      return (await this.keyed([artifact])).has(key) ? [artifact] : [];
    } catch (error) {
      if (error instanceof StoreError && error.notFound) return [];
      throw error;
    }
  }

  /** What this process has just made is known without asking. */
  made(key: string, { runId }: Artifact): void {
    const named = namedOf(key);
    if (named.kind !== 'manifest' && (named.kind !== 'part' || isLater(named.file))) return;
    const [family = '', id = ''] = key.split('/');
    this.runs.set(`${family}/${id}`, runId);
  }

  private async runOf(family: string, id: string): Promise<number | undefined> {
    if (!isIdName(id)) return undefined;
    if (!this.runs.has(`${family}/${id}`)) await this.family(family);
    return this.runs.get(`${family}/${id}`);
  }

  /** All artifacts with one of the names that the same thing may have; of a part or a verdict the first such name. */
  private async exact(named: Named, every = false): Promise<Artifact[]> {
    const nth = (number: number): Promise<Artifact[]> =>
      listAll(this.api, { name: artifactName(named, number) });
    if (named.kind !== 'manifest' && named.kind !== 'log') {
      const first = await nth(1);
      return first.length > 0 && !every ? first : [...first, ...(await nth(2))];
    }
    const found: Artifact[] = [];
    for (let from = 1; ; from += AHEAD) {
      const numbers = Array.from({ length: AHEAD }, (_, index) => from + index);
      const same = await Promise.all(numbers.map(nth));
      found.push(...same.flat());
      if (same.at(-1)?.length === 0) return found;
    }
  }

  /** @param family absent: of all; no manifest of another is read to learn of which backup it is */
  private async keyed(artifacts: readonly Artifact[], family?: string): Promise<Keyed> {
    const ours = family === undefined ? artifacts : artifacts.filter(({ name }) => familyOf(name) === family);
    const found = await keyed(ours, this.idIn);
    for (const [key, [artifact]] of found) if (artifact !== undefined) this.made(key, artifact);
    return found;
  }
}

function familyOf(name: string): string | undefined {
  const named = readName(name);
  return named?.kind === 'other' ? named.key.split('/')[0] : named?.family;
}

function verdictOf(family: string, id: string): Named {
  return namedOf(partKey({ kind: 'part', family, id, file: LATER }));
}
