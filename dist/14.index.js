export const id = 14;
export const ids = [14];
export const modules = {

/***/ 74221:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  Rj: () => (/* binding */ actionOptions),
  jg: () => (/* binding */ failureSummary),
  zC: () => (/* binding */ isForEverybody),
  Pp: () => (/* binding */ reasonTeller),
  Sd: () => (/* binding */ redError),
  ZA: () => (/* binding */ toldInSummary)
});

// UNUSED EXPORTS: ARTIFACT_PERMISSIONS

// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(48161);
// EXTERNAL MODULE: ./lib/backup/log.js
var log = __webpack_require__(6104);
// EXTERNAL MODULE: ./lib/base/errors.js
var errors = __webpack_require__(17594);
// EXTERNAL MODULE: ./lib/base/failure.js
var failure = __webpack_require__(81747);
// EXTERNAL MODULE: ./lib/github/artifacts.js + 1 modules
var artifacts = __webpack_require__(62994);
// EXTERNAL MODULE: ./lib/github/summary.js
var summary = __webpack_require__(65671);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
// EXTERNAL MODULE: ./lib/postgres/programs/folder-cache.js
var folder_cache = __webpack_require__(34346);
;// CONCATENATED MODULE: ./lib/github/tool-cache.js



/**
 * The runner's tool cache; the command line has a folder of the user's own instead. (The library `@actions/tool-cache`
 * has the same layout, but deletes and rewrites a version that another job may be running from,
 * and prints workflow commands on the standard output of a terminal.)
 */ const toolCache = (0,folder_cache/* folderCache */.P)(()=>process.env['RUNNER_TOOL_CACHE'] || (0,external_node_path_.join)((0,external_node_os_.tmpdir)(), 'pgkeep-tools'));

// EXTERNAL MODULE: ./lib/version.js
var version = __webpack_require__(13411);
;// CONCATENATED MODULE: ./lib/actions/shared.js








/** What the log of a run keeps of who ran it. */ function sourceOf(github) {
    if (github === undefined) return {};
    const { repository, workflow, runId, runUrl, actor } = github;
    return {
        repository,
        runId,
        runUrl,
        ...workflow === undefined ? {} : {
            workflow
        },
        ...actor === undefined ? {} : {
            actor
        }
    };
}
/**
 * What each action needs of the token with `artifact://`. To make artifacts takes no permission, to delete them does: a
 * backup does so where it prunes, and where it fails or begins anew.
 */ const ARTIFACT_PERMISSIONS = {
    backup: 'write',
    prune: 'write',
    verify: 'write',
    restore: 'read',
    'check-migrations': 'read',
    status: 'read'
};
/** What a room is run with in a workflow, but for its inputs, which must be there before. */ function actionOptions(action, context, inputs) {
    const { reporter, signal, github } = context;
    const tempDir = process.env['RUNNER_TEMP'] ?? (0,external_node_os_.tmpdir)();
    return {
        env: process.env,
        tempDir,
        artifacts: (0,artifacts/* artifactAccess */.b)({
            token: inputs.githubToken,
            tempDir,
            isPublic: isForEverybody(context),
            permission: ARTIFACT_PERMISSIONS[action],
            retentionDays: inputs.artifactRetentionDays
        }),
        cache: toolCache,
        method: 'auto',
        version: version/* VERSION */.x,
        run: sourceOf(github),
        reporter,
        signal
    };
}
/** Whether everybody can read the summary, so that no name of a table may stand in it. */ function isForEverybody({ github }) {
    return github?.isPublic === true;
}
/** How a failure is told in the summary and in the output `error`: in one line. */ function reasonTeller(context) {
    const nobody = {
        target: {
            host: undefined,
            user: undefined
        },
        secrets: []
    };
    return isForEverybody(context) ? (error)=>(0,log/* publicReason */.E)(error, nobody) : (error)=>(0,failure/* failuresOf */.d)(error).map(({ message })=>message.replace(/\s*\n\s*/g, ' ')).join(' ');
}
/** Everything that makes a run red, as its annotations may tell it. */ function redError(context, reasons) {
    const why = reasonTeller(context);
    return new AggregateError(reasons.map((reason)=>isForEverybody(context) ? new errors/* UserError */.yo(why(reason)) : reason));
}
/** The summary of a run that failed before it had a result. */ function failureSummary({ title, next }, error, why, markup = summary/* summaryMarkup */.h$) {
    const reasons = (0,failure/* errorsOf */.B)(error).map((each)=>`- ${markup.escape(why(each))}\n`);
    return `## ❌ ${title}\n\n${reasons.join('')}\n${next}\n`;
}
/** A failure that leaves no result is in the summary too; a cancelled run says nothing there. */ async function toldInSummary(context, unfinished, work) {
    try {
        return await work();
    } catch (error) {
        if (!(error instanceof errors/* CancelledError */.cc)) await (0,summary/* appendSummary */.fe)(failureSummary(unfinished, error, reasonTeller(context)), context.reporter);
        throw error;
    }
}


/***/ }),

/***/ 8269:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  C: () => (/* binding */ runAction)
});

// EXTERNAL MODULE: ./node_modules/@actions/core/lib/core.js + 11 modules
var core = __webpack_require__(91659);
// EXTERNAL MODULE: ./lib/base/failure.js
var failure = __webpack_require__(81747);
// EXTERNAL MODULE: ./lib/base/stop.js
var stop = __webpack_require__(45505);
// EXTERNAL MODULE: ./lib/base/text.js
var base_text = __webpack_require__(58566);
// EXTERNAL MODULE: ./lib/version.js
var version = __webpack_require__(13411);
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(73024);
;// CONCATENATED MODULE: ./lib/github/context.js

/**
 * Whether the event that started the run is of a private repository. Payloads of all events hold the repository, those
 * of schedules too (docs.github.com, webhook events and payloads: `repository`).
 */ function isPrivate(path) {
    if (path === undefined || path === '') return false;
    try {
        const event = JSON.parse((0,external_node_fs_.readFileSync)(path, 'utf8'));
        return event?.repository?.private === true;
    } catch  {
        // What cannot be read is no permission to show names.
        return false;
    }
}
/** The run that we are part of; undefined outside of GitHub Actions. */ function githubContext(env = process.env) {
    const repository = env['GITHUB_REPOSITORY'];
    const runId = env['GITHUB_RUN_ID'];
    if (env['GITHUB_ACTIONS'] !== 'true' || !repository || !runId) return undefined;
    const server = env['GITHUB_SERVER_URL'] || 'https://github.com';
    const attempt = env['GITHUB_RUN_ATTEMPT'] ?? '1';
    return {
        repository,
        workflow: env['GITHUB_WORKFLOW'] || undefined,
        runId,
        runUrl: `${server}/${repository}/actions/runs/${runId}${attempt === '1' ? '' : `/attempts/${attempt}`}`,
        actor: env['GITHUB_ACTOR'] || undefined,
        isPublic: !isPrivate(env['GITHUB_EVENT_PATH'])
    };
}

// EXTERNAL MODULE: ./lib/base/mask.js
var mask = __webpack_require__(91297);
// EXTERNAL MODULE: ./lib/base/meter.js
var meter = __webpack_require__(1484);
;// CONCATENATED MODULE: ./lib/github/text.js

/** The runner cuts annotations here (actions/runner, ExecutionContext.cs), in UTF-16 units. */ const ANNOTATION_LENGTH = 4096;
/**
 * Makes a line harmless that holds text from elsewhere. The runner takes a line for a command when `::` is the first
 * thing in it that is not white space, and, in its older form, when `##[` is anywhere in it
 * (actions/runner, ActionCommand.cs).
 */ function defang(line) {
    const plain = line.replaceAll('##[', '##\\[');
    return /^\s*::/.test(plain) ? `pgkeep: ${plain}` : plain;
}
/** Text of our own that may quote names from a database: control characters visible, no line a command. */ function logText(text) {
    return (0,base_text/* printable */.g$)(text).split('\n').map(defang).join('\n');
}
/** A line that another program printed, behind that program's name. */ function programLine(program, line) {
    return defang(`${program}: ${(0,base_text/* printableLine */.oy)(line)}`);
}
/** An annotation's text, cut with an ellipsis to what the runner keeps. */ function annotationText(text) {
    const plain = (0,base_text/* printable */.g$)(text);
    return plain.length <= ANNOTATION_LENGTH ? plain : `${plain.slice(0, ANNOTATION_LENGTH - 1).trimEnd()}…`;
}

;// CONCATENATED MODULE: ./lib/github/reporter.js





// The runner shows ten annotations of each kind for a step. The last one is kept for what ends the run.
const ANNOTATIONS = 9;
/** Reports to a workflow's log: foldable groups, annotations, and secrets registered with the runner. */ class GithubReporter {
    now;
    secrets = new mask/* Mask */.n();
    log = new meter/* ProgressLog */.qw();
    annotated = {
        warning: 0,
        error: 0
    };
    depth = 0;
    /** @param now milliseconds of a clock that never goes back. */ constructor(now = ()=>performance.now()){
        this.now = now;
    }
    info(message) {
        core.info(logText(this.secrets.apply(message)));
    }
    /** Details for whoever looks into a failure, in a quieter colour. */ detail(message) {
        for (const line of logText(this.secrets.apply(message)).split('\n'))core.info(`\u001b[2m${line}\u001b[0m`);
    }
    warn(message) {
        this.annotate('warning', message);
    }
    error(message) {
        this.annotate('error', message);
    }
    /** At a line of a file of the repository, where a pull request shows it. */ annotateAt(level, message, { path, line }) {
        this.annotate(level, message, {
            file: path,
            startLine: line
        });
    }
    /** The failure that ends the run: always an annotation, and the step is red. */ fail(message) {
        const text = this.secrets.apply(message);
        core.setFailed(annotationText(text));
        if (text.length > ANNOTATION_LENGTH) core.info(logText(text));
    }
    /** Text for a place that the runner hides nothing in, such as an output. */ masked(text) {
        return this.secrets.apply(text);
    }
    output(program, line) {
        core.info(programLine(program, this.secrets.apply(line)));
    }
    async group(title, work) {
        // Groups do not nest in a log: a group within a group is a heading.
        if (this.depth > 0) {
            this.info(title);
            return work();
        }
        core.startGroup((0,base_text/* printableLine */.oy)(this.secrets.apply(title)));
        this.depth += 1;
        try {
            return await work();
        } finally{
            this.depth -= 1;
            core.endGroup();
        }
    }
    progress(update) {
        const line = this.log.line(update, this.now());
        if (line !== undefined) this.info(line);
    }
    mask(secret) {
        // The runner would mask each line of a value, a brace on a line of its own included; so it gets the lines
        // that are worth it, one by one.
        for (const text of (0,mask/* hidden */.R)(secret))core.setSecret(text);
        this.secrets.add(secret);
    }
    annotate(level, message, at = {}) {
        const text = this.secrets.apply(message);
        this.annotated[level] += 1;
        const shown = this.annotated[level] <= ANNOTATIONS;
        if (shown) core[level](annotationText(text), at);
        if (!shown || text.length > ANNOTATION_LENGTH) {
            core.info(logText(`${level === 'error' ? 'Error' : 'Warning'}: ${text}`));
        }
    }
}

;// CONCATENATED MODULE: ./lib/github/action.js







/** How much of what failed the output `error` holds, in UTF-16 units. */ const ERROR_LENGTH = 1000;
/**
 * Runs an action and ends the process: 0, or 1 with one annotation per failure. The output `outcome` is set either way,
 * `error` where something failed. The only place that turns errors into exit codes.
 * @param why how a failure is told where outputs may end up; nothing in it may be secret
 */ async function runAction(main, why) {
    const reporter = new GithubReporter();
    // A log that nobody reads any more is no reason to fail.
    process.stdout.on('error', ()=>undefined);
    let ending = 'success';
    const outcome = await (0,stop/* runStoppable */.ij)(async (signal)=>{
        // Not before: whoever has read this line may send a signal.
        reporter.info(`pgkeep ${version/* VERSION */.x}`);
        ending = await main({
            reporter,
            signal,
            github: githubContext()
        }) ?? 'success';
    });
    if (!outcome.ok) {
        const told = (0,failure/* errorsOf */.B)(outcome.error).map(why({
            github: githubContext()
        })).join(' ');
        const line = (0,base_text/* printableLine */.oy)(reporter.masked(told).replaceAll(/\s*\n\s*/g, ' '));
        core.setOutput('error', line.slice(0, ERROR_LENGTH));
        for (const { message, details } of (0,failure/* failuresOf */.d)(outcome.error)){
            reporter.fail(message);
            if (details.length > 0) reporter.detail(details.join('\n'));
        }
    }
    core.setOutput('outcome', outcome.ok ? ending : 'failure');
    return (0,stop/* exitFlushed */.Uv)(outcome.ok ? 0 : 1);
}


/***/ }),

/***/ 62994:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  b: () => (/* binding */ artifactAccess),
  S: () => (/* binding */ upload)
});

// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
// EXTERNAL MODULE: ./lib/storage/errors.js
var errors = __webpack_require__(85822);
// EXTERNAL MODULE: ./lib/base/errors.js
var base_errors = __webpack_require__(17594);
// EXTERNAL MODULE: ./lib/storage/artifact/access.js
var access = __webpack_require__(5752);
;// CONCATENATED MODULE: ./lib/github/artifact-errors.js



const BROKEN = /Unable to make request|Upload progress stalled|socket hang up|ECONN|ETIMEDOUT|EPIPE|EAI_AGAIN|ENOTFOUND/;
/**
 * What @actions/artifact throws when it cannot make an artifact. Its errors are told apart by their text: the client
 * wraps its own classes in plain errors (`artifact-twirp-client.js`, `request`).
 */ function uploadError(error, name) {
    const said = (0,base_errors/* messageOf */.bD)(error);
    const could = `Could not make the artifact ${name}.`;
    if (/storage quota|insufficient usage/i.test(said)) return new errors/* StoreError */.AD(`${could} The artifact storage of this account is used up. GitHub counts gigabyte-hours over the month, for all repositories and Packages together: what was stored until now stays counted, so deleting artifacts does not help at once, and uploads are blocked until the month ends. Raise the spending limit, or store in s3://bucket/prefix, which this does not touch.`, {
        code: 'QUOTA',
        cause: error
    });
    if (/\(409\)/.test(said)) return new errors/* StoreError */.AD(`${could} This run has made one of that name already.`, {
        code: access/* NAME_TAKEN */.US,
        cause: error
    });
    if (/\((401|403)\)/.test(said)) return new errors/* StoreError */.AD(`${could} GitHub refused it: artifacts can be made only while the job runs, and only where the settings of the repository or organization allow them.`, {
        cause: error
    });
    if (/ACTIONS_RUNTIME_TOKEN|ACTIONS_RESULTS_URL|JWT token/.test(said)) return new errors/* StoreError */.AD(`${could} GitHub gives what that needs to actions only, not to programs that a run: step starts. Use the action, not the command line.`, {
        cause: error
    });
    // The Azure client's RestError has the status of the last of its own attempts.
    const status = error?.statusCode;
    const passing = BROKEN.test(said) || BROKEN.test((0,base_errors/* codeOf */.$N)(error) ?? '') || typeof status === 'number';
    return new errors/* StoreError */.AD(`${could} ${passing ? 'The connection to GitHub broke off, or its store did not take the bytes' : firstLine(said)}.`, {
        retryable: passing,
        cause: error
    });
}
/** What follows may be an answer of a server, with everything that was sent. */ function firstLine(text) {
    return (text.split('\n')[0] ?? '').replace(/\.$/, '').slice(0, 300);
}

;// CONCATENATED MODULE: ./lib/github/artifacts.js



/** How this process reaches the artifacts of its repository; undefined where it is not known which repository that is. */ function artifactAccess({ token, tempDir, isPublic, permission, env = process.env, retentionDays }) {
    const repository = env['GITHUB_REPOSITORY'];
    if (!repository) return undefined;
    // GitHub gives them to actions alone.
    const uploads = Boolean(env['ACTIONS_RUNTIME_TOKEN']) && Boolean(env['ACTIONS_RESULTS_URL']);
    return {
        repository,
        runId: env['GITHUB_RUN_ID'] || undefined,
        apiUrl: env['GITHUB_API_URL'] || 'https://api.github.com',
        serverUrl: env['GITHUB_SERVER_URL'] || 'https://github.com',
        token: token ?? '',
        tempDir,
        isPublic,
        permission,
        retentionDays,
        ...uploads ? {
            upload
        } : {}
    };
}
async function upload(file, { retentionDays }) {
    const name = (0,external_node_path_.basename)(file);
    try {
        // A large part of the bundle: whoever stores elsewhere does not wait for it.
        const { DefaultArtifactClient } = await Promise.all(/* import() */[__webpack_require__.e(299), __webpack_require__.e(584)]).then(__webpack_require__.bind(__webpack_require__, 20584));
        const made = await new DefaultArtifactClient().uploadArtifact(name, [
            file
        ], (0,external_node_path_.dirname)(file), {
            skipArchive: true,
            ...retentionDays === undefined ? {} : {
                retentionDays
            }
        });
        const { id, size, digest } = made;
        if (id === undefined || size === undefined || digest === undefined) throw new errors/* StoreError */.AD(`Could not make the artifact ${name}. GitHub did not say what became of it.`);
        return {
            id,
            bytes: size,
            sha256: digest
        };
    } catch (error) {
        throw error instanceof errors/* StoreError */.AD ? error : uploadError(error, name);
    }
}


/***/ }),

/***/ 96174:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   U: () => (/* binding */ readActionInputs)
/* harmony export */ });
/* harmony import */ var _inputs_read_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(35570);
/* harmony import */ var _inputs_table_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(49950);
/* harmony import */ var _inputs_unknown_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(25075);



const PREFIX = 'INPUT_';
/** As the runner names an input's variable: spaces become underscores, dashes stay. */ function variableOf(input) {
    return `${PREFIX}${input.replaceAll(' ', '_').toUpperCase()}`;
}
/**
 * Reads an action's inputs. Secrets are masked before anything else can go wrong, and taken out of the environment,
 * which every program that we start would inherit.
 * @throws UserError that names the input. The runner itself only warns of an input that is not known.
 */ function readActionInputs(command, reporter, env = process.env) {
    const specs = (0,_inputs_table_js__WEBPACK_IMPORTED_MODULE_1__/* .inputsOf */ .Vc)(command);
    const texts = new Map();
    for (const [name, spec] of specs){
        const text = env[variableOf(name)];
        if (text === undefined) continue;
        texts.set(name, text);
        if (spec.type !== 'secret') continue;
        reporter.mask(text);
        Reflect.deleteProperty(env, variableOf(name));
    }
    const known = specs.map(([name])=>name);
    for (const [variable, text] of Object.entries(env)){
        if (!variable.startsWith(PREFIX) || text === undefined || text.trim() === '') continue;
        const name = variable.slice(PREFIX.length).toLowerCase();
        if (!known.some((input)=>variableOf(input) === variable)) throw (0,_inputs_unknown_js__WEBPACK_IMPORTED_MODULE_2__/* .unknownName */ .U)('input', name, known);
    }
    return (0,_inputs_read_js__WEBPACK_IMPORTED_MODULE_0__/* .readInputs */ .K)(command, (name)=>texts.get(name));
}


/***/ }),

/***/ 74573:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   n: () => (/* binding */ setOutputs)
/* harmony export */ });
/* harmony import */ var _actions_core__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(91659);
/* harmony import */ var _base_units_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(78714);


// A job's outputs may be 1 MB together, counted in UTF-16; a job that exceeds it fails although its work is done.
const LIMIT_BYTES = 1024 * 1024;
const RESERVED_BYTES = 16 * 1024;
/**
 * Sets outputs of the step; objects and lists as JSON. One that would exceed what GitHub takes is left empty, with
 * a warning. Short ones come first, so that the long one is what is left out.
 */ function setOutputs(outputs, reporter) {
    const texts = Object.entries(outputs).filter(([, value])=>value !== undefined && value !== null).map(([name, value])=>[
            name,
            typeof value === 'string' ? value : JSON.stringify(value)
        ]).sort(([, a], [, b])=>a.length - b.length);
    let free = LIMIT_BYTES - RESERVED_BYTES;
    for (const [name, text] of texts){
        const bytes = text.length * 2;
        if (bytes > free) {
            _actions_core__WEBPACK_IMPORTED_MODULE_0__.setOutput(name, '');
            reporter.warn(`Output "${name}" would be ${(0,_base_units_js__WEBPACK_IMPORTED_MODULE_1__/* .formatBytes */ .z3)(bytes)}, and GitHub takes ${(0,_base_units_js__WEBPACK_IMPORTED_MODULE_1__/* .formatBytes */ .z3)(LIMIT_BYTES)} in all: it is left empty. The same is in storage.`);
        } else {
            _actions_core__WEBPACK_IMPORTED_MODULE_0__.setOutput(name, text);
            free -= bytes;
        }
    }
}


/***/ }),

/***/ 65671:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   fe: () => (/* binding */ appendSummary),
/* harmony export */   h$: () => (/* binding */ summaryMarkup)
/* harmony export */ });
/* unused harmony export SUMMARY_BYTES */
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(51455);
/* harmony import */ var _actions_core__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(91659);
/* harmony import */ var _base_errors_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(17594);
/* harmony import */ var _markdown_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(30018);




/** What the runner takes as the summary of one step; it drops a longer one whole. */ const SUMMARY_BYTES = 1024 * 1024;
const CUT_NOTE = '\n\n_The summary is cut here; the log has it all._\n';
/** The above, for rooms that make Markdown and know nothing of GitHub. */ const summaryMarkup = {
    escape: _markdown_js__WEBPACK_IMPORTED_MODULE_3__/* .escapeMarkdown */ .FV,
    code: _markdown_js__WEBPACK_IMPORTED_MODULE_3__/* .code */ .aY,
    table: _markdown_js__WEBPACK_IMPORTED_MODULE_3__/* .markdownTable */ .Qj
};
async function sizeOf(file) {
    try {
        return (await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.stat)(file)).size;
    } catch (error) {
        if ((0,_base_errors_js__WEBPACK_IMPORTED_MODULE_2__/* .codeOf */ .$N)(error) === 'ENOENT') return 0;
        throw error;
    }
}
/** Cuts at a line's end, so that no tag or table row is left half open. */ function cut(markdown, bytes) {
    if (Buffer.byteLength(markdown) <= bytes) return markdown;
    const room = Math.max(bytes - Buffer.byteLength(CUT_NOTE), 0);
    const start = Buffer.from(markdown).subarray(0, room).toString();
    const end = start.lastIndexOf('\n');
    return end === -1 ? '' : start.slice(0, end) + CUT_NOTE;
}
/**
 * Appends to the step's summary, as far as there is room. A summary that cannot be written is a warning: the work
 * it tells of is done.
 */ async function appendSummary(markdown, reporter, env = process.env) {
    const file = env['GITHUB_STEP_SUMMARY'];
    if (file === undefined || file === '') return;
    try {
        // addRaw's own line end is not counted by anyone, so it is not used.
        const text = cut(markdown, SUMMARY_BYTES - await sizeOf(file));
        if (text !== '') await _actions_core__WEBPACK_IMPORTED_MODULE_1__.summary.addRaw(text).write();
    } catch (error) {
        _actions_core__WEBPACK_IMPORTED_MODULE_1__.summary.emptyBuffer();
        reporter.warn(`The job summary could not be written: ${(0,_base_errors_js__WEBPACK_IMPORTED_MODULE_2__/* .messageOf */ .bD)(error)}`);
    }
}


/***/ })

};
