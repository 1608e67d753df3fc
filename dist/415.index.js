export const id = 415;
export const ids = [415];
export const modules = {

/***/ 34415:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  verifyAction: () => (/* binding */ verifyAction)
});

// EXTERNAL MODULE: ./lib/github/action.js + 3 modules
var action = __webpack_require__(8269);
// EXTERNAL MODULE: ./lib/github/inputs.js
var github_inputs = __webpack_require__(96174);
// EXTERNAL MODULE: ./lib/github/outputs.js
var outputs = __webpack_require__(74573);
// EXTERNAL MODULE: ./lib/github/summary.js
var summary = __webpack_require__(65671);
// EXTERNAL MODULE: ./lib/verify/report-text.js
var report_text = __webpack_require__(76259);
// EXTERNAL MODULE: ./lib/verify/result.js
var verify_result = __webpack_require__(91852);
// EXTERNAL MODULE: ./lib/verify/told.js + 17 modules
var told = __webpack_require__(80931);
// EXTERNAL MODULE: ./lib/base/units.js
var units = __webpack_require__(78714);
// EXTERNAL MODULE: ./lib/verify/report-view.js
var report_view = __webpack_require__(62489);
;// CONCATENATED MODULE: ./lib/verify/summary.js



/** The summary has a mebibyte; nobody reads more than this. */ const LONGEST_LIST = 200;
const HEAD = [
    'Compared',
    'Equal',
    'Different',
    'Not measured'
];
const cells = ({ title, equal, different, notMeasured })=>[
        title,
        (0,units/* formatCount */.B4)(equal),
        (0,units/* formatCount */.B4)(different),
        (0,units/* formatCount */.B4)(notMeasured)
    ].map((text, index)=>index === 2 && different > 0 ? `**${text}**` : text);
function section(title, head, findings, row, markup) {
    if (findings.length === 0) return [];
    const rest = findings.length - LONGEST_LIST;
    return [
        `\n### ${title}\n\n`,
        markup.table(head, findings.slice(0, LONGEST_LIST).map(row)),
        ...rest > 0 ? [
            `\n... and ${(0,units/* plural */.LS)(rest, 'more', 'more')}; the output \`report\` has them.\n`
        ] : []
    ];
}
/** What was not equal, and what is known of it. */ function findings(view, markup) {
    const shown = (text)=>text === undefined ? '' : markup.code(text);
    const difference = ({ kind, name, expected, found, why })=>[
            kind,
            name === '' ? '' : shown(name),
            shown(expected),
            shown(found),
            why === undefined ? '' : markup.escape(why)
        ];
    const differences = [
        'What',
        'Name',
        'Expected',
        'Found',
        ''
    ];
    return [
        ...section('Different', differences, view.red, difference, markup),
        ...section('Different, but no reason to fail', differences, view.minor, difference, markup),
        ...section('Not measured', [
            'What',
            'Name',
            'Why'
        ], view.notMeasured, ({ kind, name, why })=>[
                kind,
                name === '' ? '' : shown(name),
                markup.escape(why ?? '')
            ], markup)
    ];
}
function nextStep(report, { stored }, markup) {
    if (stored === undefined) return '\nThe verdict could not be stored beside the backup: `latest-verified` does not know of it.\n';
    if (report.verdict === 'passed') return `\nThe verdict is stored beside the backup: ${markup.code(stored)}\n`;
    if ((0,verify_result/* isSound */.gH)(report.findings)) return `\n**This backup itself is sound**, and the verdict that is stored beside it says so: ${markup.code(stored)}. Make a new one now, and find out what became of the newer ones.\n`;
    return '\n**Do not rely on this backup.** Verify an older one (`before:`), make a new backup, and verify that.\n';
}
/**
 * The job summary of a verification.
 * @param namesToo false where everybody can read it: totals only, no name of anything in the database.
 */ function verifySummary(result, markup, { namesToo }) {
    const { report } = result;
    const view = (0,report_view/* viewOf */.d)(report);
    // Which backup it is, and of what age, are no names out of the database.
    const open = {
        red: view.red.filter(verify_result/* isAboutChoice */.lA),
        minor: [],
        notMeasured: []
    };
    const hidden = view.red.length - open.red.length + view.notMeasured.length + view.minor.length;
    const control = namesToo ? (0,report_view/* controlText */.J)(report) : (0,report_view/* controlText */.J)({
        ...report,
        control: {
            ...report.control,
            damage: null
        }
    });
    const passed = view.without === 0 ? '✅ Verified' : '⚠️ Verified in part';
    const facts = [
        ...view.facts,
        [
            'Control',
            control
        ]
    ].map(([title = '', text = ''])=>[
            title,
            markup.escape(text)
        ]);
    const [first = [], ...rest] = facts;
    return [
        `## ${view.passed ? passed : '❌ Verification failed'}\n\n`,
        `${markup.escape(view.headline)}\n\n`,
        markup.table(first, rest),
        '\n',
        markup.table(HEAD, [
            ...view.rows,
            view.total
        ].map(cells)),
        ...findings(namesToo ? view : open, markup),
        ...namesToo || hidden === 0 ? [] : [
            '\nThis repository is public, so no names of what is in the database are shown here; `pgkeep verify` on a machine of yours shows them.\n'
        ],
        ...report.warnings.length === 0 ? [] : [
            '\n### Take note\n\n',
            ...report.warnings.map((text)=>`- ${markup.escape(text)}\n`)
        ],
        nextStep(report, result, markup)
    ].join('');
}

// EXTERNAL MODULE: ./lib/actions/shared.js + 1 modules
var shared = __webpack_require__(74221);
;// CONCATENATED MODULE: ./lib/actions/verify.js









const UNFINISHED = {
    title: 'Nothing was verified',
    next: 'The verification came to no verdict, so nothing is known of the backup. Correct what is named here, then run the job again; its log has the details.'
};
/** The action in `verify/`. */ function verifyAction() {
    return (0,action/* runAction */.C)(async (context)=>{
        const { reporter } = context;
        const result = await (0,shared/* toldInSummary */.ZA)(context, UNFINISHED, ()=>{
            const inputs = (0,github_inputs/* readActionInputs */.U)('verify', reporter);
            return (0,told/* verifyTold */.p)({
                ...(0,shared/* actionOptions */.Rj)('verify', context, inputs),
                inputs
            });
        });
        (0,outputs/* setOutputs */.n)((0,verify_result/* outputsOf */.Yz)(result), reporter);
        const namesToo = !(0,shared/* isForEverybody */.zC)(context);
        if (namesToo) {
            const text = (0,report_text/* reportText */.U)(result.report, {
                paint: (plain)=>plain,
                width: undefined
            });
            await reporter.group('Report', ()=>Promise.resolve(reporter.info(text)));
        }
        await (0,summary/* appendSummary */.fe)(verifySummary(result, summary/* summaryMarkup */.h$, {
            namesToo
        }), reporter);
        const reasons = (0,verify_result/* redReasons */.Z0)(result);
        if (reasons.length > 0) throw (0,shared/* redError */.Sd)(context, reasons);
    }, shared/* reasonTeller */.Pp);
}


/***/ })

};
