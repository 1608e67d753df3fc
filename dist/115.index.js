export const id = 115;
export const ids = [115];
export const modules = {

/***/ 5115:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  pruneAction: () => (/* binding */ pruneAction)
});

// EXTERNAL MODULE: ./lib/github/action.js + 3 modules
var action = __webpack_require__(8269);
// EXTERNAL MODULE: ./lib/github/inputs.js
var github_inputs = __webpack_require__(96174);
// EXTERNAL MODULE: ./lib/github/outputs.js
var outputs = __webpack_require__(74573);
// EXTERNAL MODULE: ./lib/github/summary.js
var summary = __webpack_require__(65671);
// EXTERNAL MODULE: ./lib/retention/run.js
var run = __webpack_require__(1775);
// EXTERNAL MODULE: ./lib/retention/plan-text.js
var plan_text = __webpack_require__(14687);
;// CONCATENATED MODULE: ./lib/retention/summary.js


/** The job summary: what was removed, what stays and why. */ function pruneSummary(result, { dryRun }, markup, why) {
    const reasons = (0,run/* redReasons */.Z0)(result);
    const title = reasons.length > 0 ? '## ❌ Pruning failed' : dryRun ? '## pgkeep prune: dry run' : '## ✅ Old backups removed';
    return [
        `${title}\n\n`,
        ...reasons.map((reason)=>`- ${markup.escape(why(reason))}\n`),
        reasons.length > 0 ? '\n' : '',
        result.pruned.map((pruned)=>(0,plan_text/* planMarkdown */.Xg)(pruned, markup)).join('\n')
    ].join('');
}

// EXTERNAL MODULE: ./lib/retention/told.js
var told = __webpack_require__(53717);
// EXTERNAL MODULE: ./lib/actions/shared.js + 1 modules
var shared = __webpack_require__(74221);
;// CONCATENATED MODULE: ./lib/actions/prune.js








const UNFINISHED = {
    title: 'Nothing was removed',
    next: 'Correct what is named here, then run the job again; its log has the details.'
};
/** The action in `prune/`. */ function pruneAction() {
    return (0,action/* runAction */.C)(async (context)=>{
        const { reporter } = context;
        const { inputs, result } = await (0,shared/* toldInSummary */.ZA)(context, UNFINISHED, async ()=>{
            const inputs = (0,github_inputs/* readActionInputs */.U)('prune', reporter);
            return {
                inputs,
                result: await (0,told/* pruneTold */.I)({
                    ...(0,shared/* actionOptions */.Rj)('prune', context, inputs),
                    inputs
                })
            };
        });
        (0,outputs/* setOutputs */.n)((0,run/* outputsOf */.Yz)(result), reporter);
        await (0,summary/* appendSummary */.fe)(pruneSummary(result, inputs, summary/* summaryMarkup */.h$, (0,shared/* reasonTeller */.Pp)(context)), reporter);
        const reasons = (0,run/* redReasons */.Z0)(result);
        if (reasons.length > 0) throw new AggregateError(reasons);
    }, shared/* reasonTeller */.Pp);
}


/***/ })

};
