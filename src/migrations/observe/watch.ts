import { randomBytes } from 'node:crypto';
import { messageOf } from '../../base/errors.js';
import { quoteLiteral, type Psql } from '../../postgres/psql.js';
import type { Rehearsal } from '../types.js';
import type { LogRow } from './log.js';
import { ownSession } from './own.js';

/** A change of the locks that are held, between two looks at them. */
export interface LockEvent {
  /** When it was seen, and the look before; milliseconds since 1970. */
  at: number;
  before: number;
  /** The first of a watcher: of what an earlier one saw nothing is known any more. */
  first: boolean;
  /** `<relation> <pid> <virtual transaction> <mode>` each. */
  taken: string[];
  gone: string[];
}

/** Seconds between two looks, at least and at most: what is held for 50 ms is seen. */
const SOON = 0.01;
const LATE = 0.025;
/** Looking takes at most a thirtieth of the time. */
const SHARE = 30;
/** A longer time without a look may have hidden a lock. */
const BLIND_MS = 45;
const ATTEMPTS = 5;
/** So many locks are told of in a line, which is not cut then. */
const AT_ONCE = 300;

/**
 * Looks at the locks again and again in one statement on the server, where no delay of ours makes it late, and writes
 * each change to the server's log, where it stands between the statements and outlives its session. Each look is a
 * transaction of its own.
 */
function watchSql(mark: string, database: string): string {
  const text = (value: string): string =>
    `pg_catalog.round((EXTRACT(EPOCH FROM ${value}) * 1000)::numeric, 3)`;
  const without = (some: string, others: string): string =>
    `ARRAY(SELECT pg_catalog.unnest(${some}) EXCEPT SELECT pg_catalog.unnest(${others}))`;
  return `DO $pgkeep$
DECLARE
  earlier text[] := '{}';
  held text[];
  taken text[];
  gone text[];
  first boolean := true;
  at timestamptz;
  before timestamptz := pg_catalog.clock_timestamp();
BEGIN
  LOOP
    at := pg_catalog.clock_timestamp();
    SELECT coalesce(pg_catalog.array_agg(l.lock ORDER BY l.lock), '{}') INTO held FROM (
      SELECT DISTINCT pg_catalog.format('%s %s %s %s', relation, pid, virtualtransaction, mode) COLLATE "C" AS lock
      FROM pg_catalog.pg_locks
      WHERE locktype = 'relation' AND database = ${database} AND relation >= 16384 AND granted AND pid IS NOT NULL
    ) l;
    IF first OR held <> earlier THEN
      taken := ${without('held', 'earlier')};
      gone := ${without('earlier', 'held')};
      FOR n IN 0 .. greatest(pg_catalog.cardinality(taken), pg_catalog.cardinality(gone), 1) - 1 BY ${AT_ONCE} LOOP
        RAISE LOG '%', ${quoteLiteral(mark)} || pg_catalog.json_build_object(
          'at', ${text('at')}, 'before', ${text('before')}, 'first', first AND n = 0,
          'taken', taken[n + 1 : n + ${AT_ONCE}], 'gone', gone[n + 1 : n + ${AT_ONCE}]);
      END LOOP;
      earlier := held;
    END IF;
    IF at - before > interval '${BLIND_MS} ms' THEN
      RAISE LOG '%', ${quoteLiteral(mark)} || pg_catalog.json_build_object('blind', ${text('at - before')});
    END IF;
    first := false;
    before := at;
    COMMIT;
    PERFORM pg_catalog.pg_sleep(least(${LATE}, greatest(${SOON},
      ${SHARE} * EXTRACT(EPOCH FROM pg_catalog.clock_timestamp() - at)::float8)));
  END LOOP;
END $pgkeep$`;
}

/** Watches the locks that are held in a database, from before the command until after it. */
export class LockWatch {
  readonly events: LockEvent[] = [];
  /** Times without a look that were long enough to hide a lock, in milliseconds. */
  readonly blind: number[] = [];
  /** Why its session ended before its time; another one was begun, some times. */
  lost: string | undefined;
  private lostAt = 0;
  /** When watching ended, in milliseconds since 1970. */
  until = 0;
  private readonly mark = `pgkeep-${randomBytes(8).toString('hex')} `;
  private psql: Psql | undefined;
  private stopping = false;
  private running: Promise<void> = Promise.resolve();

  /**
   * @param database the rehearsed one, by its OID
   * @param own gets the names of our sessions in the log
   */
  constructor(
    private readonly rehearsal: Rehearsal,
    private readonly database: string,
    private readonly own: Set<string>,
  ) {}

  /** Whether nobody watched any more when it was stopped, by what has been read of the log. */
  get isLost(): boolean {
    return this.lostAt > (this.events.findLast(({ first }) => first)?.at ?? 0);
  }

  /** Begins; the first event in the log tells when it has. */
  start(): void {
    this.running = this.keepOn();
  }

  /** Notes what a line of the log says of the watching; false when it says nothing of it. */
  see(row: LogRow): boolean {
    if (!this.own.has(row.session) || !row.message.startsWith(this.mark)) return false;
    const said = JSON.parse(row.message.slice(this.mark.length)) as LockEvent | { blind: number };
    if ('blind' in said) this.blind.push(said.blind);
    else this.events.push(said);
    return true;
  }

  /** Ends it and waits until its session is gone. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.until ||= Date.now();
    await this.psql?.close();
    await this.running;
  }

  /** A command may end all sessions but its own, ours too. */
  private async keepOn(): Promise<void> {
    for (let attempt = 1; !this.stopping && attempt <= ATTEMPTS; attempt += 1) {
      try {
        await this.watch();
      } catch (error) {
        if (this.stopping) break;
        this.lost = messageOf(error);
        this.lostAt = Date.now();
      }
    }
    this.until ||= Date.now();
  }

  private watch(): Promise<void> {
    return ownSession(this.rehearsal, this.own, async (psql) => {
      this.psql = psql;
      if (!this.stopping) await psql.exec(watchSql(this.mark, this.database));
    });
  }
}
