import type { Manifest } from '../backup/manifest.js';
import type { Choices, Way } from './way.js';
import { listAll } from './sentence.js';
import { isEmpty, type Target } from './target/types.js';

/** What a person has to say before a restore goes on, and what stands in its way whatever they say. */
export interface Guarded {
  /** Each asks for `confirm`. */
  unconfirmed: string[];
  blockers: string[];
  /** What was confirmed, and breaks something. */
  warnings: string[];
}

/**
 * Keeps a restore away from what it must not touch.
 * `confirm` must be the target's name wherever the target holds something, is the very database that the backup was
 * made of, or is read or filled by replication.
 */
export function guard(
  choices: Pick<Choices, 'confirm'>,
  manifest: Pick<Manifest, 'id' | 'source'>,
  target: Target,
  way: Way,
): Guarded {
  const guarded: Guarded = { unconfirmed: [], blockers: [], warnings: [] };
  const { confirm } = choices;
  const { database, existing } = target;
  const name = JSON.stringify(database);
  const confirmed = confirm === database;
  if (confirm !== undefined && !confirmed)
    guarded.unconfirmed.push(
      `confirm is ${JSON.stringify(confirm)}, but database-url names the database ${name}: check which of the two is meant. Nothing was changed.`,
    );
  if (database === 'template0' || database === 'template1' || existing?.isTemplate === true)
    guarded.blockers.push(
      `${name} is a template, from which new databases are copied: name another database in database-url.`,
    );
  if (existing === undefined) return guarded;
  if (way === 'beside') obstacles(target, confirmed, guarded);
  if (confirmed || confirm !== undefined) return guarded;
  const asks = `To go on, set confirm: ${database}`;
  if (existing.databaseId !== null && existing.databaseId === manifest.source.databaseId)
    guarded.unconfirmed.push(
      `${name} is the very database that backup ${manifest.id} was made of. ${asks} (or name another target).`,
    );
  else if (!isEmpty(existing))
    guarded.unconfirmed.push(
      `${name} is not empty: it holds ${existing.examples.join(', ')}${existing.objects > existing.examples.length ? ', ...' : ''}. ${asks}.`,
    );
  return guarded;
}

function obstacles({ database, existing }: Target, confirmed: boolean, guarded: Guarded): void {
  if (existing === undefined) return;
  const { preparedTransactions, replicationSlots, subscriptions } = existing.obstacles;
  const name = JSON.stringify(database);
  if (preparedTransactions.length > 0)
    guarded.blockers.push(
      `${name} has prepared transactions (${listAll(preparedTransactions)}), with which it cannot be renamed. End them with COMMIT PREPARED or ROLLBACK PREPARED.`,
    );
  const broken = [
    ...(replicationSlots.length === 0
      ? []
      : [
          `Logical replication slots read ${name} (${listAll(replicationSlots)}). They go on reading the old database, so their subscribers see no further change: make new slots afterwards, and have the subscribers copy everything anew.`,
        ]),
    ...(subscriptions.length === 0
      ? []
      : [
          `Subscriptions fill ${name} (${listAll(subscriptions)}). They go on filling the old database: those that the backup holds are restored disabled, and must be enabled or made anew afterwards.`,
        ]),
  ];
  if (confirmed) guarded.warnings.push(...broken);
  else
    guarded.unconfirmed.push(...broken.map((sentence) => `${sentence} To go on, set confirm: ${database}.`));
}
