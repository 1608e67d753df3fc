import { randomInt } from 'node:crypto';
import { explainSqlError } from '../../postgres/explain.js';
import { compareRestored, type CompareRequest } from '../compare/index.js';
import { isLeftOut } from '../compare/request.js';
import type { Finding, VerifyReport } from '../types.js';
import { damage } from './damage.js';
import type { Damage } from './types.js';

export { damage } from './damage.js';
export type { Damage } from './types.js';

export interface ControlResult {
  /** One finding: `equal` where the damage was noticed. */
  findings: Finding[];
  control: VerifyReport['control'];
}

/**
 * Damages the restored database, which must have been found equal, and compares what was damaged again by the same
 * code: a comparison that does not notice has proved nothing.
 * @param random a whole number below its argument; default: the system's own source
 */
export async function runControl(
  request: CompareRequest,
  random: (below: number) => number = (below) => randomInt(below),
): Promise<ControlResult> {
  const done = await doDamage(request, random);
  if (done === undefined) {
    const why = 'there is nothing in this database whose loss the fingerprint would show';
    return {
      findings: [{ kind: 'control', name: 'damage on purpose', verdict: 'not measured', why }],
      control: { outcome: 'not applicable', damage: null },
    };
  }
  const noticed = controlNoticed(done, await compareRestored({ ...request, only: done.scope }));
  const finding: Finding = noticed
    ? { kind: 'control', name: done.description, verdict: 'equal' }
    : {
        kind: 'control',
        name: done.description,
        verdict: 'different',
        expected: 'noticed',
        found: 'not noticed',
        why: 'the comparison does not see what it must, so nothing of it counts',
      };
  return {
    findings: [finding],
    control: { outcome: noticed ? 'noticed' : 'not noticed', damage: done.description },
  };
}

async function doDamage(
  request: CompareRequest,
  random: (below: number) => number,
): Promise<Damage | undefined> {
  const { fingerprint, manifest, unfilled = [] } = request;
  if (fingerprint === undefined) return undefined;
  // What is not measured is not missed.
  const isMeasured =
    (...kinds: string[]) =>
    (relation: { schema: string; name: string }): boolean =>
      !isLeftOut(request, kinds, relation);
  const measured = {
    ...fingerprint,
    tables: fingerprint.tables.filter(isMeasured('TABLE', 'TABLE DATA')),
    sequences: fingerprint.sequences.filter(isMeasured('SEQUENCE', 'SEQUENCE SET')),
    materializedViews: fingerprint.materializedViews.filter(
      ({ schema, name }) => !unfilled.some((view) => view.schema === schema && view.name === name),
    ),
  };
  // Where objects may be missing, another one that is missing does not show.
  const objects = manifest.options['content'] !== 'data' && request.leftOut === undefined;
  const psql = await request.open('that damages the copy');
  try {
    return await damage(psql, measured, { random, objects });
  } catch (error) {
    throw explainSqlError(error, 'Damaging the restored copy', { target: request.connection.target });
  } finally {
    await psql.close();
  }
}

/** Whether the difference that the damage makes was named. */
export function controlNoticed({ expects }: Damage, findings: readonly Finding[]): boolean {
  return findings.some(
    ({ kind, name, verdict, minor }) =>
      verdict === 'different' && minor !== true && kind === expects.kind && name === expects.name,
  );
}
