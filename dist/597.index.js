export const id = 597;
export const ids = [597];
export const modules = {

/***/ 82597:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  restoreAction: () => (/* binding */ restoreAction)
});

// EXTERNAL MODULE: ./lib/github/action.js + 3 modules
var action = __webpack_require__(8269);
// EXTERNAL MODULE: ./lib/github/inputs.js
var github_inputs = __webpack_require__(96174);
// EXTERNAL MODULE: ./lib/github/outputs.js
var outputs = __webpack_require__(74573);
// EXTERNAL MODULE: ./lib/github/summary.js
var summary = __webpack_require__(65671);
// EXTERNAL MODULE: ./lib/restore/result.js
var restore_result = __webpack_require__(73177);
// EXTERNAL MODULE: ./lib/restore/told.js + 47 modules
var told = __webpack_require__(95712);
// EXTERNAL MODULE: ./lib/base/units.js
var units = __webpack_require__(78714);
// EXTERNAL MODULE: ./lib/verify/result.js
var verify_result = __webpack_require__(91852);
// EXTERNAL MODULE: ./lib/restore/plan-text.js
var plan_text = __webpack_require__(80183);
;// CONCATENATED MODULE: ./lib/restore/summary.js




/** The summary has a mebibyte; nobody reads more than this. */ const LONGEST_LIST = 50;
/** The plan is in the log. */ const IN_THE_LOG = 'the log of the run says what they are, and since this repository is public without names: `pgkeep restore --dry-run` on a machine of yours names them';
/** What came out otherwise is in no log. */ const ON_YOUR_MACHINE = 'this repository is public, so they are named nowhere here: the same `pgkeep restore` on a machine of yours names them';
/**
 * The job summary: what was restored where, whether it equals its fingerprint, and what to do now.
 * @param options `namesToo`: also what may name tables and roles; false where everybody can read it
 */ function restoreSummary(result, markup, { namesToo }) {
    const list = (title, sentences)=>sentences.length === 0 ? '' : `\n### ${title}\n\n${sentences.map((sentence)=>`- ${markup.escape(sentence)}\n`).join('')}`;
    const named = (title, sentences, elsewhere)=>namesToo ? list(title, sentences.slice(0, LONGEST_LIST)) : list(title, sentences.length === 0 ? [] : [
            `${sentences.length}; ${elsewhere}`
        ]);
    const { plan, findings, passedOver, notes } = result;
    return [
        `## ${title(result)}\n\n`,
        markup.table([
            '',
            ''
        ], rows(result).map(([name, value])=>[
                markup.escape(name),
                markup.escape(value)
            ])),
        named('Differences', findings.filter(verify_result/* isRed */.iI).map(verify_result/* describe */.q0), ON_YOUR_MACHINE),
        named('Not measured', (0,restore_result/* unmeasured */.Q8)(result), ON_YOUR_MACHINE),
        ...result.outcome === 'planned' ? [
            named('To be confirmed', plan.unconfirmed, IN_THE_LOG),
            named('Cannot be done', plan.blockers, IN_THE_LOG)
        ] : [],
        list('Not the newest', passedOver),
        named('Take note', plan.warnings, IN_THE_LOG),
        list('What to do now', notes)
    ].join('');
}
function title({ outcome, plan }) {
    if (outcome === 'restored') return '✅ Backup restored';
    if (outcome === 'differs') return '❌ What was restored differs from the backup';
    return plan.blockers.length === 0 ? 'pgkeep: plan of a restore' : '❌ The restore could not be done';
}
function rows(result) {
    const { outcome, plan, database, previousDatabase, safetyBackup, durationSeconds } = result;
    if (outcome === 'planned') return [
        ...(0,plan_text/* planRows */.L)(plan),
        [
            'Changed',
            'nothing (dry-run)'
        ]
    ];
    return [
        ...(0,plan_text/* planRows */.L)(plan).filter(([name])=>!name.startsWith('Disk')),
        [
            'Restored into',
            database ?? 'nothing: the target is as it was'
        ],
        ...previousDatabase === null ? [] : [
            [
                'The old one is now',
                previousDatabase
            ]
        ],
        [
            'Compared',
            (0,restore_result/* comparedText */.lp)(result)
        ],
        ...safetyBackup === null ? [] : [
            [
                'Safety backup',
                `${safetyBackup.name}/${safetyBackup.id} in ${safetyBackup.storage}`
            ]
        ],
        [
            'Took',
            (0,units/* formatDuration */.a3)(durationSeconds)
        ]
    ];
}

// EXTERNAL MODULE: ./lib/actions/shared.js + 1 modules
var shared = __webpack_require__(74221);
;// CONCATENATED MODULE: ./lib/actions/restore.js








const UNFINISHED = {
    title: 'Restore failed',
    next: 'A restore that fails leaves the target as it was. Correct what is named here, then run the job again; its log has the details.'
};
/** The action in `restore/`. */ function restoreAction() {
    return (0,action/* runAction */.C)(async (context)=>{
        const { reporter } = context;
        const isPublic = (0,shared/* isForEverybody */.zC)(context);
        const result = await (0,shared/* toldInSummary */.ZA)(context, UNFINISHED, ()=>{
            const inputs = (0,github_inputs/* readActionInputs */.U)('restore', reporter);
            return (0,told/* restoreTold */.A)({
                ...(0,shared/* actionOptions */.Rj)('restore', context, inputs),
                inputs,
                isPublic
            });
        });
        (0,outputs/* setOutputs */.n)((0,restore_result/* outputsOf */.Yz)(result), reporter);
        const namesToo = !isPublic;
        reporter.info((0,restore_result/* resultText */.D6)(result, {
            namesToo
        }));
        await (0,summary/* appendSummary */.fe)(restoreSummary(result, summary/* summaryMarkup */.h$, {
            namesToo
        }), reporter);
        const reasons = (0,restore_result/* redReasons */.Z0)(result);
        if (reasons.length > 0) throw (0,shared/* redError */.Sd)(context, reasons);
    }, shared/* reasonTeller */.Pp);
}


/***/ })

};
