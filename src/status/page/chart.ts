import { html, type Html } from '../../base/page/html.js';
import { minuteOf } from '../../base/units.js';
import { groupsOf, type Group, type Sample } from './groups.js';

/** A number in the course of time. */
export interface Series {
  title: string;
  /** Oldest first. */
  samples: readonly Sample[];
  format: (value: number) => string;
  /** What each sample is, in the plural. */
  of: string;
}

/** The drawing's own units; about the pixels that it has on a screen. */
const BOX = { width: 340, height: 132, top: 8, bottom: 108, left: 4, right: 336 };

const LINES = [0, 0.5, 1];

/** A chart from zero, with a hover title at each point. A line needs two samples: below that there is nothing to draw. */
export function chart({ title, samples, format, of }: Series): Html | undefined {
  const last = samples.at(-1);
  if (samples.length < 2 || last === undefined) return undefined;
  const groups = groupsOf(samples);
  const most = Math.max(...groups.map((group) => group.most));
  const place = placer(groups, most);
  const path = (value: (group: Group) => number): string[] =>
    groups.map((group) => `${place.x(group)} ${place.y(value(group))}`);
  const line = path(({ value }) => value).join('L');
  const band = [...path((group) => group.most), ...path((group) => group.least).reverse()].join('L');
  const [from, to] = [groups[0]?.from ?? '', groups.at(-1)?.to ?? ''];
  return html`<figure>
    <figcaption>${title} <b>${format(last.value)}</b></figcaption>
    <svg
      viewBox="0 0 ${BOX.width} ${BOX.height}"
      role="img"
      aria-label="${`${title}: ${format(samples[0]?.value ?? 0)} on ${minuteOf(from)}, ${format(last.value)} on ${minuteOf(to)}, at most ${format(most)}.`}"
    >
      ${LINES.map((share) => html`<path class="grid" d="M${BOX.left} ${place.y(most * share)}H${BOX.right}" />`)}
      <path
        class="area"
        d="M${place.x(groups[0])} ${BOX.bottom}L${line}L${place.x(groups.at(-1))} ${BOX.bottom}Z"
      />
      ${samples.length > groups.length ? html`<path class="band" d="M${band}Z" /> ` : undefined}
      <path class="line" d="M${line}" />
      ${groups.map((group) => html`<circle${group.isBad ? html` class="bad"` : undefined} cx="${place.x(group)}" cy="${place.y(group.value)}" r="${group.isBad ? 4 : radius(groups.length)}"><title>${titleOf(group, format, of)}</title></circle>\n`)}
      <text x="${BOX.left}" y="${BOX.height - 6}">${from.slice(0, 10)}</text>
      <text x="${BOX.right}" y="${BOX.height - 6}" text-anchor="end">${to.slice(0, 10)}</text>
      <text class="scale" x="${BOX.left}" y="${BOX.top + 11}">${format(most)}</text>
    </svg>
  </figure> `;
}

/** Where a group lies on the drawing: by its time where there is one, and its share of the greatest value. */
function placer(
  groups: readonly Group[],
  most: number,
): { x: (group: Group | undefined) => number; y: (value: number) => number } {
  const middle = (group: Group): number => (Date.parse(group.from) + Date.parse(group.to)) / 2;
  const times = groups.map(middle);
  const [first, span] = [times[0] ?? 0, (times.at(-1) ?? 0) - (times[0] ?? 0)];
  const inOrder = times.every((time, index) => index === 0 || time >= (times[index - 1] ?? NaN));
  const share = (group: Group): number =>
    inOrder && span > 0
      ? (middle(group) - first) / span
      : groups.indexOf(group) / Math.max(1, groups.length - 1);
  const round = (value: number): number => Math.round(value * 10) / 10;
  return {
    x: (group) => round(BOX.left + 3 + (group === undefined ? 0 : share(group)) * (BOX.right - BOX.left - 6)),
    y: (value) => round(BOX.bottom - (most > 0 ? value / most : 0) * (BOX.bottom - BOX.top - 18)),
  };
}

const radius = (points: number): number => (points > 60 ? 1.4 : 2.4);

function titleOf(
  { from, to, count, least, value, most }: Group,
  format: (value: number) => string,
  of: string,
): string {
  if (count === 1) return `${format(value)}, ${minuteOf(from)}`;
  return `${format(value)} (${format(least)} to ${format(most)}), ${count} ${of}, ${from.slice(0, 10)} to ${to.slice(0, 10)}`;
}
