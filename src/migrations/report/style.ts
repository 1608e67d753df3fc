/** How blocks of text and facts look, beside what all pages share. */
export const PAGE_STYLE = `
.problems li.warn { border-left-color: var(--warn); }
.problems li.warn .kind { color: var(--warn); }
.problems details { border: 0; background: none; }
.problems summary { padding-left: 0; }
td code { white-space: normal; }
td:first-child code { display: block; width: max-content; max-width: 40ch; }
pre {
  margin: 0; padding: 12px 0; max-height: 70vh; overflow: auto; white-space: pre-wrap;
  background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace;
}
pre span { display: block; min-height: 1.5em; padding: 0 16px; }
pre .added { background: var(--good-ground); color: var(--good); }
pre .removed { background: var(--bad-ground); color: var(--bad); }
pre .at { color: var(--muted); font-weight: 600; padding-top: 12px; }
pre .at:first-child { padding-top: 0; }
pre:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
main > .tiles { margin-top: 24px; }
@media (max-width: 760px) {
  td:first-child code { width: auto; max-width: none; }
}
@media print {
  pre { max-height: none; }
}
`;
