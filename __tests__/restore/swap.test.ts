import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UserError } from '../../src/base/errors.js';
import { parseConnection } from '../../src/postgres/connection/parse.js';
import type { Psql } from '../../src/postgres/psql.js';
import { cleaningSessionsOf } from '../../src/restore/target/server.js';
import { swap, swapStatements, type Swap } from '../../src/restore/swap/swap.js';
import { Rig, rigMissing } from '../support/backup-rig.js';
import { Listener } from '../support/listener.js';
import { borderMajors } from '../support/majors.js';

const majors = rigMissing === undefined ? borderMajors() : [];
if (majors.length === 0) process.stderr.write(`NOT RUN: swap: ${rigMissing ?? 'no server'}\n`);

const signal = new AbortController().signal;
const names = {
  maintenance: 'postgres',
  target: 'live',
  restored: 'beside',
  before: 'old',
  comment: 'a shop',
  signal,
  check: async () => {},
};

(majors.length === 0 ? describe.skip : describe).each(majors)('swap on PostgreSQL %s', (major) => {
  let rig: Rig;
  let admin: Psql;

  const open = (name: string): Promise<Psql> =>
    cleaningSessionsOf({
      programs: rig.programs,
      connection: parseConnection(rig.server.url(), process.env),
      reporter: new Listener(),
      signal,
    })('postgres', name);

  /** Which database each name is: the one that was live, or the one that was restored. */
  const content = async (name: string): Promise<string> => {
    const psql = await rig.psql(name);
    try {
      return await psql.value('SELECT what FROM content');
    } finally {
      await psql.close();
    }
  };

  const databases = (): Promise<string[]> =>
    admin.query<string[]>(
      `SELECT json_agg(datname ORDER BY datname) FROM pg_database WHERE datname IN ('live', 'beside', 'old')`,
    );

  /** Nothing has happened to the databases since they were looked at last. */
  let asMade = false;

  const reset = async (): Promise<void> => {
    if (asMade) {
      asMade = false;
      return;
    }
    for (const name of ['live', 'beside', 'old'])
      await admin.exec(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    for (const [name, what] of [
      ['live', 'before'],
      ['beside', 'restored'],
    ] as const) {
      const psql = await rig.database(
        name,
        'CREATE TABLE content (what text)',
        `INSERT INTO content VALUES ('${what}')`,
      );
      await psql.close();
    }
  };

  beforeAll(async () => {
    rig = await Rig.start(major, { max_prepared_transactions: 5 });
    admin = await rig.psql();
  }, 120_000);

  afterAll(() => rig?.stop());

  it('renames both, and ends the sessions of whoever was connected', async () => {
    await reset();
    const application = await rig.psql('live');
    await application.exec('BEGIN', 'SELECT * FROM content');
    await swap({ ...names, open, look: open });
    await expect(application.value('SELECT 1')).rejects.toThrow();
    expect(await content('live')).toBe('restored');
    expect(await content('old')).toBe('before');
    expect(await databases()).toEqual(['live', 'old']);
    expect(
      await admin.value(
        `SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = 'live'`,
      ),
    ).toBe('a shop');
  });

  it('gets through although an application connects again and again', async () => {
    await reset();
    let over = false;
    const hammer = async (connected: () => void): Promise<void> => {
      while (!over) {
        try {
          const psql = await rig.psql('live');
          connected();
          await psql.value('SELECT what FROM content');
          await psql.close();
        } catch {
          // Ended, or locked out for a moment.
        }
      }
    };
    const clients: Promise<void>[] = [];
    const begun = [1, 2, 3].map(() => new Promise<void>((resolve) => clients.push(hammer(resolve))));
    try {
      await Promise.all(begun);
      await swap({ ...names, open, look: open });
    } finally {
      over = true;
    }
    await Promise.all(clients);
    expect(await content('live')).toBe('restored');
  });

  it('puts a database where there was none', async () => {
    await reset();
    await admin.exec('DROP DATABASE live');
    await swap({ ...names, before: undefined, open, look: open });
    expect(await content('live')).toBe('restored');
    expect(await databases()).toEqual(['live']);
  });

  const statements = swapStatements(names);
  const moments = statements.flatMap((statement, index) =>
    (['before', 'after'] as const).map((when) => [when, statement, index] as const),
  );

  it.each(moments)(
    'leaves the old or the new database when the session is killed %s %s',
    async (when, _, index) => {
      await reset();
      let at = -1;
      const killed: Swap['open'] = async (name) => {
        const psql = await open(name);
        if (name !== 'that swaps') return psql;
        const pid = await psql.value('SELECT pg_backend_pid()');
        const kill = async (): Promise<void> => {
          await admin.exec(`SELECT pg_terminate_backend(${pid})`);
          while ((await admin.value(`SELECT count(*) FROM pg_stat_activity WHERE pid = ${pid}`)) !== '0')
            await new Promise((resolve) => setTimeout(resolve, 10));
        };
        const exec = psql.exec.bind(psql);
        psql.exec = async (...all) => {
          at += 1;
          if (at === index && when === 'before') await kill();
          await exec(...all);
          if (at === index && when === 'after') {
            await kill();
            // What the program would be told whose session ends just then.
            throw new Error('the session ended');
          }
        };
        return psql;
      };
      const committed = when === 'after' && index === statements.length - 1;
      const ending = swap({ ...names, open: killed, look: open });
      if (committed) await ending;
      else await expect(ending).rejects.toThrow('is as it was');
      expect(await content('live')).toBe(committed ? 'restored' : 'before');
      expect(await databases()).toEqual(committed ? ['live', 'old'] : ['beside', 'live']);
      expect(
        await admin.value(
          `SELECT bool_and(datallowconn) FROM pg_database WHERE datname IN ('live', 'beside', 'old')`,
        ),
      ).toBe('t');
      asMade = !committed;
    },
  );

  it('says how to look where nothing can be found out', async () => {
    await reset();
    const broken: Swap['open'] = async (name) => {
      const psql = await open(name);
      if (name === 'that swaps')
        psql.exec = () => Promise.reject(new UserError('The session ended unexpectedly.'));
      return psql;
    };
    const look = (): Promise<Psql> => Promise.reject(new UserError('The server is gone.'));
    await expect(swap({ ...names, open: broken, look, patienceMs: 0 })).rejects.toThrow(
      'where "old" is there, "live" is the restored database, and "old" the old one. Where it is not, nothing was replaced',
    );
  });

  it('waits for a commit that the server is still at work on', async () => {
    await reset();
    let late: Promise<void> | undefined;
    const held: Swap['open'] = async (name) => {
      const psql = await open(name);
      if (name !== 'that swaps') return psql;
      const exec = psql.exec.bind(psql);
      const close = psql.close.bind(psql);
      let looked = false;
      // The program is told that the session ended, and the commit comes when somebody has looked.
      psql.exec = async (...all) => {
        if (all[0] !== 'COMMIT') return exec(...all);
        late = (async () => {
          while (!looked) {
            looked =
              (await admin.value(
                `SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%backend_xid IS NOT NULL%' AND pid <> pg_backend_pid()`,
              )) !== '0';
          }
          await exec('COMMIT');
          await close();
        })();
        throw new UserError('The session ended unexpectedly.');
      };
      psql.close = () => Promise.resolve();
      return psql;
    };
    await swap({ ...names, open: held, look: open });
    await late;
    expect(await content('live')).toBe('restored');
  });

  it('says whose sessions it may not end, and leaves the target as it was', async () => {
    await reset();
    await admin.exec(
      'DROP ROLE IF EXISTS keeper',
      `CREATE ROLE keeper LOGIN CREATEDB PASSWORD 'keep'`,
      'ALTER DATABASE live OWNER TO keeper',
      'ALTER DATABASE beside OWNER TO keeper',
    );
    const asKeeper: Swap['open'] = (name) =>
      cleaningSessionsOf({
        programs: rig.programs,
        connection: parseConnection(rig.server.url('postgres', 'keeper', 'keep'), process.env),
        reporter: new Listener(),
        signal,
      })('postgres', name);
    const superuser = await rig.psql('live');
    await expect(swap({ ...names, open: asKeeper, look: asKeeper })).rejects.toThrow(
      /1 session of postgres cannot be ended by this role/,
    );
    expect(await superuser.value('SELECT what FROM content')).toBe('before');
    await superuser.close();
    await swap({ ...names, open: asKeeper, look: asKeeper });
    expect(await content('live')).toBe('restored');
  });

  it('refuses a target with a prepared transaction, which stays', async () => {
    await reset();
    const psql = await rig.psql('live');
    await psql.exec('BEGIN', "INSERT INTO content VALUES ('more')", "PREPARE TRANSACTION 'p'");
    await psql.close();
    await expect(swap({ ...names, open, look: open })).rejects.toThrow('is as it was');
    expect(await databases()).toEqual(['beside', 'live']);
    const again = await rig.psql('live');
    await again.exec("ROLLBACK PREPARED 'p'");
    await again.close();
  });
});
