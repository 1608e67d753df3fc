import type { PlanFacts } from './plan.js';
import type { Content, Way } from './way.js';

/** Extensions that can be made in one database of a server alone, by its name; and the setting that names it. */
const BOUND: readonly { name: string; setting: string; schema: string }[] = [
  { name: 'pg_cron', setting: 'cron.database_name', schema: 'cron' },
];

/** Why an extension of the backup cannot be made in the database beside the target, which has another name. */
export function boundExtensions(
  { extensions, selected, target, toc }: Pick<PlanFacts, 'extensions' | 'selected' | 'target' | 'toc'>,
  content: Content,
  way: Way,
): string[] {
  if (way !== 'beside' || selected !== undefined || content === 'data') return [];
  const name = JSON.stringify(target.database);
  return BOUND.filter((bound) => extensions.includes(bound.name)).map(
    (bound) =>
      `The backup has the extension ${bound.name}, which can be made only in the database that the server's setting ${bound.setting} names, and so not in the one beside ${name} that is restored into first. ` +
      (toc === undefined
        ? 'Restore this plain backup with psql, as its RECOVERY.md says.'
        : `Name the schemas to restore in \`schemas\`, all but ${bound.schema}. Then run \`CREATE EXTENSION ${bound.name}\` in ${name}, and restore its rows with schemas: ${bound.schema} and content: data, or make them anew.`),
  );
}
