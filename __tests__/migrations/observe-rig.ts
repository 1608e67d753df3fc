import { run, start, type Running } from '../../src/base/process.js';
import { REHEARSAL_SETTINGS, startObserving, type Observed } from '../../src/migrations/observe/index.js';
import type { Named, Rehearsal } from '../../src/migrations/types.js';
import type { Scratch } from '../../src/postgres/scratch/index.js';
import { clients, libc, ScratchRig, testServer } from '../postgres/scratch-rig.js';

export const DATABASE = 'restored';

/** A scratch server on which commands are rehearsed. */
export class ObserveRig {
  private readonly rig = new ScratchRig();
  private started: Scratch | undefined;

  async start(major: number, settings: Readonly<Record<string, string>> = REHEARSAL_SETTINGS): Promise<void> {
    this.started = await this.rig.start({ server: await testServer(major), settings });
    await this.started.createDatabase(DATABASE, libc('C'));
  }

  stop(): Promise<void> {
    return this.rig.stop();
  }

  get rehearsal(): Rehearsal {
    const { signal } = new AbortController();
    return { programs: clients(), connection: this.scratch.connection, database: DATABASE, signal };
  }

  get scratch(): Scratch {
    if (this.started === undefined) throw new Error('no server was started');
    return this.started;
  }

  /** Runs psql, as a command does, with each of these as one message of the simple protocol. */
  async psql(
    statements: readonly string[],
    database = DATABASE,
    more: NodeJS.ProcessEnv = {},
  ): Promise<number | null> {
    const { program, args, env } = this.client(database);
    return (await run(program, [...args, ...flags(statements)], { env: { ...env, ...more } })).code;
  }

  /** Runs psql with a script, each statement of which it sends for itself. */
  async script(input: string, database = DATABASE): Promise<number | null> {
    const { program, args, env } = this.client(database);
    return (await run(program, args, { env, input })).code;
  }

  /** Starts psql with the beginning of a script, and leaves it waiting for more. */
  background(input: string): Running {
    const { program, args, env } = this.client(DATABASE);
    const running = start(program, args, { env, stdio: ['pipe', 'ignore', 'ignore'] });
    running.process.stdin?.on('error', () => undefined).write(input);
    return running;
  }

  /** Waits until a query says so. */
  async until(sql: string): Promise<void> {
    while ((await this.value(sql)) !== 't') await new Promise((resolve) => setTimeout(resolve, 20));
  }

  private client(database: string): { program: string; args: string[]; env: NodeJS.ProcessEnv } {
    const { programs, connection } = this.rehearsal;
    return {
      program: programs.path('psql'),
      args: ['-X', '-q', '-d', connection.conninfo(database)],
      env: { ...connection.env, ...programs.env },
    };
  }

  async value(sql: string, database = DATABASE): Promise<string> {
    return this.rig.ask(this.scratch, (psql) => psql.value(sql), database);
  }

  /** The tables that there are. */
  async tables(): Promise<Map<number, Named>> {
    const text = await this.value(
      `SELECT coalesce(json_agg(json_build_array(c.oid::int8, n.nspname, c.relname)), '[]')
       FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
       WHERE relkind IN ('r', 'p', 'm') AND c.oid >= 16384`,
    );
    const rows = JSON.parse(text) as [number, string, string][];
    return new Map(rows.map(([oid, schema, name]) => [oid, { schema, name }]));
  }

  async observe(command: () => Promise<unknown>): Promise<Observed> {
    const observation = await startObserving(this.rehearsal, { tables: await this.tables() });
    await command();
    return observation.finish();
  }
}

function flags(statements: readonly string[]): string[] {
  return statements.flatMap((sql) => ['-c', sql]);
}
