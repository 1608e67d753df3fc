/** How our pages look: light and dark, on paper and on a phone. All colours of text meet WCAG AA on what they stand on. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f6f7f9; --card: #ffffff; --line: #dfe3e8; --text: #1b2430; --muted: #566171; --accent: #1f5fa8;
  --good: #17693f; --good-ground: #e3f4ea; --bad: #a3221a; --bad-ground: #fde9e7; --warn: #7a4d00; --warn-ground: #fdf1d8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f1319; --card: #171c24; --line: #2a323d; --text: #e5eaf1; --muted: #9ba8b8; --accent: #79b6f7;
    --good: #6fd7a0; --good-ground: #12301f; --bad: #ffa199; --bad-ground: #3a1a18; --warn: #f0c36a; --warn-ground: #33270d;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--ground); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
}
.wide { max-width: 1080px; margin: 0 auto; padding: 0 24px; }
header { background: var(--card); border-bottom: 1px solid var(--line); border-top: 4px solid; padding: 24px 0 20px; }
header.good { border-top-color: var(--good); }
header.bad { border-top-color: var(--bad); }
header.warn { border-top-color: var(--warn); }
header p { margin: 0; color: var(--muted); }
.kicker { font-size: 13px; }
h1 { font-size: 28px; line-height: 1.2; margin: 6px 0 8px; letter-spacing: -0.01em; display: flex; align-items: center; gap: 12px; }
.mark {
  flex: none; width: 32px; height: 32px; border-radius: 50%; display: grid; place-items: center;
  font-size: 18px; font-weight: 700;
}
.good .mark { background: var(--good-ground); color: var(--good); }
.bad .mark { background: var(--bad-ground); color: var(--bad); }
.warn .mark { background: var(--warn-ground); color: var(--warn); }
section { margin: 36px 0; }
h2 { font-size: 19px; line-height: 1.3; margin: 0 0 14px; }
h3 { font-size: 15px; margin: 28px 0 8px; }
a { color: var(--accent); }
a:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
code { font: 13px/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }
.muted { color: var(--muted); }
.chip {
  display: inline-block; padding: 0 8px; border-radius: 999px; font-size: 12px; line-height: 20px; font-weight: 600;
  vertical-align: 1px;
}
.chip.good { background: var(--good-ground); color: var(--good); }
.chip.bad { background: var(--bad-ground); color: var(--bad); }
.chip.warn { background: var(--warn-ground); color: var(--warn); }
.chip.plain { background: var(--ground); color: var(--muted); border: 1px solid var(--line); line-height: 18px; font-weight: 400; }
.problems ol { list-style: none; margin: 0; padding: 0; display: grid; gap: 8px; }
.problems li {
  background: var(--card); border: 1px solid var(--line); border-left: 4px solid var(--bad); border-radius: 8px; padding: 12px 16px;
}
.kind { display: block; color: var(--bad); font-size: 13px; font-weight: 600; }
.kind::first-letter { text-transform: uppercase; }
.tiles { margin: 0 0 12px; display: grid; grid-template-columns: repeat(auto-fit, minmax(170px, 1fr)); gap: 12px; }
.tiles div, table, details { background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.tiles div { padding: 12px 16px; }
dt { color: var(--muted); font-size: 13px; }
dd { margin: 0; }
dd b { display: block; font-size: 18px; line-height: 1.35; font-weight: 600; }
dd .muted { font-size: 13px; }
table { width: 100%; border-collapse: separate; border-spacing: 0; font-size: 14px; overflow: hidden; }
caption { text-align: left; color: var(--muted); font-size: 13px; padding: 2px 0 6px; }
th, td { text-align: left; padding: 7px 12px; vertical-align: top; }
th { color: var(--muted); font-size: 12px; font-weight: 600; white-space: nowrap; }
td { border-top: 1px solid var(--line); }
.n { text-align: right; white-space: nowrap; }
td time, td code, td .word, .chip:not(.plain) { white-space: nowrap; }
tbody tr:hover { background: var(--ground); }
details { margin: 8px 0; }
summary { padding: 8px 14px; cursor: pointer; color: var(--accent); font-size: 14px; }
details table { border: 0; border-top: 1px solid var(--line); border-radius: 0; }
details caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
table + table { margin-top: 16px; }
.notes { margin: 0; padding-left: 20px; }
footer { color: var(--muted); font-size: 13px; padding-top: 8px; padding-bottom: 32px; }
@media (max-width: 760px) {
  .wide { padding: 0 16px; }
  h1 { font-size: 23px; }
  .tiles { grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, caption, tbody { display: block; }
  tr { display: grid; grid-template-columns: 1fr 1fr; gap: 4px 16px; padding: 10px 14px; border-top: 1px solid var(--line); }
  tbody tr:first-child { border-top: 0; }
  td, td.n { border: 0; padding: 0; text-align: left; white-space: normal; }
  td:first-child { grid-column: 1 / -1; font-weight: 600; }
  td:empty { display: none; }
  td:not(:first-child)::before { content: attr(data-t); display: block; color: var(--muted); font-size: 12px; }
  caption { padding: 10px 14px 0; }
}
@media print {
  :root {
    --ground: #ffffff; --card: #ffffff; --line: #c8ced6; --text: #000000; --muted: #414a56; --accent: #1f5fa8;
    --good: #17693f; --good-ground: #ffffff; --bad: #a3221a; --bad-ground: #ffffff; --warn: #7a4d00; --warn-ground: #ffffff;
  }
  body { font-size: 11px; }
  section { margin: 20px 0; }
  tr, .tiles div, .problems li { break-inside: avoid; }
  details:not([open]) { display: none; }
}
`;
