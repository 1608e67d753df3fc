import { UserError } from '../../base/errors.js';
import { plural } from '../../base/units.js';

/** How long GitHub keeps artifacts where neither the repository nor anybody else says (docs.github.com). */
const DEFAULT_DAYS = 90;

/** How long new artifacts live. */
export interface ArtifactDays {
  /** What to ask GitHub for; undefined: what the repository keeps. */
  retentionDays: number | undefined;
  /** How long they will be kept. */
  days: number;
  /** What the user should know, if anything. */
  note: string | undefined;
}

/**
 * How long the artifacts of this run are kept. GitHub keeps none longer than the repository's own limit, which a run
 * finds in GITHUB_RETENTION_DAYS, and says nothing where more is asked for.
 * @param asked the input `artifact-retention-days`
 * @throws UserError for a number of days that cannot be
 */
export function artifactDays(asked: number | undefined, env: NodeJS.ProcessEnv): ArtifactDays {
  const limit = Number(env['GITHUB_RETENTION_DAYS'] || NaN);
  const most = Number.isInteger(limit) && limit > 0 ? limit : undefined;
  if (asked === undefined) return { retentionDays: undefined, days: most ?? DEFAULT_DAYS, note: undefined };
  if (!Number.isInteger(asked) || asked < 1 || asked > 400)
    throw new UserError(
      `artifact-retention-days is ${asked}. GitHub keeps artifacts from 1 to 90 days, in private repositories up to 400.`,
    );
  if (most === undefined || asked <= most) return { retentionDays: asked, days: asked, note: undefined };
  return {
    retentionDays: most,
    days: most,
    note: `artifact-retention-days is ${asked}, and this repository keeps artifacts ${plural(most, 'day')} at most: these are gone after ${plural(most, 'day')}. The limit is in the repository's settings under Actions.`,
  };
}
