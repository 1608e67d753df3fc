import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Programs } from '../../../src/postgres/types.js';
import { PASSWORD, startPostgres, type PostgresServer } from '../../servers/postgres.mjs';
import { clientsAreHere, fillShop, programsFor, sql, toolCache } from '../e2e.js';
import { actIsHere, commit, runAct, type RunOptions } from './act.js';
import type { ActRun } from './log.js';
import { forAct, publish, standIns } from './published.js';

/** Whether a suite that runs workflows can; says why not. Decide with it at load time. */
export function workflowsRunHere(suite: string): boolean {
  return [actIsHere(suite), clientsAreHere(suite)].every(Boolean);
}

/** Somebody's repository whose workflows use pgkeep, and the server that their database is on. */
export class Stand {
  private constructor(
    readonly server: PostgresServer,
    readonly programs: Programs,
    readonly folder: string,
    private readonly repositories: Record<string, string>,
  ) {}

  /** The database `postgres` holds the shop that the tests share. */
  static async start(): Promise<Stand> {
    const folder = mkdtempSync(join(tmpdir(), 'pgkeep-act-'));
    const [server, programs] = await Promise.all([startPostgres({ major: 15 }), programsFor(15)]);
    fillShop(programs, server);
    const published = join(folder, 'pgkeep');
    publish(published);
    const others = standIns(published, join(folder, 'others'));
    return new Stand(server, programs, folder, { 'pgkeep/pgkeep@v1': published, ...others });
  }

  async stop(): Promise<void> {
    await this.server.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Commits files to the repository; workflows by their name alone. */
  commit(workflows: Record<string, string>, files: Record<string, string> = {}): void {
    const at = Object.entries(workflows).map(([name, text]) => [
      `.github/workflows/${name}.yml`,
      forAct(text),
    ]);
    commit(this.folder, { ...(Object.fromEntries(at) as Record<string, string>), ...files });
  }

  /**
   * Runs one workflow of the repository for an event.
   * @throws Error if the password of the server can be read in the log or a summary, and if the run is red without
   * an annotation that says why: then it was act.
   */
  async run(workflow: string, options: RunOptions): Promise<ActRun> {
    const { folder, repositories } = this;
    const run = await runAct({ folder, repositories, toolCache: toolCache ?? '' }, workflow, options);
    if (run.code !== 0 && run.errors.length === 0) throw new Error(`act ended with ${run.code}:\n${run.log}`);
    if (`${run.log}${run.summary}`.includes(PASSWORD)) throw new Error(`The password leaked:\n${run.log}`);
    return run;
  }

  sql(database: string, text: string): string {
    return sql(this.programs, this.server.url(database), text);
  }
}
