import { readExtensions } from '../../backup/fingerprint/requires.js';
import type { Finding } from '../types.js';
import { different, equal, keyOf, notMeasured, titleOf } from './findings.js';
import { isLeftOut, WHY_LEFT_OUT, type Comparison } from './request.js';

/** Whether each materialized view has the rows that the archive gives it. */
export async function compareMaterializedViews(comparison: Comparison): Promise<Finding[]> {
  const { psql, fingerprint } = comparison;
  if (fingerprint.materializedViews.length === 0) return [];
  const views = await psql.rows<{ schema: string; name: string; populated: boolean }>(
    `SELECT n.nspname AS schema, c.relname AS name, c.relispopulated AS populated
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'm'`,
  );
  const restored = new Map(views.map((view) => [keyOf(view), view.populated]));
  const unfilled = new Set((comparison.unfilled ?? []).map(keyOf));
  const text = (populated: boolean): string => (populated ? 'populated' : 'not populated');
  return fingerprint.materializedViews.map((view): Finding => {
    const found = restored.get(keyOf(view));
    const name = titleOf(view);
    if (found === view.populated) return equal('materialized view', name);
    if (found === false && unfilled.has(keyOf(view)))
      return notMeasured('materialized view', name, OTHER_SERVER);
    if (isLeftOut(comparison, found === undefined ? [VIEW] : [VIEW, `${VIEW} DATA`], view))
      return notMeasured('materialized view', name, WHY_LEFT_OUT);
    return different(
      'materialized view',
      name,
      text(view.populated),
      found === undefined ? 'missing' : text(found),
    );
  });
}

const VIEW = 'MATERIALIZED VIEW';
const OTHER_SERVER = 'it reads a foreign table, and nothing that is restored here may reach another server';

/** The extensions of the source, or those that a part of it needs: there or not, and in which version. */
export async function compareExtensions(comparison: Comparison): Promise<Finding[]> {
  const { psql, fingerprint } = comparison;
  const expected = [...fingerprint.extensions, ...fingerprint.requires.extensions];
  if (expected.length === 0) return [];
  const restored = new Map((await readExtensions(psql)).map((extension) => [extension.name, extension]));
  return expected.map(({ name, version }): Finding => {
    const found = restored.get(name);
    if (found === undefined) {
      return isLeftOut(comparison, ['EXTENSION'], { schema: undefined, name })
        ? notMeasured('extension', name, 'it is missing here, as was allowed')
        : different('extension', name, `version ${version}`, 'missing');
    }
    if (found.version === version) return equal('extension', name);
    return different('extension', name, `version ${version}`, `version ${found.version}`, {
      minor: true,
      why: 'an archive does not say which version to make, so the one of this server was made',
    });
  });
}
