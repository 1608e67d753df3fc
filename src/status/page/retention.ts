import { idTime } from '../../backup/id.js';
import type { Inventory } from '../../backup/inventory.js';
import { html, timeOf, type Html } from '../../base/page/html.js';
import { longTable, table, type Column } from '../../base/page/table.js';
import { formatAge, formatBytes } from '../../base/units.js';
import { candidatesOf } from '../../retention/candidates.js';
import { planOrphans } from '../../retention/orphans.js';
import { planLine } from '../../retention/plan-text.js';
import { planRetention } from '../../retention/plan.js';
import { describePolicy, hasNoRule } from '../../retention/policy.js';
import type { Policy, RetentionPlan } from '../../retention/types.js';

/** What the next prune would do; undefined where no rule is given. */
export function planOf(inventory: Inventory, policy: Policy, now: Date): RetentionPlan | undefined {
  if (hasNoRule(policy)) return undefined;
  return planRetention({ backups: candidatesOf(inventory), unreadable: inventory.unreadable, policy, now });
}

const REMOVED: Column[] = [
  { title: 'Backup' },
  { title: 'Age', isNumber: true },
  { title: 'Size', isNumber: true },
];

/** How many of what goes are listed, and how many of these are not folded. */
const LISTED = 200;
const OPEN = 6;

/** What the next prune removes. Nothing where no rule is given: then nobody knows. */
export function retentionSection(
  inventory: Inventory,
  { policy, plan, now }: { policy: Policy; plan: RetentionPlan | undefined; now: Date },
): Html | undefined {
  if (plan === undefined) return undefined;
  const sizes = new Map(inventory.entries.map(({ manifest, storedBytes }) => [manifest.id, storedBytes]));
  const gone = plan.decisions.filter(({ keep }) => !keep);
  const rows = gone
    .slice(0, LISTED)
    .map(({ id }) => [
      html`<code>${id}</code>`,
      formatAge((now.getTime() - idTime(id).getTime()) / 1000),
      formatBytes(sizes.get(id) ?? 0),
    ]);
  const planned = { storage: '', name: inventory.name, policy, label: null, dryRun: true, plan };
  const line = planLine({ ...planned, orphans: planOrphans({ inventory, now }) });
  const labelled = inventory.entries.some(({ manifest }) => manifest.label !== null);
  const notes = [
    ...(labelled
      ? ['Labels are not looked at: a prune with a label removes only backups of that label.']
      : []),
    ...(gone.length > LISTED ? [`The list has the newest ${LISTED} of those that go.`] : []),
  ];
  const list = longTable('Removed by the next prune', REMOVED, rows, {
    open: OPEN,
    more: (count) => `${count} more that go`,
  });
  return html`<h3>Next prune</h3>
    <p>With ${describePolicy(policy).replace(/^keep /, 'the rule to keep ')}: ${line}.</p>
    ${list}${notes.map((note) => html`<p class="muted">${note}</p> `)}`;
}

const LEFT: Column[] = [
  { title: 'Folder' },
  { title: 'Size', isNumber: true },
  { title: 'Last written' },
  { title: 'What becomes of it' },
];

/** What lies there and is no backup: what killed runs left, and manifests that cannot be read. */
export function leftoversSection(inventory: Inventory, now: Date): Html | undefined {
  const { orphans, unreadable } = inventory;
  if (orphans.length + unreadable.length === 0) return undefined;
  const goes = new Set(planOrphans({ inventory, now }).remove.map(({ id }) => id));
  const rows = [
    ...unreadable.map(({ id, bytes, reason }) => [
      html`<code>${id}</code>`,
      formatBytes(bytes),
      '',
      `Kept: ${reason}`,
    ]),
    ...orphans.map(({ id, bytes, newest }) => [
      html`<code>${id}</code>`,
      formatBytes(bytes),
      newest.getTime() > 0 ? timeOf(newest.toISOString()) : '',
      goes.has(id)
        ? 'Removed by the next prune'
        : 'Of a run that is at work, or was killed less than a day ago',
    ]),
  ];
  return html`<h3>Left over</h3>
    ${table('Folders that are no whole backup', LEFT, rows.slice(0, LISTED))}`;
}
