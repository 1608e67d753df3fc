export const id = 310;
export const ids = [310];
export const modules = {

/***/ 99310:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  backupAction: () => (/* binding */ backupAction)
});

// EXTERNAL MODULE: ./lib/retention/prune.js + 1 modules
var prune = __webpack_require__(69554);
// EXTERNAL MODULE: ./lib/backup/result.js
var backup_result = __webpack_require__(23997);
;// CONCATENATED MODULE: ./lib/backup/outputs.js


/** The outputs of a run but for its `outcome`. With several databases `backups` has each of them, failed ones too. */ function outputsOf({ results, failures, pruned }) {
    const last = results.at(-1);
    const backups = [
        ...results.map((result)=>({
                database: result.manifest.database,
                outcome: result.problems.length > 0 ? 'failure' : 'success',
                ...oneOf(result)
            })),
        ...failures.map(({ database })=>({
                database,
                outcome: 'failure'
            }))
    ];
    const totals = (0,backup_result/* totalsOf */.v)(results);
    return {
        ...last === undefined ? {} : {
            ...oneOf(last),
            bytes: totals.bytes,
            'database-bytes': totals.databaseBytes,
            'duration-seconds': totals.seconds,
            rows: totals.rows
        },
        ...pruned.length > 0 ? {
            removed: [
                ...new Set(pruned.flatMap(prune/* removedIds */.Z$))
            ]
        } : {},
        ...backups.length > 1 ? {
            backups
        } : {}
    };
}
function oneOf(result) {
    return {
        'backup-id': result.manifest.id,
        manifest: result.manifest,
        locations: result.locations,
        bytes: (0,backup_result/* totalsOf */.v)([
            result
        ]).bytes,
        'database-bytes': result.manifest.databaseBytes,
        'duration-seconds': result.durationSeconds,
        rows: result.manifest.totals?.rows ?? null
    };
}

// EXTERNAL MODULE: ./lib/backup/told.js
var told = __webpack_require__(73857);
// EXTERNAL MODULE: ./lib/base/units.js
var units = __webpack_require__(78714);
// EXTERNAL MODULE: ./lib/retention/plan-text.js
var plan_text = __webpack_require__(14687);
// EXTERNAL MODULE: ./lib/backup/manifest.js
var backup_manifest = __webpack_require__(78841);
;// CONCATENATED MODULE: ./lib/backup/summary.js




/**
 * The job summary: what, how big, how long, how many rows, where, and what to do next.
 * @param why tells a reason for a red run; where everybody can read it, without the names of tables.
 */ function backupSummary(result, inputs, markup, why) {
    const { results, failures, pruned } = result;
    const reasons = (0,backup_result/* redReasons */.Z)(result);
    if (inputs.dryRun) return '## pgkeep: dry run\n\nAll checks passed; nothing was dumped.\n';
    const title = reasons.length === 0 ? '## ✅ Backup published' : '## ❌ Backup failed';
    const done = results.map(({ manifest, durationSeconds })=>[
            markup.escape(manifest.database),
            markup.code(manifest.id),
            (0,units/* formatBytes */.z3)((0,backup_manifest/* totalBytes */.ob)(manifest)),
            manifest.databaseBytes === null ? 'unknown' : (0,units/* formatBytes */.z3)(manifest.databaseBytes),
            manifest.totals === null ? 'not measured' : (0,units/* formatCount */.B4)(manifest.totals.rows),
            (0,units/* formatDuration */.a3)(durationSeconds),
            (0,backup_manifest/* isEncrypted */.ph)(manifest) ? 'age' : 'no'
        ]);
    const failed = failures.map(({ database })=>[
            markup.escape(database),
            'none',
            '',
            '',
            '',
            '',
            ''
        ]);
    const head = [
        'Database',
        'Backup',
        'Stored',
        'On the server',
        'Rows',
        'Took',
        'Encrypted'
    ];
    const where = results.flatMap(({ locations })=>locations.map((location)=>`- ${markup.code(location)}\n`));
    return [
        `${title}\n\n`,
        ...reasons.length === 0 ? [] : [
            reasons.map((reason)=>`- ${markup.escape(why(reason))}\n`).join(''),
            '\n'
        ],
        results.length + failures.length === 0 ? '' : `${markup.table(head, [
            ...done,
            ...failed
        ])}\n`,
        ...where.length === 0 ? [] : [
            `**Where**\n\n${where.join('')}\n`,
            `**To restore**, follow ${markup.code('RECOVERY.md')} beside the manifest: it needs stock programs only.\n`
        ],
        ...pruned.map((each)=>`\n${(0,plan_text/* planMarkdown */.Xg)(each, markup)}`)
    ].join('');
}

// EXTERNAL MODULE: ./lib/github/action.js + 3 modules
var action = __webpack_require__(8269);
// EXTERNAL MODULE: ./lib/github/inputs.js
var github_inputs = __webpack_require__(96174);
// EXTERNAL MODULE: ./lib/github/outputs.js
var outputs = __webpack_require__(74573);
// EXTERNAL MODULE: ./lib/github/summary.js
var summary = __webpack_require__(65671);
// EXTERNAL MODULE: ./lib/actions/shared.js + 1 modules
var shared = __webpack_require__(74221);
;// CONCATENATED MODULE: ./lib/actions/backup.js









const UNFINISHED = {
    title: 'Backup failed',
    next: 'No database was dumped. Correct what is named here, then run the job again; its log has the details.'
};
/** The backup action: the root action and `backup/`. */ function backupAction() {
    return (0,action/* runAction */.C)(async (context)=>{
        const { reporter } = context;
        const { inputs, result } = await (0,shared/* toldInSummary */.ZA)(context, UNFINISHED, async ()=>{
            const inputs = (0,github_inputs/* readActionInputs */.U)('backup', reporter);
            return {
                inputs,
                result: await (0,told/* backupTold */.c)({
                    ...(0,shared/* actionOptions */.Rj)('backup', context, inputs),
                    inputs
                })
            };
        });
        (0,outputs/* setOutputs */.n)(outputsOf(result), reporter);
        await (0,summary/* appendSummary */.fe)(backupSummary(result, inputs, summary/* summaryMarkup */.h$, (0,shared/* reasonTeller */.Pp)(context)), reporter);
        const reasons = (0,backup_result/* redReasons */.Z)(result);
        if (reasons.length > 0) throw new AggregateError(reasons);
    }, shared/* reasonTeller */.Pp);
}


/***/ })

};
