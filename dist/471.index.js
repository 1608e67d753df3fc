export const id = 471;
export const ids = [471];
export const modules = {

/***/ 59471:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  statusAction: () => (/* binding */ statusAction)
});

// EXTERNAL MODULE: ./lib/github/action.js + 3 modules
var action = __webpack_require__(8269);
// EXTERNAL MODULE: ./lib/github/issues.js
var issues = __webpack_require__(375);
// EXTERNAL MODULE: ./lib/github/inputs.js
var github_inputs = __webpack_require__(96174);
// EXTERNAL MODULE: ./lib/github/outputs.js
var outputs = __webpack_require__(74573);
// EXTERNAL MODULE: ./lib/github/summary.js
var summary = __webpack_require__(65671);
// EXTERNAL MODULE: ./lib/status/result.js
var status_result = __webpack_require__(68825);
// EXTERNAL MODULE: ./lib/base/units.js
var units = __webpack_require__(78714);
;// CONCATENATED MODULE: ./lib/status/chart.js
const UNITS = [
    'B',
    'KiB',
    'MiB',
    'GiB',
    'TiB',
    'PiB'
];
/** Mermaid's parser knows no exponents; more digits than these are not to be seen. */ function numberOf(value) {
    return String(Number(value.toFixed(value < 10 ? 2 : 1)));
}
/**
 * A chart in Mermaid's `xychart-beta` (mermaid.js.org/syntax/xyChart), which GitHub draws in summaries. Dates of thirty
 * backups would overlap, so the axis has their numbers and the dates of the first and the last. Empty where there is no
 * line to draw.
 */ function chartOf({ title, points }) {
    const [first, last] = [
        points[0],
        points.at(-1)
    ];
    if (first === undefined || last === undefined || points.length < 2) return '';
    const top = Math.max(...points.map(({ value })=>value));
    const [from, to] = [
        first.snapshotAt.slice(0, 10),
        last.snapshotAt.slice(0, 10)
    ];
    return [
        '```mermaid',
        'xychart-beta',
        `    title "${title}"`,
        `    x-axis "${from} to ${to}" 1 --> ${points.length}`,
        `    y-axis 0 --> ${numberOf(top > 0 ? top * 1.1 : 1)}`,
        `    line [${points.map(({ value })=>numberOf(value)).join(', ')}]`,
        '```',
        ''
    ].join('\n');
}
/** Size and rows of the last backups. Mermaid has no second axis: a chart each. */ function trendCharts(trend) {
    const largest = Math.max(0, ...trend.map(({ bytes })=>bytes));
    const step = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(largest, 1)) / 10));
    const sizes = {
        title: `Stored size in ${UNITS[step] ?? 'B'}`,
        points: trend.map(({ snapshotAt, bytes })=>({
                snapshotAt,
                value: bytes / 1024 ** step
            }))
    };
    const rows = {
        title: 'Rows',
        points: trend.flatMap(({ snapshotAt, rows: value })=>value === null ? [] : [
                {
                    snapshotAt,
                    value
                }
            ])
    };
    return [
        chartOf(sizes),
        chartOf(rows)
    ].filter((chart)=>chart !== '').join('\n');
}

// EXTERNAL MODULE: ./lib/status/facts.js
var status_facts = __webpack_require__(71065);
;// CONCATENATED MODULE: ./lib/status/summary.js




/** The job summary: problems first, then of each storage the facts, the trend and the last verifications. */ function statusSummary(result, markup, why) {
    const reasons = [
        ...(0,status_result/* allProblems */.Ul)(result).map(({ message })=>message),
        ...result.failures.map(why)
    ];
    const title = (0,status_result/* isHealthy */.Wr)(result) ? '## ✅ Backups are healthy' : '## ❌ Backups need attention';
    return [
        `${title}\n\n`,
        ...reasons.map((reason)=>`- ${markup.escape(reason)}\n`),
        reasons.length > 0 ? '\n' : '',
        result.healths.map((health)=>storageMarkdown(health, result, markup)).join('\n')
    ].join('');
}
function storageMarkdown(health, { database }, markup) {
    const facts = (0,status_facts/* factsOf */.x)(health, database).map(([title, text])=>[
            title,
            markup.escape(text)
        ]);
    const charts = trendCharts(health.trend);
    return [
        `### ${markup.escape((0,status_facts/* whereOf */.d)(health))}\n\n`,
        facts.length === 0 ? '' : markup.table([
            '',
            ''
        ], facts),
        charts === '' ? '' : `\n${charts}`,
        verificationsMarkdown(health, markup),
        health.notes.length === 0 ? '' : '\n',
        ...health.notes.map((note)=>`- ${markup.escape(note)}\n`)
    ].join('');
}
function verificationsMarkdown({ verifications }, markup) {
    if (verifications.length === 0) return '';
    const rows = verifications.map(({ id, verdict, finishedAt, restoreSeconds })=>[
            markup.code(id),
            verdict === 'passed' ? 'passed' : '**failed**',
            (0,units/* minuteOf */.iA)(finishedAt),
            (0,units/* formatDuration */.a3)(restoreSeconds)
        ]);
    return `\n${markup.table([
        'Last verifications',
        'Verdict',
        'At',
        'Restored in'
    ], rows)}`;
}

// EXTERNAL MODULE: ./lib/status/told.js + 14 modules
var told = __webpack_require__(45201);
// EXTERNAL MODULE: ./lib/actions/shared.js + 1 modules
var shared = __webpack_require__(74221);
;// CONCATENATED MODULE: ./lib/actions/status.js









const UNFINISHED = {
    title: 'Nothing was checked',
    next: 'Correct what is named here, then run the job again; its log has the details.'
};
/** The action in `status/`. */ function statusAction() {
    return (0,action/* runAction */.C)(async (context)=>{
        const { reporter } = context;
        const result = await (0,shared/* toldInSummary */.ZA)(context, UNFINISHED, ()=>{
            const inputs = (0,github_inputs/* readActionInputs */.U)('status', reporter);
            const options = (0,shared/* actionOptions */.Rj)('status', context, inputs);
            return (0,told/* statusTold */.Y)({
                ...options,
                inputs,
                issues: (0,issues/* issueKeeper */.a)(options.artifacts, options.signal)
            });
        });
        (0,outputs/* setOutputs */.n)((0,status_result/* outputsOf */.Yz)(result), reporter);
        await (0,summary/* appendSummary */.fe)(statusSummary(result, summary/* summaryMarkup */.h$, (0,shared/* reasonTeller */.Pp)(context)), reporter);
        const reasons = (0,status_result/* redReasons */.Z0)(result);
        if (reasons.length > 0) throw new AggregateError(reasons);
    }, shared/* reasonTeller */.Pp);
}


/***/ })

};
