import { html, type Content, type Html } from './html.js';

export interface Tile {
  title: string;
  value: Content;
  /** In smaller letters below. */
  more: Content;
}

/** The few figures that a part of a page begins with. */
export function tiles(all: readonly Tile[]): Html {
  return html`<dl class="tiles">
    ${all.map(
      ({ title, value, more }) =>
        html`<div>
          <dt>${title}</dt>
          <dd><b>${value}</b><span class="muted">${more}</span></dd>
        </div> `,
    )}
  </dl> `;
}
