import { createHash } from 'node:crypto';
import { html, Html, type Content } from './html.js';
import { STYLE } from './style.js';

/** How a page's verdict looks. */
export type Tone = 'good' | 'bad' | 'warn';

export interface Page {
  title: string;
  tone: Tone;
  /** Small, above the heading. */
  kicker: string;
  heading: string;
  /** A sentence or two under the heading. */
  lead: Content;
  main: Content;
  footer: Content;
  /** Rules beside those that all pages share. */
  style: string;
}

const MARKS: Record<Tone, { sign: string; colour: string; path: string }> = {
  good: { sign: '✓', colour: '1a7f4b', path: 'M9 17l5 5 10-12' },
  bad: { sign: '!', colour: 'b42318', path: 'M16 8v10m0 5v1' },
  warn: { sign: '!', colour: '9a6700', path: 'M16 8v10m0 5v1' },
};

/** One HTML file that loads nothing and runs nothing, which its policy also forbids. */
export function documentPage({ title, tone, kicker, heading, lead, main, footer, style }: Page): string {
  const rules = STYLE + style;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policyOf(rules)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <meta name="robots" content="noindex" />
        <meta name="generator" content="pgkeep" />
        <title>${title}</title>
        <link rel="icon" href="${iconOf(tone)}" />
        ${new Html(`<style>${rules}</style>`)}
      </head>
      <body>
        <header class="${tone}">
          <div class="wide">
            <p class="kicker">${kicker}</p>
            <h1><span class="mark" aria-hidden="true">${MARKS[tone].sign}</span>${heading}</h1>
            <p>${lead}</p>
          </div>
        </header>
        <main class="wide">${main}</main>
        <footer class="wide">
          <p>${footer} This page loads nothing and runs no script.</p>
        </footer>
      </body>
    </html> `;
  return page.markup;
}

/** Nothing but the style that is in the file, and the icon. */
function policyOf(style: string): string {
  const hash = createHash('sha256').update(style).digest('base64');
  return `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'`;
}

function iconOf(tone: Tone): string {
  const { colour, path } = MARKS[tone];
  return `data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='8' fill='%23${colour}'/%3E%3Cpath d='${path}' fill='none' stroke='white' stroke-width='4'/%3E%3C/svg%3E`;
}
