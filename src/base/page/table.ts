import { html, type Content, type Html } from './html.js';

export interface Column {
  title: string;
  /** Of numbers: aligned to the right. */
  isNumber?: boolean;
}

/** A table that becomes a list of cards on a narrow screen. Nothing where there is no row. */
export function table(
  caption: Content,
  columns: readonly Column[],
  rows: readonly (readonly Content[])[],
): Html | undefined {
  if (rows.length === 0) return undefined;
  const head = columns.map(
    ({ title, isNumber }) => html`<th scope="col" ${numberClass(isNumber)}>${title}</th>`,
  );
  const body = rows.map(
    (cells) =>
      html`<tr>
        ${cells.map((cell, index) => {
          const column = columns[index];
          return html`<td data-t="${column?.title}" ${numberClass(column?.isNumber)}>${cell}</td>`;
        })}
      </tr> `,
  );
  return html`<table>
    <caption>
      ${caption}
    </caption>
    <thead>
      <tr>
        ${head}
      </tr>
    </thead>
    <tbody>
      ${body}
    </tbody>
  </table> `;
}

function numberClass(isNumber: boolean | undefined): Html {
  return isNumber === true ? html` class="n"` : html``;
}

/** Something that opens on a click. Nothing where there is nothing inside. */
export function fold(title: Content, inside: Html | undefined): Html | undefined {
  return inside === undefined
    ? undefined
    : html`<details>
        <summary>${title}</summary>
        ${inside}
      </details> `;
}

/** A table of the first rows, the rest of it folded. */
export function longTable(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly Content[])[],
  { open, more }: { open: number; more: (count: number) => string },
): Html {
  const rest = rows.slice(open);
  return html`${table(caption, columns, rows.slice(0, open))}${fold(
    more(rest.length),
    table(`${caption}, continued`, columns, rest),
  )}`;
}
