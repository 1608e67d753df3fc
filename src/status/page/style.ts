/** How the charts look, beside what all pages share. */
export const CHART_STYLE = `
figure { background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); gap: 12px; }
figure { margin: 0; padding: 12px 16px 8px; }
figcaption { display: flex; justify-content: space-between; gap: 12px; font-size: 13px; color: var(--muted); }
figcaption b { color: var(--text); font-size: 14px; font-weight: 600; }
figure svg { display: block; width: 100%; height: auto; overflow: visible; }
svg text { fill: var(--muted); font-size: 10px; }
.grid { stroke: var(--line); fill: none; }
.line { stroke: var(--accent); stroke-width: 1.6; stroke-linejoin: round; fill: none; }
.area { fill: var(--accent); opacity: 0.1; }
.band { fill: var(--accent); opacity: 0.2; }
circle { fill: var(--accent); stroke: transparent; stroke-width: 14; pointer-events: all; }
circle:hover { stroke: var(--accent); stroke-opacity: 0.35; stroke-width: 6; }
circle.bad { fill: var(--bad); }
.strip { display: block; max-width: 100%; margin-top: 4px; }
.strip .none { fill: var(--line); }
.strip .good { fill: var(--good); }
.strip .bad { fill: var(--bad); }
@media print {
  figure { break-inside: avoid; }
}
`;
