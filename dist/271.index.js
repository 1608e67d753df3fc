export const id = 271;
export const ids = [271];
export const modules = {

/***/ 13271:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  checkMigrationsAction: () => (/* binding */ checkMigrationsAction)
});

// EXTERNAL MODULE: ./lib/base/errors.js
var errors = __webpack_require__(17594);
// EXTERNAL MODULE: ./lib/github/action.js + 3 modules
var action = __webpack_require__(8269);
;// CONCATENATED MODULE: ./lib/github/approval.js

const PAGE = 100;
/** More events than this are not read to learn a name. */ const PAGES = 20;
/**
 * Whether a pull request carries a label, as GitHub says now: the payload of a run that is run again is as old as the first
 * run. Only people with the triage role, or more, can set one (docs.github.com, "Repository roles for an organization").
 * @returns the label, with who set it where that can be read; undefined where it is not there, or nobody can tell.
 */ async function labelOf(api, number, label, reporter) {
    try {
        const labels = await api.request('GET', `/${number}/labels?per_page=${PAGE}`);
        if (!labels.some((each)=>isSame(each, label))) return undefined;
    } catch (error) {
        reporter.warn(`The labels of pull request ${number} could not be read, so "${label}" counts as not set. ${(0,errors/* messageOf */.bD)(error)}`);
        return undefined;
    }
    return {
        label,
        by: await setterOf(api, number, label, reporter)
    };
}
/** GitHub takes labels that differ in case alone for one. */ const isSame = ({ name }, label)=>name?.toLowerCase() === label.toLowerCase();
/** Who set a label that is set, the last time. Events are listed oldest first. */ async function setterOf(api, number, label, reporter) {
    let by = null;
    try {
        for(let page = 1; page <= PAGES; page += 1){
            const path = `/${number}/events?per_page=${PAGE}&page=${page}`;
            const events = await api.request('GET', path);
            for (const { event, label: of, actor } of events)if (event === 'labeled' && of !== undefined && isSame(of, label)) by = actor?.login ?? null;
            if (events.length < PAGE) return by;
        }
    } catch (error) {
        reporter.info(`Who set the label "${label}" could not be read. ${(0,errors/* messageOf */.bD)(error)}`);
    }
    return null;
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(77598);
// EXTERNAL MODULE: ./lib/github/markdown.js
var markdown = __webpack_require__(30018);
// EXTERNAL MODULE: ./lib/github/issue-api.js
var issue_api = __webpack_require__(42129);
;// CONCATENATED MODULE: ./lib/github/comments.js




/** For comments, where a mention notifies people. */ const commentMarkup = {
    escape: markdown/* escapeIssueText */.MA,
    code: markdown/* code */.aY,
    table: markdown/* markdownTable */.Qj
};
const comments_PAGE = 100;
/** It ends a listing that does not end by itself. */ const comments_PAGES = 50;
/** What tells the comment of one check from others, at its very beginning; nobody sees it. */ function commentMarker(...key) {
    const hash = (0,external_node_crypto_.createHash)('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 16);
    return `<!-- pgkeep check-migrations key=${hash} -->`;
}
/**
 * Writes the one comment of a check on a pull request: the one that is there is changed, else one is made. Of several, which
 * runs at the same time have made, the first stays. A comment of somebody else that begins with the marker is left alone.
 * @param body begins with the marker.
 * @returns the address of the comment.
 * @throws UserError with GitHub's reason and what to do.
 */ async function keepComment(api, number, marker, body) {
    const before = await ours(api, number, marker);
    const made = before.length > 0 ? undefined : await api.request('POST', `/${number}/comments`, {
        body
    });
    // Another run may have found none either, and made one. A list may be behind.
    const now = made === undefined ? before : await ours(api, number, marker);
    const listed = made === undefined || now.some(({ id })=>id === made.id);
    const [first, ...others] = listed ? now : [
        ...now,
        made
    ].sort((a, b)=>a.id - b.id);
    if (first === undefined) throw new Error('A comment that was made is not there.');
    if (first.id !== made?.id) await api.request('PATCH', `/comments/${first.id}`, {
        body
    });
    // The other run may have done it; the next one would do it.
    for (const { id } of others)await api.request('DELETE', `/comments/${id}`).catch(()=>undefined);
    return first.html_url;
}
/** Changes the comment of a check, if there is one, so that it does not tell what is no longer so. */ async function correctComment(api, number, marker, body) {
    const [first] = await ours(api, number, marker);
    if (first !== undefined) await api.request('PATCH', `/comments/${first.id}`, {
        body
    });
}
/** The oldest first. */ async function ours(api, number, marker) {
    const found = [];
    for(let page = 1; page <= comments_PAGES; page += 1){
        const path = `/${number}/comments?per_page=${comments_PAGE}&page=${page}`;
        const comments = await api.request('GET', path);
        found.push(...comments.filter((comment)=>comment.body?.startsWith(marker) === true && (0,issue_api/* ofTheHouse */.l)(comment)));
        if (comments.length < comments_PAGE) break;
    }
    return found.sort((a, b)=>a.id - b.id);
}
/** The comment of one check on its pull request. A comment that cannot be written is a warning: the verdict stands. */ class PullRequestComment {
    api;
    number;
    marker;
    reporter;
    constructor(api, number, marker, reporter){
        this.api = api;
        this.number = number;
        this.marker = marker;
        this.reporter = reporter;
    }
    /** As `keepComment`. */ async keep(body) {
        await this.orWarn(async ()=>{
            const url = await keepComment(this.api, this.number, this.marker, body);
            this.reporter.info(`The pull request has the report: ${url}`);
        });
    }
    /** As `correctComment`. */ async correct(body) {
        await this.orWarn(()=>correctComment(this.api, this.number, this.marker, body));
    }
    async orWarn(write) {
        try {
            await write();
        } catch (error) {
            if (error instanceof errors/* CancelledError */.cc) throw error;
            this.reporter.warn(`The comment on pull request ${this.number} could not be written; the verdict stands. ${(0,errors/* messageOf */.bD)(error)}`);
        }
    }
}

// EXTERNAL MODULE: ./lib/github/inputs.js
var github_inputs = __webpack_require__(96174);
// EXTERNAL MODULE: ./lib/github/outputs.js
var outputs = __webpack_require__(74573);
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(73024);
;// CONCATENATED MODULE: ./lib/github/pull-request.js



/**
 * The pull request that started the run; undefined for another event (a push, a run by hand).
 * @throws UserError for events that give secrets and a writing token to a run for code of strangers, and for a payload that
 * cannot be read: nobody knows then whose code it is.
 */ function pullRequestOf(env = process.env) {
    const event = env['GITHUB_EVENT_NAME'] ?? '';
    if (event === 'pull_request_target') throw new errors/* UserError */.yo("The workflow runs on pull_request_target, which gives the repository's secrets to runs for everybody's pull requests, and check-migrations runs code of the pull request. Let it run on pull_request instead.");
    if (event === 'workflow_run') refuseForks(payloadOf(env, event));
    return event.startsWith('pull_request') ? requestIn(payloadOf(env, event), event) : undefined;
}
/** Runs after another one have the repository's secrets, also when that one was a fork's. */ function refuseForks({ workflow_run: run, repository }) {
    const base = repository?.full_name;
    if (base === undefined || run?.head_repository?.full_name !== base) throw new errors/* UserError */.yo('The workflow runs after one of a pull request from a fork (workflow_run), with the secrets of this repository, and check-migrations runs code of the pull request. Let it run on pull_request instead.');
}
function requestIn({ pull_request: request }, event) {
    if (typeof request?.number !== 'number') throw unreadable(event);
    // Null: the fork was deleted since.
    const head = request.head?.repo?.full_name;
    return {
        number: request.number,
        fork: head === undefined || head !== request.base?.repo?.full_name
    };
}
const PURPOSE = {
    doing: 'read and comment pull requests',
    permission: 'pull-requests: write'
};
/** The REST API for pull requests; undefined where it is not known of which repository, or there is no token. */ function pullRequestApi(access, signal, patience) {
    if (access === undefined || access.token === '') return undefined;
    return new issue_api/* IssueApi */.Q(access, signal, patience, PURPOSE);
}
function payloadOf(env, event) {
    try {
        return JSON.parse((0,external_node_fs_.readFileSync)(env['GITHUB_EVENT_PATH'] ?? '', 'utf8')) ?? {};
    } catch (error) {
        throw unreadable(event, error);
    }
}
function unreadable(event, cause) {
    return new errors/* UserError */.yo(`The file that GITHUB_EVENT_PATH names does not tell which pull request this is (${event}), so nobody knows whose code it is. In a job on GitHub it does.`, {
        cause
    });
}

// EXTERNAL MODULE: ./lib/github/summary.js
var summary = __webpack_require__(65671);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
// EXTERNAL MODULE: ./lib/base/units.js
var units = __webpack_require__(78714);
// EXTERNAL MODULE: ./lib/migrations/report/words.js
var words = __webpack_require__(30545);
;// CONCATENATED MODULE: ./lib/migrations/annotations.js




/** A lock that nobody notices is in each migration. Milliseconds, as for `fail-on: lock`. */ const NOTICED_MS = 1000;
/** What fails the check, and rewrites and long locks that do not, where their statements stand in the files. */ function annotationsOf(report, options) {
    const { workspace, workingDirectory, namesToo } = options;
    return report.facts.flatMap((fact)=>{
        const file = fileOf(report, fact);
        if (file === undefined || !(fact.fails || isNoticed(report, fact))) return [];
        const path = (0,external_node_path_.relative)(workspace, (0,external_node_path_.resolve)(workspace, workingDirectory, file.path)).replaceAll(external_node_path_.sep, '/');
        const message = namesToo ? [
            fact.message,
            fact.advice ?? ''
        ].join(' ').trim() : wordsOf(fact);
        const level = fact.fails && report.outcome === 'failed' ? 'error' : 'warning';
        return [
            {
                level,
                message,
                file: {
                    path,
                    line: file.line
                }
            }
        ];
    });
}
/** What else makes the run red: what stands in no file; at least one error for a red run, none for a green one. */ function reasonsBeside(report, namesToo) {
    if (report.outcome !== 'failed') return [];
    const failing = report.facts.filter(({ fails })=>fails);
    const beside = failing.filter((fact)=>fileOf(report, fact) === undefined);
    if (beside.length === 0) return [
        new errors/* UserError */.yo(`The migration check failed: ${(0,units/* plural */.LS)(failing.length, 'thing')}, at the lines above.`)
    ];
    const texts = namesToo ? beside.map(({ message })=>message) : [
        ...new Set(beside.map(wordsOf))
    ];
    return texts.map((text)=>new errors/* UserError */.yo(text));
}
function fileOf({ statements }, { statement }) {
    return statement === undefined ? undefined : statements[statement]?.file;
}
function isNoticed({ locks }, { kind, statement }) {
    return kind === 'rewrite' || kind === 'lock' && locks.some((lock)=>lock.statement === statement && lock.longestMs >= NOTICED_MS);
}
const wordsOf = ({ kind })=>`${words/* KINDS */.GW[kind]}. Names are left out here, where everybody can read them: run pgkeep check-migrations on a machine of your own to see them.`;

;// CONCATENATED MODULE: ./lib/migrations/approvable.js
/** A report that says, with the first loss, which label would accept it: only where nothing else fails the check. */ function withApproval(report, label) {
    const failing = report.facts.filter(({ fails })=>fails);
    const isApprovable = failing.every(({ kind })=>kind === 'data-loss');
    if (label === undefined || report.outcome !== 'failed' || !isApprovable) return report;
    const [first] = failing;
    const advice = `If the loss is meant, put the label ${JSON.stringify(label)} on the pull request and run this job again.`;
    const facts = report.facts.map((fact)=>fact === first ? {
            ...fact,
            advice: [
                fact.advice,
                advice
            ].filter(Boolean).join(' ')
        } : fact);
    return {
        ...report,
        facts
    };
}

// EXTERNAL MODULE: ./lib/migrations/paths.js
var paths = __webpack_require__(46725);
// EXTERNAL MODULE: ./lib/migrations/report/index.js + 13 modules
var migrations_report = __webpack_require__(3581);
// EXTERNAL MODULE: ./lib/migrations/result.js
var result = __webpack_require__(38660);
// EXTERNAL MODULE: ./lib/migrations/run.js + 56 modules
var run = __webpack_require__(45776);
// EXTERNAL MODULE: ./lib/actions/shared.js + 1 modules
var shared = __webpack_require__(74221);
;// CONCATENATED MODULE: ./lib/actions/check-migrations.js















const UNFINISHED = {
    title: 'The migrations were not checked',
    next: 'Nothing is known of them. Correct what is named here, then run the job again; its log has the details.'
};
const SKIPPED = 'NOT CHECKED: the pull request comes from a fork. Its run has no secrets, and its code is not run on your data. Push the branch to this repository to have its migrations checked.';
/** The action in `check-migrations/`. */ function checkMigrationsAction() {
    return (0,action/* runAction */.C)(async (context)=>{
        const checked = await (0,shared/* toldInSummary */.ZA)(context, UNFINISHED, async ()=>{
            const request = pullRequestOf();
            return request?.fork === true ? undefined : check(context, request);
        });
        const { reporter } = context;
        if (checked === undefined) {
            reporter.warn(SKIPPED);
            await (0,summary/* appendSummary */.fe)(`## ⏭️ Migrations NOT CHECKED\n\n${summary/* summaryMarkup */.h$.escape(SKIPPED)}\n`, reporter);
            return 'skipped';
        }
        await tell(context, checked);
        const reasons = reasonsBeside(checked.report, !(0,shared/* isForEverybody */.zC)(context));
        if (reasons.length > 0) throw new AggregateError(reasons);
        return 'success';
    }, shared/* reasonTeller */.Pp);
}
async function check(context, request) {
    const { reporter, signal } = context;
    const inputs = (0,github_inputs/* readActionInputs */.U)('check-migrations', reporter);
    const options = (0,shared/* actionOptions */.Rj)('check-migrations', context, inputs);
    const api = request === undefined ? undefined : pullRequestApi(options.artifacts, signal);
    const number = request?.number ?? 0;
    const comment = api === undefined || !inputs.comment ? undefined : new PullRequestComment(api, number, commentMarker(inputs.name ?? '', inputs.workingDirectory), reporter);
    const { approveLabel } = inputs;
    const approval = api === undefined || approveLabel === undefined ? {} : {
        approval: ()=>labelOf(api, number, approveLabel, reporter)
    };
    try {
        const report = await (0,run/* checkMigrations */.w)({
            ...options,
            ...approval,
            inputs
        });
        return {
            inputs,
            report: request === undefined ? report : withApproval(report, approveLabel),
            comment
        };
    } catch (error) {
        if (!(error instanceof errors/* CancelledError */.cc)) await comment?.correct(`${comment.marker}\n${(0,shared/* failureSummary */.jg)(UNFINISHED, error, (0,shared/* reasonTeller */.Pp)(context), commentMarkup)}`);
        throw error;
    }
}
async function tell(context, { inputs, report, comment }) {
    const { reporter, github } = context;
    const namesToo = !(0,shared/* isForEverybody */.zC)(context);
    (0,outputs/* setOutputs */.n)((0,result/* migrationOutputs */.r)(report), reporter);
    if (namesToo) {
        const text = (0,migrations_report/* migrationText */.me)(report, {
            paint: (plain)=>plain,
            width: undefined
        });
        await reporter.group('Report', ()=>Promise.resolve(reporter.info(text)));
    }
    await (0,summary/* appendSummary */.fe)((0,migrations_report/* migrationSummary */.jz)(report, summary/* summaryMarkup */.h$, {
        namesToo
    }), reporter);
    const workspace = (0,paths/* workspaceOf */.B3)(process);
    const { workingDirectory } = inputs;
    for (const { level, message, file } of annotationsOf(report, {
        workspace,
        workingDirectory,
        namesToo
    }))reporter.annotateAt(level, message, file);
    if (comment === undefined) return;
    const { marker } = comment;
    await comment.keep((0,migrations_report/* migrationComment */.wv)(report, commentMarkup, {
        namesToo,
        marker,
        runUrl: github?.runUrl ?? ''
    }));
}


/***/ })

};
