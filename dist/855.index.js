export const id = 855;
export const ids = [855];
export const modules = {

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


/***/ })

};
