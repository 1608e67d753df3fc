export const id = 275;
export const ids = [275,855,861];
export const modules = {

/***/ 93275:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  fleetAction: () => (/* binding */ fleetAction)
});

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(77598);
// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(48161);
// EXTERNAL MODULE: ./lib/base/errors.js
var errors = __webpack_require__(17594);
;// CONCATENATED MODULE: ./lib/fleet/passed.js

/**
 * The secrets that a calling job passes as one JSON object, by name; empty ones are not among them.
 * @throws UserError that repeats nothing of it
 */ function secretsOf(json) {
    const values = Object.entries(objectOf(json ?? '{}'));
    return new Map(values.filter((entry)=>typeof entry[1] === 'string' && entry[1] !== ''));
}
function objectOf(json) {
    let value;
    try {
        value = JSON.parse(json);
    } catch  {
        value = undefined;
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new errors/* UserError */.yo('The secret SECRETS of the calling job is no JSON object of names and values. Write each value as toJSON(secrets.NAME), which puts it into quotes by itself.');
    return value;
}

// EXTERNAL MODULE: ./lib/fleet/read.js + 8 modules
var read = __webpack_require__(30855);
;// CONCATENATED MODULE: ./lib/fleet/report.js
/** How a job ended, as GitHub says it. */ const OUTCOMES = [
    'success',
    'failure',
    'cancelled',
    'skipped'
];
/** What the report of a job is called among the artifacts of its run. Each attempt makes its own: none can be replaced. */ function reportName(id, database, attempt) {
    return `pgkeep-fleet.${id}.${database}.${attempt}.json`;
}
/** The report of a job, of what its workflow passes on. */ function reportOf(inputs) {
    return understood({
        database: inputs.database,
        outcome: inputs.outcome,
        backup: inputs.backupId,
        bytes: numberOf(inputs.bytes),
        rows: numberOf(inputs.rows),
        seconds: numberOf(inputs.durationSeconds),
        error: inputs.error
    });
}
function numberOf(text) {
    const value = Number(text ?? NaN);
    return Number.isFinite(value) ? value : null;
}
/** What a job wrote. What is not understood of it counts as not known, and an outcome that is not, as a failure. */ function parseReport(json) {
    try {
        return understood(JSON.parse(json));
    } catch  {
        return understood({});
    }
}
function understood(value) {
    const given = typeof value === 'object' && value !== null ? value : {};
    const text = (name)=>{
        const found = given[name];
        return typeof found === 'string' && found !== '' ? found : null;
    };
    const number = (name)=>{
        const found = given[name];
        return typeof found === 'number' && Number.isFinite(found) && found >= 0 ? found : null;
    };
    return {
        database: text('database') ?? '',
        outcome: OUTCOMES.find((known)=>known === given['outcome']) ?? 'failure',
        backup: text('backup'),
        bytes: number('bytes'),
        rows: number('rows'),
        seconds: number('seconds'),
        error: text('error')
    };
}

;// CONCATENATED MODULE: ./lib/fleet/result.js

const SILENT = 'there is no report of its job: it was cancelled or killed, could not begin, or could not report. Its page in this run says more';
/**
 * Puts the reports together. Green is what GitHub calls a success, which it says of a matrix only when each of its jobs
 * was one: a report that got lost does not make it red. Without GitHub's word every report must be there.
 * @param reports what each database's job wrote; undefined where it wrote nothing
 * @param matrix how GitHub says that all of them together ended
 */ function fleetResult(reports, matrix) {
    const legs = [
        ...reports
    ].map(([database, report])=>{
        if (report !== undefined) return {
            ...report,
            database
        };
        const nothing = {
            backup: null,
            bytes: null,
            rows: null,
            seconds: null
        };
        return matrix === 'success' ? {
            database,
            outcome: 'success',
            ...nothing,
            error: null
        } : {
            database,
            outcome: 'unknown',
            ...nothing,
            error: SILENT
        };
    });
    const beside = matrix !== undefined && matrix !== 'success' && failedOf(legs).length === 0 ? `Every database reported success, and GitHub says "${matrix}" of their jobs: one of them went wrong after its report, or was started again and did not end. Look at the jobs of this run.` : undefined;
    return {
        legs,
        beside
    };
}
/** What did not end well. */ function failedOf(legs) {
    return legs.filter(({ outcome })=>outcome !== 'success');
}
/** Why a database is not well, in one sentence. */ function reasonOf({ outcome, error }) {
    if (error !== null) return error;
    return outcome === 'cancelled' ? 'its job was cancelled' : 'its job failed, and its log says why';
}
/** Everything that makes the run red; empty for a green one. */ function redReasons({ legs, beside }) {
    return [
        ...failedOf(legs).map((leg)=>new errors/* UserError */.yo(`${leg.database}: ${reasonOf(leg)}`)),
        ...beside === undefined ? [] : [
            new errors/* UserError */.yo(beside)
        ]
    ];
}

// EXTERNAL MODULE: ./lib/base/units.js
var units = __webpack_require__(78714);
;// CONCATENATED MODULE: ./lib/fleet/summary.js


const NO_BACKUP = 'No backup is named here: this was a dry run, or the jobs could not report.';
const SHOWN = {
    success: '✅ success',
    failure: '❌ **failure**',
    cancelled: '❌ **cancelled**',
    skipped: '❌ **skipped**',
    unknown: '❌ **no word**'
};
/** One row a database, those that failed first; a column that nobody knows anything for is left out. */ function fleetSummary(result, action, markup) {
    const { legs, beside } = result;
    const failed = failedOf(legs);
    const good = legs.length - failed.length;
    const sign = failed.length === 0 && beside === undefined ? '✅' : '❌';
    const notes = [
        ...beside === undefined ? [] : [
            beside
        ],
        ...good > 0 && legs.every(({ backup })=>backup === null) ? [
            NO_BACKUP
        ] : []
    ];
    const columns = [
        [
            'Database',
            ({ database })=>markup.escape(database)
        ],
        [
            'Outcome',
            ({ outcome })=>SHOWN[outcome]
        ],
        [
            'Backup',
            ({ backup })=>backup === null ? '' : markup.code(backup)
        ],
        [
            'Stored',
            ({ bytes })=>bytes === null ? '' : (0,units/* formatBytes */.z3)(bytes)
        ],
        [
            'Rows',
            ({ rows })=>rows === null ? '' : (0,units/* formatCount */.B4)(rows)
        ],
        [
            'Took',
            ({ seconds })=>seconds === null ? '' : (0,units/* formatDuration */.a3)(seconds)
        ],
        [
            'What failed',
            (leg)=>leg.outcome === 'success' ? '' : markup.escape(reasonOf(leg))
        ]
    ];
    const ordered = [
        ...failed,
        ...legs.filter((leg)=>!failed.includes(leg))
    ];
    const known = columns.filter(([, cell])=>legs.some((leg)=>cell(leg) !== ''));
    return [
        `## ${sign} Fleet ${action}: ${(0,units/* formatCount */.B4)(good)} of ${(0,units/* plural */.LS)(legs.length, 'database')} succeeded\n\n`,
        ...notes.map((note)=>`${markup.escape(note)}\n\n`),
        markup.table(known.map(([name])=>name), ordered.map((leg)=>known.map(([, cell])=>cell(leg))))
    ].join('');
}

// EXTERNAL MODULE: ./lib/fleet/text.js
var fleet_text = __webpack_require__(25861);
// EXTERNAL MODULE: ./lib/github/action.js + 3 modules
var action = __webpack_require__(8269);
// EXTERNAL MODULE: ./lib/github/inputs.js
var github_inputs = __webpack_require__(96174);
// EXTERNAL MODULE: ./lib/github/outputs.js
var outputs = __webpack_require__(74573);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(51455);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
// EXTERNAL MODULE: ./lib/storage/artifact/days.js
var days = __webpack_require__(65877);
// EXTERNAL MODULE: ./lib/github/artifacts.js + 1 modules
var artifacts = __webpack_require__(62994);
;// CONCATENATED MODULE: ./lib/github/run-files.js





/** A run can be started again for 30 days (docs.github.com, "Re-running workflows and jobs"). */ const KEPT_DAYS = 30;
/**
 * Leaves a small text for later jobs of this run, as an artifact. It needs no permission; everybody who may read the
 * repository can read it.
 * @throws StoreError
 */ async function leaveForRun(name, text, tempDir) {
    const folder = await (0,promises_.mkdtemp)((0,external_node_path_.join)(tempDir, 'pgkeep-run-'));
    try {
        const file = (0,external_node_path_.join)(folder, name);
        await (0,promises_.writeFile)(file, text);
        const { retentionDays } = (0,days/* artifactDays */.s)(KEPT_DAYS, process.env);
        await (0,artifacts/* upload */.S)(file, {
            retentionDays
        });
    } finally{
        await (0,promises_.rm)(folder, {
            recursive: true,
            force: true
        });
    }
}
/** What a job of this run left under a name; undefined where none did. */ async function leftInRun(name, tempDir) {
    const { DefaultArtifactClient, ArtifactNotFoundError } = await Promise.all(/* import() */[__webpack_require__.e(299), __webpack_require__.e(584)]).then(__webpack_require__.bind(__webpack_require__, 20584));
    const client = new DefaultArtifactClient();
    const folder = await (0,promises_.mkdtemp)((0,external_node_path_.join)(tempDir, 'pgkeep-run-'));
    try {
        const { artifact } = await client.getArtifact(name);
        const { digest } = artifact;
        const { digestMismatch } = await client.downloadArtifact(artifact.id, {
            path: folder,
            ...digest === undefined ? {} : {
                expectedHash: digest
            }
        });
        const [file] = await (0,promises_.readdir)(folder);
        if (digestMismatch === true || file === undefined) throw new errors/* UserError */.yo(`The artifact ${name} of this run did not arrive whole. Run this job again.`);
        return await (0,promises_.readFile)((0,external_node_path_.join)(folder, file), 'utf8');
    } catch (error) {
        if (error instanceof ArtifactNotFoundError) return undefined;
        throw error;
    } finally{
        await (0,promises_.rm)(folder, {
            recursive: true,
            force: true
        });
    }
}

// EXTERNAL MODULE: ./lib/github/summary.js
var summary = __webpack_require__(65671);
// EXTERNAL MODULE: ./lib/storage/artifact/parallel.js
var parallel = __webpack_require__(83605);
// EXTERNAL MODULE: ./lib/actions/shared.js + 1 modules
var shared = __webpack_require__(74221);
;// CONCATENATED MODULE: ./lib/actions/fleet.js
















/** How many reports are read at the same time. */ const READERS = 8;
/** The action in `fleet/`: each of its steps is one of a workflow's. */ function fleetAction() {
    return (0,action/* runAction */.C)(async (context)=>{
        const inputs = (0,github_inputs/* readActionInputs */.U)('fleet', context.reporter);
        checkGiven(inputs);
        switch(inputs.step){
            case 'plan':
                return plan(inputs, context);
            case 'check':
                return checkSecrets(inputs, context);
            case 'report':
                return report(inputs, context);
            case 'summary':
                return fleet_summary(inputs, context);
        }
    }, shared/* reasonTeller */.Pp);
}
/** What a step cannot do without; the plan gives it. */ function checkGiven({ step, id, database, expected }) {
    const needed = {
        plan: {},
        check: {},
        report: {
            id,
            database
        },
        summary: {
            id,
            expected: expected[0]
        }
    }[step];
    for (const [name, value] of Object.entries(needed))if (value === undefined) throw new errors/* UserError */.yo(`Input "${name}" is empty, and step ${step} needs it. Pass on what the plan gave.`);
}
const NOTHING_BEGUN = {
    title: 'Nothing was begun',
    next: 'Correct what is named here, then run it again.'
};
async function plan({ config, action }, context) {
    const { reporter } = context;
    const legs = await (0,shared/* toldInSummary */.ZA)(context, NOTHING_BEGUN, async ()=>Promise.resolve((0,read.readLegs)(config, action)));
    reporter.info((0,fleet_text.planText)(legs));
    const databases = legs.map(({ database })=>database).join('\n');
    const id = (0,external_node_crypto_.randomBytes)(4).toString('hex');
    (0,outputs/* setOutputs */.n)({
        matrix: legs,
        databases,
        count: legs.length,
        id
    }, reporter);
}
/**
 * Hides the secrets that come from elsewhere than GitHub's own, before a later step is given them: its log shows what it
 * is given. A passphrase that has gone missing must not end in a plaintext backup.
 */ function checkSecrets({ secrets, missingSecrets = '' }, { reporter }) {
    const given = secretsOf(secrets);
    const missing = missingSecrets.split(/\s+/).filter((name)=>{
        const value = given.get(name);
        if (value !== undefined) reporter.mask(value);
        return name !== '' && value === undefined;
    });
    if (missing.length === 0) return;
    const text = `${missing.length === 1 ? 'There is no secret' : 'There are no secrets'} ${missing.join(', ')} for this job, or nothing is in it. Make it in the settings of the repository, and pass it on in SECRETS of the job that calls the workflow, by the name that the file gives.`;
    throw new errors/* ExplainedError */.hM(text, text);
}
/** The work is done or not, whoever tells of it: what keeps the report back is no reason to fail. */ async function report(inputs, { reporter }) {
    const { id = '', database = '' } = inputs;
    try {
        const name = reportName(id, database, attempt());
        await leaveForRun(name, JSON.stringify(reportOf(inputs)), tempDir());
    } catch (error) {
        reporter.warn(`The summary of the fleet will lack what this job did, which is done all the same. ${(0,errors/* messageOf */.bD)(error)}`);
    }
}
async function fleet_summary(inputs, context) {
    const { reporter } = context;
    const { id = '', expected, action } = inputs;
    const reports = await reporter.group('Reports of the jobs', ()=>readReports(id, expected, context));
    const result = fleetResult(reports, inputs.result);
    (0,outputs/* setOutputs */.n)({
        failed: failedOf(result.legs).map(({ database })=>database),
        report: result.legs
    }, reporter);
    await (0,summary/* appendSummary */.fe)(fleetSummary(result, action, summary/* summaryMarkup */.h$), reporter);
    const reasons = redReasons(result);
    if (reasons.length > 0) throw new AggregateError(reasons);
}
/** By database. What cannot be read counts as what was not written: GitHub's own word for the jobs is left. */ async function readReports(id, databases, { reporter }) {
    try {
        const reports = await (0,parallel/* inParallel */.H)(databases, READERS, (database)=>newestReport(id, database));
        return new Map(databases.map((database, index)=>[
                database,
                reports[index]
            ]));
    } catch (error) {
        reporter.warn(`What the jobs reported could not be read. ${(0,errors/* messageOf */.bD)(error)}`);
        return new Map(databases.map((database)=>[
                database,
                undefined
            ]));
    }
}
/** Of a run that was started again only some jobs ran again: the others spoke in an attempt before. */ async function newestReport(id, database) {
    for(let number = attempt(); number >= 1; number -= 1){
        const text = await leftInRun(reportName(id, database, number), tempDir());
        if (text !== undefined) return parseReport(text);
    }
    return undefined;
}
const attempt = ()=>Number(process.env['GITHUB_RUN_ATTEMPT'] ?? '1') || 1;
const tempDir = ()=>process.env['RUNNER_TEMP'] ?? (0,external_node_os_.tmpdir)();


/***/ }),

/***/ 30855:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  readLegs: () => (/* binding */ readLegs)
});

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(73024);
// EXTERNAL MODULE: ./lib/base/errors.js
var errors = __webpack_require__(17594);
// EXTERNAL MODULE: ./lib/base/units.js
var units = __webpack_require__(78714);
// EXTERNAL MODULE: ./lib/inputs/name.js
var inputs_name = __webpack_require__(40902);
// EXTERNAL MODULE: ./lib/inputs/unknown.js
var unknown = __webpack_require__(25075);
// EXTERNAL MODULE: ./lib/inputs/parse.js + 1 modules
var parse = __webpack_require__(36354);
// EXTERNAL MODULE: ./lib/inputs/read.js + 2 modules
var read = __webpack_require__(35570);
// EXTERNAL MODULE: ./lib/storage/url.js
var url = __webpack_require__(38208);
// EXTERNAL MODULE: ./lib/inputs/spec.js
var spec = __webpack_require__(88554);
// EXTERNAL MODULE: ./lib/inputs/table.js + 13 modules
var table = __webpack_require__(49950);
;// CONCATENATED MODULE: ./lib/fleet/keys.js


/** The actions that run on every database of a fleet. */ const FLEET_ACTIONS = [
    'backup',
    'verify'
];
/** What is no input of an action: the environment of the repository that a job of the database runs in. */ const ENVIRONMENT = 'environment';
/** Whose name stands behind the name of a database that says no more. */ const URL_KEY = 'database-url-secret';
/** Inputs that the file cannot give: each job has a token of its own. */ const NO_KEYS = [
    'github-token'
];
const SECRET = '-secret';
/** What an action can be given for one database, in the table's order. */ function keysOf(action) {
    return (0,table/* inputsOf */.Vc)(action).filter(([input])=>!NO_KEYS.includes(input)).map(([input, spec])=>({
            key: spec.type === 'secret' ? `${input}${SECRET}` : input,
            input,
            spec
        }));
}
/** Every input that any of the actions takes, by its word in the file. */ const FLEET_KEYS = new Map(FLEET_ACTIONS.flatMap(keysOf).map((known)=>[
        known.key,
        known
    ]));
/** Every word that may stand in the file for a database. */ const KNOWN_KEYS = [
    ENVIRONMENT,
    ...FLEET_KEYS.keys()
];
/** Whether a word is an input that is secret, so that only the name of a secret may stand in the file. */ function isSecretInput(word) {
    return FLEET_KEYS.has(`${word}${SECRET}`);
}
/** The other actions that take a word as an input; empty where none does. */ function actionsWith(word) {
    return spec/* ACTIONS */.kl.filter((action)=>(0,table/* inputsOf */.Vc)(action).some(([input])=>input === word));
}

;// CONCATENATED MODULE: ./lib/fleet/value.js




/** docs.github.com, "Secrets reference": naming. */ const SECRET_NAME = /^(?!GITHUB_)[A-Z_][A-Z0-9_]*$/i;
/**
 * What is wrong with what stands behind a known word of the file; undefined where nothing is. An empty text is the
 * same as an absent word.
 */ function wrongValue(key, text) {
    if (text.includes('${{')) return `"${key}" holds an expression, and nothing is filled in here: ${secretOf(text)}`;
    if (text.trim() === '') return undefined;
    if (key === ENVIRONMENT) return text.trim().includes('\n') ? `"${key}" takes one line` : undefined;
    const known = FLEET_KEYS.get(key);
    if (known === undefined) return undefined;
    const { input, spec } = known;
    if (spec.type === 'secret') return SECRET_NAME.test(text.trim()) ? undefined : `"${key}" takes the name of a secret of the repository, such as ${input === 'database-url' ? 'SHOP_DATABASE_URL' : 'PGKEEP_SECRET'}: letters, digits and _, not GITHUB_ at its start. What stands here is none, and is not repeated`;
    return readAs(input, spec, text);
}
function secretOf(text) {
    const [, name] = /\$\{\{\s*secrets\.(\w+)\s*\}\}/i.exec(text) ?? [];
    return name === undefined ? 'write the value itself, or for a secret its name' : `write the name of the secret alone, ${name}`;
}
function readAs(input, spec, text) {
    try {
        (0,parse/* parseValue */.$)(input, spec, text);
        if (input === 'storage') (0,parse/* splitList */.r)(text).forEach(url/* parseStorageUrl */.Yu);
        return undefined;
    } catch (error) {
        return withoutStop((0,errors/* messageOf */.bD)(error));
    }
}
/** As the other problems have it. */ function withoutStop(sentence) {
    return sentence.replace(/\.$/, '');
}

;// CONCATENATED MODULE: ./lib/fleet/check.js







/** What stands for a secret while the others are checked; it is a URL because some of them must be one. */ const UNSEEN = 'https://unseen.invalid/';
/** The inputs that a member's action is given, secrets by their names. */ function givenTo(member, action) {
    const given = new Map([
        [
            'name',
            member.database
        ]
    ]);
    for (const { key } of keysOf(action)){
        const text = member.values.get(key)?.text.trim() ?? '';
        if (text !== '') given.set(key, text);
    }
    return given;
}
/** What contradicts itself in a database's inputs, two that would be one family, and two that are one database. */ function memberProblems(members, action) {
    return [
        ...contradictions(members, action),
        ...sharedFamilies(members, action),
        ...action === 'backup' ? sameDatabases(members) : []
    ];
}
/** What the defaults are to blame for is wrong everywhere, and is said once. */ function contradictions(members, action) {
    const byMessage = new Map();
    for (const member of members){
        const message = contradiction(member, action);
        if (message !== undefined) byMessage.set(message, [
            ...byMessage.get(message) ?? [],
            member
        ]);
    }
    return [
        ...byMessage
    ].flatMap(([message, [first, ...others]])=>first === undefined ? [] : [
            {
                ...first.at,
                message: `"${first.database}"${others.length === 0 ? '' : ` and ${others.length} more`}: ${message}`
            }
        ]);
}
function contradiction(member, action) {
    const given = givenTo(member, action);
    if (action === 'backup' && !given.has(URL_KEY)) return `"${URL_KEY}" is missing: the name of the secret that holds the URL`;
    const texts = new Map(keysOf(action).map(({ key, input, spec })=>{
        const text = given.get(key);
        return [
            input,
            text !== undefined && spec.type === 'secret' ? UNSEEN : text
        ];
    }));
    try {
        // A database of the same name as its placeholder's is the action's own matter.
        (0,read/* readInputs */.K)(action, (name)=>texts.get(name));
        return undefined;
    } catch (error) {
        return withoutStop((0,errors/* messageOf */.bD)(error));
    }
}
/** Two databases in one family would prune each other's backups. */ function sharedFamilies(members, action) {
    const seen = new Map();
    return members.flatMap((member)=>{
        const given = givenTo(member, action);
        const stored = (0,parse/* splitList */.r)(given.get('storage') ?? '').map(url/* placeOf */.$t);
        const places = familiesOf(member, given).flatMap((name)=>stored.map((place)=>({
                    name,
                    key: `${place} ${name}`
                })));
        const shared = places.find(({ key })=>seen.has(key));
        const other = shared === undefined ? undefined : seen.get(shared.key);
        for (const { key } of places)if (!seen.has(key)) seen.set(key, member);
        if (shared === undefined || other === undefined) return [];
        const at = member.values.get('name') ?? member.at;
        return [
            {
                line: at.line,
                column: at.column,
                message: `the family "${shared.name}" in the same storage is "${other.database}"'s already, in line ${other.at.line}: give this one another "name" or "storage"`
            }
        ];
    });
}
/** The families that a member's backups belong to, as far as the file tells. */ function familiesOf({ database }, given) {
    const template = given.get('name') ?? database;
    if (!(0,inputs_name/* hasPlaceholder */.Kc)(template)) return [
        (0,inputs_name/* familyName */.ar)(template)
    ];
    const databases = (0,parse/* splitList */.r)(given.get('databases') ?? '');
    // The server alone knows all of its databases, and the URL the one that it names.
    return databases.includes('*') ? [] : databases.map((each)=>(0,inputs_name/* familyName */.ar)(template, each));
}
/** A line that was copied and not changed to its end would be green, and its database in no backup. */ function sameDatabases(members) {
    const seen = new Map();
    return members.flatMap((member)=>{
        const text = (key)=>member.values.get(key)?.text.trim() ?? '';
        if (text(URL_KEY) === '') return [];
        const database = [
            URL_KEY,
            'databases',
            ENVIRONMENT
        ].map(text).join('\n');
        const other = seen.get(database);
        if (other === undefined) {
            seen.set(database, member);
            return [];
        }
        return [
            {
                ...member.at,
                message: `"${member.database}" is the same database as "${other.database}" in line ${other.at.line}: give it another "${URL_KEY}", "databases" or "${ENVIRONMENT}"`
            }
        ];
    });
}

// EXTERNAL MODULE: ./node_modules/yaml/dist/index.js
var dist = __webpack_require__(38815);
;// CONCATENATED MODULE: ./lib/fleet/document.js

/** A YAML file whose parts know where they stand. */ class ConfigDocument {
    /** What is no YAML, and words that stand twice. */ problems = [];
    lines = new dist/* LineCounter */.HN();
    document;
    constructor(text){
        this.document = (0,dist/* parseDocument */.Tp)(text, {
            lineCounter: this.lines,
            prettyErrors: false
        });
        const found = [
            ...this.document.errors,
            ...this.document.warnings
        ];
        const twice = found.filter(({ code })=>code === 'DUPLICATE_KEY');
        // What follows the first mistake is mostly its echo.
        const [broken] = found.filter((each)=>!twice.includes(each));
        for (const { pos } of twice)this.problems.push({
            ...this.place(pos[0]),
            message: 'this stands twice in one place'
        });
        if (broken !== undefined) this.problems.push({
            ...this.place(broken.pos[0]),
            message: broken.code === 'MULTIPLE_DOCS' ? 'a second document begins here, and one is all that is read: take out the "---"' : `this is no YAML: ${withoutSource(broken.message)}`
        });
        (0,dist/* visit */.YR)(this.document, {
            Alias: (_, alias)=>{
                if (alias.resolve(this.document) === undefined) this.problems.push({
                    ...this.at(alias),
                    message: 'this alias has no anchor before it'
                });
            }
        });
    }
    get contents() {
        return this.document.contents;
    }
    /** Where a node stands; the start of the file for what is not there. */ at(node) {
        const range = node?.range;
        return this.place(range?.[0] ?? 0);
    }
    /** The words of a map; undefined for what is none. */ pairs(node) {
        const map = this.resolved(node);
        if (!(0,dist/* isMap */.jh)(map)) return undefined;
        return map.items.map(({ key, value })=>({
                key: (0,dist/* isScalar */.jn)(key) ? String(key.source ?? key.value) : '',
                at: this.at(key),
                value
            }));
    }
    /**
   * What stands behind a word, as an input would be given it; undefined for what is no text.
   * @param lists whether it may be a list, which has a line for each entry
   */ text(node, lists = false) {
        const value = this.resolved(node);
        if (lists && (0,dist/* isSeq */.oP)(value)) {
            const entries = value.items.map((item)=>this.scalar(item));
            return entries.some((entry)=>entry === undefined || entry.includes('\n')) ? undefined : entries.join('\n');
        }
        return this.scalar(value);
    }
    /** Whether nothing at all stands there. */ isNothing(node) {
        const value = this.resolved(node);
        return value === null || value === undefined || (0,dist/* isScalar */.jn)(value) && value.value === null;
    }
    scalar(node) {
        const scalar = this.resolved(node);
        if (!(0,dist/* isScalar */.jn)(scalar)) return undefined;
        const { value, source } = scalar;
        if (typeof value === 'string') return value;
        // `1.10` is a version, not a number.
        return typeof value === 'number' || typeof value === 'boolean' ? source ?? String(value) : undefined;
    }
    resolved(node) {
        return (0,dist/* isAlias */.Vj)(node) ? node.resolve(this.document) : node;
    }
    place(offset) {
        const { line, col } = this.lines.linePos(offset);
        // An empty file has no line.
        return {
            line: Math.max(line, 1),
            column: Math.max(col, 1)
        };
    }
}
/** Some messages end in a piece of the file. */ function withoutSource(message) {
    return (message.split(/\n|: (?=["'|>])/)[0] ?? '').replace(/\.$/, '');
}

;// CONCATENATED MODULE: ./lib/fleet/secrets.js
const DO = 'Put it into a secret of the repository, and write the name of that secret here';
/** What gives a secret away, wherever it stands: comments are read by the same people. */ const SECRETS = [
    [
        /postgres(?:ql)?:\/\//i,
        'the URL of a database'
    ],
    [
        /\b[a-z][a-z0-9+.-]*:\/\/[^\s/@'"]*:[^\s/@'"]+@/i,
        'a URL with a password'
    ],
    [
        /\b(?:ssl)?password\s*=\s*\S/i,
        'a password'
    ],
    [
        /AGE-SECRET-KEY-/i,
        'an age secret key'
    ],
    [
        /\bhooks\.slack\.com\/services\//i,
        'the URL of a Slack webhook'
    ],
    [
        /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/,
        'an AWS access key'
    ],
    [
        /\baws_secret_access_key\W{1,3}[\w/+]{40}/i,
        'a secret key of AWS'
    ],
    [
        /\b(?:gh[pousr]_|github_pat_)\w{20,}/,
        'a GitHub token'
    ]
];
/** Every line of the file that holds what looks like a secret; the secret is not repeated. */ function secretsIn(text) {
    return text.split(/\r\n|\r|\n/).flatMap((line, index)=>{
        for (const [pattern, what] of SECRETS){
            const found = pattern.exec(line);
            if (found !== null) return [
                {
                    line: index + 1,
                    column: found.index + 1,
                    message: `${what} stands in this file, for everybody who can read the repository. ${DO}; replace it if this was ever pushed`
                }
            ];
        }
        return [];
    });
}

;// CONCATENATED MODULE: ./lib/fleet/parse.js








/** A matrix has no more jobs (docs.github.com, "Actions limits"). */ const MOST = 256;
const SECTIONS = [
    'defaults',
    'databases'
];
/**
 * The databases of a config file, or everything that is wrong with it, in the order of the file. Where it holds what looks
 * like a secret, only that is told: what else is wrong may repeat it.
 */ function parseFleet(text, action) {
    const secrets = secretsIn(text);
    if (secrets.length > 0) return {
        members: [],
        problems: secrets
    };
    const { members, problems } = new Reader(text).read(action);
    return {
        members,
        problems: problems.sort((a, b)=>a.line - b.line || a.column - b.column)
    };
}
class Reader {
    document;
    problems = [];
    constructor(text){
        this.document = new ConfigDocument(text);
        this.problems.push(...this.document.problems);
    }
    read(action) {
        const done = (members)=>({
                members,
                problems: this.problems
            });
        if (this.problems.length > 0) return done([]);
        const { contents } = this.document;
        const sections = this.document.pairs(contents);
        if (sections === undefined) {
            this.wrong(contents, 'this file needs "databases:", and below it a line for each database');
            return done([]);
        }
        for (const { key, at } of sections)if (!SECTIONS.includes(key)) this.problems.push({
            ...at,
            message: KNOWN_KEYS.includes(key) ? `"${key}" belongs below "defaults:" or below a database` : unknownKey(key, SECTIONS)
        });
        const section = (name)=>sections.find(({ key })=>key === name);
        const defaults = this.defaults(section('defaults'));
        const { members, sound } = this.databases(section('databases'), defaults);
        this.problems.push(...memberProblems(sound, action));
        return done(members);
    }
    defaults(section) {
        const empty = {
            given: new Map(),
            sound: true
        };
        if (section === undefined || this.document.isNothing(section.value)) return empty;
        const values = this.values(section.value);
        if (values !== undefined) return values;
        this.problems.push({
            ...section.at,
            message: '"defaults" takes inputs, one a line'
        });
        return {
            ...empty,
            sound: false
        };
    }
    databases(section, defaults) {
        const pairs = section === undefined ? undefined : this.document.pairs(section.value);
        if (pairs === undefined || pairs.length === 0) {
            const at = section?.at ?? {
                line: 1,
                column: 1
            };
            this.problems.push({
                ...at,
                message: '"databases" has no database: write one a line, as in "shop: SHOP_DATABASE_URL"'
            });
            return {
                members: [],
                sound: []
            };
        }
        const beyond = pairs[MOST];
        if (beyond !== undefined) this.problems.push({
            ...beyond.at,
            message: `here are ${(0,units/* plural */.LS)(pairs.length, 'database')}, and a matrix has ${MOST} jobs at most: make two files and two jobs of it`
        });
        const members = [];
        const sound = [];
        for (const pair of pairs){
            const own = this.member(pair);
            const member = {
                database: pair.key,
                at: pair.at,
                values: new Map([
                    ...defaults.given,
                    ...own.given
                ])
            };
            members.push(member);
            if (own.sound && defaults.sound) sound.push(member);
        }
        return {
            members,
            sound
        };
    }
    /** `shop: SHOP_DATABASE_URL`, or a map of inputs. */ member({ key, at, value }) {
        const before = this.problems.length;
        if (!(0,inputs_name/* isFamilyName */._B)(key)) this.problems.push({
            ...at,
            message: 'a database is called by letters, digits, ".", "_" and "-", 64 at most, with a letter or digit first'
        });
        const short = this.document.text(value);
        const given = this.document.at(value);
        const values = short === undefined ? this.values(value) : {
            given: this.checked(URL_KEY, {
                ...given,
                text: short
            }),
            sound: true
        };
        if (values === undefined) this.problems.push({
            ...at,
            message: `"${key}" needs the name of the secret that holds its URL, as in "${key}: SHOP_DATABASE_URL", or inputs below it`
        });
        return {
            given: values?.given ?? new Map(),
            sound: this.problems.length === before
        };
    }
    /** Undefined for what is no map. */ values(node) {
        const pairs = this.document.pairs(node);
        if (pairs === undefined) return undefined;
        const before = this.problems.length;
        const given = new Map();
        for (const { key, at, value } of pairs){
            if (!KNOWN_KEYS.includes(key)) {
                this.problems.push({
                    ...at,
                    message: unknownKey(key, KNOWN_KEYS)
                });
                continue;
            }
            const lists = takesList(key);
            const text = this.document.text(value, lists);
            if (text === undefined) {
                const takes = `takes ${lists ? 'a value or a list of them' : 'one value'}`;
                const found = this.document.isNothing(value) ? 'has no value' : takes;
                this.problems.push({
                    ...at,
                    message: `"${key}" ${found}: give it one, or leave the line out`
                });
                continue;
            }
            for (const [name, checked] of this.checked(key, {
                ...this.document.at(value),
                text
            }))given.set(name, checked);
        }
        return {
            given,
            sound: this.problems.length === before
        };
    }
    checked(key, given) {
        const message = wrongValue(key, given.text);
        if (message === undefined) return new Map([
            [
                key,
                given
            ]
        ]);
        this.problems.push({
            line: given.line,
            column: given.column,
            message
        });
        return new Map();
    }
    wrong(node, message) {
        this.problems.push({
            ...this.document.at(node),
            message
        });
    }
}
function takesList(key) {
    const type = FLEET_KEYS.get(key)?.spec.type;
    return type === 'list' || type === 'choices';
}
function unknownKey(key, known) {
    if (known === KNOWN_KEYS && isSecretInput(key)) return `"${key}" is a secret, and this file is none: give the name of the secret, as "${key}-secret"`;
    if (known === KNOWN_KEYS && NO_KEYS.includes(key)) return `"${key}" has no place here: each job has a token of its own`;
    const near = (0,unknown/* nearest */.p)(key, known);
    const other = known === KNOWN_KEYS ? actionsWith(key) : [];
    const hint = other.length > 0 ? `: that is an input of ${other.join(' and ')}` : near === undefined ? '' : `; did you mean "${near}"?`;
    return `unknown key ${JSON.stringify(key.length > 60 ? `${key.slice(0, 60)}...` : key)}${hint}`;
}

;// CONCATENATED MODULE: ./lib/fleet/plan.js




/** A job's outputs may have 1 MB, counted in UTF-16; some of it is for the others. */ const MATRIX_BYTES = 900_000;
/**
 * What stands in the defaults is in each job.
 * @throws UserError for a matrix that GitHub would drop
 */ function checkSize(legs) {
    const bytes = JSON.stringify(legs).length * 2;
    if (bytes > MATRIX_BYTES) throw new errors/* UserError */.yo(`The matrix of ${(0,units/* plural */.LS)(legs.length, 'database')} would be ${(0,units/* formatBytes */.z3)(bytes)}, and GitHub takes ${(0,units/* formatBytes */.z3)(MATRIX_BYTES)}. Shorten the defaults, or make two files and two jobs of it.`);
}
/** The jobs that do the fleet's action, in the order of the file. */ function legsOf(members, action) {
    return members.map((member)=>{
        const environment = member.values.get(ENVIRONMENT)?.text.trim() ?? '';
        return {
            database: member.database,
            name: member.database,
            ...environment === '' ? {} : {
                [ENVIRONMENT]: environment
            },
            ...Object.fromEntries(givenTo(member, action))
        };
    });
}

;// CONCATENATED MODULE: ./lib/fleet/types.js
/** A place in the config file, counted from 1. */ /** `pgkeep.yml:4:5: unknown key "keep-daly"`, as compilers say it. */ function problemText(file, { line, column, message }) {
    return `${file}:${line}:${column}: ${message}`;
}

;// CONCATENATED MODULE: ./lib/fleet/read.js





/**
 * The jobs that a config file asks for.
 * @throws AggregateError of everything that is wrong with it, UserError where there is no such file
 */ function readLegs(file, action) {
    const { members, problems } = parseFleet(textOf(file), action);
    // Whoever may read the run's log may read the file too.
    const told = problems.map((problem)=>problemText(file, problem));
    if (told.length > 0) throw new AggregateError(told.map((text)=>new errors/* ExplainedError */.hM(text, text)));
    const legs = legsOf(members, action);
    checkSize(legs);
    return legs;
}
function textOf(file) {
    try {
        // An editor's mark at the start is no part of the text.
        return (0,external_node_fs_.readFileSync)(file, 'utf8').replace(/^\ufeff/, '');
    } catch (error) {
        const wrong = `Input "config" is ${JSON.stringify(file)}`;
        if ((0,errors/* codeOf */.$N)(error) === 'ENOENT') throw new errors/* UserError */.yo(`${wrong}: there is no such file here. Name it from the root of the repository, and check the repository out before.`);
        throw new errors/* UserError */.yo(`${wrong}: it cannot be read (${(0,errors/* codeOf */.$N)(error) ?? 'error'}).`, {
            cause: error
        });
    }
}


/***/ }),

/***/ 25861:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   planText: () => (/* binding */ planText)
/* harmony export */ });
/* harmony import */ var _base_table_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(72341);
/* harmony import */ var _inputs_parse_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(36354);


const COLUMNS = [
    {
        title: 'DATABASE'
    },
    {
        title: 'FAMILY'
    },
    {
        title: 'STORAGE',
        shrinks: true
    },
    {
        title: 'SECRET OF ITS URL'
    }
];
/** What a run would do, a line each database. */ function planText(legs, width) {
    const rows = legs.map((leg)=>[
            leg.database,
            leg.name,
            (0,_inputs_parse_js__WEBPACK_IMPORTED_MODULE_0__/* .splitList */ .r)(leg['storage'] ?? '').join(', '),
            leg['database-url-secret'] ?? '-'
        ]);
    return (0,_base_table_js__WEBPACK_IMPORTED_MODULE_1__/* .renderTable */ .b)(COLUMNS, rows, width);
}


/***/ })

};
