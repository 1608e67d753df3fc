import { createRequire as __WEBPACK_EXTERNAL_createRequire } from "module";
/******/ var __webpack_modules__ = ({

/***/ 2613:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("assert");

/***/ }),

/***/ 5317:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("child_process");

/***/ }),

/***/ 6982:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("crypto");

/***/ }),

/***/ 4434:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("events");

/***/ }),

/***/ 9896:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("fs");

/***/ }),

/***/ 8611:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("http");

/***/ }),

/***/ 5692:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("https");

/***/ }),

/***/ 9278:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("net");

/***/ }),

/***/ 4589:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:assert");

/***/ }),

/***/ 6698:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:async_hooks");

/***/ }),

/***/ 4573:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:buffer");

/***/ }),

/***/ 1421:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:child_process");

/***/ }),

/***/ 7540:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:console");

/***/ }),

/***/ 7598:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:crypto");

/***/ }),

/***/ 3053:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:diagnostics_channel");

/***/ }),

/***/ 610:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:dns");

/***/ }),

/***/ 8474:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:events");

/***/ }),

/***/ 3024:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs");

/***/ }),

/***/ 1455:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs/promises");

/***/ }),

/***/ 7067:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:http");

/***/ }),

/***/ 2467:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:http2");

/***/ }),

/***/ 4708:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:https");

/***/ }),

/***/ 7030:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:net");

/***/ }),

/***/ 8161:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:os");

/***/ }),

/***/ 6760:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:path");

/***/ }),

/***/ 643:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:perf_hooks");

/***/ }),

/***/ 1708:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:process");

/***/ }),

/***/ 1792:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:querystring");

/***/ }),

/***/ 7075:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:stream");

/***/ }),

/***/ 8500:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:timers/promises");

/***/ }),

/***/ 1692:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:tls");

/***/ }),

/***/ 3136:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:url");

/***/ }),

/***/ 7975:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:util");

/***/ }),

/***/ 3429:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:util/types");

/***/ }),

/***/ 5919:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:worker_threads");

/***/ }),

/***/ 8522:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:zlib");

/***/ }),

/***/ 857:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("os");

/***/ }),

/***/ 6928:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("path");

/***/ }),

/***/ 3193:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("string_decoder");

/***/ }),

/***/ 3557:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("timers");

/***/ }),

/***/ 4756:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("tls");

/***/ }),

/***/ 9023:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("util");

/***/ }),

/***/ 1667:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  AP: () => (/* binding */ chooseFamily),
  Cw: () => (/* binding */ listBackups),
  RO: () => (/* binding */ newestBackup),
  fe: () => (/* binding */ readBackup)
});

// UNUSED EXPORTS: listFamilies

// EXTERNAL MODULE: ./lib/base/errors.js
var errors = __nccwpck_require__(7594);
// EXTERNAL MODULE: ./lib/inputs/name.js
var inputs_name = __nccwpck_require__(902);
// EXTERNAL MODULE: ./lib/storage/errors.js
var storage_errors = __nccwpck_require__(5822);
// EXTERNAL MODULE: ./lib/storage/retry.js
var retry = __nccwpck_require__(6351);
;// CONCATENATED MODULE: ./lib/storage/read-many.js

/**
 * Reads small objects, up to `concurrency` at once, in the order of `keys`. One that cannot be read has its `error`
 * set; the others are read all the same.
 */ async function readMany(store, keys, concurrency = 32) {
    const results = [];
    let next = 0;
    const worker = async ()=>{
        while(next < keys.length){
            const index = next;
            next += 1;
            const key = keys[index] ?? '';
            try {
                results[index] = {
                    key,
                    bytes: await readObject(store, key)
                };
            } catch (error) {
                results[index] = {
                    key,
                    bytes: new Uint8Array(),
                    error
                };
            }
        }
    };
    await Promise.all(Array.from({
        length: Math.min(concurrency, keys.length)
    }, worker));
    return results;
}
/** One whole small object. A connection that breaks while the bytes come is worth two more attempts. */ async function readObject(store, key) {
    const body = async ()=>{
        const chunks = [];
        for await (const chunk of (await store.get(key)))chunks.push(chunk);
        return Buffer.concat(chunks);
    };
    return (0,retry/* retrying */.R)(`Reading ${key}`, body, {
        attempts: 3
    });
}

// EXTERNAL MODULE: ./lib/backup/id.js
var backup_id = __nccwpck_require__(6481);
// EXTERNAL MODULE: ./lib/backup/layout.js
var layout = __nccwpck_require__(802);
// EXTERNAL MODULE: ./lib/backup/manifest.js
var backup_manifest = __nccwpck_require__(8841);
;// CONCATENATED MODULE: ./lib/backup/catalogue.js







/** How many requests are under way at once: far below what any store limits, and enough to hide its latency. */ const CONCURRENCY = 32;
/**
 * The families in a store, sorted: the folders of its prefix whose name can be a family's and that hold a folder named
 * like a backup. A bucket may hold other things (`logs/`, what a probe left), which must not be mistaken for one.
 */ async function listFamilies(store) {
    const candidates = (await store.folders('')).filter(inputs_name/* isFamilyName */._B).sort();
    const families = [];
    for(let at = 0; at < candidates.length; at += CONCURRENCY){
        const some = candidates.slice(at, at + CONCURRENCY);
        const holds = await Promise.all(some.map(async (name)=>(await store.folders(`${name}/`)).some(backup_id/* isId */.eQ)));
        families.push(...some.filter((_, index)=>holds[index]));
    }
    return families;
}
/**
 * The family to look in: `name`, or the only one there is.
 * @throws UserError when there is none, or several and none was named.
 */ async function chooseFamily(store, name) {
    if (name !== undefined) return name;
    const families = await listFamilies(store);
    if (families.length === 1 && families[0] !== undefined) return families[0];
    if (families.length === 0) throw new errors/* UserError */.yo(`There are no backups in ${store.url}. Check the bucket and the prefix.`);
    throw new errors/* UserError */.yo(`${store.url} holds backups of ${families.length} names. Say which with name: ${families.join(', ')}.`);
}
/** Reads all manifests of a family. With `label`, only backups that carry it. */ async function listBackups(store, name, label) {
    const keys = [];
    for await (const { key } of store.list(`${name}/`)){
        const [, id, file, rest] = key.split('/');
        if (file === layout/* MANIFEST */.e0 && rest === undefined && id !== undefined && (0,backup_id/* isId */.eQ)(id)) keys.push(key);
    }
    const listing = {
        backups: [],
        unreadable: []
    };
    for (const { key, bytes, error } of (await readMany(store, keys, CONCURRENCY))){
        const id = key.split('/')[1] ?? key;
        try {
            if (error !== undefined) throw error;
            listing.backups.push((0,backup_manifest/* decodeManifest */.MK)(bytes, store.locate(key)));
        } catch (reason) {
            if (!(reason instanceof backup_manifest/* ManifestError */.Sh) && !(0,storage_errors/* isNotFound */.c4)(reason)) throw reason;
            listing.unreadable.push({
                id,
                reason: reason.message
            });
        }
    }
    listing.backups.sort((a, b)=>a.snapshotAt.localeCompare(b.snapshotAt) || a.id.localeCompare(b.id));
    if (label !== undefined) listing.backups = listing.backups.filter((backup)=>backup.label === label);
    return listing;
}
/**
 * The newest readable backup of a family, reading no more manifests than it must: ids sort by time.
 * Undefined where there is none.
 */ async function newestBackup(store, name) {
    const ids = (await store.folders(`${name}/`)).filter(backup_id/* isId */.eQ).sort().reverse();
    let newest;
    for (const id of ids){
        // What follows the time in an id is random: of several that began in one second the snapshots decide.
        if (newest !== undefined && (0,backup_id/* idTime */.jJ)(id) < (0,backup_id/* idTime */.jJ)(newest.id)) break;
        const key = `${name}/${id}/${layout/* MANIFEST */.e0}`;
        try {
            const manifest = (0,backup_manifest/* decodeManifest */.MK)(await readObject(store, key), store.locate(key));
            if (newest === undefined || manifest.snapshotAt > newest.snapshotAt) newest = manifest;
        } catch (error) {
            // A folder without a manifest is what a killed run left, or a run that is still at work: not a backup.
            // One that cannot be decoded says nothing; the one before it may.
            if (!(0,storage_errors/* isNotFound */.c4)(error) && !(error instanceof backup_manifest/* ManifestError */.Sh)) throw error;
        }
    }
    return newest;
}
/** One backup by its id; undefined where there is none. @throws ManifestError when its manifest cannot be read. */ async function readBackup(store, name, id) {
    if (!(0,backup_id/* isId */.eQ)(id)) {
        throw new errors/* UserError */.yo(`"${id}" is not the id of a backup. Ids look like 20261120T020000Z-k3fd; \`pgkeep list\` shows them.`);
    }
    const key = `${name}/${id}/${layout/* MANIFEST */.e0}`;
    try {
        return (0,backup_manifest/* decodeManifest */.MK)(await readObject(store, key), store.locate(key));
    } catch (error) {
        if ((0,storage_errors/* isNotFound */.c4)(error)) return undefined;
        throw error;
    }
}


/***/ }),

/***/ 6481:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Si: () => (/* binding */ newId),
/* harmony export */   eQ: () => (/* binding */ isId),
/* harmony export */   jJ: () => (/* binding */ idTime)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7598);

// RFC 4648 base32 without the letters and digits that people confuse; 32 characters, so a byte maps without bias.
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const PATTERN = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z-[a-z2-7]{4}$/;
/** A backup's id: its UTC start in basic ISO form and four random characters, `20261120T020000Z-k3fd`. */ function newId(startedAt, random = (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.randomBytes)(4)) {
    const time = startedAt.toISOString().replace(/\.\d+/, '').replaceAll(/[-:]/g, '');
    return `${time}-${Array.from(random, (byte)=>ALPHABET[byte % 32]).join('')}`;
}
/** True for a string of the form that `newId` makes. */ function isId(text) {
    return PATTERN.test(text);
}
/** When the backup with this id was started. */ function idTime(id) {
    const [, year, month, day, hour, minute, second] = PATTERN.exec(id) ?? [];
    return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}


/***/ }),

/***/ 802:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Up: () => (/* binding */ logKey),
/* harmony export */   e0: () => (/* binding */ MANIFEST),
/* harmony export */   eT: () => (/* binding */ backupKey),
/* harmony export */   wc: () => (/* binding */ RECOVERY)
/* harmony export */ });
/* unused harmony export LOG */
/** The file that makes a backup exist; written last. */ const MANIFEST = 'manifest.json';
const RECOVERY = 'RECOVERY.md';
/** The folder in a family that holds the log of runs; its name can be no backup's id. */ const LOG = '_log';
/** The key of one file of a backup. */ function backupKey(name, id, file) {
    return `${name}/${id}/${file}`;
}
/** The key of the log entry of one run. `time` is basic ISO, so that keys sort by time. */ function logKey(name, time, run) {
    const stamp = time.toISOString().replace(/\.\d+/, '').replaceAll(/[-:]/g, '');
    return `${name}/${LOG}/${stamp}-${run}.json`;
}


/***/ }),

/***/ 8841:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Gb: () => (/* binding */ encodeManifest),
/* harmony export */   MK: () => (/* binding */ decodeManifest),
/* harmony export */   Sh: () => (/* binding */ ManifestError),
/* harmony export */   hh: () => (/* binding */ MANIFEST_VERSION),
/* harmony export */   ob: () => (/* binding */ totalBytes),
/* harmony export */   ph: () => (/* binding */ isEncrypted)
/* harmony export */ });
/* harmony import */ var _base_errors_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7594);

/** The manifest's format. A newer major is refused; fields that we do not know are ignored. */ const MANIFEST_VERSION = 1;
/** A manifest that cannot be read, with the reason: damaged, or of a newer format. */ class ManifestError extends _base_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .UserError */ .yo {
}
/** The manifest's bytes as they are stored. */ function encodeManifest(manifest) {
    return Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
}
/**
 * Reads a stored manifest.
 * @param where names it in errors.
 * @throws ManifestError when it is not a manifest, or one of a newer format.
 */ function decodeManifest(bytes, where) {
    let value;
    try {
        value = JSON.parse(Buffer.from(bytes).toString('utf8'));
    } catch (error) {
        throw new ManifestError(`${where} is not JSON: it is damaged, or was not written by pgkeep.`, {
            cause: error
        });
    }
    if (typeof value !== 'object' || value === null || !('version' in value) || typeof value.version !== 'number') {
        throw new ManifestError(`${where} is not a backup's manifest: it has no "version".`);
    }
    if (Math.floor(value.version) > MANIFEST_VERSION) {
        throw new ManifestError(`${where} has format ${value.version}; this pgkeep reads format ${MANIFEST_VERSION}. Use pgkeep v${value.version} or newer to read it.`);
    }
    const manifest = value;
    const texts = [
        manifest.id,
        manifest.name,
        manifest.database,
        manifest.startedAt,
        manifest.snapshotAt
    ];
    const objects = Array.isArray(manifest.parts) ? [
        manifest.source,
        ...manifest.parts
    ] : [
        null
    ];
    const damaged = objects.some((object)=>typeof object !== 'object' || object === null);
    if (damaged || texts.some((text)=>typeof text !== 'string')) {
        throw new ManifestError(`${where} is damaged: it lacks the backup's id, name, times, source or parts.`);
    }
    return manifest;
}
/** What all parts of a backup weigh. */ function totalBytes(manifest) {
    return manifest.parts.reduce((sum, part)=>sum + part.bytes, 0);
}
/** True when the dump itself is encrypted; RECOVERY.md never is. */ function isEncrypted(manifest) {
    return manifest.parts.some((part)=>part.encryption !== 'none');
}


/***/ }),

/***/ 3997:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Z: () => (/* binding */ redReasons),
/* harmony export */   v: () => (/* binding */ totalsOf)
/* harmony export */ });
/* harmony import */ var _base_errors_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7594);
/* harmony import */ var _manifest_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(8841);


/** Everything that makes the run red, each an error to show; empty for a green run. */ function redReasons({ results, failures }) {
    const alone = results.length + failures.length === 1;
    return [
        ...results.flatMap(({ problems })=>problems.map((problem)=>new _base_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .UserError */ .yo(problem))),
        ...failures.map(({ database, error })=>alone || !(error instanceof _base_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .UserError */ .yo) ? error : new _base_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .UserError */ .yo(`Database ${JSON.stringify(database)}: ${(0,_base_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .messageOf */ .bD)(error)}`, {
                cause: error.cause
            }))
    ];
}
function totalsOf(results) {
    const sum = (values)=>values.reduce((total, value)=>total === null || value === null || value === undefined ? null : total + value, 0);
    return {
        bytes: results.reduce((total, { manifest })=>total + (0,_manifest_js__WEBPACK_IMPORTED_MODULE_1__/* .totalBytes */ .ob)(manifest), 0),
        databaseBytes: sum(results.map(({ manifest })=>manifest.databaseBytes)),
        rows: sum(results.map(({ manifest })=>manifest.totals?.rows)),
        seconds: results.reduce((total, { durationSeconds })=>total + durationSeconds, 0)
    };
}


/***/ }),

/***/ 2486:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  Q: () => (/* binding */ runBackup)
});

// EXTERNAL MODULE: ./lib/base/errors.js
var errors = __nccwpck_require__(7594);
// EXTERNAL MODULE: ./lib/base/units.js
var units = __nccwpck_require__(8714);
;// CONCATENATED MODULE: ./lib/codec/compression.js

/** The program's own default. Measured on COPY text: as fast as level 1, and no larger than what gzip makes of it. */ const ZSTD_LEVEL = 3;
const GZIP_LEVEL = 6;
/**
 * One processor is left to pg_dump, or to a server beside it. Beyond a few threads pg_dump is what everything waits for;
 * and more threads compress a little worse.
 */ const MAX_THREADS = 4;
const SUFFIXES = {
    zstd: '.zst',
    gzip: '.gz',
    lz4: '.lz4',
    none: ''
};
/**
 * Decides who compresses: pg_dump where it can, the `zstd` program where it cannot. Never relies on pg_dump to refuse
 * what it does not know: pg_dump 13 takes `-Z zstd:3` in silence and compresses nothing.
 * @throws UserError when the method cannot be had.
 */ function planCompression(facts) {
    const { compression, format, pgDumpMajor, pgDumpMethods, zstd } = facts;
    const { method, level } = compression;
    const wholeFile = format === 'plain';
    const ownArgs = (spec)=>[
            `--compress=${spec}`
        ];
    const own = (by, args)=>({
            pgDumpArgs: args,
            suffix: wholeFile ? SUFFIXES[by] : '',
            method: by
        });
    switch(method){
        case 'none':
            return {
                pgDumpArgs: [
                    '--compress=0'
                ],
                suffix: '',
                method
            };
        case 'gzip':
            // A bare level means gzip to every major.
            return own('gzip', ownArgs(String(level ?? GZIP_LEVEL)));
        case 'lz4':
            if (pgDumpMajor >= 16 && pgDumpMethods.has('lz4')) return own('lz4', ownArgs(level === undefined ? 'lz4' : `lz4:${level}`));
            throw new errors/* UserError */.yo(`compression: lz4 needs a pg_dump 16 or newer that was built with it; this is pg_dump ${pgDumpMajor}. Use zstd, gzip or none.`);
        case 'zstd':
            {
                const grade = level ?? ZSTD_LEVEL;
                if (pgDumpMajor >= 16 && pgDumpMethods.has('zstd')) return own('zstd', ownArgs(`zstd:${grade}`));
                if (zstd === undefined) {
                    return {
                        ...own('gzip', ownArgs(String(GZIP_LEVEL))),
                        note: `pg_dump ${pgDumpMajor} cannot compress with zstd and there is no zstd program, so it compresses with gzip, which takes several times as long. Install zstd.`
                    };
                }
                const threads = Math.max(1, Math.min(facts.cpus - 1, MAX_THREADS));
                return {
                    pgDumpArgs: [
                        '--compress=0'
                    ],
                    // One frame with a checksum, which every decoder reads.
                    program: {
                        ...zstd,
                        args: [
                            '-q',
                            '-c',
                            '--check',
                            `-${grade}`,
                            `-T${threads}`
                        ]
                    },
                    suffix: '.zst',
                    method
                };
            }
    }
}
/** The name of a stored file: what it is, how it is compressed, whether it is encrypted. */ function partName(base, options) {
    return options.encrypted ? `${base}.age` : base;
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __nccwpck_require__(7598);
;// CONCATENATED MODULE: ./lib/codec/age.js

/** Bytes of plaintext in a chunk of the payload, of the tag that follows each, and of the nonce before the first. */ const age_CHUNK = 64 * 1024;
const age_TAG = 16;
const age_NONCE = 16;
/** How OpenSSL calls the one cipher of the age v1 format (age-encryption.org/v1). */ const age_CIPHER = 'chacha20-poly1305';
/** The payload's key. */ function age_payloadKey(fileKey, nonce) {
    return Buffer.from((0,external_node_crypto_.hkdfSync)('sha256', fileKey, nonce, 'payload', 32));
}
/** 11 bytes of big-endian counter, one that marks the last chunk. */ function age_chunkNonce(counter, last) {
    const nonce = Buffer.alloc(12);
    nonce.writeUIntBE(counter, 5, 6);
    nonce[11] = last ? 1 : 0;
    return nonce;
}
/** The nonce under which a file key is wrapped: a wrapping key is used only once. */ const age_WRAP_NONCE = Buffer.alloc(12);
/**
 * The key that wraps the file key under a passphrase. By OpenSSL, on another thread: the library's own takes several
 * times as long and nothing else can run meanwhile. Takes 128 * 8 * 2^logN bytes of memory: 256 MiB for 18.
 */ function age_passphraseKey(passphrase, salt, logN) {
    const N = 2 ** logN;
    const labelled = Buffer.concat([
        Buffer.from('age-encryption.org/v1/scrypt'),
        salt
    ]);
    return new Promise((resolve, reject)=>{
        (0,external_node_crypto_.scrypt)(passphrase, labelled, 32, {
            N,
            r: 8,
            p: 1,
            maxmem: 129 * 8 * N
        }, (error, key)=>error === null ? resolve(key) : reject(error));
    });
}

;// CONCATENATED MODULE: ./lib/codec/decrypt-header.js



const VERSION = Buffer.from('age-encryption.org/v1\n');
const ARMOR = Buffer.from('-----BEGIN AGE ENCRYPTED FILE-----');
/** Far more than hundreds of recipients need. */ const LONGEST = (/* unused pure expression or super */ null && (1024 * 1024));
/** 1 GiB of memory. */ const HIGHEST_WORK_FACTOR = 20;
/**
 * The length of the age header that `head` begins with, or undefined while more of the file is needed to tell.
 * @throws UserError when this is no age file.
 */ function decrypt_header_headerLength(head, file) {
    const begins = (magic)=>{
        const length = Math.min(magic.length, head.length);
        return head.subarray(0, length).equals(magic.subarray(0, length));
    };
    if (begins(ARMOR) && head.length >= ARMOR.length) {
        throw new UserError(`${file} is an armored age file (text), which pgkeep neither writes nor reads. Decrypt it with the \`age\` program.`);
    }
    if (!begins(VERSION) && !begins(ARMOR)) {
        throw new UserError(`${file} is not an age file: it is not encrypted, or its beginning is damaged.`);
    }
    const last = head.indexOf('\n--- ');
    const end = last < 0 ? -1 : head.indexOf('\n', last + 1);
    if (end >= 0) return end + 1;
    if (head.length > LONGEST) throw damaged(file);
    return undefined;
}
function damaged(file, cause) {
    return new UserError(`${file} is damaged: its age header was altered. Use another copy of the backup, or another backup.`, cause === undefined ? {} : {
        cause
    });
}
/**
 * Unwraps the file key and authenticates the header, all by the library but for the passphrase.
 * @throws UserError when no key fits, or the header was altered.
 */ async function decrypt_header_fileKeyOf(header, keys, file) {
    const { Decrypter } = await __nccwpck_require__.e(/* import() */ 539).then(__nccwpck_require__.bind(__nccwpck_require__, 1539));
    const decrypter = new Decrypter();
    for (const identity of keys.identities ?? [])decrypter.addIdentity(identity);
    if (keys.passphrase !== undefined) decrypter.addIdentity(passphraseIdentity(keys.passphrase, file));
    // Asked only when all others had no answer.
    decrypter.addIdentity({
        unwrapFileKey: (stanzas)=>{
            throw new UserError(whyNoKeyFits(stanzas, keys, file));
        }
    });
    try {
        return await decrypter.decryptHeader(header);
    } catch (error) {
        throw error instanceof UserError ? error : damaged(file, error);
    }
}
function whyNoKeyFits(stanzas, keys, file) {
    const byPassphrase = stanzas.some(({ args })=>args[0] === 'scrypt');
    if (byPassphrase && keys.passphrase === undefined) return `${file} is encrypted with a passphrase, and none was given. Give the passphrase.`;
    if (byPassphrase) return `Wrong passphrase for ${file} (or its age header is damaged).`;
    if ((keys.identities ?? []).length === 0) return `${file} is encrypted to recipients, and no identity was given. Give the secret key of one of them.`;
    return `Wrong key: no identity that was given can decrypt ${file} (or its age header is damaged). It takes the secret key of one of the recipients that it was encrypted to.`;
}
function passphraseIdentity(passphrase, file) {
    return {
        async unwrapFileKey (stanzas) {
            const stanza = stanzas.find(({ args })=>args[0] === 'scrypt');
            if (stanza === undefined) return null;
            const [, salt = '', factor = ''] = stanza.args;
            const logN = /^[1-9]\d?$/.test(factor) ? Number(factor) : NaN;
            const bytes = Buffer.from(salt, 'base64');
            // The format allows a passphrase no company: whoever can add a stanza could otherwise replace the key.
            if (stanzas.length > 1 || bytes.length !== 16 || stanza.body.length !== 32 || Number.isNaN(logN)) throw new Error('malformed scrypt stanza');
            if (logN > HIGHEST_WORK_FACTOR) {
                throw new UserError(`${file} asks for scrypt work factor ${logN}, which takes more than 1 GiB of memory; pgkeep goes up to ${HIGHEST_WORK_FACTOR} and writes 18. Decrypt it with the \`age\` program if you trust where it came from.`);
            }
            const decipher = createDecipheriv(CIPHER, await passphraseKey(passphrase, bytes, logN), WRAP_NONCE, {
                authTagLength: TAG
            });
            decipher.setAuthTag(stanza.body.subarray(TAG));
            const fileKey = decipher.update(stanza.body.subarray(0, TAG));
            try {
                decipher.final();
            } catch  {
                return null;
            }
            return fileKey;
        }
    };
}

;// CONCATENATED MODULE: ./lib/codec/decrypt.js




/**
 * A stage that decrypts an age v1 file, ours or the `age` program's. Each chunk passes on only once it authenticated.
 * That the file is whole is known only when the stage ends normally: nothing may be made of its output before that
 * could not be undone.
 * @param file the name for messages.
 * @throws UserError, as it runs: not an age file, wrong key, altered, truncated.
 */ function decryptStage(keys, file) {
    return (source)=>decrypt(source, keys, file);
}
async function* decrypt(source, keys, file) {
    let head = Buffer.alloc(0);
    let payload;
    for await (const bytes of source){
        if (payload !== undefined) {
            yield* payload.push(bytes);
            continue;
        }
        head = Buffer.concat([
            head,
            bytes
        ]);
        const length = headerLength(head, file);
        if (length === undefined || head.length < length + NONCE) continue;
        const fileKey = await fileKeyOf(head.subarray(0, length), keys, file);
        const nonce = head.subarray(length, length + NONCE);
        payload = new Payload(payloadKey(fileKey, nonce), file);
        yield* payload.push(head.subarray(length + NONCE));
    }
    if (payload === undefined) throw truncated(file, 'its age header is not complete');
    yield payload.end();
}
function truncated(file, why) {
    return new UserError(`${file} is truncated: ${why}. Use another copy of the backup, or another backup.`);
}
/** The encrypted chunks of a file, as they come in. */ class Payload {
    key;
    file;
    #pending = Buffer.allocUnsafe(CHUNK + TAG);
    #filled = 0;
    #counter = 0;
    constructor(key, file){
        this.key = key;
        this.file = file;
    }
    *push(bytes) {
        for(let offset = 0; offset < bytes.length;){
            // A full chunk is opened only when more follows: the last one is marked as such.
            if (this.#filled === this.#pending.length) yield this.#next();
            const taken = Math.min(this.#pending.length - this.#filled, bytes.length - offset);
            this.#pending.set(bytes.subarray(offset, offset + taken), this.#filled);
            this.#filled += taken;
            offset += taken;
        }
    }
    /** The last chunk. @throws UserError when the file does not end here. */ end() {
        const chunk = this.#pending.subarray(0, this.#filled);
        if (chunk.length < TAG || chunk.length === TAG && this.#counter > 0) throw truncated(this.file, 'it ends in the middle of its data');
        const plain = this.#open(chunk, true);
        if (plain !== undefined) return plain;
        if (this.#open(chunk, false) !== undefined) throw truncated(this.file, 'the last part of its data is missing');
        throw this.#altered('It may also be cut off there.');
    }
    #next() {
        const plain = this.#open(this.#pending, false);
        if (plain === undefined) throw this.#altered();
        this.#filled = 0;
        this.#counter += 1;
        return plain;
    }
    #open(chunk, last) {
        const decipher = createDecipheriv(CIPHER, this.key, chunkNonce(this.#counter, last), {
            authTagLength: TAG
        });
        decipher.setAuthTag(chunk.subarray(-TAG));
        const plain = decipher.update(chunk.subarray(0, -TAG));
        try {
            decipher.final();
        } catch  {
            return undefined;
        }
        return plain;
    }
    #altered(more = '') {
        const at = this.#counter * CHUNK;
        return new UserError(`${this.file} was altered: its data fails authentication in the ${CHUNK / 1024} KiB after byte ${at} of the plaintext. ${more === '' ? '' : `${more} `}Use another copy of the backup, or another backup.`);
    }
}

;// CONCATENATED MODULE: ./lib/codec/encrypt.js


/**
 * A stage that encrypts to the age v1 format, which the `age` program opens; the identity stage where nothing is to be
 * encrypted. The library wraps the keys and makes the header; the payload is encrypted by OpenSSL, several times
 * as fast as by JavaScript.
 */ async function encryptStage(encryption) {
    if (encryption.kind === 'none') return (source)=>source;
    const keys = await makeHeader(encryption);
    return (source)=>encrypt(source, keys);
}
async function makeHeader(encryption) {
    const { Encrypter, Stanza } = await __nccwpck_require__.e(/* import() */ 539).then(__nccwpck_require__.bind(__nccwpck_require__, 1539));
    const encrypter = new Encrypter();
    let fileKey;
    if (encryption.kind === 'age-passphrase') {
        const { passphrase } = encryption;
        encrypter.addRecipient({
            wrapFileKey: async (key)=>{
                fileKey = Buffer.from(key);
                const { args, body } = await wrapWithPassphrase(key, passphrase);
                return [
                    new Stanza(args, body)
                ];
            }
        });
    } else {
        for (const recipient of encryption.recipients)encrypter.addRecipient(recipient);
        // Adds nothing to the header, and tells the key of the payload.
        encrypter.addRecipient({
            wrapFileKey: (key)=>{
                fileKey = Buffer.from(key);
                return [];
            }
        });
    }
    const empty = Buffer.from(await encrypter.encrypt(new Uint8Array(0)));
    if (fileKey === undefined) throw new Error('the age library made no file key');
    // What follows the header is the empty payload: a nonce of 16 bytes and one tag.
    return {
        header: empty.subarray(0, empty.length - age_NONCE - age_TAG),
        fileKey
    };
}
/** 2^18 steps: what the `age` program itself writes. */ const WORK_FACTOR = 18;
async function wrapWithPassphrase(key, passphrase) {
    const salt = (0,external_node_crypto_.randomBytes)(16);
    const wrapKey = await age_passphraseKey(passphrase, salt, WORK_FACTOR);
    const cipher = (0,external_node_crypto_.createCipheriv)(age_CIPHER, wrapKey, age_WRAP_NONCE, {
        authTagLength: age_TAG
    });
    const body = Buffer.concat([
        cipher.update(key),
        cipher.final(),
        cipher.getAuthTag()
    ]);
    return {
        args: [
            'scrypt',
            salt.toString('base64').replace(/=+$/, ''),
            String(WORK_FACTOR)
        ],
        body
    };
}
async function* encrypt(source, { header, fileKey }) {
    const nonce = (0,external_node_crypto_.randomBytes)(age_NONCE);
    const key = age_payloadKey(fileKey, nonce);
    yield Buffer.concat([
        header,
        nonce
    ]);
    let counter = 0;
    // Tags pass on by themselves: joined to their chunks they cost a quarter more time, and garbage of the same size.
    function* seal(chunk, last) {
        const cipher = (0,external_node_crypto_.createCipheriv)(age_CIPHER, key, age_chunkNonce(counter, last), {
            authTagLength: age_TAG
        });
        counter += 1;
        yield cipher.update(chunk);
        cipher.final();
        yield cipher.getAuthTag();
    }
    const pending = Buffer.allocUnsafe(age_CHUNK);
    let filled = 0;
    for await (const bytes of source){
        for(let offset = 0; offset < bytes.length;){
            // A full chunk is sealed only when more follows: the last one is marked as such.
            if (filled === age_CHUNK) {
                yield* seal(pending, false);
                filled = 0;
            }
            const taken = Math.min(age_CHUNK - filled, bytes.length - offset);
            pending.set(bytes.subarray(offset, offset + taken), filled);
            filled += taken;
            offset += taken;
        }
    }
    yield* seal(pending.subarray(0, filled), true);
}

;// CONCATENATED MODULE: ./lib/codec/identities.js

/**
 * The secret keys in the text of an age identity file: one a line, with blank lines and `#` comments.
 * @throws UserError that says which line is wrong. No line is ever repeated: any of them may be a secret.
 */ async function identitiesOf(text) {
    const identities = [];
    for (const [index, raw] of text.split(/\r?\n|\r/).entries()){
        const line = raw.trim();
        if (line === '' || line.startsWith('#')) continue;
        await checkIdentity(line, `Line ${index + 1} of the age identity`);
        identities.push(line);
    }
    if (identities.length === 0) {
        throw new UserError('The age identity holds no secret key. It is the text that `age-keygen` writes, with a line `AGE-SECRET-KEY-1...`.');
    }
    return [
        ...new Set(identities)
    ];
}
async function checkIdentity(line, where) {
    if (/^age1/i.test(line)) {
        throw new UserError(`${where} is a public key, which only encrypts. Give the secret key that goes with it, \`AGE-SECRET-KEY-1...\`.`);
    }
    if (/^AGE-PLUGIN-/i.test(line)) {
        throw new UserError(`${where} belongs to an age plugin, which pgkeep does not run. Decrypt with the \`age\` program as the backup's RECOVERY.md says, or use another recipient's secret key.`);
    }
    if (/^(-----BEGIN|age-encryption\.org)/.test(line)) {
        throw new UserError(`${where} begins another kind of key, or an identity file that is itself encrypted. Give an age secret key in plain text, \`AGE-SECRET-KEY-1...\`.`);
    }
    const { Decrypter } = await __nccwpck_require__.e(/* import() */ 539).then(__nccwpck_require__.bind(__nccwpck_require__, 1539));
    try {
        new Decrypter().addIdentity(line);
    } catch  {
        // The library's message is left out on purpose: it could hold the line.
        throw new UserError(`${where} is not an age secret key, or is damaged. It looks like \`AGE-SECRET-KEY-1...\`, in capitals, as \`age-keygen\` prints it: copy the whole line again.`);
    }
}

;// CONCATENATED MODULE: ./lib/codec/recipients.js


const EXAMPLE = '`age1...`, as `age-keygen` prints it';
/**
 * The encryption that the inputs ask for, with every recipient checked. Recipients may have `#` comments between them,
 * as in the files that `age -R` reads.
 * @throws UserError that says which recipient is wrong; what could be a secret is never repeated.
 */ async function encryptionOf(recipients, passphrase) {
    if (passphrase !== undefined) {
        if (passphrase === '') throw new errors/* UserError */.yo('Input "passphrase" is empty: anyone could read the backup.');
        return {
            kind: 'age-passphrase',
            passphrase
        };
    }
    if (recipients.length === 0) return {
        kind: 'none'
    };
    const keys = [];
    for (const [index, recipient] of recipients.entries()){
        if (recipient.startsWith('#')) continue;
        await checkRecipient(recipient, `Entry ${index + 1} of input "recipients"`);
        keys.push(recipient);
    }
    // A backup must not end in plain text because the keys were commented out.
    if (keys.length === 0) throw new errors/* UserError */.yo(`Input "recipients" has only comments. Give an age public key, ${EXAMPLE}.`);
    const quantum = keys.filter((key)=>/^age1(tag)?pq1/.test(key));
    if (quantum.length > 0 && quantum.length < keys.length) {
        throw new errors/* UserError */.yo('Input "recipients" mixes post-quantum (`age1pq1...`) with other recipients: the file would be only as strong as the weaker kind. Use one kind.');
    }
    return {
        kind: 'age-recipients',
        recipients: [
            ...new Set(keys)
        ]
    };
}
/** What becomes of the backup, for the log: that nothing encrypts it must be seen where a secret has gone missing. */ function describeEncryption(encryption) {
    switch(encryption.kind){
        case 'age-recipients':
            return `Backups are encrypted with age to ${(0,units/* plural */.LS)(encryption.recipients.length, 'recipient')}.`;
        case 'age-passphrase':
            return 'Backups are encrypted with age by the passphrase.';
        case 'none':
            return 'Backups are not encrypted: recipients and passphrase are empty. If that is not meant, check that the secret or variable behind them exists.';
    }
}
async function checkRecipient(recipient, where) {
    if (/SECRET-KEY|PRIVATE KEY/i.test(recipient)) {
        throw new errors/* UserError */.yo(`${where} is a secret key. Whoever has it can read the backups: keep it out of this workflow, replace it if it was ever logged, and give its public key (\`age-keygen -y\`), ${EXAMPLE}.`);
    }
    if (/^(ssh|ecdsa)-/.test(recipient)) {
        throw new errors/* UserError */.yo(`${where} is an SSH key, which pgkeep does not encrypt to. Make an age key with \`age-keygen\` and give ${EXAMPLE}.`);
    }
    if (!/^age1[a-z0-9]+$/.test(recipient)) throw new errors/* UserError */.yo(`${where} is not an age public key. It looks like ${EXAMPLE}.`);
    const { Encrypter } = await __nccwpck_require__.e(/* import() */ 539).then(__nccwpck_require__.bind(__nccwpck_require__, 1539));
    try {
        const encrypter = new Encrypter();
        encrypter.addRecipient(recipient);
        await encrypter.encrypt(new Uint8Array(0));
    } catch  {
        // A post-quantum key has 1959 characters, and the library's own message holds all of them.
        const shown = recipient.length > 70 ? `${recipient.slice(0, 40)}...` : recipient;
        throw new errors/* UserError */.yo(`${where} is damaged or of a kind that only an age plugin knows: ${shown}. Copy it again, or make a key with \`age-keygen\`.`);
    }
}

;// CONCATENATED MODULE: ./lib/codec/index.js






// EXTERNAL MODULE: ./lib/inputs/name.js
var inputs_name = __nccwpck_require__(902);
;// CONCATENATED MODULE: ./lib/postgres/connection/options.js

/** What the URL's writer has to do about characters that mean something in a URL. */ const ENCODE_ADVICE = 'Inside a URL these characters of a user name or password must be written as: `%` %25, `@` %40, `/` %2F, ' + '`:` %3A, `#` %23, `?` %3F, `&` %26, and a space %20.';
/** libpq's `isspace` in the C locale. */ const SPACE = new Set([
    ' ',
    '\t',
    '\n',
    '\v',
    '\f',
    '\r'
]);
/**
 * Every option of libpq in the majors 13 to 18 (`PQconninfoOptions` in fe-connect.c, and the manual's 32.1.2). What is not
 * here is likely to be a piece of a password, and libpq itself would print it and have it on the command line.
 */ const KNOWN = new Set(('application_name authtype channel_binding client_encoding connect_timeout dbname fallback_application_name ' + 'gssdelegation gssencmode gsslib host hostaddr keepalives keepalives_count keepalives_idle keepalives_interval ' + 'krbsrvname load_balance_hosts max_protocol_version min_protocol_version oauth_client_id oauth_client_secret ' + 'oauth_issuer oauth_scope options passfile password port replication require_auth requirepeer requiressl ' + 'scram_client_key scram_server_key service servicefile ssl_max_protocol_version ssl_min_protocol_version sslcert ' + 'sslcertmode sslcompression sslcrl sslcrldir sslkey sslkeylogfile sslmode sslnegotiation sslpassword sslrootcert ' + 'sslsni target_session_attrs tcp_user_timeout tty user').split(' '));
/** Whether a libpq of the majors 13 to 18 has an option of this name; libpq knows them in lower case alone. */ function isOption(keyword) {
    return KNOWN.has(keyword);
}
/** Sets one option as libpq's `conninfo_storeval` does: the last one wins, and the old `requiressl` becomes `sslmode`. */ function storeOption(options, keyword, value) {
    // Delete first: `Map.set` alone would keep the place of the value that it replaces.
    const [key, text] = keyword === 'requiressl' ? [
        'sslmode',
        value.startsWith('1') ? 'require' : 'prefer'
    ] : [
        keyword,
        value
    ];
    options.delete(key);
    options.set(key, text);
}
/**
 * Reads a libpq keyword/value string (`host=db.example user='the user'`) as libpq's `conninfo_parse` does:
 * blanks around `=` are allowed, a value may stand in single quotes, a backslash takes the next character as it is.
 * @throws UserError that never holds any of the text, since that may be a piece of the password.
 */ function parseKeywords(text) {
    const options = new Map();
    let at = 0;
    const skipSpace = ()=>{
        while(SPACE.has(text.charAt(at)))at += 1;
    };
    let word = 0;
    for(skipSpace(); at < text.length; skipSpace()){
        word += 1;
        const from = at;
        while(at < text.length && text[at] !== '=' && !SPACE.has(text.charAt(at)))at += 1;
        const keyword = text.slice(from, at);
        skipSpace();
        if (text[at] !== '=') {
            throw new errors/* UserError */.yo(`database-url cannot be read as a keyword=value string: word ${word} has no \`=\` after it. ` + "A value with spaces must stand in single quotes, e.g. `password='two words'`.");
        }
        if (!isOption(keyword)) {
            throw new errors/* UserError */.yo(`database-url cannot be read as a keyword=value string: word ${word} sets what is no connection option of PostgreSQL. ` + 'Look for a typing error, or for an option of a driver or ORM, which must be taken out. ' + "A value with spaces must stand in single quotes, e.g. `password='two words'`.");
        }
        at += 1;
        skipSpace();
        const value = readValue(text, at);
        at = value.end;
        storeOption(options, keyword, value.text);
    }
    return options;
}
function readValue(text, from) {
    const quoted = text[from] === "'";
    let value = '';
    let at = quoted ? from + 1 : from;
    while(at < text.length){
        const char = text.charAt(at);
        if (quoted ? char === "'" : SPACE.has(char)) return {
            text: value,
            end: at + 1
        };
        if (char === '\\') at += 1;
        value += text.charAt(at);
        at += 1;
    }
    if (quoted) {
        throw new errors/* UserError */.yo('database-url cannot be read as a keyword=value string: a single quote is not closed. ' + "Inside quotes write a quote as \\' and a backslash as \\\\.");
    }
    return {
        text: value,
        end: at
    };
}
/** The string that `parseKeywords` and libpq read back as the same options. */ function formatKeywords(options) {
    return [
        ...options
    ].map(([keyword, value])=>`${keyword}='${value.replaceAll(/[\\']/g, (char)=>`\\${char}`)}'`).join(' ');
}

;// CONCATENATED MODULE: ./lib/postgres/connection/target.js
/**
 * The server that libpq will choose: the URL's options, else the `PG*` variables, which stand behind a service's settings.
 */ function targetOf(options, env, form, writtenPassword) {
    const service = options.has('service') || (env['PGSERVICE'] ?? '') !== '';
    const pick = (keyword, variable)=>nonEmpty(options.get(keyword)) ?? (service ? undefined : nonEmpty(env[variable]));
    return {
        host: pick('host', 'PGHOST') ?? pick('hostaddr', 'PGHOSTADDR'),
        port: pick('port', 'PGPORT'),
        user: pick('user', 'PGUSER'),
        database: pick('dbname', 'PGDATABASE'),
        service,
        form,
        hasPassword: pick('password', 'PGPASSWORD') !== undefined,
        passwordHasPercent: writtenPassword?.includes('%') ?? false
    };
}
function nonEmpty(text) {
    return text === '' ? undefined : text;
}

;// CONCATENATED MODULE: ./lib/postgres/connection/uri.js


const PREFIX = /^postgres(?:ql)?:\/\//;
/** Whether libpq takes the text for a URI. The scheme is lower case for libpq, and so it is here. */ function isUri(text) {
    return PREFIX.test(text);
}
/**
 * Reads a `postgres://` URI exactly as libpq's `conninfo_uri_parse_options` does, which is not as browsers do:
 * the first `@` before any `/` ends user and password (so `#`, `?`, `&` and `:` may stand in a password as they are),
 * there may be several `host:port` pairs, and the query sets any connection option.
 * What can only fail is refused here, since libpq's own messages would show pieces of the password.
 * @throws UserError without any text of the URI.
 */ function parseUri(uri) {
    const options = new Map();
    let rest = uri.replace(PREFIX, '');
    const full = rest;
    const take = (pattern)=>{
        const text = pattern.exec(rest)?.[0] ?? '';
        rest = rest.slice(text.length);
        return text;
    };
    let writtenPassword;
    const credentials = take(/^[^@/]*@/);
    if (credentials !== '') {
        const [user = '', password] = splitOnce(credentials.slice(0, -1), ':');
        if (user !== '') storeOption(options, 'user', decode(user, 'user name'));
        if (password !== undefined && password !== '') {
            writtenPassword = password;
            storeOption(options, 'password', decode(password, 'password'));
        }
    }
    const strayed = credentials === '' && full.includes('@') ? full.slice(0, full.lastIndexOf('@')) : undefined;
    const hosts = [];
    const ports = [];
    do {
        if (hosts.length > 0) rest = rest.slice(1);
        hosts.push(rest.startsWith('[') ? takeIpv6(take) : take(/^[^:/?,]*/));
        ports.push(take(/^:[^/?,]*/).slice(1));
    }while (rest.startsWith(','))
    storeHosts(options, hosts, ports, strayed !== undefined);
    const database = take(/^\/[^?]*/).slice(1);
    // The rest of a password such as `p/w` or `p@s/w`; psql and pg_dump would have it on their command lines.
    if (database.includes('@')) {
        throw refusal('an `@` stands behind a `/`. Is there a raw `/` in the password: write it as %2F; a real `@` in the name of a database: %40');
    }
    if (database !== '') storeOption(options, 'dbname', decode(database, 'database name'));
    if (rest.startsWith('?')) parseQuery(options, rest.slice(1), strayed !== undefined);
    return {
        options,
        writtenPassword,
        strayed
    };
}
function storeHosts(options, hosts, ports, strayed) {
    if ([
        ...hosts,
        ...ports
    ].some((text)=>text.includes('@'))) throw refusal('the password (or user name) holds a raw `@`: write it as %40');
    const host = hosts.join(',');
    if (host !== '') storeOption(options, 'host', decode(host, 'host'));
    const port = decode(ports.join(','), 'port');
    if (!/^[\d,]*$/.test(port)) {
        throw refusal(strayed ? 'the password holds a raw `/`: write it as %2F' : 'the port behind the host is not a number. Is there a raw `/` in the password (write it as %2F), or is `@` missing?');
    }
    // `a,b` without ports makes libpq store `,`: the default port for both, whatever PGPORT says.
    if (port !== '') storeOption(options, 'port', port);
}
function takeIpv6(take) {
    const host = take(/^\[[^\]]*\]/);
    if (host === '') throw refusal('the `[` of an IPv6 address has no `]`');
    if (host === '[]') throw refusal('the IPv6 address between `[` and `]` is empty');
    if (take(/^(?![:/?,])./s) !== '') throw refusal('the `]` of an IPv6 address must be followed by `:` or `/`');
    return host.slice(1, -1);
}
function parseQuery(options, query, strayed) {
    const pairs = query.split('&');
    if (pairs.at(-1) === '') pairs.pop();
    for (const pair of pairs){
        const parts = pair.split('=');
        if (parts.length !== 2) throw refusal('a parameter behind `?` is not of the form `name=value` (write a `=` in a value as %3D)');
        const keyword = decode(parts[0] ?? '', 'name of a parameter');
        const value = decode(parts[1] ?? '', 'value of a parameter');
        // What JDBC's users write.
        if (keyword === 'ssl' && value === 'true') storeOption(options, 'sslmode', 'require');
        else if (isOption(keyword)) storeOption(options, keyword, value);
        else throw unknownParameter(strayed ? undefined : keyword);
    }
}
/** The name is shown, for it is most often an ORM's, unless the text around it looks like a password. */ function unknownParameter(name) {
    const shown = name !== undefined && /^[A-Za-z][\w.-]{0,40}$/.test(name) ? ` \`${name}\`` : ' of one name behind the `?`';
    return new errors/* UserError */.yo(`PostgreSQL's programs know no connection option${shown} (drivers and ORMs have options of their own, such as \`schema\`, ` + `\`pgbouncer\` or \`connection_limit\`): take it out of database-url. ${ENCODE_ADVICE}`);
}
/** Percent-decoding by libpq's rules: two hex digits, never a zero byte; `+` is a plus. */ function decode(text, what) {
    if (/%(?![0-9A-Fa-f]{2})/.test(text)) throw refusal(`the ${what} holds a raw \`%\` that is not followed by two hex digits: write it as %25`);
    if (text.includes('%00')) throw refusal(`the ${what} holds %00, which PostgreSQL does not allow`);
    try {
        return decodeURIComponent(text);
    } catch (cause) {
        throw refusal(`the percent-encoded bytes of the ${what} are not UTF-8. If it holds a raw \`%\`, write that as %25`, cause);
    }
}
function splitOnce(text, separator) {
    const at = text.indexOf(separator);
    return at < 0 ? [
        text
    ] : [
        text.slice(0, at),
        text.slice(at + separator.length)
    ];
}
function refusal(reason, cause) {
    return new errors/* UserError */.yo(`database-url cannot be read as a PostgreSQL URL: ${reason}. ${ENCODE_ADVICE}`, cause === undefined ? undefined : {
        cause
    });
}

;// CONCATENATED MODULE: ./lib/postgres/connection/parse.js




/** Secrets that libpq takes from the connection string alone: there is no variable for them, and argv is public. */ const UNSENDABLE = {
    sslpassword: 'use a key file without a password (`openssl pkey -in key.pem -out plain.pem`, mode 0600)',
    oauth_client_secret: 'use a role with a password or a client certificate',
    scram_client_key: 'give the password instead',
    scram_server_key: 'give the password instead'
};
/** Notices a server that went away within about 3 minutes, and keeps NAT gateways from forgetting an idle session. */ const KEEPALIVES = {
    keepalives_idle: '60',
    keepalives_interval: '15',
    keepalives_count: '8'
};
/** Any of these says which server is meant. PGUSER and PGPASSWORD do not: some runner images set them. */ const NAMING = [
    'PGHOST',
    'PGHOSTADDR',
    'PGSERVICE',
    'PGDATABASE'
];
/**
 * Reads `database-url` by libpq's own rules: a URI, a keyword=value string, or, when it is empty, the `PG*` variables alone.
 * What the URL leaves out comes from the `PG*` variables and the service file, as for any PostgreSQL program.
 * The password goes to the programs by PGPASSWORD, never on a command line; a password in a service file would win over it.
 * `client_encoding` is dropped: it would change the encoding of the archive.
 * @throws UserError without any text of the URL when it cannot be read or holds what cannot be passed on safely.
 */ function parseConnection(databaseUrl, env) {
    const text = databaseUrl.trim();
    const { options, form, writtenPassword, strayed } = read(text, env);
    for (const [keyword, advice] of Object.entries(UNSENDABLE)){
        if (options.has(keyword)) {
            throw new errors/* UserError */.yo(`database-url sets \`${keyword}\`, which can reach PostgreSQL's programs only by their command line, ` + `where every process could read it: ${advice}.`);
        }
    }
    const target = targetOf(options, env, form, writtenPassword);
    if (isUri(target.database ?? '')) {
        throw new errors/* UserError */.yo(`${options.has('dbname') ? '`dbname` in database-url' : 'PGDATABASE'} holds a URL, which PostgreSQL's programs take ` + 'for the name of a database: put the URL itself into `database-url`.');
    }
    const password = options.get('password');
    return {
        conninfo: (database)=>formatKeywords(publicOptions(options, target, database)),
        env: childEnvironment(env, password),
        database: target.database,
        target,
        secrets: [
            ...new Set([
                form === 'environment' ? '' : text,
                writtenPassword ?? '',
                ...variants(password),
                ...variants(env['PGPASSWORD']),
                strayed ?? ''
            ].filter((secret)=>secret !== ''))
        ]
    };
}
function read(text, env) {
    if (isUri(text)) return {
        form: 'uri',
        ...parseUri(text)
    };
    if (text === '') {
        if (!NAMING.some((name)=>(env[name] ?? '') !== '')) {
            throw new errors/* UserError */.yo('No database is named. Set `database-url` (for example `postgres://user:password@host:5432/database`, from a secret), ' + 'or the standard variables PGHOST, PGUSER, PGPASSWORD and PGDATABASE.');
        }
        return {
            form: 'environment',
            options: new Map(),
            writtenPassword: undefined,
            strayed: undefined
        };
    }
    if (/^["']/.test(text) || /^[A-Za-z][\w+.-]*:/.test(text) || !text.includes('=')) throw notAConnection(text);
    return {
        form: 'keywords',
        options: parseKeywords(text),
        writtenPassword: undefined,
        strayed: undefined
    };
}
function notAConnection(text) {
    const scheme = /^([A-Za-z][\w+.-]{0,30}):/.exec(text)?.[1];
    const found = /^["']/.test(text) ? 'It starts with a quote: remove the quotes around it.' : scheme === undefined ? 'For a database of the local server write `dbname=NAME`.' : /^(jdbc|postgres(ql)?\b)/i.test(scheme) ? "Only `postgres://` or `postgresql://` (in lower case, without a driver or `jdbc:` in front) is a URL for PostgreSQL's own programs." : 'It is a URL of something else.';
    return new errors/* UserError */.yo(`database-url is neither a \`postgres://\` URL nor a libpq string such as \`host=... dbname=... user=...\`. ${found}`);
}
function publicOptions(options, target, database) {
    const shown = new Map(options);
    shown.delete('password');
    shown.delete('client_encoding');
    if (database !== undefined) shown.set('dbname', database);
    // A service file may set its own; given here ours would win over those.
    if (!target.service && ![
        ...options.keys()
    ].some((keyword)=>keyword.startsWith('keepalives'))) for (const [keyword, value] of Object.entries(KEEPALIVES))shown.set(keyword, value);
    return shown;
}
function childEnvironment(env, password) {
    const child = {
        PGAPPNAME: 'pgkeep',
        PGCONNECT_TIMEOUT: '30',
        ...env,
        // English messages, which we explain.
        LC_ALL: 'C',
        LC_MESSAGES: 'C'
    };
    delete child['LANGUAGE'];
    delete child['PGCLIENTENCODING'];
    // An empty password in the URL overrides PGPASSWORD too; libpq then looks into the password file.
    if (password === '') delete child['PGPASSWORD'];
    else if (password !== undefined) child['PGPASSWORD'] = password;
    return child;
}
function variants(password) {
    if (password === undefined || password === '') return [];
    return [
        password,
        encodeURIComponent(password),
        formatKeywords(new Map([
            [
                '',
                password
            ]
        ])).slice(2, -1)
    ];
}

;// CONCATENATED MODULE: ./lib/postgres/causes/hosts.js
/** Hosts that only answer inside their provider's network, or only over IPv6, and what to use instead. */ const HOSTS = [
    [
        /^db\.[a-z0-9]+\.supabase\.(?:co|com|in|net)$/,
        "Supabase's direct host has only an IPv6 address, and GitHub's runners have no IPv6: use the *session* pooler's URL " + '(project, Connect, "Session pooler": host `aws-...pooler.supabase.com`, port 5432).'
    ],
    [
        /\.railway\.internal$/,
        "It is Railway's private name: use DATABASE_PUBLIC_URL of the database's service."
    ],
    [
        /^dpg-[a-z0-9-]+$/,
        "It is Render's internal name: use the *External* Database URL."
    ],
    [
        /\.(?:flycast|internal)$/,
        'It is a name of a private network: open a tunnel in an earlier step (on Fly: `flyctl proxy`) and use 127.0.0.1.'
    ],
    [
        /^(?:postgres|postgresql|db|database)$/,
        'The name of a service container only works when the job itself runs in a container: else use `localhost` and the mapped port.'
    ]
];
/** What to do about a host that is known not to answer on the open internet, or the empty string. */ function hostAdvice({ target }) {
    const host = target?.host;
    if (host === undefined) return '';
    return HOSTS.find(([pattern])=>pattern.test(host))?.[1] ?? '';
}
/** What is known of poolers by their host and port, or the empty string. */ function poolerAdvice({ target }) {
    const host = target?.host ?? '';
    if (/\.supabase\.(?:co|com|in|net)$/.test(host) || target?.port === '6543') return 'On Supabase port 6543 is the transaction pooler: use port 5432 of the pooler host (session mode) or the direct connection.';
    if (/-pooler\./.test(host)) return 'On Neon take `-pooler` out of the host name: that is the direct connection.';
    return "With PgBouncer use the server's own port, or `pool_mode = session` for this user or database.";
}

// EXTERNAL MODULE: ./lib/base/process.js + 1 modules
var base_process = __nccwpck_require__(1613);
;// CONCATENATED MODULE: ./lib/postgres/causes/cause.js
/** `the server db.example.com:5432`, as far as it is known. */ function serverName({ target }) {
    if (target?.host === undefined) return 'the server';
    return `the server ${target.host}${target.port === undefined ? '' : `, port ${target.port},`}`;
}

;// CONCATENATED MODULE: ./lib/postgres/causes/admission.js


/** Why a server that was reached did not let us in, or not now. */ const ADMISSION = [
    {
        pattern: /(?:password|PAM|LDAP|RADIUS) authentication failed for user "([^"]*)"/,
        say: ([, user], { target })=>`The server refused the password of role ${user}. ` + (target?.passwordHasPercent === true ? 'In a URL `%` and two hex digits stand for one character: if the password itself holds a `%`, write it as %25.' : target?.form === 'uri' ? 'Check user and password in database-url; characters such as `@` `/` `%` in them must be percent-encoded.' : 'Check user and password.')
    },
    {
        pattern: /no password supplied/,
        say: (_, context)=>`${serverName(context).replace(/^t/, 'T')} asks for a password and none was given: put it into database-url, or set PGPASSWORD from a secret.` + (context.target?.form === 'uri' ? ' An empty secret gives a URL without a password.' : '')
    },
    {
        pattern: /Tenant or user not found|tenant\/user \S+ not found/i,
        say: ()=>"Supabase's pooler knows no such project or user: the user must be `postgres.<project-ref>`, and the host must be that of " + "the project's region. Copy the session pooler's URL from the project's Connect page."
    },
    {
        pattern: /role "([^"]*)" is not permitted to log in/,
        say: ([, role])=>`Role ${role} may not log in: \`ALTER ROLE ${role} LOGIN\`, or use another role.`
    },
    {
        // Only at the door: a restore has ERRORs of the same words about other roles.
        pattern: /FATAL:\s+role "([^"]*)" does not exist/,
        say: ([, role], { target })=>`There is no role ${role} on the server. ` + (target?.user === undefined ? "database-url names no user, so the operating system's user was tried: name one." : 'Check the user in database-url.')
    },
    {
        pattern: /FATAL:\s+database "([^"]*)" does not exist|no such database: (\S+)/,
        say: ([, database, pooled], { target })=>`There is no database ${database ?? pooled} on the server. ` + (target?.database === undefined && target?.service !== true ? "database-url names no database, so one with the user's name was tried: name one." : 'Check the name in database-url (upper and lower case differ, and nothing may follow it but `?`).')
    },
    {
        pattern: /FATAL:\s+permission denied for database "?([^"\n]*?)"?$/m,
        say: ([, database], { target })=>`The role may not connect to database ${database}: GRANT CONNECT ON DATABASE ${database} TO ${target?.user ?? 'it'}.`
    },
    {
        pattern: /database "([^"]*)" is not currently accepting connections|cannot connect to invalid database "([^"]*)"/,
        say: ([, closed, invalid])=>closed === undefined ? `Database ${invalid} is what an interrupted DROP DATABASE left: it holds nothing to back up, drop it.` : `Database ${closed} does not allow connections (ALLOW_CONNECTIONS false), so it cannot be backed up.`
    },
    {
        pattern: /too many clients already|remaining connection slots are reserved|too many connections for|max clients reached|MaxClientsInSessionMode|no more connections allowed/,
        say: (_, context)=>`All connections of ${serverName(context)} are taken. A backup needs up to five, and one more for each parallel job: ` + "run it at a quieter time, close idle connections, or raise max_connections (or the pooler's or the role's limit)."
    },
    {
        pattern: /the database system is (starting up|shutting down|in recovery mode|not yet accepting connections|not accepting connections)/,
        say: ([, state], context)=>`${serverName(context).replace(/^t/, 'T')} is ${state}: run again when it is up.`
    },
    {
        pattern: /unsupported startup parameter(?: in options)?: (\S+)/,
        say: ([, parameter])=>`A pooler refused the startup parameter ${parameter}. Take it (or \`options\` and PGOPTIONS) out, connect to the server itself, ` + "or list it in PgBouncer's ignore_startup_parameters."
    },
    {
        pattern: /prepared statement "[^"]*" (?:does not exist|already exists)|not allowed in statement pooling mode/,
        say: (_, context)=>'The connection goes through a transaction pooler, which hands every transaction to another session: a dump through it is not ' + `consistent. ${poolerAdvice(context)}`
    },
    {
        pattern: /query_wait_timeout|server_login_retry|server login has been failing/,
        say: ()=>'The pooler found no free connection to the server, or cannot reach it: connect to the server itself, or look at its log and pool_size.'
    }
];

;// CONCATENATED MODULE: ./lib/postgres/causes/connecting.js



/** Why no connection came about before anyone checked a password. */ const CONNECTING = [
    {
        pattern: /could not translate host name "([^"]*)" to address/,
        say: ([, host], context)=>`The host name ${host} cannot be resolved. ` + (hostAdvice(context) || 'Check it in database-url. When it looks like a piece of the password, a character there is not encoded: ' + ENCODE_ADVICE)
    },
    {
        pattern: /Network is unreachable|Cannot assign requested address|No route to host|Address family not supported/i,
        say: (_, context)=>`This machine has no route to ${serverName(context)} (it may have only an IPv6 address, which GitHub's runners cannot reach). ` + (hostAdvice(context) || "Use a host with an IPv4 address: the provider's pooler in session mode, or its IPv4 option.")
    },
    {
        pattern: /timeout expired|Connection timed out|Operation timed out/i,
        say: (_, context)=>`No answer from ${serverName(context)} in time. ` + (hostAdvice(context) || 'Check host and port, and that the firewall or allow-list lets this machine in. ' + "GitHub's hosted runners have no fixed address: use a self-hosted runner, a larger runner with a static address, or a tunnel.")
    },
    {
        pattern: /connection to server on socket "([^"]*)" failed: (?:No such file|Connection refused)|connections on Unix domain socket "([^"]*)"/,
        say: ([, socket, oldSocket], { target })=>`No PostgreSQL server listens on the socket ${socket ?? oldSocket}. ` + (target?.host === undefined ? 'No host is given: add it to database-url, or set PGHOST.' : 'Check the directory in `host` and the port.')
    },
    {
        pattern: /Connection refused/i,
        say: (_, context)=>`Nothing accepts connections at ${serverName(context)} (connection refused). ` + (hostAdvice(context) || 'Check host and port, and that the server runs. A service container needs `ports: ["5432:5432"]` and a health check.')
    },
    {
        pattern: /server does not support SSL, but SSL was required/,
        say: (_, context)=>`TLS was asked for (sslmode), but ${serverName(context)} does not offer it. ` + 'Switch TLS on there; only on a private network or through a tunnel use `sslmode=disable`.'
    },
    {
        pattern: /no pg_hba\.conf entry for .*(?:no encryption|SSL off)|SSL connection is required|connection is insecure|SSL required/i,
        say: (_, context)=>`${capital(serverName(context))} accepts no connection without TLS from here: add \`sslmode=require\` to database-url ` + '(`sslmode=verify-full` with `sslrootcert` also proves which server it is).'
    },
    {
        pattern: /no pg_hba\.conf entry for (?:replication connection from )?host "([^"]*)", user "([^"]*)"/,
        say: ([, address, user], context)=>`${capital(serverName(context))} does not let role ${user} in from ${address}: ` + 'its pg_hba.conf (or the allow-list of the provider) must allow this address, role and database.'
    },
    {
        pattern: /root certificate file "([^"]*)" does not exist/,
        say: ([, file])=>`The certificate of the server cannot be checked: ${file} does not exist. ` + "Write the provider's CA there and name it with `sslrootcert=`, or use `sslrootcert=system` (PostgreSQL 16 and newer)."
    },
    {
        pattern: /server certificate for "([^"]*)".* does not match host name "([^"]*)"/,
        say: ([, certificate, host])=>`The server's certificate is for ${certificate}, not for ${host}: use the name that the certificate has.`
    },
    {
        pattern: /certificate verify failed|certificate has expired|unable to get local issuer certificate/,
        say: (_, context)=>`The certificate of ${serverName(context)} cannot be trusted: it has expired, or \`sslrootcert\` is not the CA that signed it. ` + "Use the provider's current CA file."
    },
    {
        pattern: /private key file "([^"]*)" has group or world access/,
        say: ([, file])=>`The key file ${file} can be read by others, so PostgreSQL's programs refuse it: \`chmod 600\` it.`
    },
    {
        pattern: /Endpoint ID is not specified/,
        say: ()=>"Neon could not tell which endpoint is meant: these client programs are too old to send the server's name in TLS. " + 'Use PostgreSQL 14 or newer programs, or add `options=endpoint%3D<endpoint-id>` to database-url.'
    },
    {
        pattern: /invalid (?:connection option|URI query parameter:?) "([^"]*)"/,
        say: ([, name])=>`PostgreSQL's programs know no connection option \`${name}\` (drivers and ORMs have options of their own, ` + 'such as `schema`, `pgbouncer` or `connection_limit`): take it out of database-url.'
    },
    {
        pattern: /invalid (\w+) value: "[^"]*"|invalid integer value "[^"]*" for connection option "(\w+)"|invalid (port) number: "[^"]*"/,
        say: ([, first, second, third])=>`The value of \`${first ?? second ?? third}\` in database-url is not a valid one.`
    },
    {
        pattern: /definition of service "([^"]*)" not found|service file "([^"]*)" not found/,
        say: ([, service, file])=>service === undefined ? `The service file ${file} does not exist: check PGSERVICEFILE.` : `There is no section [${service}] in the service file: check PGSERVICEFILE and \`service\`.`
    }
];
function capital(text) {
    return text.charAt(0).toUpperCase() + text.slice(1);
}

;// CONCATENATED MODULE: ./lib/postgres/quote.js
/**
 * An SQL string literal, for any text without a zero byte. Safe whatever `standard_conforming_strings` says, and for
 * psql, which neither substitutes `:name` nor obeys a backslash inside quotes.
 */ function quoteLiteral(text) {
    refuseZero(text);
    const quoted = `'${text.replaceAll("'", "''")}'`;
    return text.includes('\\') ? ` E${quoted.replaceAll('\\', '\\\\')}` : quoted;
}
/** An SQL identifier, quoted whether it needs it or not. */ function quoteIdentifier(name) {
    refuseZero(name);
    return `"${name.replaceAll('"', '""')}"`;
}
function refuseZero(text) {
    if (text.includes('\0')) throw new TypeError('PostgreSQL has no text with a zero byte.');
}

;// CONCATENATED MODULE: ./lib/postgres/causes/reading.js

/** Why something could not be read, once connected. */ const READING = [
    {
        pattern: /query would be affected by row-level security policy for table "([^"]*)"/,
        say: ([, table], context)=>`Row-level security hides rows of table ${table} from ${roleName(context)}, so the backup would miss them. ` + `Use a role that sees all rows: \`ALTER ROLE ${roleIdentifier(context)} BYPASSRLS\`, or the table's owner ` + '(where the table has FORCE ROW LEVEL SECURITY, BYPASSRLS alone helps).'
    },
    {
        pattern: /permission denied to set role "([^"]*)"/,
        say: ([, role], context)=>`${reading_capital(roleName(context))} may not become ${role} (\`--role\`): \`GRANT ${quoteIdentifier(role ?? '')} TO ${roleIdentifier(context)}\`.`
    },
    {
        pattern: /permission denied for (table|sequence|view|materialized view|foreign table|relation) (.+)$/m,
        say: ([, kind = '', name = ''], context, stderr)=>{
            const object = lockedTable(stderr) ?? name;
            const on = kind === 'sequence' ? 'SEQUENCE ' : '';
            return `${reading_capital(roleName(context))} may not read ${kind} ${object}. ` + `Grant it: \`GRANT SELECT ON ${on}${written(object)} TO ${roleIdentifier(context)}\`, or everything at once ` + `(PostgreSQL 14 and newer): \`GRANT pg_read_all_data TO ${roleIdentifier(context)}\`. ` + 'Or leave it out with exclude-tables (exclude-table-data is not enough: pg_dump locks it all the same).';
        }
    },
    {
        pattern: /permission denied for schema (.+)$/m,
        say: ([, schema = ''], context)=>`${reading_capital(roleName(context))} may not use schema ${schema}. ` + `Grant it: \`GRANT USAGE ON SCHEMA ${quoteIdentifier(schema)} TO ${roleIdentifier(context)}\`, or everything at once ` + `(PostgreSQL 14 and newer): \`GRANT pg_read_all_data TO ${roleIdentifier(context)}\`. Or leave it out with exclude-schemas.`
    },
    {
        pattern: /permission denied for large object (\d+)/,
        say: ([, id], context)=>`${reading_capital(roleName(context))} may not read large object ${id}: \`GRANT SELECT ON LARGE OBJECT ${id} TO ${roleIdentifier(context)}\`, ` + 'or back up as the owner of the large objects (pg_read_all_data does not cover them).'
    },
    {
        // pg_dump makes --lock-wait-timeout of a statement timeout around its LOCK TABLE.
        pattern: /could not obtain lock on relation "([^"]*)"|canceling statement due to lock timeout|canceling statement due to statement timeout[^]*LOCK TABLE/,
        say: ([, relation], _context, stderr)=>{
            const table = relation ?? lockedTable(stderr);
            return `${table === undefined ? 'A table' : `Table ${table}`} was locked by someone else for longer than lock-timeout allows ` + '(a migration, VACUUM FULL, a long transaction?). Run again later, or raise lock-timeout.';
        }
    },
    {
        pattern: /canceling statement due to statement timeout/,
        say: ()=>'The server ended a statement by its statement_timeout. Somewhere between us and the server (a pooler, a proxy) sets it: connect directly.'
    },
    {
        pattern: /canceling statement due to conflict with recovery/,
        say: ()=>'The standby cancelled the dump since replay needed the rows that it still read. Set hot_standby_feedback = on or a larger ' + 'max_standby_streaming_delay there, or back up from the primary.'
    },
    {
        pattern: /no matching (\w+(?: \w+)?) were found(?: for pattern "([^"\n]*)")?/,
        say: ([, kind = '', pattern])=>`No ${kind} match ${pattern === undefined ? 'the patterns given' : `the pattern ${pattern}`}. Patterns are pg_dump's: ` + 'lower case unless in double quotes, `*` and `?` as wildcards, `schema.table`.'
    },
    {
        pattern: /invalid snapshot identifier|snapshot "[^"]*" does not exist|could not import the requested snapshot/,
        say: ()=>'The snapshot of the dump cannot be used by another session: they are not on the same server (several hosts or a load balancer ' + 'in database-url), or a pooler is between, or the session that holds it has ended. Use the URL of one server.'
    },
    {
        pattern: /could not open relation with OID|cache lookup failed for|(?:relation|schema|function|type|constraint) with OID \d+ does not exist/,
        say: ()=>'A table or another object was dropped or replaced while it was being dumped. Run again, at a time when no migration runs.'
    },
    {
        pattern: /invalid memory alloc request size|Cannot enlarge string buffer/,
        say: (_match, _context, stderr)=>`A row${copied(stderr)} is too large for PostgreSQL's COPY, which cannot write more than 1 GB a row (a bytea doubles). ` + 'Split the value, move it to a large object, or leave the table out with exclude-table-data.'
    },
    {
        pattern: /invalid page in block \d+ of relation|missing chunk number \d+ for toast value|could not read blocks? [\d.]+ in file|compressed \w+ data is corrupt|could not access status of transaction|unexpected chunk number/,
        say: (_match, _context, stderr)=>`The database itself is damaged: the server cannot read its own data${copied(stderr)}. Keep the backups that you have, ` + 'and look at https://wiki.postgresql.org/wiki/Corruption before anything else.'
    }
];
function roleName({ target }) {
    return target?.user === undefined ? 'the role' : `role ${target.user}`;
}
function roleIdentifier({ target }) {
    return target?.user === undefined ? 'the_role' : quoteIdentifier(target.user);
}
function reading_capital(text) {
    return text.charAt(0).toUpperCase() + text.slice(1);
}
/** A name that pg_dump already wrote as SQL (`public."Order Lines"`), or the bare name of a message made one. */ function written(name) {
    return /^(?:"(?:[^"]|"")+"|[a-z_][\w$]*)\.(?:"(?:[^"]|"")+"|[a-z_][\w$]*)$/.test(name) ? name : quoteIdentifier(name);
}
/** The one table that pg_dump wanted to lock; pg_dump 16 and newer lock many at once. */ function lockedTable(stderr) {
    const list = /LOCK TABLE (?:ONLY )?(.+?) IN ACCESS SHARE MODE/.exec(stderr)?.[1];
    return list === undefined || /, (?:ONLY )?\S/.test(list) ? undefined : list;
}
function copied(stderr) {
    const table = /Dumping the contents of table "([^"]*)" failed/.exec(stderr)?.[1] ?? /COPY (\S+) /.exec(stderr)?.[1];
    return table === undefined ? '' : ` of table ${table}`;
}

;// CONCATENATED MODULE: ./lib/postgres/causes/server.js

/** What a server or this machine ran out of, and how a session that worked came to its end. */ const SERVER = [
    {
        pattern: /server version: ([^;\n]+); pg_\w+ version: ([^\n]+)[^]*server version mismatch|server version mismatch/,
        say: ([, server, program])=>(server === undefined ? 'The server is newer than the PostgreSQL programs, which cannot dump it. ' : `The server is PostgreSQL ${server}, which pg_dump ${program?.trim()} is too old to dump. `) + "Set postgres-version to the server's major, or postgres-bin to a folder with programs of it."
    },
    {
        pattern: /out of shared memory|max_locks_per_transaction/,
        say: ()=>"The server's lock table is full: a dump locks every table. Raise max_locks_per_transaction there (it needs a restart; " + 'tables divided by max_connections is a start), or back up schema by schema with `schemas`.'
    },
    {
        // With a file of the server in it; pg_dump's own output has no such path.
        pattern: /could not (?:extend|write(?: to)?|create)(?: temporary)? file "(?:base|global|pg_\w+)\/[^"]*": (?:No space left on device|Disk quota exceeded)|could not (?:extend|write).*\n?.*Check free disk space/,
        say: ()=>"The server's disk is full: make room there before anything else."
    },
    {
        pattern: /No space left on device|Disk quota exceeded/,
        say: ()=>'The disk of this machine is full: free some space, or use a runner with more.'
    },
    {
        pattern: /terminating connection due to (idle-in-transaction|idle-session|transaction) timeout/,
        say: ([, which])=>`The server ended the session by its ${which} timeout, which every session of a backup switches off: ` + 'something between us and the server (a pooler, a proxy) sets it again. Connect directly.'
    },
    {
        pattern: /terminating connection due to administrator command/,
        say: (_, context)=>`Someone ended the session, or ${serverName(context)} was shut down or restarted meanwhile. Run again.`
    },
    {
        pattern: /terminating connection because of crash of another server process/,
        say: ()=>'The server crashed while it was being read and restarts now: look at its log (out of memory?), then run again.'
    },
    {
        pattern: /server closed the connection unexpectedly|connection to server was lost|SSL SYSCALL error|could not (?:receive|send) (?:data|SSL negotiation \w+) (?:from|to) server|SSL connection has been closed unexpectedly/i,
        say: (_, context)=>`The connection to ${serverName(context)} broke: it was restarted or ran out of memory, or a firewall or proxy in between ended it. ` + 'Look at its log, then run again.'
    }
];

;// CONCATENATED MODULE: ./lib/postgres/reply.js
/** An error that the server reported for one statement. The session lives on. */ class SqlError extends Error {
    sqlstate;
    detail;
    name = 'SqlError';
    constructor(/** The server's primary message, in the server's language. */ message, /** Five characters: https://www.postgresql.org/docs/current/errcodes-appendix.html */ sqlstate, /** The DETAIL, HINT and CONTEXT lines, or the empty string. */ detail){
        super(message), this.sqlstate = sqlstate, this.detail = detail;
    }
}
/**
 * Collects what psql prints for one statement until both of its streams showed the marker that we made it print last:
 * on standard output `<result>`, `<marker> <failed> <sqlstate>`, `<last error message>`, `<marker>`.
 */ class Reply {
    marker;
    chunks = [];
    lines = [];
    tail = '';
    stdoutDone = false;
    stderrDone = false;
    constructor(marker){
        this.marker = marker;
    }
    get complete() {
        return this.stdoutDone && this.stderrDone;
    }
    stdout(chunk) {
        this.chunks.push(chunk);
        // psql waits for us after the marker, so only the very end has to be looked at: no search through megabytes.
        const end = `\n${this.marker}\n`;
        this.tail = (this.tail + chunk.subarray(-end.length).toString('latin1')).slice(-end.length);
        this.stdoutDone = this.tail === end;
    }
    stderr(line) {
        if (line === this.marker) this.stderrDone = true;
        else this.lines.push(line);
    }
}
/** `ERROR:  42P01: relation ...`, as psql prints it with VERBOSITY=verbose; the severity is in the server's language. */ const REPORT = /^(?:psql:\S*:\d+: )?(?<severity>[^\s:]+):\s+(?<sqlstate>[0-9A-Z]{5}): (?<message>.*)$/;
const HARMLESS = new Set([
    'NOTICE',
    'WARNING',
    'INFO',
    'LOG',
    'DEBUG'
]);
/** What the collected output says. */ function parseReply(reply) {
    const output = Buffer.concat(reply.chunks).toString('utf8');
    const at = output.lastIndexOf(`${reply.marker} `);
    const text = output.slice(0, at).replace(/\n$/, '');
    const status = output.slice(at + reply.marker.length + 1, -(reply.marker.length + 2));
    const [, failed, sqlstate = '', message = ''] = /^(\S+) (\S+)\n([^]*)$/.exec(status) ?? [];
    // psql's variables tell of the last statement only. Where someone passed several at once, the report of an earlier
    // one still counts.
    const reported = reply.lines.map((line)=>REPORT.exec(line)?.groups).find((groups)=>groups !== undefined && isError(groups['severity'] ?? '', groups['sqlstate'] ?? ''));
    if (failed !== 'true' && reported === undefined) return {
        text,
        error: undefined,
        notices: reply.lines.flatMap(noticeLine)
    };
    const detail = reply.lines.filter((line)=>/^(?:DETAIL|HINT|CONTEXT):/.test(line)).join('\n');
    const error = failed === 'true' ? new SqlError(message.trimEnd(), sqlstate, detail) : new SqlError(reported?.['message'] ?? '', reported?.['sqlstate'] ?? 'XX000', detail);
    return {
        text,
        error,
        notices: []
    };
}
/** Without what `verbose` adds for us. */ function noticeLine(line) {
    if (line.startsWith('LOCATION:')) return [];
    const { severity, message } = REPORT.exec(line)?.groups ?? {};
    return [
        severity === undefined ? line : `${severity}:  ${message}`
    ];
}
function isError(severity, sqlstate) {
    return !HARMLESS.has(severity) && !/^0[012]/.test(sqlstate);
}

;// CONCATENATED MODULE: ./lib/postgres/explain.js






/** In this order: what the server said about itself comes before the broken connection that follows from it. */ const CAUSES = [
    ...ADMISSION,
    ...READING,
    ...SERVER,
    ...CONNECTING
];
/** Stands for a name in the anonymous form of a sentence. */ const NAME = '...';
/** pg_dump prints its statement, which may name thousands of tables. */ const LONGEST_LINE = 1000;
/**
 * Says in our own words why PostgreSQL's programs or a statement failed: what happened, to what, and what to do.
 * The line that told us is added, since it may know more.
 * @param stderrText what psql, pg_dump, pg_restore or pg_dumpall printed (with LC_ALL=C), or an error's message
 * @returns undefined for what we do not know; the caller then shows the text itself.
 */ function explainFailure(stderrText, context) {
    const text = stderrText.split('\n').map((line)=>line.slice(0, LONGEST_LINE)).join('\n');
    for (const { pattern, say } of CAUSES){
        const match = pattern.exec(text);
        if (match === null) continue;
        return new errors/* ExplainedError */.hM(`${say(match, context, text)}\nPostgreSQL said: ${lineAt(text, match.index)}`, say(withoutNames(match), anonymous(context), ''));
    }
    return undefined;
}
/**
 * An error of a statement as a message for people; every other error as it is.
 * @param what what could not be done: `Counting the rows of public.orders`
 */ function explainSqlError(error, what, context) {
    if (!(error instanceof SqlError)) return error;
    const said = [
        error.message,
        error.detail
    ].filter((part)=>part !== '').join('\n');
    const known = explainFailure(said, context);
    return new errors/* ExplainedError */.hM(`${what} failed. ${known?.message ?? `PostgreSQL said: ${said} (SQLSTATE ${error.sqlstate})`}`, known?.anonymous ?? `A statement failed (SQLSTATE ${error.sqlstate}).`, {
        cause: error
    });
}
/** The match with `...` for all that came from the message; what was not there stays absent, for sentences depend on it. */ function withoutNames(match) {
    // The type of a match's groups does not say that they may be absent.
    const groups = match.map((group)=>group === undefined ? undefined : NAME);
    return Object.assign(groups, {
        index: match.index,
        input: ''
    });
}
function anonymous({ target }) {
    if (target === undefined) return {};
    const { host, port, user, database } = target;
    const hide = (text)=>text === undefined ? undefined : NAME;
    return {
        target: {
            ...target,
            host: hide(host),
            port: hide(port),
            user: hide(user),
            database: hide(database)
        }
    };
}
function lineAt(text, at) {
    const from = text.lastIndexOf('\n', at - 1) + 1;
    const to = text.indexOf('\n', at);
    return text.slice(from, to < 0 ? undefined : to).trim();
}

;// CONCATENATED MODULE: ./lib/postgres/psql.js








/** What every session of ours has. Nothing ends it but us, it finds a dead peer, and no one's function or operator runs by name. */ const SESSION = {
    client_encoding: 'UTF8',
    standard_conforming_strings: 'on',
    search_path: '',
    statement_timeout: '0',
    lock_timeout: '0',
    idle_in_transaction_session_timeout: '0',
    idle_session_timeout: '0',
    transaction_timeout: '0',
    tcp_keepalives_idle: '60',
    tcp_keepalives_interval: '15',
    tcp_keepalives_count: '8',
    jit: 'off'
};
const CLOSE_AFTER_MS = 3000;
const CANCEL_AFTER_MS = 1000;
/**
 * One session with the server: a `psql` that lives until `close`, fed through its standard input.
 * Statements run one after the other in the order of the calls. An error of a statement rejects that call with an
 * `SqlError` and the session goes on; when the session ends, all calls reject with a `UserError` that says why.
 * Needs psql 13 or newer (`\warn`).
 */ class Psql {
    options;
    child;
    marker = `pgkeep-${(0,external_node_crypto_.randomBytes)(12).toString('hex')}`;
    waiting = [];
    current;
    ended;
    gone;
    onAbort = ()=>this.cancel();
    constructor(options){
        this.options = options;
        const { programs, connection, database, signal } = options;
        const args = [
            '-X',
            '-A',
            '-t',
            '-q',
            '-w',
            '-v',
            'VERBOSITY=verbose',
            '-v',
            'ON_ERROR_STOP=off'
        ];
        this.child = (0,base_process/* start */.n)(programs.path('psql'), [
            ...args,
            '-d',
            connection.conninfo(database)
        ], {
            env: {
                ...connection.env,
                ...programs.env
            },
            stdio: [
                'pipe',
                'pipe',
                'pipe'
            ],
            onStderr: (line)=>this.stderrLine(line)
        });
        const { stdin, stdout } = this.child.process;
        // Writing to a psql that has ended: its exit is what counts.
        stdin?.on('error', ()=>undefined);
        stdout?.on('data', (chunk)=>this.stdoutChunk(chunk));
        this.gone = this.child.exit.then(()=>this.end());
        signal?.addEventListener('abort', this.onAbort, {
            once: true
        });
    }
    /**
   * Connects.
   * @throws UserError that explains why it cannot, CancelledError.
   */ static async open(options) {
        if (options.signal?.aborted === true) throw new errors/* CancelledError */.cc();
        const psql = new Psql(options);
        try {
            await psql.value(options.untouched === true ? 'SELECT 1' : settingsSql({
                ...SESSION,
                ...options.settings
            }));
            return psql;
        } catch (error) {
            await psql.close();
            throw error;
        }
    }
    /** Runs statements one after the other, each an argument of its own; the first error ends it. */ async exec(...statements) {
        for (const sql of statements)await this.run(sql);
    }
    /** The single value that a query returns, as text; a null is the empty string. */ value(sql) {
        return this.run(sql);
    }
    /** The single JSON value that a query returns; null when it returns no row. The type is the caller's word. */ async query(sql) {
        const text = await this.run(sql);
        return text === '' ? null : JSON.parse(text);
    }
    /** All rows of a query as objects. Large integers must be cast to text by the query: JSON numbers are doubles. */ rows(sql) {
        return this.query(`SELECT coalesce(json_agg(pgkeep_row), '[]') FROM (${sql}\n) pgkeep_row`);
    }
    /** Ends the session: the statement that runs is cancelled on the server, and all calls reject. */ cancel() {
        if (this.ended !== undefined) return;
        this.ended = new errors/* CancelledError */.cc();
        // psql passes SIGINT on to the server as a cancel request, then ends; SIGTERM alone would leave the server working.
        if (this.current !== undefined) this.child.process.kill('SIGINT');
        this.child.process.stdin?.end();
        const timer = setTimeout(()=>this.child.stop(), CANCEL_AFTER_MS);
        void this.gone.then(()=>clearTimeout(timer));
    }
    /** Ends the session and waits until it is gone. Safe to call twice and after a failure. */ async close() {
        if (this.current !== undefined) this.cancel();
        this.ended ??= new errors/* UserError */.yo(`The session ${this.name} is closed.`);
        this.child.process.stdin?.end();
        const timer = setTimeout(()=>this.child.stop(), CLOSE_AFTER_MS);
        await this.gone;
        clearTimeout(timer);
    }
    get name() {
        return this.options.name ?? 'with the database';
    }
    run(sql) {
        if (this.ended !== undefined) return Promise.reject(this.ended);
        return new Promise((resolve, reject)=>{
            this.waiting.push({
                sql,
                reply: new Reply(this.marker),
                resolve,
                reject
            });
            if (this.current === undefined) this.next();
        });
    }
    next() {
        this.current = this.waiting.shift();
        if (this.current === undefined) return;
        const { marker } = this;
        this.child.process.stdin?.write(`${this.current.sql}\n;\n\\echo ${marker} :ERROR :SQLSTATE\n\\echo :LAST_ERROR_MESSAGE\n\\echo ${marker}\n\\warn ${marker}\n`);
    }
    stdoutChunk(chunk) {
        this.current?.reply.stdout(chunk);
        this.settle();
    }
    stderrLine(line) {
        if (this.current === undefined) this.options.reporter?.output('psql', line);
        else this.current.reply.stderr(line);
        this.settle();
    }
    settle() {
        const statement = this.current;
        if (statement?.reply.complete !== true) return;
        const result = parseReply(statement.reply);
        for (const line of result.notices)this.options.reporter?.output('psql', line);
        if (result.error === undefined) statement.resolve(result.text);
        else statement.reject(result.error);
        this.next();
    }
    end() {
        this.options.signal?.removeEventListener('abort', this.onAbort);
        if (this.ended === undefined) {
            const tail = this.child.stderrTail();
            this.ended = explainFailure(tail, {
                target: this.options.connection.target
            }) ?? new errors/* UserError */.yo(`The session ${this.name} ended unexpectedly.${tail === '' ? '' : `\n${tail}`}`);
        }
        const error = this.ended;
        for (const statement of [
            this.current,
            ...this.waiting.splice(0)
        ])statement?.reject(error);
        this.current = undefined;
    }
}
/** Sets what the server knows of these; one statement for all majors. */ function settingsSql(settings) {
    const rows = Object.entries(settings).map(([name, value])=>`(${quoteLiteral(name)}, ${quoteLiteral(value)})`);
    return 'SELECT count(pg_catalog.set_config(s.name, s.value, false)) ' + `FROM (VALUES ${rows.join(', ')}) AS s(name, value) WHERE pg_catalog.current_setting(s.name, true) IS NOT NULL`;
}

;// CONCATENATED MODULE: ./lib/postgres/pooler.js



const ROUNDS = 3;
/**
 * Refuses a connection that goes through a transaction (or statement) pooler. There two transactions of one session may
 * run on two servers' sessions: an exported snapshot seems to work and rows get lost without an error.
 * Two sessions at once give it away: on a direct connection or with session pooling each keeps a backend of its own.
 *
 * Must be the first thing that is done with a connection, and `open` must open *untouched* sessions: a setting made
 * through such a pooler (search_path!) would stay with a connection that the application uses next.
 * @throws UserError that says which URL to use instead, or why there is no connection at all.
 */ async function refuseTransactionPooler(open, context = {}) {
    const sessions = [];
    try {
        const first = await open();
        sessions.push(first);
        const second = await open();
        sessions.push(second);
        if (await shareBackends(first, second)) throw pooler_refusal(context);
    } catch (error) {
        // Statement pooling: `transaction blocks not allowed in statement pooling mode`.
        if (error instanceof SqlError) throw pooler_refusal(context, error);
        throw error;
    } finally{
        await Promise.all(sessions.map((session)=>session.close()));
    }
}
async function shareBackends(first, second) {
    const backend = (session)=>session.value('SELECT pg_catalog.pg_backend_pid()');
    const expected = [
        await backend(first),
        await backend(second)
    ];
    const moved = async ()=>await backend(first) !== expected[0] || await backend(second) !== expected[1];
    // Before any transaction: with a pool of one connection the second session would wait for the first one's end.
    if (expected[0] === expected[1]) return true;
    for(let round = 0; round < ROUNDS; round += 1){
        // A transaction holds a pooled backend, so that the other session has to take another one.
        const [holder, other] = round % 2 === 0 ? [
            first,
            second
        ] : [
            second,
            first
        ];
        await holder.exec('BEGIN');
        const changed = await moved();
        await other.exec('BEGIN');
        await holder.exec('COMMIT');
        if (await moved() || changed) return true;
        await other.exec('COMMIT');
        if (await moved()) return true;
    }
    return false;
}
function pooler_refusal(context, cause) {
    return new errors/* UserError */.yo('The connection goes through a pooler that gives each transaction to another session of the server (transaction pooling). ' + 'A dump through it looks fine and misses rows, since its sessions do not share one snapshot. ' + `Use a direct connection or session pooling. ${poolerAdvice(context)}`, cause === undefined ? undefined : {
        cause
    });
}

;// CONCATENATED MODULE: ./lib/postgres/server.js



const PROVIDERS = {
    c: 'libc',
    i: 'icu',
    b: 'builtin',
    d: 'default'
};
/** Databases that a provider keeps for itself on its managed servers: no one else may read them. */ const PROVIDERS_OWN = [
    'rdsadmin',
    'cloudsqladmin',
    'alloydbadmin',
    'azure_maintenance',
    'azure_sys'
];
/**
 * Asks the server what it is. Must be called outside a transaction: a refused question would end it.
 * Columns that a major does not have are null: the catalogue's row is read as JSON, whatever it holds.
 */ async function inspectServer(psql) {
    const server = await psql.query(`
    SELECT json_build_object(
      'version', current_setting('server_version'), 'versionNum', current_setting('server_version_num')::int,
      'database', current_database(), 'encoding', current_setting('server_encoding'))`);
    const row = await psql.query(`SELECT to_json(d) FROM pg_catalog.pg_database d WHERE d.datname = current_database()`);
    const size = await unlessForbidden(psql, 'SELECT pg_database_size(current_database())');
    return {
        version: server_text(server['version']).split(' ')[0] ?? '',
        major: Math.floor(Number(server['versionNum']) / 10_000),
        encoding: server_text(server['encoding']),
        collation: {
            provider: PROVIDERS[server_text(row['datlocprovider'] ?? 'c')] ?? server_text(row['datlocprovider']),
            collate: server_text(row['datcollate']),
            ctype: server_text(row['datctype']),
            // `datlocale` since PostgreSQL 17, `daticulocale` in 15 and 16.
            locale: textOrNull(row['datlocale'] ?? row['daticulocale']),
            icuRules: textOrNull(row['daticurules']),
            version: textOrNull(row['datcollversion'])
        },
        systemIdentifier: await unlessForbidden(psql, 'SELECT system_identifier FROM pg_control_system()'),
        databaseBytes: size === null ? null : Number(size),
        currentDatabase: server_text(server['database'])
    };
}
/** The oldest major that is supported and tested. */ const OLDEST_MAJOR = 13;
/** @throws UserError for a server older than PostgreSQL 13, before anything is dumped or installed for it. */ function refuseOldServer({ major, version }) {
    if (major >= OLDEST_MAJOR) return;
    throw new errors/* UserError */.yo(`The server is PostgreSQL ${version}, and pgkeep backs up PostgreSQL ${OLDEST_MAJOR} and newer. ` + 'Upgrade the server (its own project has ended support for this major), or dump it with its own pg_dump until then.');
}
/**
 * The databases that `*` stands for: all that allow connections and are no templates, sorted by their bytes.
 * One that this role may not connect to is among them, so that leaving it out is never an accident.
 */ function listDatabases(psql) {
    return psql.query(`SELECT coalesce(json_agg(datname ORDER BY datname COLLATE "C"), '[]') FROM pg_catalog.pg_database
     WHERE datallowconn AND NOT datistemplate AND datconnlimit <> -2
       AND datname NOT IN (${PROVIDERS_OWN.map((name)=>`'${name}'`).join(', ')})`);
}
/**
 * What tells one database from another without naming host or user, as hex; null where the cluster has no identity to ask for.
 */ function databaseId(info) {
    if (info.systemIdentifier === null) return null;
    return (0,external_node_crypto_.createHash)('sha256').update(`${info.systemIdentifier}/${info.currentDatabase}`).digest('hex');
}
/** Null where a managed server does not let the role ask, or does not know the function. */ async function unlessForbidden(psql, sql) {
    try {
        return await psql.value(sql);
    } catch (error) {
        if (error instanceof SqlError) return null;
        throw error;
    }
}
function server_text(value) {
    return String(value ?? '');
}
function textOrNull(value) {
    return value === null || value === undefined ? null : String(value);
}

// EXTERNAL MODULE: ./lib/storage/registry.js + 3 modules
var registry = __nccwpck_require__(25);
;// CONCATENATED MODULE: ./lib/postgres/argv.js
/** What of a database goes into its dump: pg_dump's own patterns, and whether definitions, rows or both. */ /** True when the dump leaves something of the database out, so that the archive decides what is counted. */ function isFiltered(selection) {
    const { schemas, excludeSchemas, tables, excludeTables, excludeTableData } = selection;
    return [
        schemas,
        excludeSchemas,
        tables,
        excludeTables,
        excludeTableData
    ].some((list)=>list.length > 0);
}
/**
 * Whether a plain dump makes its own database. Rows alone are for a database that is there already, and a part of a
 * database needs what must be created in it first.
 */ function createsDatabase({ format, selection }) {
    return format === 'plain' && selection.content !== 'data' && !isFiltered(selection);
}
function selectionArgs(selection) {
    const each = (option, patterns)=>patterns.map((pattern)=>`--${option}=${pattern}`);
    return [
        ...selection.content === 'schema' ? [
            '--schema-only'
        ] : [],
        ...selection.content === 'data' ? [
            '--data-only'
        ] : [],
        ...each('schema', selection.schemas),
        ...each('exclude-schema', selection.excludeSchemas),
        ...each('table', selection.tables),
        ...each('exclude-table', selection.excludeTables),
        ...each('exclude-table-data', selection.excludeTableData)
    ];
}
/** The arguments of the dump itself. */ function dumpArgs(options) {
    return [
        `--format=${options.format}`,
        '--no-password',
        // Its messages tell when pg_dump holds all its locks, and which table it is at. In a plain dump they would
        // also add comments to the output, so that one goes without.
        ...options.format !== 'plain' ? [
            '--verbose'
        ] : [],
        ...createsDatabase(options) ? [
            '--create'
        ] : [],
        `--snapshot=${options.snapshot}`,
        '--strict-names',
        `--lock-wait-timeout=${options.lockTimeout}`,
        ...options.format === 'directory' ? [
            `--jobs=${options.jobs}`,
            '--no-sync'
        ] : [],
        ...options.folder === undefined ? [] : [
            `--file=${options.folder}`
        ],
        ...options.compressionArgs,
        ...selectionArgs(options.selection),
        ...options.extraArgs,
        `--dbname=${options.conninfo}`
    ];
}
/**
 * The arguments of the second, schema-only dump under the same snapshot whose hash is the fingerprint's `schema`.
 * It runs while the first one holds its locks, so one second is plenty to wait: an application's own lock must
 * never queue behind ours.
 */ function schemaDumpArgs(options) {
    return [
        '--format=plain',
        '--no-password',
        `--snapshot=${options.snapshot}`,
        '--strict-names',
        '--lock-wait-timeout=1s',
        ...selectionArgs({
            ...options.selection,
            content: 'schema'
        }),
        ...options.extraArgs,
        `--dbname=${options.conninfo}`
    ];
}
/**
 * The arguments of pg_dumpall for roles and tablespaces. Passwords are left out: they would be secrets at rest, and
 * only a superuser could read them. `-l`: pg_dumpall otherwise insists on a database called `postgres`.
 */ function globalsArgs(conninfo, database) {
    return [
        '--globals-only',
        '--no-role-passwords',
        '--no-password',
        `--database=${database}`,
        `--dbname=${conninfo}`
    ];
}
/** The arguments that list the table of contents of an archive: a folder, or standard input. */ function listArgs(folder) {
    return [
        '--list',
        ...folder === undefined ? [] : [
            folder
        ]
    ];
}

;// CONCATENATED MODULE: ./lib/postgres/toc.js
/** One line of an archive's table of contents. */ const ENTRY = /^(\d+); (\d+) (\d+) (.*)$/;
/**
 * Reads what `pg_restore --list` prints. Names are not parsed: pg_restore writes them unquoted and with line breaks
 * replaced, so objects are told apart by catalog and OID alone.
 */ function parseToc(text) {
    const entries = [];
    for (const line of text.split('\n')){
        const match = ENTRY.exec(line);
        if (match === null) continue;
        entries.push({
            dumpId: Number(match[1]),
            catalogId: Number(match[2]),
            oid: Number(match[3]),
            text: match[4] ?? ''
        });
    }
    return entries;
}
/** The OIDs of the tables whose rows the archive holds. */ function tableDataOids(entries) {
    return new Set(entries.filter((entry)=>entry.text.startsWith('TABLE DATA ')).map((entry)=>entry.oid));
}
/** `catalogId/oid` of everything in the archive that has a row in a catalog. */ function objectKeys(entries) {
    return new Set(entries.filter((entry)=>entry.catalogId !== 0).map((entry)=>`${entry.catalogId}/${entry.oid}`));
}

;// CONCATENATED MODULE: ./lib/backup/contents.js




/**
 * No table of contents. Where pg_dump failed this is only what follows from it, and pg_dump's own error says more.
 */ class ContentsError extends errors/* UserError */.yo {
}
/**
 * Lets pg_restore read the table of contents from the very bytes that are being stored: it stands at the beginning of
 * a custom archive, so pg_restore is done after the first few blocks and the rest passes by.
 */ function tapContents(source, programs, signal, decompressor) {
    const env = {
        ...process.env,
        ...programs.env,
        LC_ALL: 'C'
    };
    const unpack = decompressor === undefined ? undefined : (0,base_process/* start */.n)(decompressor.path, decompressor.args, {
        env: {
            ...process.env,
            ...decompressor.env
        },
        stdio: [
            'pipe',
            'pipe',
            'pipe'
        ],
        signal
    });
    const list = (0,base_process/* start */.n)(programs.path('pg_restore'), listArgs(), {
        env,
        stdio: [
            unpack === undefined ? 'pipe' : unpack.process.stdout,
            'pipe',
            'pipe'
        ],
        // Where no store can be opened nobody ever reads the bytes, and this would wait for them for ever.
        signal
    });
    unpack?.process.stdout?.destroy();
    const input = (unpack ?? list).process.stdin;
    // Once it has the table of contents pg_restore hangs up; that is no error.
    input.on('error', ()=>undefined);
    const toc = readList(list).finally(()=>unpack?.stop());
    // Whoever reads the bytes may fail first; the reason is then theirs to tell.
    toc.catch(()=>undefined);
    return {
        bytes: feed(source, input, list),
        toc
    };
}
async function* feed(source, input, list) {
    let listening = true;
    void list.exit.then(()=>{
        listening = false;
        input.destroy();
    });
    try {
        for await (const chunk of source){
            if (listening && input.writable && !input.write(chunk)) await drained(input);
            yield chunk;
        }
    } finally{
        input.end();
    }
}
function drained(stream) {
    return new Promise((resolve)=>{
        const done = ()=>{
            stream.off('drain', done).off('close', done).off('error', done);
            resolve();
        };
        stream.on('drain', done).on('close', done).on('error', done);
    });
}
/** The table of contents of a `directory` archive. */ async function folderContents(folder, programs) {
    const env = {
        ...process.env,
        ...programs.env,
        LC_ALL: 'C'
    };
    return readList((0,base_process/* start */.n)(programs.path('pg_restore'), listArgs(folder), {
        env
    }));
}
async function readList(list) {
    const chunks = [];
    list.process.stdout?.on('data', (chunk)=>chunks.push(chunk));
    const closed = new Promise((resolve)=>list.process.stdout?.once('close', resolve));
    const exit = await list.exit;
    await closed;
    if (exit.code !== 0) {
        throw new ContentsError(`pg_restore cannot read the table of contents of the dump just made, so it would not restore. No backup was published.\n${list.stderrTail()}`);
    }
    return parseToc(Buffer.concat(chunks).toString('utf8'));
}

;// CONCATENATED MODULE: ./lib/backup/all-or-stop.js


/** A cancellation that we caused ourselves says nothing about the reason, an archive that ends too early little. */ function weight(error) {
    return error instanceof errors/* CancelledError */.cc ? 0 : error instanceof ContentsError ? 1 : 2;
}
/** Waits for both; when one fails the other is stopped first, and the first failure is the one that counts. */ async function allOrStop(stop, work) {
    let first;
    const guard = async (promise)=>{
        try {
            await promise;
        } catch (error) {
            if (first === undefined || weight(error) > weight(first.error)) first = {
                error
            };
            stop.abort();
        }
    };
    await Promise.all(work.map(guard));
    if (first !== undefined) throw first.error;
    return Promise.all(work);
}

// EXTERNAL MODULE: ./lib/base/reporter.js
var reporter = __nccwpck_require__(7872);
;// CONCATENATED MODULE: ./lib/backup/fingerprint/changed.js
/**
 * A table was truncated, rewritten, altered or dropped between the snapshot and the moment it was read. Such changes
 * ignore snapshots, so the dump and the fingerprint no longer describe one point in time. A second try usually works.
 */ class ChangedWhileDumpingError extends Error {
    name = 'ChangedWhileDumpingError';
}

;// CONCATENATED MODULE: ./lib/backup/dump.js




/** Starts pg_dump. Output goes to `bytes`, or to the folder that `args` name (`bytes` is then empty). */ function startDump(request) {
    const messages = new Messages(request);
    const env = {
        ...request.connection.env,
        ...request.programs.env
    };
    const dump = (0,base_process/* start */.n)(request.programs.path('pg_dump'), request.args, {
        env,
        signal: request.signal,
        onStderr: (line)=>messages.line(line)
    });
    const dumped = dump.process.stdout;
    let last = dump;
    if (request.compressor !== undefined) {
        const { path, args } = request.compressor;
        last = (0,base_process/* start */.n)(path, args, {
            env: {
                ...process.env,
                ...request.compressor.env
            },
            stdio: [
                dumped,
                'pipe',
                'pipe'
            ],
            signal: request.signal,
            onStderr: (line)=>request.reporter.output('compressor', line)
        });
        // The compressor has the pipe now; with a second reader pg_dump would not notice when the compressor dies.
        dumped.destroy();
    }
    const output = last.process.stdout;
    // Node throws away what nobody reads of a process that has ended (flushStdio in its child_process.js), and stores may
    // take a while to open: with a listener that stays, the output stays too.
    const firstByte = new Promise((resolve)=>output.on('readable', resolve));
    const stop = async ()=>{
        dump.stop();
        last.stop();
        await Promise.all([
            dump.exit,
            last.exit
        ]);
    };
    // Before anyone who waits for the exit looks at the warnings.
    const ended = dump.exit.then(()=>messages.end());
    return {
        ended,
        bytes: dump_read(request, output, dump, last, stop),
        locked: Promise.race([
            messages.locked,
            ended,
            // A compressor's first byte comes late, but never before pg_dump's own.
            firstByte
        ]),
        warnings: messages.warnings,
        stop
    };
}
async function* dump_read(request, output, dump, last, stop) {
    try {
        for await (const chunk of output)yield chunk;
        // One that fails takes pg_dump's pipe away: where both failed it is the reason.
        if (last !== dump) requireSuccess(request, last, await last.exit, 'The compressor');
        requireSuccess(request, dump, await dump.exit, 'pg_dump');
    } catch (error) {
        if (!(error instanceof errors/* UserError */.yo) && isPrematureClose(error)) {
            requireSuccess(request, dump, await dump.exit, 'pg_dump');
        }
        throw error;
    } finally{
        await stop();
    }
}
function isPrematureClose(error) {
    return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}
// What pg_dump says when a table that its snapshot shows is no longer there, or no longer has that column; and of which
// statement, since a broken view or function of the user's gives the same error whenever it is tried. An OID only goes
// missing between two statements.
const GONE = /relation ".*" does not exist|column ".*" does not exist/;
const OF_TABLE = /^pg_dump: (error|detail): (The command|Command|Query) was: (LOCK TABLE|COPY) /im;
/** @throws UserError when the program failed, CancelledError when we stopped it. */ function requireSuccess(request, child, exit, name) {
    if (exit.code === 0) return;
    if (request.signal.aborted) throw new errors/* CancelledError */.cc();
    const routine = commentaryFilter();
    const tail = child.stderrTail().split('\n').filter((line)=>!routine(line)).join('\n');
    if (GONE.test(tail) && OF_TABLE.test(tail) || /could not open relation with OID/.test(tail)) throw new ChangedWhileDumpingError(`A table was dropped or altered while it was dumped. ${tail}`);
    const explained = explainFailure(tail, {
        target: request.connection.target
    });
    if (explained !== undefined) throw explained;
    const how = exit.signal === null ? `exit code ${exit.code}` : `it was ended by ${exit.signal}`;
    throw new errors/* UserError */.yo(`${name} failed (${how}), so there is no backup.${tail === '' ? ' It gave no reason: it may have been killed for lack of memory.' : `\n${tail}`}`);
}
const TABLE = /^pg_dump: dumping contents of table "(.+)"$/;
/**
 * Tells, line by line, what is only the running commentary that `--verbose` adds. A name in it may hold a line break,
 * so what follows such a line without being a message of its own still belongs to it.
 */ function commentaryFilter() {
    let routine = false;
    return (line)=>{
        if (line.startsWith('pg_dump: ')) routine = !/^pg_dump: (warning|error|fatal|detail|hint):/.test(line);
        return routine;
    };
}
/** Sorts what pg_dump says: progress, warnings, and the rest. */ class Messages {
    request;
    warnings = [];
    locked;
    #routine = commentaryFilter();
    #holdsLocks = ()=>undefined;
    /** The warning that was said last, while more of it may follow. */ #warning;
    constructor(request){
        this.request = request;
        this.locked = new Promise((resolve)=>this.#holdsLocks = resolve);
    }
    line(line) {
        // pg_dump says this once it has read all of the catalog, for which it locked all tables (pg_dump.c, main).
        if (line.startsWith('pg_dump: saving encoding')) this.#holdsLocks();
        const table = TABLE.exec(line);
        if (table?.[1] !== undefined) this.request.onTable?.(table[1]);
        // What it adds to a warning, or the rest of one with a line break in it.
        if (this.#warning !== undefined && /^(?!pg_dump: )|^pg_dump: (detail|hint):/.test(line)) {
            this.#warning += ` ${line.replace(/^pg_dump: /, '')}`;
            return;
        }
        this.end();
        if (this.#routine(line)) return;
        const warning = /^pg_dump: warning: (.*)$/.exec(line);
        if (warning === null) this.request.reporter.output('pg_dump', line.replace(/^pg_dump: /, ''));
        else this.#warning = warning[1];
    }
    /** Nothing more is added to a warning. */ end() {
        if (this.#warning === undefined) return;
        this.warnings.push(this.#warning);
        this.request.reporter.warn(`pg_dump: ${this.#warning}`);
        this.#warning = undefined;
    }
}

;// CONCATENATED MODULE: ./lib/backup/archive-request.js


/** Starts pg_dump for an archive. */ function beginDump(request, dump, compressor) {
    const { programs, connection, reporter, signal, onTable } = request;
    return startDump({
        programs,
        connection,
        args: dumpArgs(dump),
        reporter,
        signal,
        ...compressor === undefined ? {} : {
            compressor
        },
        ...onTable === undefined ? {} : {
            onTable
        }
    });
}

// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __nccwpck_require__(1455);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __nccwpck_require__(6760);
// EXTERNAL MODULE: external "node:timers/promises"
var external_node_timers_promises_ = __nccwpck_require__(8500);
;// CONCATENATED MODULE: ./lib/backup/directory-archive.js









/** pg_dump writes the folder, in parallel where asked to; then tar packs it into one stream. */ async function directoryArchive(request) {
    await requireSpace(request);
    const parent = await (0,promises_.mkdtemp)((0,external_node_path_.join)(request.tempDir, 'pgkeep-'));
    const folder = (0,external_node_path_.join)(parent, 'database.dir');
    const dump = beginDump(request, {
        ...request.dump,
        compressionArgs: request.compression.pgDumpArgs,
        folder
    });
    const dumped = drain(dump.bytes);
    dumped.catch(()=>undefined);
    const toc = writtenContents(folder, request.programs, dumped);
    toc.catch(()=>undefined);
    const stop = async ()=>{
        await dump.stop();
        // Both still use the folder.
        await Promise.allSettled([
            dumped,
            toc
        ]);
        await (0,promises_.rm)(parent, {
            recursive: true,
            force: true
        });
    };
    return {
        ...dump,
        toc,
        bytes: packed(request, parent, dumped, toc),
        stop
    };
}
async function drain(bytes) {
    for await (const chunk of bytes)void chunk;
}
/** The table of contents of a folder that pg_dump is filling: it is the first file to be finished. */ async function writtenContents(folder, programs, dumped) {
    let done = false;
    void dumped.then(()=>done = true, ()=>done = true);
    for(;;){
        const last = done;
        const file = await (0,promises_.stat)((0,external_node_path_.join)(folder, 'toc.dat')).catch(()=>undefined);
        if (last || file !== undefined && file.size > 0) {
            try {
                return await folderContents(folder, programs);
            } catch (error) {
                if (last) throw error;
            }
        }
        await Promise.race([
            dumped.catch(()=>undefined),
            (0,external_node_timers_promises_.setTimeout)(100)
        ]);
    }
}
async function* packed(request, parent, dumped, toc) {
    const { reporter, signal, connection } = request;
    const { program } = request.compression;
    try {
        await dumped;
        const options = {
            env: process.env,
            signal,
            onStderr: (line)=>reporter.output('tar', line)
        };
        const tar = (0,base_process/* start */.n)('tar', [
            '-C',
            parent,
            '-cf',
            '-',
            'database.dir'
        ], options);
        const last = program === undefined ? tar : (0,base_process/* start */.n)(program.path, program.args, {
            ...options,
            env: {
                ...process.env,
                ...program.env
            },
            stdio: [
                tar.process.stdout,
                'pipe',
                'pipe'
            ]
        });
        if (last !== tar) tar.process.stdout?.destroy();
        try {
            for await (const chunk of last.process.stdout)yield chunk;
            requireSuccess({
                connection,
                signal
            }, tar, await tar.exit, 'tar');
            if (last !== tar) requireSuccess({
                connection,
                signal
            }, last, await last.exit, 'The compressor');
        } finally{
            tar.stop();
            last.stop();
        }
    } finally{
        // Both still use the folder.
        await Promise.allSettled([
            dumped,
            toc
        ]);
        await (0,promises_.rm)(parent, {
            recursive: true,
            force: true
        });
    }
}
/**
 * Compressed dumps are mostly a third of the database or less; half is asked for, to be on the safe side.
 * @throws UserError when there is not enough.
 */ async function requireSpace(request) {
    const share = request.compression.method === 'none' ? 1 : 0.5;
    const needed = Math.ceil((request.databaseBytes ?? 0) * share);
    const { bavail, bsize } = await (0,promises_.statfs)(request.tempDir);
    const free = bavail * bsize;
    request.reporter.info(`A directory dump is staged on disk: up to ${(0,units/* formatBytes */.z3)(needed)} in ${request.tempDir}, where ${(0,units/* formatBytes */.z3)(free)} are free.`);
    if (free < needed) {
        throw new errors/* UserError */.yo(`Not enough disk space for a directory dump: it may need ${(0,units/* formatBytes */.z3)(needed)} in ${request.tempDir}, and ${(0,units/* formatBytes */.z3)(free)} are free. Use format: custom, which needs no disk space, or a bigger runner.`);
    }
}

;// CONCATENATED MODULE: ./lib/backup/archive.js




/** Starts the dump. */ async function startArchive(request) {
    switch(request.dump.format){
        case 'custom':
            return customArchive(request);
        case 'plain':
            return plainArchive(request);
        case 'directory':
            return directoryArchive(request);
    }
}
function customArchive(request) {
    const { program, pgDumpArgs } = request.compression;
    const dump = beginDump(request, {
        ...request.dump,
        compressionArgs: pgDumpArgs
    }, program);
    const decompressor = program === undefined ? undefined : {
        ...program,
        args: [
            '-dcq'
        ]
    };
    const tapped = tapContents(dump.bytes, request.programs, request.signal, decompressor);
    const stop = async ()=>{
        await Promise.all([
            dump.stop(),
            tapped.toc.catch(()=>undefined)
        ]);
    };
    return {
        ...dump,
        ...tapped,
        stop
    };
}
/**
 * A plain dump has no table of contents. The one of a custom dump of the same selection in the same snapshot says
 * what it holds; that second dump is stopped as soon as it has told.
 */ function plainArchive(request) {
    const { program, pgDumpArgs } = request.compression;
    const dump = beginDump(request, {
        ...request.dump,
        compressionArgs: pgDumpArgs
    }, program);
    const twin = beginDump(// It says all that the dump itself says, warnings too.
    {
        ...request,
        reporter: reporter/* silentReporter */.P,
        onTable: ()=>undefined
    }, {
        ...request.dump,
        format: 'custom',
        compressionArgs: [
            '-Z0'
        ]
    });
    const toc = firstContents(tapContents(twin.bytes, request.programs, request.signal)).finally(()=>twin.stop());
    toc.catch(()=>undefined);
    const stop = async ()=>{
        await Promise.all([
            twin.stop(),
            dump.stop(),
            toc.catch(()=>undefined)
        ]);
    };
    return {
        ...dump,
        toc,
        stop
    };
}
/** Reads just as much as the table of contents needs. */ async function firstContents(tapped) {
    let known = false;
    const mark = tapped.toc.then(()=>known = true, ()=>known = true);
    const iterator = tapped.bytes[Symbol.asyncIterator]();
    while(!known){
        const next = await Promise.race([
            iterator.next(),
            mark.then(()=>undefined)
        ]);
        if (next === undefined || next.done === true) break;
    }
    void iterator.return?.().catch(()=>undefined);
    return tapped.toc;
}

;// CONCATENATED MODULE: ./lib/backup/fingerprint/patience.js


const PAUSE_MS = 1000;
/**
 * How long to come back to a table that others hold locked. While pg_dump runs it holds a lock of its own, so whoever
 * waits for the table waits for pg_dump, and the table cannot change: all that time, and for a while after it.
 */ class Patience {
    signal;
    #until = Infinity;
    /**
   * @param dumped resolves or rejects when pg_dump has ended
   * @param afterMs how long to go on after that
   */ constructor(dumped, afterMs, signal){
        this.signal = signal;
        const start = ()=>void (this.#until = Date.now() + afterMs);
        dumped.then(start, start);
    }
    /** False when it is over; else waits a second. @throws CancelledError. */ async again() {
        if (Date.now() > this.#until) return false;
        await (0,external_node_timers_promises_.setTimeout)(PAUSE_MS, undefined, {
            signal: this.signal
        }).catch(()=>{
            throw new errors/* CancelledError */.cc();
        });
        return true;
    }
}

;// CONCATENATED MODULE: ./lib/backup/fingerprint/sequences.js

const SEQUENCES = `
SELECT c.oid::int8 AS oid, n.nspname AS schema, c.relname AS name,
  CASE WHEN has_sequence_privilege(c.oid, 'SELECT, USAGE') THEN pg_sequence_last_value(c.oid)::text END AS value
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'S' AND c.relpersistence <> 't' AND c.oid >= 16384`;
/**
 * The last value of every sequence at this moment: sequences ignore snapshots. The session must have a lock_timeout and
 * be outside a transaction.
 * @throws SqlError when one stayed locked for longer than `patience` lasts, CancelledError.
 */ async function readSequences(psql, patience) {
    for(;;){
        try {
            return await psql.rows(SEQUENCES);
        } catch (error) {
            // One is locked by others, or was dropped between being listed and being read.
            if (!(error instanceof SqlError) || !await patience.again()) throw error;
        }
    }
}
/**
 * The sequences for which `included` holds, with their values before and after the dump.
 * @param after undefined where they could not be read again
 */ function sequenceFingerprints(before, after, included) {
    const later = new Map(after?.map((sequence)=>[
            sequence.oid,
            sequence.value
        ]));
    return before.filter(included).map((sequence)=>({
            schema: sequence.schema,
            name: sequence.name,
            before: sequence.value,
            ...after === undefined ? {} : {
                after: later.has(sequence.oid) ? later.get(sequence.oid) ?? null : sequence.value
            }
        })).sort((a, b)=>a.schema + '\0' + a.name < b.schema + '\0' + b.name ? -1 : 1);
}

;// CONCATENATED MODULE: ./lib/backup/snapshot.js
/**
 * Exports a snapshot from `psql`, whose session must then stay open and run nothing more until pg_dump has ended:
 * any error in it would end the snapshot.
 */ async function exportSnapshot(psql) {
    await psql.exec('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY');
    return psql.query(`SELECT json_build_object('id', pg_export_snapshot(), 'at', to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))`);
}
/** Starts a transaction in `psql` that sees exactly what the snapshot's own session sees. */ async function importSnapshot(psql, id, settings) {
    await psql.exec('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY');
    await psql.exec(`SET TRANSACTION SNAPSHOT '${id.replaceAll("'", "''")}'`);
    for (const setting of settings)await psql.exec(`SET LOCAL ${setting}`);
}

;// CONCATENATED MODULE: ./lib/backup/fingerprint/queries.js

/** Settings that change the text of values, and with it a content hash; pinned so that two servers agree. */ const PINNED_SETTINGS = [
    "DateStyle = 'ISO, MDY'",
    "IntervalStyle = 'postgres'",
    "TimeZone = 'UTC'",
    "lc_monetary = 'C'",
    "bytea_output = 'hex'",
    'extra_float_digits = 1',
    "search_path = 'pg_catalog'",
    'quote_all_identifiers = off'
];
/** Counts are taken from the table itself, as pg_dump reads it: a damaged index must not change them. */ const SCAN_SETTINGS = [
    'enable_indexscan = off',
    'enable_indexonlyscan = off',
    'enable_bitmapscan = off'
];
function hashOf(columns, algorithm) {
    const row = `ROW(${columns.map(quoteIdentifier).join(', ')})::text`;
    return algorithm === 'md5' ? `md5(${row})` : `encode(sha256(convert_to(${row}, 'UTF8')), 'hex')`;
}
function sums(hash) {
    return [
        1,
        17
    ].map((start)=>`sum(('x' || substr(${hash}, ${start}, 16))::bit(64)::bigint)::text`);
}
/** The query that counts one table, and hashes its rows where an algorithm is given. */ function countQuery(table, algorithm) {
    const name = `${quoteIdentifier(table.schema)}.${quoteIdentifier(table.name)}`;
    // No alias: an extension's condition may name its table.
    const from = `ONLY ${name} ${table.condition ?? ''}`;
    // The lock is ours by now, so the name cannot come to mean another table any more.
    const filenode = `CASE WHEN to_regclass(${quoteLiteral(name)}) = ${table.oid}::oid THEN pg_relation_filenode(${table.oid}::oid)::int8 END`;
    const none = [
        'NULL::text',
        'NULL::text'
    ];
    const generated = algorithm !== undefined && table.generatedColumns.length > 0;
    const hashes = [
        ...algorithm === undefined ? [] : [
            `${hashOf(table.columns, algorithm)} AS h`
        ],
        ...generated ? [
            `${hashOf(table.generatedColumns, algorithm)} AS g`
        ] : []
    ];
    const [high, low] = algorithm === undefined ? none : sums('s.h');
    const [generatedHigh, generatedLow] = generated ? sums('s.g') : none;
    // OFFSET 0 keeps the planner from computing each hash twice.
    const source = hashes.length === 0 ? from : `(SELECT ${hashes.join(', ')} FROM ${from} OFFSET 0) s`;
    return `SELECT ${table.oid} AS oid, count(*) AS rows, ${filenode} AS filenode, ${high} AS high, ${low} AS low, ${generatedHigh} AS "generatedHigh", ${generatedLow} AS "generatedLow" FROM ${source}`;
}
/** One statement that measures several tables: one round trip for many small ones. */ function countQueries(tables, algorithm) {
    return tables.map((table)=>countQuery(table, algorithm)).join('\nUNION ALL ');
}
const BATCH_BYTES = 64 * 1024 * 1024;
const BATCH_TABLES = 100;
/** Small tables together, big ones and those of unknown size alone: locks are held as long as a batch runs. */ function batches(tables) {
    const result = [];
    let batch = [];
    let bytes = 0;
    for (const table of tables){
        const size = table.bytes ?? BATCH_BYTES;
        if (batch.length > 0 && (batch.length === BATCH_TABLES || bytes + size > BATCH_BYTES)) {
            result.push(batch);
            batch = [];
            bytes = 0;
        }
        batch.push(table);
        bytes += size;
    }
    if (batch.length > 0) result.push(batch);
    return result;
}

;// CONCATENATED MODULE: ./lib/backup/fingerprint/savepoint.js
/**
 * Does `work` inside a savepoint that is rolled back in any case, so that its locks are given back and an error of a
 * statement does not end the transaction.
 * @throws what `work` threw, even where the session has ended and the rollback fails too.
 */ async function inSavepoint(psql, name, work) {
    const rollBack = ()=>psql.exec(`ROLLBACK TO SAVEPOINT ${name}`, `RELEASE SAVEPOINT ${name}`);
    await psql.exec(`SAVEPOINT ${name}`);
    let result;
    try {
        result = await work();
    } catch (error) {
        await rollBack().catch(()=>undefined);
        throw error;
    }
    await rollBack();
    return result;
}

;// CONCATENATED MODULE: ./lib/backup/fingerprint/tables.js

// Catalogs are read in the snapshot, but `pg_relation_filenode` tells of now: where the two differ, the table was
// truncated or rewritten since, and a scan would see the new rows whatever snapshot it has.
const TABLES = `
WITH RECURSIVE up AS (
  SELECT i.inhrelid AS leaf, i.inhparent AS ancestor, 1 AS depth
  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE c.relispartition
  UNION ALL
  SELECT up.leaf, i.inhparent, up.depth + 1
  FROM up JOIN pg_inherits i ON i.inhrelid = up.ancestor JOIN pg_class c ON c.oid = i.inhrelid WHERE c.relispartition
), hashed AS (
  SELECT DISTINCT ON (up.leaf) up.leaf, up.ancestor
  FROM up JOIN pg_partitioned_table p ON p.partrelid = up.ancestor AND p.partstrat = 'h'
  ORDER BY up.leaf, up.depth DESC
), config AS (
  SELECT unnest(extconfig) AS oid, unnest(extcondition) AS condition FROM pg_extension
), cols AS (
  SELECT attrelid, coalesce(json_agg(attname ORDER BY attnum) FILTER (WHERE attgenerated = ''), '[]') AS plain,
    coalesce(json_agg(attname ORDER BY attnum) FILTER (WHERE attgenerated <> ''), '[]') AS generated
  FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped GROUP BY attrelid
)
SELECT c.oid::int8 AS oid, n.nspname AS schema, c.relname AS name,
  CASE WHEN h.ancestor IS NOT NULL THEN json_build_object('schema', hn.nspname, 'name', hc.relname) END AS "hashRoot",
  nullif(config.condition, '') AS condition,
  c.relfilenode::int8 AS filenode, pg_relation_filenode(c.oid)::int8 AS "currentFilenode",
  coalesce(cols.plain, '[]') AS columns, coalesce(cols.generated, '[]') AS "generatedColumns"
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN hashed h ON h.leaf = c.oid
LEFT JOIN pg_class hc ON hc.oid = h.ancestor
LEFT JOIN pg_namespace hn ON hn.oid = hc.relnamespace
LEFT JOIN config ON config.oid = c.oid
LEFT JOIN cols ON cols.attrelid = c.oid
WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND c.oid >= 16384`;
// Takes and gives back each table's lock at once, and never waits longer than the session's lock_timeout for one.
const SIZES = `SELECT c.oid::int8 AS oid, pg_relation_size(c.oid)::int8 AS bytes
FROM pg_class c WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND c.oid >= 16384`;
/** The tables in \`included\` (OIDs from the archive's table of contents) with all that counting them needs. */ async function countedTables(psql, included) {
    const found = await psql.rows(TABLES);
    const sizes = await tableSizes(psql);
    return found.filter((table)=>included.has(table.oid)).map((table)=>({
            ...table,
            bytes: sizes.get(table.oid) ?? null
        }));
}
/** Bytes on disk by OID; what is locked by others just now is left out. The session must be inside a transaction. */ async function tableSizes(psql) {
    try {
        const rows = await inSavepoint(psql, 'sizes', ()=>psql.rows(SIZES));
        return new Map(rows.flatMap(({ oid, bytes })=>bytes === null ? [] : [
                [
                    oid,
                    bytes
                ]
            ]));
    } catch (error) {
        if (!isLockTimeout(error)) throw error;
        return new Map();
    }
}
/** Bytes on disk by the name that pg_dump's messages have: `public.orders`. The session must have a lock_timeout. */ async function tableSizesByName(psql) {
    const names = await psql.rows(`SELECT c.oid::int8 AS oid, n.nspname || '.' || c.relname AS name FROM pg_class c
     JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND c.oid >= 16384`);
    await psql.exec('BEGIN');
    const sizes = await tableSizes(psql);
    await psql.exec('COMMIT');
    return new Map(names.map(({ oid, name })=>[
            name,
            sizes.get(oid) ?? 0
        ]));
}
/** SQLSTATE 55P03: the lock was not to be had within lock_timeout. */ function isLockTimeout(error) {
    return sqlState(error) === '55P03';
}
function sqlState(error) {
    return error instanceof Error && 'sqlstate' in error ? String(error.sqlstate) : undefined;
}

;// CONCATENATED MODULE: ./lib/backup/fingerprint/counts.js






const UNDEFINED_TABLE = '42P01';
const UNDEFINED_COLUMN = '42703';
const UNDEFINED_SCHEMA = '3F000';
const CANCELED = '57014';
function titleOf(table) {
    return JSON.stringify(`${table.schema}.${table.name}`);
}
/**
 * Counts (and hashes) tables in a session that has imported the dump's snapshot. Each batch gives its locks back
 * as soon as it is done, and none waits longer than lock_timeout, so no application ever waits behind us for long.
 * What was locked, or was cancelled because somebody waited for us, is tried again as long as `patience` lasts.
 * @throws ChangedWhileDumpingError when a table was rewritten since the snapshot, or stays locked.
 */ async function countTables(psql, tables, algorithm, patience) {
    const rows = [];
    let locked = [];
    for (const batch of batches(tables)){
        const result = await countBatch(psql, batch, algorithm);
        if (result === 'locked') locked.push(...batch);
        else rows.push(...result);
    }
    while(locked.length > 0){
        if (!await patience.again()) {
            throw new ChangedWhileDumpingError(`${namesOf(locked)} stayed locked by another session, so its rows could not be counted.`);
        }
        const again = locked;
        locked = [];
        for (const table of again){
            const result = await countBatch(psql, [
                table
            ], algorithm);
            if (result === 'locked') locked.push(table);
            else rows.push(...result);
        }
    }
    return rows;
}
async function countBatch(psql, batch, algorithm) {
    try {
        return await inSavepoint(psql, 'counting', async ()=>{
            const rows = await psql.rows(countQueries(batch, algorithm));
            const filenodes = new Map(rows.map((row)=>[
                    row.oid,
                    row.filenode
                ]));
            requireUnchanged(batch.map((table)=>({
                    ...table,
                    currentFilenode: filenodes.get(table.oid) ?? null
                })));
            return rows;
        });
    } catch (error) {
        const state = sqlState(error);
        if (isLockTimeout(error) || state === CANCELED) return 'locked';
        if (state === UNDEFINED_TABLE || state === UNDEFINED_COLUMN || state === UNDEFINED_SCHEMA) {
            throw new ChangedWhileDumpingError(`A table was dropped or altered while it was dumped: ${error.message}`);
        }
        throw error;
    }
}
/** @throws ChangedWhileDumpingError when a table's rows are no longer where they were at the snapshot. */ function requireUnchanged(tables) {
    const changed = tables.filter((table)=>table.filenode !== table.currentFilenode);
    if (changed.length === 0) return;
    throw new ChangedWhileDumpingError(`${namesOf(changed)} was truncated, rewritten or dropped after the backup's snapshot.`);
}
function namesOf(tables) {
    const names = tables.slice(0, 5).map(titleOf).join(', ');
    return `Table ${names}${tables.length > 5 ? ` and ${tables.length - 5} more` : ''}`;
}
/** Puts the counts of single tables together as the fingerprint has them: hash partitioned tables as one. */ function tableFingerprints(tables, rows, algorithm) {
    const byOid = new Map(rows.map((row)=>[
            row.oid,
            row
        ]));
    const result = new Map();
    for (const table of tables){
        const row = byOid.get(table.oid);
        if (row === undefined) throw new errors/* UserError */.yo(`No row count came back for table ${titleOf(table)}.`);
        const own = table.hashRoot ?? table;
        const key = JSON.stringify([
            own.schema,
            own.name
        ]);
        const entry = result.get(key) ?? {
            schema: own.schema,
            name: own.name,
            rows: 0
        };
        entry.rows += row.rows;
        if (!Number.isSafeInteger(entry.rows)) {
            throw new errors/* UserError */.yo(`Table ${titleOf(own)} has more than ${(0,units/* formatCount */.B4)(Number.MAX_SAFE_INTEGER)} rows.`);
        }
        if (table.hashRoot !== null) (entry.partitions ??= []).push({
            schema: table.schema,
            name: table.name
        });
        if (table.condition !== null) entry.condition = table.condition;
        if (algorithm !== undefined) entry.content = addContent(entry.content, row, algorithm, table.generatedColumns.length > 0);
        result.set(key, entry);
    }
    return [
        ...result.values()
    ].sort((a, b)=>compare(a.schema, b.schema) || compare(a.name, b.name));
}
function addContent(sum, row, algorithm, generated) {
    const add = (a, b)=>(BigInt(a ?? 0) + BigInt(b ?? 0)).toString();
    return {
        algorithm,
        high: add(sum?.high, row.high),
        low: add(sum?.low, row.low),
        ...generated ? {
            generated: {
                high: add(sum?.generated?.high, row.generatedHigh),
                low: add(sum?.generated?.low, row.generatedLow)
            }
        } : {}
    };
}
/** Order by code unit: the same on every machine, unlike `localeCompare`. */ function compare(a, b) {
    return a < b ? -1 : a > b ? 1 : 0;
}

;// CONCATENATED MODULE: ./lib/backup/fingerprint/objects.js
/** Kinds that pg_dump always writes as an entry of their own: the archive must list each of these. */ const LISTED_KINDS = new Set([
    'schema',
    'table',
    'view',
    'materialized view',
    'foreign table',
    'sequence',
    'function'
]);
// Each SELECT gives (kind, catalog, oid, name, via). 16384 is the first OID that is not the system's own
// (FirstNormalObjectId in PostgreSQL's access/transam.h). What belongs to an extension is restored by the extension.
const OBJECTS = `
WITH member AS (
  SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
), space AS (
  SELECT oid, nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
), rel AS (
  SELECT c.oid, c.relkind, c.relname, s.nspname FROM pg_class c JOIN space s ON s.oid = c.relnamespace
  WHERE c.oid >= 16384 AND c.relpersistence <> 't'
    AND NOT EXISTS (SELECT 1 FROM member m WHERE m.classid = 'pg_class'::regclass AND m.objid = c.oid)
), object AS (
  SELECT 'schema' AS kind, 'pg_namespace'::regclass AS catalog, s.oid, s.nspname AS name, NULL AS via FROM space s
  UNION ALL
  SELECT CASE relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table'
      WHEN 'S' THEN 'sequence' ELSE 'table' END, 'pg_class'::regclass, oid, nspname || '.' || relname, NULL
  FROM rel WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
  UNION ALL
  SELECT 'index', 'pg_class'::regclass, i.indexrelid, c.relname, '2606/' || k.oid
  FROM pg_index i JOIN rel r ON r.oid = i.indrelid JOIN pg_class c ON c.oid = i.indexrelid
  LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x') WHERE r.relkind IN ('r', 'p', 'm')
  UNION ALL
  SELECT CASE contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique constraint' WHEN 'f' THEN 'foreign key'
      WHEN 'c' THEN 'check constraint' ELSE 'exclusion constraint' END, 'pg_constraint'::regclass, c.oid, c.conname,
    CASE WHEN contype = 'c' THEN '1259/' || c.conrelid WHEN c.conparentid <> 0 THEN '2606/' || c.conparentid END
  FROM pg_constraint c JOIN rel r ON r.oid = c.conrelid WHERE contype IN ('p', 'u', 'f', 'c', 'x')
  UNION ALL
  SELECT 'trigger', 'pg_trigger'::regclass, t.oid, t.tgname, '2620/' || nullif(t.tgparentid, 0) FROM pg_trigger t JOIN rel r ON r.oid = t.tgrelid WHERE NOT tgisinternal
  UNION ALL
  SELECT 'policy', 'pg_policy'::regclass, p.oid, p.polname, NULL FROM pg_policy p JOIN rel r ON r.oid = p.polrelid
  UNION ALL
  SELECT 'rule', 'pg_rewrite'::regclass, w.oid, w.rulename, NULL
  FROM pg_rewrite w JOIN rel r ON r.oid = w.ev_class WHERE w.rulename <> '_RETURN'
  UNION ALL
  SELECT 'function', 'pg_proc'::regclass, p.oid, s.nspname || '.' || p.proname, NULL
  FROM pg_proc p JOIN space s ON s.oid = p.pronamespace
  WHERE NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')
  UNION ALL
  SELECT CASE typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' WHEN 'r' THEN 'range type' WHEN 'c' THEN 'composite type' ELSE 'base type' END,
    'pg_type'::regclass, t.oid, t.typname, NULL
  FROM pg_type t JOIN space s ON s.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
  WHERE t.typtype IN ('e', 'd', 'r') OR (t.typtype = 'c' AND c.relkind = 'c')
    OR (t.typtype = 'b' AND NOT EXISTS (SELECT 1 FROM pg_type e WHERE e.typarray = t.oid))
  UNION ALL
  SELECT 'extension', 'pg_extension'::regclass, oid, extname, NULL FROM pg_extension
  UNION ALL
  SELECT 'event trigger', 'pg_event_trigger'::regclass, oid, evtname, NULL FROM pg_event_trigger
  UNION ALL
  SELECT 'publication', 'pg_publication'::regclass, oid, pubname, NULL FROM pg_publication
  UNION ALL
  SELECT 'collation', 'pg_collation'::regclass, c.oid, collname, NULL FROM pg_collation c JOIN space s ON s.oid = c.collnamespace
  UNION ALL
  SELECT 'operator', 'pg_operator'::regclass, o.oid, oprname, NULL FROM pg_operator o JOIN space s ON s.oid = o.oprnamespace
  UNION ALL
  SELECT 'operator class', 'pg_opclass'::regclass, o.oid, opcname, NULL FROM pg_opclass o JOIN space s ON s.oid = o.opcnamespace
  UNION ALL
  SELECT 'cast', 'pg_cast'::regclass, oid, castsource::regtype || ' AS ' || casttarget::regtype, NULL FROM pg_cast
  UNION ALL
  SELECT 'language', 'pg_language'::regclass, oid, lanname, NULL FROM pg_language
  UNION ALL
  SELECT 'text search configuration', 'pg_ts_config'::regclass, c.oid, cfgname, NULL FROM pg_ts_config c JOIN space s ON s.oid = c.cfgnamespace
  UNION ALL
  SELECT 'text search dictionary', 'pg_ts_dict'::regclass, d.oid, dictname, NULL FROM pg_ts_dict d JOIN space s ON s.oid = d.dictnamespace
  UNION ALL
  SELECT 'foreign data wrapper', 'pg_foreign_data_wrapper'::regclass, oid, fdwname, NULL FROM pg_foreign_data_wrapper
  UNION ALL
  SELECT 'foreign server', 'pg_foreign_server'::regclass, oid, srvname, NULL FROM pg_foreign_server
  UNION ALL
  SELECT 'statistics object', 'pg_statistic_ext'::regclass, x.oid, stxname, NULL FROM pg_statistic_ext x JOIN space s ON s.oid = x.stxnamespace
)
SELECT kind, catalog::oid::int8 AS catalog, oid::int8 AS oid, name, via FROM object o
WHERE oid >= 16384 AND NOT EXISTS (SELECT 1 FROM member m WHERE m.classid = o.catalog AND m.objid = o.oid)`;
/** Everything in the database that a whole dump holds, as the session's snapshot has it. */ function catalogObjects(psql) {
    return psql.rows(OBJECTS);
}
// An extension's own tables are left to what the archive says of them. Unlogged tables have no rows on a standby, and
// pg_dump leaves them out there.
const DATA_TABLES = `
SELECT 'table data' AS kind, 'pg_class'::regclass::oid::int8 AS catalog, c.oid::int8 AS oid, n.nspname || '.' || c.relname AS name, NULL AS via
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND c.oid >= 16384
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT (c.relpersistence = 'u' AND pg_is_in_recovery())
  AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')`;
/** The tables whose rows a whole dump must hold. */ function dataTables(psql) {
    return psql.rows(DATA_TABLES);
}
/** The objects that an unfiltered archive should list and does not. */ function missingFrom(archive, objects) {
    // pg_dump says nothing of a schema \`public\` that is as initdb made it.
    return objects.filter((object)=>LISTED_KINDS.has(object.kind) && !(object.kind === 'schema' && object.name === 'public') && !archive.has(keyOf(object)));
}
/** The objects that a filtered archive holds, those without an entry of their own included. */ function heldBy(archive, objects) {
    const via = new Map(objects.map((object)=>[
            keyOf(object),
            object.via
        ]));
    const held = (key)=>key !== null && key !== undefined && (archive.has(key) || held(via.get(key)));
    return objects.filter((object)=>held(keyOf(object)));
}
/** Objects per kind, kinds in alphabetical order. */ function countKinds(objects) {
    const counts = new Map();
    for (const { kind } of objects)counts.set(kind, (counts.get(kind) ?? 0) + 1);
    return Object.fromEntries([
        ...counts
    ].sort(([a], [b])=>a < b ? -1 : 1));
}
/** How a table of contents names an object: see `objectKeys`. */ function keyOf(object) {
    return `${object.catalog}/${object.oid}`;
}

;// CONCATENATED MODULE: ./lib/backup/fingerprint/requires.js

const EXTENSIONS = `
SELECT e.extname AS name, e.extversion AS version, n.nspname AS schema
FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace ORDER BY 1`;
/** The extensions of the database. */ function readExtensions(psql) {
    return psql.rows(EXTENSIONS);
}
/** What needs nothing but to be there already. */ const NO_REQUIREMENTS = {
    extensions: [],
    schemas: [],
    others: []
};
// From the archived objects to what hangs on them (defaults, constraints, rules; but no partition, which pg_dump takes
// for an object of its own), to everything those refer to, and through array and row types to the types behind them.
// Of what is left, an object that is itself an inner part of another (deptype i) is named by that other one.
const OTHERS = [
    ...[
        'pg_class',
        'pg_type',
        'pg_proc',
        'pg_operator',
        'pg_opclass',
        'pg_opfamily',
        'pg_collation',
        'pg_language'
    ],
    ...[
        'pg_ts_config',
        'pg_ts_dict',
        'pg_foreign_server',
        'pg_foreign_data_wrapper'
    ]
];
function requirementsQuery(catalogs, oids) {
    return `
WITH RECURSIVE seed AS (
  SELECT unnest('{${catalogs.join(',')}}'::oid[]) AS classid, unnest('{${oids.join(',')}}'::oid[]) AS objid
), own AS (
  SELECT classid, objid FROM seed
  UNION
  SELECT d.classid, d.objid FROM own o JOIN pg_depend d ON d.refclassid = o.classid AND d.refobjid = o.objid
  WHERE d.deptype IN ('a', 'i', 'P', 'S') AND d.classid <> 'pg_publication_rel'::regclass
    AND NOT EXISTS (SELECT 1 FROM pg_class c WHERE d.classid = 'pg_class'::regclass AND c.oid = d.objid AND c.relkind IN ('r', 'p', 'f'))
), refs AS (
  SELECT d.refclassid AS classid, d.refobjid AS objid FROM own o JOIN pg_depend d ON d.classid = o.classid AND d.objid = o.objid
  UNION
  SELECT d.refclassid, d.refobjid FROM refs r JOIN pg_depend d ON d.classid = r.classid AND d.objid = r.objid WHERE d.deptype = 'i'
), needed AS (
  SELECT d.refobjid AS oid FROM refs r JOIN pg_depend d ON d.classid = r.classid AND d.objid = r.objid
  WHERE d.deptype = 'e' AND d.refclassid = 'pg_extension'::regclass
  UNION
  SELECT objid FROM refs WHERE classid = 'pg_extension'::regclass
)
SELECT json_build_object(
  'extensions', (SELECT coalesce(json_agg(json_build_object('name', e.extname, 'version', e.extversion, 'schema', n.nspname) ORDER BY e.extname), '[]')
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
    WHERE e.extname <> 'plpgsql' AND e.oid IN (SELECT oid FROM needed)
      AND NOT EXISTS (SELECT 1 FROM seed s WHERE s.classid = 'pg_extension'::regclass AND s.objid = e.oid)),
  'schemas', (SELECT coalesce(json_agg(n.nspname ORDER BY n.nspname), '[]') FROM pg_namespace n
    WHERE n.oid >= 16384 AND n.nspname !~ '^pg_'
      AND (n.oid IN (SELECT objid FROM refs WHERE classid = 'pg_namespace'::regclass)
        OR n.oid IN (SELECT extnamespace FROM pg_extension WHERE oid IN (SELECT oid FROM needed)))
      AND NOT EXISTS (SELECT 1 FROM seed s WHERE s.classid = 'pg_namespace'::regclass AND s.objid = n.oid)),
  'others', (SELECT coalesce(json_agg(o.name ORDER BY o.name), '[]') FROM (
    SELECT DISTINCT pg_describe_object(r.classid, r.objid, 0) AS name FROM refs r LEFT JOIN pg_class c ON r.classid = 'pg_class'::regclass AND c.oid = r.objid
    WHERE r.objid >= 16384 AND r.classid IN (${OTHERS.map((catalog)=>`'${catalog}'::regclass`).join(', ')})
      AND (c.oid IS NULL OR c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S'))
      AND NOT EXISTS (SELECT 1 FROM own o WHERE o.classid = r.classid AND o.objid = r.objid)
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = r.classid AND d.objid = r.objid AND d.objsubid = 0 AND d.deptype IN ('i', 'e'))) o))`;
}
/** What a filtered archive refers to but does not create. */ async function requirements(psql, toc) {
    const keys = [
        ...objectKeys(toc)
    ].map((key)=>key.split('/').map(Number));
    return psql.query(requirementsQuery(keys.map(([catalog])=>catalog ?? 0), keys.map(([, oid])=>oid ?? 0)));
}

;// CONCATENATED MODULE: ./lib/backup/fingerprint/take.js













// An application's lock must never queue behind ours for long, and rows hidden by row-level security must be an
// error, never a smaller count.
const SESSION_SETTINGS = [
    "lock_timeout = '1s'",
    'row_security = off',
    ...PINNED_SETTINGS,
    ...SCAN_SETTINGS
];
/**
 * Measures, inside the dump's snapshot, what the archive holds, after checking that the archive lists what the
 * catalog lists and that no table was rewritten since the snapshot. With level `none` only the checks are made.
 * @throws UserError when the archive lacks something, ChangedWhileDumpingError when a table changed.
 */ async function measure(request) {
    const psql = await request.open();
    try {
        return await measureIn(psql, request);
    } catch (error) {
        throw explainSqlError(error, `Measuring database ${JSON.stringify(request.database)}`, {
            target: request.target
        });
    } finally{
        await psql.close();
    }
}
async function measureIn(psql, request) {
    const { level, selection, toc } = request;
    await importSnapshot(psql, request.snapshot.id, SESSION_SETTINGS);
    const tables = await countedTables(psql, tableDataOids(toc));
    requireUnchanged(tables);
    const objects = await requireComplete(psql, request);
    const filtered = isFiltered(selection);
    const requires = filtered ? await requirements(psql, toc) : NO_REQUIREMENTS;
    warnOfOthers(requires, request.reporter);
    if (level === 'none') return {
        requires,
        fingerprint: undefined
    };
    const algorithm = level === 'content' ? await hashAlgorithm(psql) : undefined;
    const rows = await countTables(psql, tables, algorithm, request.patience);
    const fingerprint = {
        version: 1,
        level,
        database: request.database,
        snapshotAt: request.snapshot.at,
        tables: tableFingerprints(tables, rows, algorithm),
        materializedViews: await materializedViews(psql, toc),
        objects: countKinds(objects),
        largeObjects: await largeObjects(psql, toc),
        extensions: filtered ? [] : await readExtensions(psql),
        requires,
        notMeasured: await unmeasuredTables(psql)
    };
    return {
        requires,
        fingerprint
    };
}
function warnOfOthers({ others }, reporter) {
    if (others.length === 0) return;
    const names = others.slice(0, 10).join(', ');
    reporter.warn(`This backup will not restore into an empty database: what was chosen refers to ${(0,units/* plural */.LS)(others.length, 'object')} that it does not hold (${names}${others.length > 10 ? ', ...' : ''}). Choose those too, or whole schemas.`);
}
/** The objects that are in the archive. @throws UserError when an unfiltered archive lacks one. */ async function requireComplete(psql, request) {
    const { selection, toc } = request;
    const archive = objectKeys(toc);
    const objects = selection.content === 'data' ? [] : await catalogObjects(psql);
    if (isFiltered(selection)) return heldBy(archive, objects);
    const missing = missingFrom(archive, objects);
    if (selection.content !== 'schema') {
        const held = tableDataOids(toc);
        missing.push(...(await dataTables(psql)).filter((table)=>!held.has(table.oid)));
    }
    if (missing.length > 0) {
        const names = missing.slice(0, 5).map(({ kind, name })=>`${kind} ${JSON.stringify(name)}`);
        throw new errors/* UserError */.yo(`The dump of database ${JSON.stringify(request.database)} is incomplete: its table of contents lacks ${(0,units/* plural */.LS)(missing.length, 'object')} that the catalog has: ${names.join(', ')}${missing.length > 5 ? ', ...' : ''}. No backup was published. Run it again; if it stays, report it with these names.`);
    }
    return objects;
}
/** MD5, or SHA-256 where the server's OpenSSL is in FIPS mode and refuses MD5. */ async function hashAlgorithm(psql) {
    try {
        await inSavepoint(psql, 'hashing', ()=>psql.value("SELECT md5('')"));
        return 'md5';
    } catch (error) {
        if (!(error instanceof SqlError)) throw error;
        return 'sha256';
    }
}
async function materializedViews(psql, toc) {
    const archive = objectKeys(toc);
    const views = await psql.rows(`SELECT '1259/' || c.oid AS key, n.nspname AS schema, c.relname AS name, c.relispopulated AS populated
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'm' ORDER BY 2, 3`);
    return views.filter((view)=>archive.has(view.key)).map(({ schema, name, populated })=>({
            schema,
            name,
            populated
        }));
}
async function largeObjects(psql, toc) {
    if (!toc.some((entry)=>entry.text.startsWith('BLOB'))) return 0;
    return Number(await psql.value('SELECT count(*) FROM pg_largeobject_metadata'));
}
/** A standby has no rows of unlogged tables, and cannot even count them. */ async function unmeasuredTables(psql) {
    const tables = await psql.rows(`SELECT n.nspname || '.' || c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'r' AND c.relpersistence = 'u' AND pg_is_in_recovery() ORDER BY 1`);
    return tables.map(({ name })=>({
            what: `table ${name}`,
            why: 'unlogged tables have no rows on a standby'
        }));
}

;// CONCATENATED MODULE: ./lib/backup/fingerprint/watch.js


/** Somebody seen waiting twice in a row is helped, so nobody waits much longer than twice this. */ const EVERY_MS = 400;
/**
 * Cancels what our sessions called `application` run as soon as somebody waits for a lock of theirs, so that no
 * application stands still behind a long count. What was cancelled is tried again later.
 * Ends when `signal` aborts.
 */ async function yieldToOthers(psql, application, signal) {
    const ours = `SELECT pid FROM pg_catalog.pg_stat_activity WHERE application_name = ${quoteLiteral(application)}`;
    const waiting = `SELECT DISTINCT l.pid, b.pid AS blocker FROM pg_catalog.pg_locks l
    CROSS JOIN LATERAL unnest(pg_catalog.pg_blocking_pids(l.pid)) AS b(pid)
    WHERE NOT l.granted AND b.pid IN (${ours}) AND l.pid NOT IN (${ours})`;
    let before = new Set();
    while(!signal.aborted){
        const pairs = await psql.rows(waiting);
        const late = pairs.filter(({ pid })=>before.has(pid)).map(({ blocker })=>blocker);
        for (const pid of new Set(late))await cancel(psql, pid);
        before = new Set(pairs.map(({ pid })=>pid));
        await (0,external_node_timers_promises_.setTimeout)(EVERY_MS, undefined, {
            signal
        }).catch(()=>undefined);
    }
}
async function cancel(psql, pid) {
    try {
        await psql.exec(`SELECT pg_catalog.pg_cancel_backend(${pid})`);
    } catch (error) {
        if (!(error instanceof SqlError)) throw error;
    }
}

;// CONCATENATED MODULE: ./lib/backup/fingerprint/schema-hash.js

const NEWLINE = 10;
/** The first bytes of the lines that may be left out: a backslash, or the dash of a comment. */ const SPECIAL = new Set([
    92,
    45
]);
const RULE = '--';
const REFRESH = /^-- Name: .*; Type: MATERIALIZED VIEW DATA; Schema: /;
/**
 * The SHA-256 of a database's definitions, fed piece by piece: the output of `pg_dump --schema-only`, or of
 * `pg_restore --schema-only` of an archive with the same content. Left out are
 * - the `\restrict` and `\unrestrict` lines, which hold a random key in every dump since the fix of CVE-2025-8714;
 * - the REFRESH of materialized views, which pg_restore takes for schema and pg_dump for data.
 */ class SchemaHash {
    #hash = (0,external_node_crypto_.createHash)('sha256');
    #rest = Buffer.alloc(0);
    /** A `--` line whose entry is not known yet. */ #rule;
    #skipping;
    update(chunk) {
        const text = this.#rest.length === 0 ? chunk : Buffer.concat([
            this.#rest,
            chunk
        ]);
        const end = text.lastIndexOf(NEWLINE) + 1;
        this.#rest = Buffer.from(text.subarray(end));
        this.#lines(text.subarray(0, end));
    }
    digest() {
        this.#lines(this.#rest);
        if (this.#rule !== undefined) this.#hash.update(this.#rule);
        return this.#hash.digest('hex');
    }
    #lines(text) {
        let from = 0;
        for(let start = 0; start < text.length;){
            const newline = text.indexOf(NEWLINE, start);
            const next = newline === -1 ? text.length : newline + 1;
            const special = SPECIAL.has(text[start] ?? 0) || this.#rule !== undefined;
            if ((special || this.#skipping !== undefined) && !this.#keeps(text.subarray(start, next))) {
                this.#hash.update(text.subarray(from, start));
                from = next;
            }
            start = next;
        }
        this.#hash.update(text.subarray(from));
    }
    /** Each entry of a dump begins with a comment of three lines: `--`, `-- Name: ...; Type: ...`, `--`. */ #keeps(bytes) {
        const line = bytes.toString('latin1').trimEnd();
        if (this.#skipping === 'title') {
            if (line === RULE) this.#skipping = 'body';
            return false;
        }
        if (this.#skipping === 'body' && line !== RULE) return false;
        this.#skipping = undefined;
        if (this.#rule !== undefined) {
            const rule = this.#rule;
            this.#rule = undefined;
            if (REFRESH.test(line)) {
                this.#skipping = 'title';
                return false;
            }
            this.#hash.update(rule);
        }
        if (line === RULE) {
            this.#rule = Buffer.from(bytes);
            return false;
        }
        return !/^\\(un)?restrict /.test(line);
    }
}

;// CONCATENATED MODULE: ./lib/backup/schema-dump.js




const LOCK_FAILED = /lock timeout|could not obtain lock|canceling statement due to (lock timeout|statement timeout|user request)/;
/**
 * The SHA-256 of a schema-only dump. While others hold a table locked, or wait for us, it is tried again.
 * @throws UserError when pg_dump fails, ChangedWhileDumpingError when a table stays locked by others.
 */ async function hashSchema(request) {
    for(;;){
        const hash = new SchemaHash();
        const child = (0,base_process/* start */.n)(request.programs.path('pg_dump'), request.args, {
            env: {
                ...request.connection.env,
                ...request.programs.env
            },
            signal: request.signal
        });
        if (child.process.stdout !== null) for await (const chunk of child.process.stdout)hash.update(chunk);
        const exit = await child.exit;
        if (exit.code === 0) return hash.digest();
        if (request.signal.aborted || !LOCK_FAILED.test(child.stderrTail())) requireSuccess(request, child, exit, 'The schema-only pg_dump');
        if (!await request.patience.again()) {
            throw new ChangedWhileDumpingError('A table stayed locked by another session while its definition was read.');
        }
    }
}

;// CONCATENATED MODULE: ./lib/backup/measure-archive.js








/** Measures what an archive that is being written holds, from its table of contents and in its snapshot. */ async function measureArchive(request) {
    const { archive, snapshot, database, dump, signal, open } = request;
    const { programs, connection, inputs, reporter } = request.context;
    await archive.locked;
    const toc = await archive.toc;
    const { selection } = dump;
    const level = inputs.fingerprint;
    const patience = new Patience(archive.ended, inputs.lockTimeout, signal);
    const application = `pgkeep ${(0,external_node_crypto_.randomBytes)(6).toString('hex')}`;
    const conninfo = `${dump.conninfo} application_name='${application}'`;
    const schemaHash = async ()=>level === 'none' || selection.content === 'data' ? null : hashSchema({
            programs,
            connection,
            args: schemaDumpArgs({
                ...dump,
                conninfo
            }),
            patience,
            signal
        });
    const done = new AbortController();
    const yielding = yieldAfter(archive.ended, request, application, done.signal);
    try {
        const [measured, schema] = await allOrStop(request.stop, [
            measure({
                open: ()=>open('that takes the fingerprint', application),
                snapshot,
                level,
                database,
                selection,
                toc,
                patience,
                target: connection.target,
                reporter
            }),
            schemaHash()
        ]);
        return {
            ...measured,
            schema,
            toc,
            filtered: isFiltered(selection)
        };
    } finally{
        done.abort();
        await yielding;
    }
}
/**
 * Once pg_dump has given its locks back, whoever still waits waits for us. Until then cancelling would help nobody.
 * Never throws: a server that has no connection left for this still gives a good backup.
 */ async function yieldAfter(ended, { context, open }, application, signal) {
    const stopped = new Promise((resolve)=>{
        if (signal.aborted) resolve();
        else signal.addEventListener('abort', ()=>resolve(), {
            once: true
        });
    });
    await Promise.race([
        ended,
        stopped
    ]);
    if (isAborted(signal)) return;
    let psql;
    try {
        psql = await open('that watches for waiting applications');
        await yieldToOthers(psql, application, signal);
    } catch (error) {
        if (!isAborted(signal) && !context.signal.aborted) context.reporter.info(`Nobody watches whether applications wait for the count: ${(0,errors/* messageOf */.bD)(error)}`);
    } finally{
        await psql?.close();
    }
}
/** A call, because it changes while we wait and a narrowed property would not. */ function isAborted(signal) {
    return signal.aborted;
}

;// CONCATENATED MODULE: ./lib/backup/selection.js
/** What of the database the inputs choose. */ function selectionOf(inputs) {
    const { content, schemas, excludeSchemas, tables, excludeTables, excludeTableData } = inputs;
    return {
        content,
        schemas,
        excludeSchemas,
        tables,
        excludeTables,
        excludeTableData
    };
}
/** The inputs that shaped a backup, as its manifest records them: only what was given, and nothing secret. */ function recordedOptions(inputs) {
    const { format, content, fingerprint, compression, globals, jobs, dumpArgs } = inputs;
    const lists = {
        schemas: inputs.schemas,
        'exclude-schemas': inputs.excludeSchemas,
        tables: inputs.tables,
        'exclude-tables': inputs.excludeTables,
        'exclude-table-data': inputs.excludeTableData,
        'dump-args': dumpArgs
    };
    return {
        format,
        content,
        fingerprint,
        compression: compression.level === undefined ? compression.method : `${compression.method}:${compression.level}`,
        globals,
        jobs,
        ...Object.fromEntries(Object.entries(lists).filter(([, list])=>list.length > 0))
    };
}

;// CONCATENATED MODULE: ./lib/backup/attempt.js










/**
 * Dumps the database once and measures, in the same snapshot, what the dump holds. Everything is stopped when any part
 * of it fails.
 * @throws ChangedWhileDumpingError when a table changed under the dump: the caller may try once more.
 */ async function attemptDump(request) {
    const { context, database } = request;
    const { inputs } = context;
    const stop = new AbortController();
    const signal = AbortSignal.any([
        context.signal,
        stop.signal
    ]);
    const open = (name, application)=>{
        const { programs, connection, reporter } = context;
        return Psql.open({
            programs,
            connection,
            database,
            signal,
            reporter,
            name,
            settings: {
                lock_timeout: '1s',
                ...application === undefined ? {} : {
                    application_name: application
                }
            }
        });
    };
    const patience = ()=>new Patience(Promise.resolve(), inputs.lockTimeout, signal);
    const holder = await open('that holds the snapshot');
    let archive;
    try {
        const before = inputs.fingerprint === 'none' ? [] : await readSequences(holder, patience());
        const snapshot = await exportSnapshot(holder);
        const dump = dumpOptions(context, database, snapshot);
        archive = await startArchive({
            programs: context.programs,
            connection: context.connection,
            dump,
            compression: context.compression,
            tempDir: context.tempDir,
            databaseBytes: request.databaseBytes,
            reporter: context.reporter,
            signal,
            onTable: request.onTable
        });
        const [, measured] = await allOrStop(stop, [
            request.store(archive.bytes),
            measureArchive({
                context,
                database,
                archive,
                snapshot,
                dump,
                stop,
                signal,
                open
            })
        ]);
        // The snapshot's session was idle all the time; that it still answers proves that the snapshot lasted.
        await holder.exec('COMMIT');
        const fingerprint = measured.fingerprint === undefined ? undefined : completed(measured, measured.fingerprint, before, await readAgain(holder, patience()));
        return {
            snapshotAt: snapshot.at,
            fingerprint,
            requires: measured.requires,
            warnings: archive.warnings
        };
    } catch (error) {
        throw explainSqlError(error, `Reading database ${JSON.stringify(database)}`, {
            target: context.connection.target
        });
    } finally{
        stop.abort();
        const ends = await Promise.allSettled([
            archive?.stop(),
            holder.close()
        ]);
        for (const end of ends)if (end.status === 'rejected') context.reporter.warn(`Not everything was cleaned up after the dump: ${(0,errors/* messageOf */.bD)(end.reason)}`);
    }
}
/** The dump is done by now, and not thrown away for what can be left out. @returns why there are no values */ async function readAgain(holder, patience) {
    try {
        return await readSequences(holder, patience);
    } catch (error) {
        if (error instanceof errors/* CancelledError */.cc) throw error;
        return {
            why: (0,errors/* messageOf */.bD)(error)
        };
    }
}
function completed(measured, inSnapshot, before, after) {
    const known = Array.isArray(after) ? after : undefined;
    const unknown = Array.isArray(after) ? [] : [
        {
            what: 'sequences after the dump',
            why: after.why
        }
    ];
    return {
        ...inSnapshot,
        schema: measured.schema,
        sequences: archivedSequences(measured, before, known),
        notMeasured: [
            ...inSnapshot.notMeasured,
            ...unknown
        ]
    };
}
function dumpOptions(context, database, snapshot) {
    const { inputs, connection } = context;
    return {
        format: inputs.format,
        selection: selectionOf(inputs),
        jobs: inputs.jobs,
        lockTimeout: String(inputs.lockTimeout),
        snapshot: snapshot.id,
        conninfo: connection.conninfo(database),
        extraArgs: inputs.dumpArgs
    };
}
function archivedSequences({ toc, filtered }, before, after) {
    // Their entries carry no OID; pg_restore writes names with line breaks as spaces.
    const set = new Set(toc.filter(({ text })=>text.startsWith('SEQUENCE SET ')).map(({ text })=>text));
    const texts = [
        ...set
    ];
    const included = ({ schema: space, name })=>{
        const start = `SEQUENCE SET ${space} ${name} `.replaceAll(/[\r\n]/g, ' ');
        return texts.some((text)=>text.startsWith(start));
    };
    const all = !filtered && set.size === before.length;
    return sequenceFingerprints(before, after, all ? ()=>true : included);
}

// EXTERNAL MODULE: ./lib/backup/manifest.js
var backup_manifest = __nccwpck_require__(8841);
;// CONCATENATED MODULE: ./lib/backup/describe.js



/** The entry of one file that was just written. */ function describePart(file, digest, encryption) {
    const suffix = /\.(zst|gz|lz4)(\.age)?$/.exec(file)?.[1];
    const methods = {
        zst: 'zstd',
        gz: 'gzip',
        lz4: 'lz4'
    };
    return {
        file,
        ...digest,
        compression: suffix === undefined ? 'none' : methods[suffix] ?? 'none',
        encryption
    };
}
/** The manifest without what differs from store to store: how each part was proved. */ function describeBackup(context, facts, parts) {
    const { server, fingerprint } = facts;
    const { programs, inputs } = context;
    return {
        version: backup_manifest/* MANIFEST_VERSION */.hh,
        id: facts.id,
        name: facts.name,
        database: facts.database,
        label: inputs.label ?? null,
        startedAt: facts.startedAt.toISOString(),
        snapshotAt: facts.snapshotAt,
        finishedAt: new Date().toISOString(),
        server: {
            version: server.version,
            encoding: server.encoding,
            collate: server.collation.collate,
            ctype: server.collation.ctype,
            localeProvider: server.collation.provider,
            locale: server.collation.locale,
            icuRules: server.collation.icuRules,
            collationVersion: server.collation.version
        },
        tools: {
            pgkeep: context.version,
            pg_dump: programs.version,
            sameMajor: programs.major === server.major
        },
        source: {
            ...context.run,
            databaseId: databaseId(server)
        },
        options: recordedOptions(inputs),
        databaseBytes: server.databaseBytes,
        parts: [
            ...parts
        ],
        totals: fingerprint === undefined ? null : {
            tables: fingerprint.tables.length,
            rows: fingerprint.tables.reduce((sum, table)=>sum + table.rows, 0)
        },
        warnings: facts.warnings
    };
}
/** The manifest as one store holds it. */ function manifestFor(store, group, described) {
    return {
        ...described,
        parts: described.parts.map((part)=>({
                ...part,
                readBack: group.readBackOf(store, part.file)
            }))
    };
}

;// CONCATENATED MODULE: ./lib/backup/globals.js



/** Roles and tablespaces as SQL, without passwords. Ends normally only when pg_dumpall succeeded. */ async function* dumpGlobals(request) {
    const { programs, connection, database, reporter, signal } = request;
    const child = (0,base_process/* start */.n)(programs.path('pg_dumpall'), globalsArgs(connection.conninfo(database), database), {
        env: {
            ...connection.env,
            ...programs.env
        },
        signal,
        onStderr: (line)=>reporter.output('pg_dumpall', line)
    });
    try {
        for await (const chunk of child.process.stdout)yield chunk;
        requireSuccess(request, child, await child.exit, 'pg_dumpall (for `globals`)');
    } finally{
        child.stop();
    }
}

// EXTERNAL MODULE: ./lib/backup/id.js
var backup_id = __nccwpck_require__(6481);
// EXTERNAL MODULE: ./lib/backup/layout.js
var layout = __nccwpck_require__(802);
// EXTERNAL MODULE: ./lib/backup/catalogue.js + 1 modules
var catalogue = __nccwpck_require__(1667);
;// CONCATENATED MODULE: ./lib/backup/other-source.js



/**
 * Says of each store whose newest backup of this family is of another database: two projects that use one name, or a
 * server that moved. The new backup is good, but the old ones must not be taken for its elders. A store that does not
 * answer is warned about: whether it takes the backup shows when it is written. So is encryption that has gone missing.
 */ async function otherSources(stores, name, databaseId, encrypted, reporter) {
    const problems = await Promise.all(stores.map(async (store)=>{
        const newest = await (0,catalogue/* newestBackup */.RO)(store, name).catch((error)=>{
            reporter.warn(`${store.url} does not tell what its newest backup is, so whether that is of the same database is not known. ${(0,errors/* messageOf */.bD)(error)}`);
            return undefined;
        });
        if (newest === undefined) return [];
        if (!encrypted && (0,backup_manifest/* isEncrypted */.ph)(newest)) {
            // A secret that does not exist reads as an empty input, and nobody would notice.
            reporter.warn(`The newest backup named "${name}" in ${store.url}, ${newest.id}, is encrypted and this one is not: \`recipients\` and \`passphrase\` are empty. If that is not meant, check that the secret or variable behind them exists, and delete the new backup.`);
        }
        const other = newest.source.databaseId;
        if (databaseId === null || other === null || other === databaseId) return [];
        return [
            `The newest backup named "${name}" in ${store.url}, ${newest.id}, is of another database than this one: two projects use the same name, or the server moved. The new backup was published and nothing was removed. Give one of them another \`name\`, or move the old backups to another prefix if the server is new.`
        ];
    }));
    return problems.flat();
}

;// CONCATENATED MODULE: ./lib/backup/progress.js
/** Until a table is done, its share is guessed from how well the ones before it compressed. */ const FIRST_GUESS = 4;
/**
 * How far a dump is, from the sizes of the tables that pg_dump has reached: the stored bytes alone tell nothing, since
 * nobody knows how well the rest compresses.
 */ class DumpProgress {
    reporter;
    label;
    sizes;
    #bytes = 0;
    #done = 0;
    #bytesWhenDone = 0;
    #current = 0;
    #total;
    /** @param sizes bytes on disk by the name of a table in pg_dump's messages, without their quotes: `public.orders` */ constructor(reporter, label, sizes){
        this.reporter = reporter;
        this.label = label;
        this.sizes = sizes;
        this.#total = [
            ...sizes.values()
        ].reduce((sum, size)=>sum + size, 0);
    }
    /** pg_dump begins with the rows of this table. */ table(name) {
        this.#done += this.#current;
        this.#bytesWhenDone = this.#bytes;
        this.#current = this.sizes.get(name) ?? 0;
    }
    /** So many more bytes were written. */ wrote(bytes) {
        this.#bytes += bytes;
        const share = this.share();
        this.reporter.progress({
            label: this.label,
            bytes: this.#bytes,
            ...share === undefined ? {} : {
                share
            }
        });
    }
    /** 0 to 1; undefined where nothing is known of the sizes. */ share() {
        if (this.#total === 0) return undefined;
        const ratio = this.#done > 0 && this.#bytesWhenDone > 0 ? this.#done / this.#bytesWhenDone : FIRST_GUESS;
        const inTable = Math.min(this.#current, (this.#bytes - this.#bytesWhenDone) * ratio);
        return Math.min(1, (this.#done + inTable) / this.#total);
    }
}

// EXTERNAL MODULE: external "node:url"
var external_node_url_ = __nccwpck_require__(3136);
// EXTERNAL MODULE: ./lib/base/text.js
var base_text = __nccwpck_require__(8566);
// EXTERNAL MODULE: ./lib/storage/url.js + 1 modules
var storage_url = __nccwpck_require__(5990);
;// CONCATENATED MODULE: ./lib/backup/fetch-command.js



/**
 * The stock command that brings a backup's files into the current folder.
 * @param url the storage's URL, as the user wrote it; an endpoint that stands in the environment alone is not known here.
 * @param location the URL of the backup's own folder.
 */ function fetchCommand(url, location) {
    const storage = (0,storage_url/* parseStorageUrl */.Y)(url);
    if (storage.scheme === 'file') return `cp -r ${(0,base_text/* shell */.vf)(`${(0,external_node_url_.fileURLToPath)(location)}/.`)} .`;
    const { endpoint, region } = storage.s3;
    return [
        `aws s3 cp --recursive ${(0,base_text/* shell */.vf)(`${decodeURIComponent(location)}/`)} .`,
        ...endpoint === undefined ? [] : [
            `--endpoint-url ${(0,base_text/* shell */.vf)(endpoint)}`
        ],
        ...region === undefined ? [] : [
            `--region ${(0,base_text/* shell */.vf)(region)}`
        ]
    ].join(' ');
}

;// CONCATENATED MODULE: ./lib/backup/recovery.js

function identifier(name) {
    return `"${name.replaceAll('"', '""')}"`;
}
/** The commands that turn a stored file into the one that PostgreSQL's programs read, and that file's name. */ function unpack(part) {
    const commands = [];
    let file = part.file;
    const strip = (suffix)=>file.slice(0, -suffix.length);
    if (file.endsWith('.age')) {
        const identity = part.encryption === 'age-passphrase' ? '' : '-i key.txt ';
        commands.push(`age -d ${identity}-o ${strip('.age')} ${file}`);
        file = strip('.age');
    }
    const programs = {
        '.zst': 'zstd -d -f -q',
        '.gz': 'gzip -d -f',
        '.lz4': 'lz4 -d -f -q'
    };
    for (const [suffix, program] of Object.entries(programs)){
        if (!file.endsWith(suffix)) continue;
        commands.push(suffix === '.lz4' ? `${program} ${file} ${strip(suffix)}` : `${program} ${file}`);
        file = strip(suffix);
    }
    if (file.endsWith('.tar')) {
        commands.push(`tar -xf ${file}`);
        file = strip('.tar');
    }
    return {
        commands,
        file
    };
}
/** `createdb` with the encoding and locale of the source, so that text sorts as it did. */ function createDatabase(server) {
    const options = [
        '--template=template0',
        `--encoding=${(0,base_text/* shell */.vf)(server.encoding)}`
    ];
    options.push(`--lc-collate=${(0,base_text/* shell */.vf)(server.collate)}`, `--lc-ctype=${(0,base_text/* shell */.vf)(server.ctype)}`);
    if (server.localeProvider === 'icu' && server.locale !== null) {
        options.push('--locale-provider=icu', `--icu-locale=${(0,base_text/* shell */.vf)(server.locale)}`);
    }
    if (server.localeProvider === 'builtin' && server.locale !== null) {
        options.push('--locale-provider=builtin', `--builtin-locale=${(0,base_text/* shell */.vf)(server.locale)}`);
    }
    return `createdb ${options.join(' ')} "$DB"`;
}
function requirementLines(facts) {
    if (facts.requires === undefined) {
        return [
            '# Parts of the database were left out. Before going on, decrypt fingerprint.json.age, if there is one, and create',
            '# the schemas and extensions that its "requires" lists.'
        ];
    }
    const statements = [
        ...facts.requires.schemas.map((schema)=>`CREATE SCHEMA IF NOT EXISTS ${identifier(schema)}`),
        ...facts.requires.extensions.map(({ name, schema })=>`CREATE EXTENSION IF NOT EXISTS ${identifier(name)} SCHEMA ${identifier(schema)}`)
    ];
    return [
        ...statements.map((sql)=>`psql -X -v ON_ERROR_STOP=1 -d "$DB" -c ${(0,base_text/* shell */.vf)(sql)}`),
        ...facts.requires.others.length === 0 ? [] : [
            '# The backup refers to these objects and does not hold them: create them before going on.',
            ...facts.requires.others.map((name)=>`#   ${(0,base_text/* printableLine */.oy)(name)}`)
        ]
    ];
}
function restoreLines(facts, file) {
    // A newer pg_dump sets what an older server does not know (transaction_timeout); that error is harmless.
    const strict = facts.manifest.tools.sameMajor;
    const psql = `psql -X -q${strict ? ' -v ON_ERROR_STOP=1' : ''}`;
    const pgRestore = `pg_restore${strict ? ' --exit-on-error' : ''}`;
    if (facts.content === 'data') {
        const restore = facts.format === 'plain' ? `${psql} -d "$DB" -f ${file}` : `${pgRestore} --data-only --dbname="$DB" ${file}`;
        return [
            'DB=restored   # a database that has the tables already, without rows: this backup holds rows alone',
            restore
        ];
    }
    if (facts.createsDatabase) {
        return [
            `# Creates the database ${JSON.stringify(facts.manifest.database)}; there must be none of that name.`,
            `${psql} -d postgres -f ${file}`
        ];
    }
    return [
        'DB=restored   # any new name',
        createDatabase(facts.manifest.server),
        ...requirementLines(facts),
        facts.format === 'plain' ? `${psql} -d "$DB" -f ${file}` : `${pgRestore} --jobs=4 --dbname="$DB" ${file}`
    ];
}
/** With what belongs to the database itself, which only `--create` restores; no block where the archive is not all of it. */ function ownNameLines(facts, file) {
    const { database, tools } = facts.manifest;
    if (facts.format === 'plain' || facts.content !== 'all' || facts.filtered || /[\r\n]/.test(database)) return [];
    return [
        `# Creates the database ${JSON.stringify(database)}; there must be none of that name.`,
        `pg_restore${tools.sameMajor ? ' --exit-on-error' : ''} --jobs=4 --create --dbname=postgres ${file}`
    ];
}
/** `RECOVERY.md`: how to restore this very backup with nothing but stock programs. */ function recoveryText(facts) {
    const { manifest } = facts;
    const database = manifest.parts.find((part)=>part.file.startsWith('database.'));
    const globals = manifest.parts.find((part)=>part.file.startsWith('globals.'));
    const restored = database === undefined ? {
        commands: [],
        file: ''
    } : unpack(database);
    const roles = globals === undefined ? undefined : unpack(globals);
    const ownName = ownNameLines(facts, restored.file);
    const key = database?.encryption === 'age-recipients' ? 'The files are encrypted with [age](https://age-encryption.org). `key.txt` is the identity file of one of the recipients.' : database?.encryption === 'age-passphrase' ? 'The files are encrypted with [age](https://age-encryption.org); it asks for the passphrase.' : 'The files are not encrypted.';
    const block = (lines)=>[
            '```sh',
            ...lines,
            '```'
        ].join('\n');
    return `${[
        `# Restore backup ${manifest.id} without pgkeep`,
        `Database ${JSON.stringify(manifest.database)} of ${manifest.snapshotAt}, PostgreSQL ${manifest.server.version}. Use \`psql\` and \`pg_restore\` ${manifest.tools.pg_dump.replace(/\D.*$/, '')} or newer. ${key}`,
        `## 1. Fetch the files`,
        'In an empty folder:',
        block(facts.fetch.map((command, index)=>index === 0 ? command : `# or: ${command}`)),
        `Their SHA-256 sums, to check with \`sha256sum\`:`,
        block(manifest.parts.map((part)=>`echo '${part.sha256}  ${part.file}' | sha256sum -c -`)),
        `## 2. Unpack`,
        block([
            ...restored.commands,
            ...roles?.commands ?? [],
            ...restored.commands.length === 0 ? [
                '# nothing to unpack'
            ] : []
        ]),
        `## 3. Restore`,
        ...manifest.tools.sameMajor ? [] : [
            'The programs that made it are newer than the server was: an error about `transaction_timeout` or another unknown setting is harmless there.'
        ],
        `Set \`PGHOST\`, \`PGPORT\`, \`PGUSER\` and \`PGPASSWORD\` for the server to restore to.`,
        block([
            ...roles === undefined ? [] : [
                '# Roles and tablespaces, without passwords. Errors about what exists already are harmless.',
                `psql -X -q -d postgres -f ${roles.file}`
            ],
            ...restoreLines(facts, restored.file)
        ]),
        ...ownName.length === 0 ? [] : [
            '### Or: under its own name, with its settings and grants',
            block(ownName)
        ],
        ...roles === undefined && facts.format !== 'plain' ? [
            'The roles are not part of this backup: where they are missing, add `--no-owner --no-privileges` to `pg_restore`.'
        ] : []
    ].join('\n\n')}\n`;
}

// EXTERNAL MODULE: ./lib/storage/digest.js
var digest = __nccwpck_require__(3309);
// EXTERNAL MODULE: ./lib/storage/errors.js
var storage_errors = __nccwpck_require__(5822);
;// CONCATENATED MODULE: ./lib/storage/sink.js



const STALL_MS = 600_000;
/** With more than this under way at once the stall may last longer in proportion: slow is not dead. */ const STALL_BYTES = 40 * 1024 * 1024;
/**
 * Writes one object to one store from a stream of chunks of any size. Chunks are gathered in part buffers that are used
 * again and again, and up to `upload.parallel` parts are sent at once. There is one buffer beyond those, being filled,
 * so memory does not grow with the object; `write` waits while all are full.
 */ class StoreSink {
    upload;
    name;
    stallMs;
    signal;
    current;
    filled = 0;
    nextIndex = 0;
    written = 0;
    free = [];
    sending = new Map();
    sendingBytes = 0;
    failure;
    failed;
    wake = ()=>undefined;
    timer;
    constructor(upload, name, stallMs, signal){
        this.upload = upload;
        this.name = name;
        this.stallMs = stallMs;
        this.signal = signal;
        this.failed = new Promise((resolve)=>this.wake = resolve);
        if (signal?.aborted === true) this.cancel();
        else signal?.addEventListener('abort', this.cancel, {
            once: true
        });
    }
    cancel = ()=>this.fail(new errors/* CancelledError */.cc());
    static async open(store, key, options = {}) {
        const upload = await store.upload(key, options);
        return new StoreSink(upload, store.locate(key), options.stallMs ?? STALL_MS, options.signal);
    }
    /**
   * Takes a chunk; its memory is the caller's again once this resolves, which is when there is room for more.
   * One call at a time. @throws what the store said, as soon as a part has failed.
   */ async write(chunk) {
        this.throwFailure();
        let offset = 0;
        while(offset < chunk.byteLength){
            this.current ??= this.buffer();
            const taken = Math.min(chunk.byteLength - offset, this.current.byteLength - this.filled);
            this.current.set(chunk.subarray(offset, offset + taken), this.filled);
            this.filled += taken;
            offset += taken;
            if (this.filled === this.current.byteLength) await this.send(this.current);
        }
        this.written += chunk.byteLength;
    }
    /**
   * Sends the rest, completes the object and proves it.
   * @throws when any of that fails; `abort` is then still to be called.
   */ async finish(digest) {
        this.throwFailure();
        if (this.current !== undefined && this.filled > 0) await this.send(this.current);
        while(this.sending.size > 0)await this.oneSent();
        this.release();
        if (digest.bytes !== this.written) throw new storage_errors/* StoreError */.AD(`${this.name}: ${this.written} bytes were sent where ${digest.bytes} were counted. Please report this fault of pgkeep.`);
        return this.upload.complete(digest);
    }
    /** Forgets the object, and what is under way. Safe at any time, and twice. */ async abort() {
        this.fail(new storage_errors/* StoreError */.AD(`${this.name}: the upload was given up.`));
        this.release();
        await this.upload.abort();
    }
    buffer() {
        const bytes = this.upload.partBytes(this.nextIndex);
        const used = this.free.pop();
        return used?.byteLength === bytes ? used : Buffer.allocUnsafeSlow(bytes);
    }
    /** Starts sending what the current buffer holds, once fewer than `parallel` parts are under way. */ async send(buffer) {
        while(this.sending.size >= this.upload.parallel)await this.oneSent();
        const index = this.nextIndex;
        const bytes = buffer.subarray(0, this.filled);
        this.nextIndex += 1;
        this.current = undefined;
        this.filled = 0;
        this.sendingBytes += bytes.byteLength;
        const sent = this.upload.part(index, bytes).then(()=>void this.free.push(buffer), (error)=>this.fail(error));
        this.sending.set(index, sent.then(()=>{
            this.sending.delete(index);
            this.sendingBytes -= bytes.byteLength;
            this.watch();
        }));
        if (this.sending.size === 1) this.watch();
    }
    async oneSent() {
        await Promise.race([
            this.failed,
            ...this.sending.values()
        ]);
        this.throwFailure();
    }
    /** Starts the stall clock anew, or stops it where nothing is under way. */ watch() {
        clearTimeout(this.timer);
        if (this.sending.size === 0 || this.failure !== undefined) return;
        const ms = this.stallMs * Math.max(1, this.sendingBytes / STALL_BYTES);
        this.timer = setTimeout(()=>{
            const error = `${this.name}: the store took nothing for ${(0,units/* formatDuration */.a3)(ms / 1000)}, so the upload was given up.`;
            this.fail(new storage_errors/* StoreError */.AD(`${error} Check that the store works and that the network to it is fast enough.`));
        }, ms);
        this.timer.unref();
    }
    fail(error) {
        this.failure ??= {
            error
        };
        this.wake();
    }
    throwFailure() {
        if (this.failure !== undefined) throw this.failure.error;
    }
    release() {
        clearTimeout(this.timer);
        this.signal?.removeEventListener('abort', this.cancel);
        this.current = undefined;
        this.filled = 0;
        this.free.length = 0;
    }
}

;// CONCATENATED MODULE: ./lib/storage/put.js


/**
 * Stores a small object that is all in memory (a manifest, a report) and proves it, or leaves nothing behind.
 * An object that is there already is replaced.
 */ async function putObject(store, key, bytes, options = {}) {
    const sink = await StoreSink.open(store, key, {
        ...options,
        estimatedBytes: bytes.byteLength
    });
    try {
        await sink.write(bytes);
        return await sink.finish((0,digest/* digestOfBytes */.by)(bytes));
    } catch (error) {
        await sink.abort();
        throw error;
    }
}

;// CONCATENATED MODULE: ./lib/backup/store-group.js





// A cancelled run has 6.5 seconds (base/stop.ts), and these follow one another: even beside a store that answers
// nothing any more, the others are cleaned in time.
/** How long work that is under way may still take when a run is cancelled. */ const GRACE_MS = 1500;
/** How long giving up an upload may take. */ const ABORT_MS = 1500;
/** How long removing what a store holds may take. */ const CLEANUP_MS = 2500;
/**
 * The stores of one backup. Everything is written to all of them in one pass. One that fails is dropped, named and
 * cleaned up; the others go on.
 */ class StoreGroup {
    prefix;
    reporter;
    signal;
    #members;
    constructor(stores, prefix, reporter, signal){
        this.prefix = prefix;
        this.reporter = reporter;
        this.signal = signal;
        this.#members = stores.map((store)=>({
                store,
                keys: [],
                readBack: new Map()
            }));
    }
    /** Stores that have everything so far. */ get live() {
        return this.#live().map(({ store })=>store);
    }
    /** Stores that failed, and why. */ get failures() {
        return this.#members.flatMap(({ store, failure })=>failure === undefined ? [] : [
                {
                    store,
                    error: failure
                }
            ]);
    }
    /** How a store proved to hold a file. */ readBackOf(store, file) {
        const how = this.#members.find((member)=>member.store === store)?.readBack.get(file);
        if (how === undefined) throw new Error(`${store.url} holds no ${file}`);
        return how;
    }
    /**
   * Writes one file to every live store and proves each copy.
   * @throws what the source threw, or the first store's error when none is left.
   */ async write(file, source, estimatedBytes, onBytes) {
        const meter = new digest/* DigestMeter */.yj();
        // A file that is written a second time is not proven by the first.
        for (const member of this.#members)member.readBack.delete(file);
        try {
            await this.#each(async (member)=>{
                const key = this.prefix + file;
                member.keys.push(key);
                const opening = StoreSink.open(member.store, key, {
                    signal: this.signal,
                    ...estimatedBytes === undefined ? {} : {
                        estimatedBytes
                    }
                });
                // One that opens when nobody waits for it any more must not stay open.
                opening.then((sink)=>this.signal.aborted ? sink.abort() : undefined, ()=>undefined);
                member.sink = await opening;
            });
            for await (const chunk of source){
                meter.update(chunk);
                await this.#each(async (member)=>member.sink?.write(chunk));
                onBytes?.(chunk.length);
            }
            const digest = meter.digest();
            await this.#each(async (member)=>{
                const receipt = await member.sink?.finish(digest);
                if (receipt !== undefined) member.readBack.set(file, receipt.readBack);
            });
            return digest;
        } finally{
            const unproven = this.#members.filter(({ readBack })=>!readBack.has(file));
            await Promise.all(unproven.map((member)=>this.#giveUp(member)));
            for (const member of this.#members)member.sink = undefined;
        }
    }
    /** Writes a small file whose bytes differ from store to store, the manifest. */ async writeEach(file, bytes) {
        await this.#each(async (member)=>{
            const key = this.prefix + file;
            member.keys.push(key);
            await putObject(member.store, key, bytes(member.store), {
                signal: this.signal
            });
        });
    }
    /** Removes what was written to every live store. Never throws: what stays has no manifest and is pruned as an orphan. */ async discard() {
        await Promise.all(this.#live().map((member)=>this.#clean(member)));
    }
    #live() {
        return this.#members.filter(({ failure })=>failure === undefined);
    }
    /** Does the same at every live store; one that fails is dropped. @throws the failure when it was the last one. */ async #each(work) {
        const live = this.#live();
        const results = await Promise.allSettled(live.map((member)=>this.#unlessAborted(work(member))));
        let last;
        for (const [index, result] of results.entries()){
            const member = live[index];
            if (result.status === 'fulfilled' || member === undefined) continue;
            last = result.reason;
            if (this.signal.aborted) continue;
            member.failure = result.reason;
            await this.#giveUp(member);
            await this.#clean(member);
            if (this.#live().length > 0) {
                this.reporter.info(`${member.store.url} failed and is left out of this backup; the other stores go on. ${(0,errors/* messageOf */.bD)(result.reason)}`);
            }
        }
        if (last !== undefined && (this.signal.aborted || this.#live().length === 0)) throw last;
    }
    /** Work that is under way is waited for, so that nothing appears after cleaning up; but a store may hang. */ async #unlessAborted(work) {
        let timer;
        let onAbort = ()=>undefined;
        const over = new Promise((_, reject)=>{
            onAbort = ()=>timer = setTimeout(()=>reject(new errors/* CancelledError */.cc()), GRACE_MS);
            if (this.signal.aborted) onAbort();
            else this.signal.addEventListener('abort', onAbort, {
                once: true
            });
        });
        try {
            await Promise.race([
                work,
                over
            ]);
        } finally{
            clearTimeout(timer);
            this.signal.removeEventListener('abort', onAbort);
        }
        if (this.signal.aborted) throw new errors/* CancelledError */.cc();
    }
    /** Ends a member's upload now: what it still sends, and its buffers, would otherwise last as long as the file. */ async #giveUp(member) {
        const { sink } = member;
        member.sink = undefined;
        if (sink !== undefined) await atMost(ABORT_MS, [
            sink.abort()
        ]);
    }
    /**
   * The manifest, which is written last, goes first; where it cannot be removed, what it names stays too: what is half
   * removed must not look whole.
   */ async #clean({ store, keys }) {
        const [last, ...others] = [
            ...new Set(keys)
        ].reverse();
        if (last === undefined) return;
        const removal = store.remove(last).catch((error)=>{
            if (last.endsWith(`/${layout/* MANIFEST */.e0}`)) throw error;
        }).then(()=>Promise.allSettled(others.map((key)=>store.remove(key))));
        await atMost(CLEANUP_MS, [
            removal
        ]);
    }
}
/** Waits until all have ended, however they did, but not for ever. */ async function atMost(ms, work) {
    if (work.length === 0) return;
    let timer;
    const over = new Promise((resolve)=>timer = setTimeout(resolve, ms));
    await Promise.race([
        Promise.allSettled(work),
        over
    ]);
    clearTimeout(timer);
}

;// CONCATENATED MODULE: ./lib/backup/backup-database.js


















const BASES = {
    custom: 'database.dump',
    plain: 'database.sql',
    directory: 'database.dir.tar'
};
/** A changed table is rare, and a change twice in a row means that something rewrites tables all the time. */ const ATTEMPTS = 2;
/** Counts what passes. */ class Counted {
    source;
    total = 0;
    constructor(source){
        this.source = source;
    }
    async *bytes() {
        for await (const chunk of this.source){
            this.total += chunk.length;
            yield chunk;
        }
    }
}
/** One backup of one database: its files, as they are written. */ class BackupWriter {
    context;
    group;
    parts = [];
    constructor(context, group){
        this.context = context;
        this.group = group;
    }
    get encrypted() {
        return this.context.encryption.kind !== 'none';
    }
    /** Writes one file through encryption; its name has all its suffixes but `.age`. */ async write(base, source, estimatedBytes, onBytes) {
        const { encryption } = this.context;
        const stage = await encryptStage(encryption);
        const file = partName(base, {
            encrypted: this.encrypted
        });
        const counted = new Counted(source);
        const digest = await this.group.write(file, stage(counted.bytes()), estimatedBytes, onBytes);
        // Before encryption, which makes bytes out of nothing.
        if (counted.total === 0) throw new errors/* UserError */.yo(`${base} would be empty, so no backup was published.`);
        this.parts.push(describePart(file, digest, encryption.kind));
        return digest;
    }
}
/**
 * Makes and publishes one backup: parts first, each proved by the store that holds it, the manifest last.
 * @throws when nothing was published; what had been written is then removed.
 */ async function backupDatabase(context, database, name, server, sizes) {
    const startedAt = new Date();
    const id = (0,backup_id/* newId */.Si)(startedAt);
    const { reporter, inputs } = context;
    const problems = await otherSources(context.stores, name, databaseId(server), context.encryption.kind !== 'none', reporter);
    const group = new StoreGroup(context.stores, (0,layout/* backupKey */.eT)(name, id, ''), reporter, context.signal);
    const writer = new BackupWriter(context, group);
    try {
        const attempt = await dumpWithRetry(writer, database, server, sizes);
        const { fingerprint, snapshotAt, warnings } = attempt;
        if (inputs.globals) await writeGlobals(writer, database);
        if (fingerprint !== undefined) await writer.write('fingerprint.json', once(JSON.stringify(fingerprint, null, 1)));
        const facts = {
            id,
            name,
            database,
            startedAt,
            snapshotAt,
            server,
            warnings,
            fingerprint
        };
        await writeRecovery(writer, facts, attempt.requires);
        const described = describeBackup(context, facts, writer.parts);
        await group.writeEach(layout/* MANIFEST */.e0, (store)=>(0,backup_manifest/* encodeManifest */.Gb)(manifestFor(store, group, described)));
        const [first] = group.live;
        if (first === undefined) throw new errors/* UserError */.yo('No storage holds the backup.');
        const manifest = manifestFor(first, group, described);
        const durationSeconds = (Date.now() - startedAt.getTime()) / 1000;
        report(context, manifest, durationSeconds);
        return {
            manifest,
            locations: group.live.map((store)=>store.locate((0,layout/* backupKey */.eT)(name, id, layout/* MANIFEST */.e0))),
            durationSeconds,
            problems: [
                ...group.failures.map(({ store, error })=>`${store.url} does not hold this backup: ${(0,errors/* messageOf */.bD)(error)}`),
                ...problems
            ]
        };
    } catch (error) {
        await group.discard();
        throw error;
    }
}
async function dumpWithRetry(writer, database, server, sizes) {
    const { context } = writer;
    const base = BASES[context.inputs.format] + context.compression.suffix;
    for(let attempt = 1;; attempt += 1){
        const progress = new DumpProgress(context.reporter, `Dumping ${database}`, sizes);
        try {
            return await attemptDump({
                context,
                database,
                databaseBytes: server.databaseBytes,
                onTable: (table)=>progress.table(table),
                store: async (bytes)=>{
                    await writer.write(base, bytes, server.databaseBytes ?? undefined, (count)=>progress.wrote(count));
                }
            });
        } catch (error) {
            if (!(error instanceof ChangedWhileDumpingError)) throw error;
            writer.parts.length = 0;
            if (attempt === ATTEMPTS) {
                throw new errors/* UserError */.yo(`${error.message} Such changes ignore snapshots, so the dump would not be one point in time. It happened ${ATTEMPTS} times in a row and no backup was published. Run backups when no migration and no TRUNCATE job is at work.`, {
                    cause: error
                });
            }
            context.reporter.warn(`${error.message} Dumping once more.`);
        }
    }
}
async function writeGlobals(writer, database) {
    const { programs, connection, reporter, signal } = writer.context;
    const source = dumpGlobals({
        programs,
        connection,
        database,
        reporter,
        signal
    });
    await writer.write('globals.sql', source);
}
async function writeRecovery(writer, facts, requires) {
    const { context, group, parts, encrypted } = writer;
    const described = describeBackup(context, facts, parts);
    const selection = selectionOf(context.inputs);
    const text = recoveryText({
        manifest: described,
        format: context.inputs.format,
        fetch: group.live.map((store)=>fetchCommand(store.url, store.locate(`${facts.name}/${facts.id}`))),
        filtered: isFiltered(selection),
        requires: isFiltered(selection) && encrypted ? undefined : requires,
        content: context.inputs.content,
        createsDatabase: createsDatabase({
            format: context.inputs.format,
            selection
        })
    });
    const digest = await group.write(layout/* RECOVERY */.wc, once(text), undefined);
    parts.push(describePart(layout/* RECOVERY */.wc, digest, 'none'));
}
// eslint-disable-next-line @typescript-eslint/require-await -- a stream of one chunk
async function* once(text) {
    yield Buffer.from(text);
}
function report({ reporter }, manifest, seconds) {
    const { totals } = manifest;
    const rows = totals === null ? '' : `, ${(0,units/* formatCount */.B4)(totals.rows)} rows in ${(0,units/* plural */.LS)(totals.tables, 'table')}`;
    reporter.info(`Published ${manifest.name}/${manifest.id}: ${(0,units/* formatBytes */.z3)((0,backup_manifest/* totalBytes */.ob)(manifest))}${rows}, in ${(0,units/* formatDuration */.a3)(seconds)}.`);
}

// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __nccwpck_require__(8161);
// EXTERNAL MODULE: ./lib/postgres/programs/index.js + 21 modules
var postgres_programs = __nccwpck_require__(6739);
;// CONCATENATED MODULE: ./lib/backup/compression.js





/** Plans how this run's dumps are compressed, with what pg_dump and this machine can do; installs `zstd` where it is needed. */ async function planForMachine(options, programs) {
    const { compression, format } = options.inputs;
    const pgDumpMethods = await builtInMethods(programs, compression.method, options.env);
    const needed = compression.method === 'zstd' && !pgDumpMethods.has('zstd');
    const zstd = needed ? await findZstd(options) : undefined;
    const plan = planCompression({
        compression,
        format,
        pgDumpMajor: programs.major,
        pgDumpMethods,
        cpus: (0,external_node_os_.availableParallelism)(),
        ...zstd === undefined ? {} : {
            zstd
        }
    });
    if (plan.note !== undefined) options.reporter.warn(plan.note);
    return plan;
}
/** Asks pg_dump for a dump that cannot connect: a method that it was not built with is refused before that. */ async function builtInMethods(programs, method, env) {
    const known = new Set([
        'none',
        'gzip'
    ]);
    if (programs.major < 16 || known.has(method)) return known;
    const args = [
        '--format=custom',
        `--compress=${method}`,
        '--no-password',
        '--file=/dev/null',
        // The user's own PGHOSTADDR would win over the host.
        "--dbname=host=/nonexistent hostaddr=''"
    ];
    const { stderr } = await (0,base_process/* run */.e)(programs.path('pg_dump'), args, {
        env: {
            ...env,
            ...programs.env,
            LC_ALL: 'C'
        }
    });
    if (!/compress/.test(stderr)) known.add(method);
    return known;
}
async function findZstd(options) {
    try {
        return (await (0,postgres_programs/* installTools */.HG)([
            'zstd'
        ], options)).zstd;
    } catch (error) {
        if (!(error instanceof errors/* UserError */.yo)) throw error;
        options.reporter.info(error.message);
        return undefined;
    }
}

;// CONCATENATED MODULE: ./lib/backup/session.js

/**
 * Asks a server something in a session of its own.
 * @param what what could not be done, for the message: `Reading the list of databases`
 * @throws UserError that explains what the server refused.
 */ async function ask(open, what, target, work) {
    const psql = await open();
    try {
        return await work(psql);
    } catch (error) {
        throw explainSqlError(error, what, {
            target
        });
    } finally{
        await psql.close();
    }
}

;// CONCATENATED MODULE: ./lib/backup/connect.js






/** The programs of the server's own major. Any psql can ask a server what it is. */ async function findFor(options, connection) {
    const { inputs, env, cache, tempDir, method, reporter, signal } = options;
    const find = {
        cache,
        reporter,
        env,
        tempDir,
        signal,
        method,
        ...inputs.postgresBin === undefined ? {} : {
            bin: inputs.postgresBin
        }
    };
    const wanted = inputs.postgresVersion;
    const first = wanted === 'auto' ? await (0,postgres_programs/* findAnyPrograms */.Ru)(find) : await (0,postgres_programs/* findPrograms */.z0)({
        ...find,
        major: wanted
    });
    const database = inputs.databases.find((name)=>name !== '*');
    const open = (untouched)=>Psql.open({
            programs: first,
            connection,
            signal,
            reporter,
            untouched,
            // Without a name of its own libpq would try a database that is called like the user.
            ...connection.database === undefined && database !== undefined ? {
                database
            } : {}
        });
    await refuseTransactionPooler(()=>open(true), {
        target: connection.target
    });
    const server = await ask(()=>open(false), 'Asking the server what it is', connection.target, inspectServer);
    refuseOldServer(server);
    const programs = wanted === 'auto' && first.major !== server.major ? await (0,postgres_programs/* findPrograms */.z0)({
        ...find,
        major: server.major
    }) : first;
    if (programs.major < server.major) {
        throw new errors/* UserError */.yo(`The server is PostgreSQL ${server.version}, and pg_dump ${programs.version} cannot dump a newer server. Set postgres-version to auto or ${server.major}.`);
    }
    reporter.info(`Server ${server.version}; pg_dump ${programs.version} (${programs.source})`);
    return {
        programs,
        server
    };
}
/** The databases that the inputs name. */ async function databasesOf({ inputs, reporter, signal }, programs, connection, server) {
    if (inputs.databases.length === 0) return [
        server.currentDatabase
    ];
    if (!inputs.databases.includes('*')) return [
        ...inputs.databases
    ];
    return ask(()=>Psql.open({
            programs,
            connection,
            signal,
            reporter
        }), 'Reading the list of databases', connection.target, listDatabases);
}

;// CONCATENATED MODULE: ./lib/backup/dry-run.js










/**
 * Does all that a backup does before it dumps: connects to each database and writes and removes a probe in each store.
 * @throws the first thing that a backup would fail on.
 */ async function dryRun(context, databases, server) {
    const { reporter } = context;
    for (const database of databases){
        try {
            await checkDatabase(context, database);
        } catch (error) {
            if (databases.length === 1 || !(error instanceof errors/* UserError */.yo)) throw error;
            throw new errors/* UserError */.yo(`Database ${JSON.stringify(database)}: ${error.message}`, {
                cause: error.cause
            });
        }
    }
    await Promise.all(context.stores.map((store)=>probe(store)));
    for (const store of context.stores)reporter.info(`${store.url}: a probe was written, read back and removed.`);
    reporter.info(`Dry run on PostgreSQL ${server.version}: nothing was dumped.`);
}
async function checkDatabase(context, database) {
    const { inputs, programs, connection, reporter, signal, compression, tempDir } = context;
    const { target } = connection;
    const open = (untouched)=>Psql.open({
            programs,
            connection,
            database,
            signal,
            reporter,
            untouched
        });
    await refuseTransactionPooler(()=>open(true), {
        target
    });
    const what = `Reading database ${JSON.stringify(database)}`;
    const { databaseBytes } = await ask(()=>open(false), what, target, inspectServer);
    if (inputs.format === 'directory') await requireSpace({
        compression,
        databaseBytes,
        tempDir,
        reporter
    });
    const size = databaseBytes === null ? 'an unknown size' : (0,units/* formatBytes */.z3)(databaseBytes);
    reporter.info(`Would back up database ${JSON.stringify(database)} (${size} on the server, usually a third of that or less when compressed) as "${(0,inputs_name/* familyName */.ar)(inputs.name, database)}".`);
}
/** The key is no backup's and no family's log; a probe that could not be removed is one small file. */ async function probe(store) {
    const key = `_probe/${(0,external_node_crypto_.randomBytes)(6).toString('hex')}.txt`;
    await putObject(store, key, Buffer.from('pgkeep dry-run probe; safe to delete\n'));
    await store.remove(key);
}

// EXTERNAL MODULE: ./lib/base/mask.js
var base_mask = __nccwpck_require__(1297);
;// CONCATENATED MODULE: ./lib/backup/log.js





/**
 * What failed, without what only the run's own log may show: names of tables, schemas and roles, the server and the user,
 * and every secret. The storage's reader may be allowed to see no more than encrypted backups.
 */ function publicReason(reason, { target, secrets }) {
    if (reason instanceof errors/* ExplainedError */.hM) return reason.anonymous;
    const mask = new base_mask/* Mask */.n();
    for (const secret of secrets)mask.add(secret);
    const hidden = [
        target.host,
        target.user
    ].filter((text)=>text !== undefined && text !== '');
    const line = mask.apply((0,errors/* messageOf */.bD)(reason).split('\n')[0] ?? '').replaceAll(/"[^"]*"|`[^`]*`/g, '"..."');
    return hidden.reduce((text, word)=>text.replaceAll(word ?? '', '...'), line)// `schema.table`, `db.example.com`; a version or a size begins with a digit.
    .replaceAll(/(?<![\w/.])[\p{L}_][\p{L}\p{N}_$-]*(?:\.[\p{L}\p{N}_$-]+)+/gu, '...').trim();
}
/**
 * Leaves a line of history in each store, for failed runs too: whoever asks a week later why there is no backup finds
 * the answer where the backup would be. A store that cannot be written to has said so already.
 */ async function writeLog(context, name, startedAt, outcome) {
    const failed = 'error' in outcome;
    if (failed && outcome.error instanceof errors/* CancelledError */.cc) return;
    const reason = failed ? outcome.error : outcome.problems[0];
    const entry = {
        version: 1,
        action: 'backup',
        outcome: failed || outcome.problems.length > 0 ? 'failure' : 'success',
        startedAt: startedAt.toISOString(),
        seconds: (Date.now() - startedAt.getTime()) / 1000,
        error: reason === undefined ? null : publicReason(reason, context.connection),
        backup: failed ? null : outcome.manifest.id,
        runUrl: context.run.runUrl ?? null,
        actor: context.run.actor ?? null
    };
    // The jobs of a matrix share their run's id and may begin in one second.
    const random = (0,external_node_crypto_.randomBytes)(2).toString('hex');
    const run = context.run.runId === undefined ? random : `${context.run.runId}-${random}`;
    const bytes = Buffer.from(`${JSON.stringify(entry, null, 2)}\n`);
    await Promise.all(context.stores.map(async (store)=>{
        try {
            await putObject(store, (0,layout/* logKey */.Up)(name, startedAt, run), bytes);
        } catch (error) {
            if (!failed) context.reporter.warn(`${store.url} did not take the log of this run. ${(0,errors/* messageOf */.bD)(error)}`);
        }
    }));
}

;// CONCATENATED MODULE: ./lib/backup/run.js
















async function prepare(options) {
    const { inputs, env, reporter, signal } = options;
    const connection = parseConnection(inputs.databaseUrl ?? '', env);
    for (const secret of connection.secrets)reporter.mask(secret);
    if (inputs.passphrase !== undefined) reporter.mask(inputs.passphrase);
    const encryption = await encryptionOf(inputs.recipients, inputs.passphrase);
    reporter.info(describeEncryption(encryption));
    const stores = await Promise.all(inputs.storage.map((url)=>(0,registry/* openStore */.C)(url, {
            env,
            reporter,
            signal
        })));
    return {
        connection,
        stores,
        encryption
    };
}
/**
 * Backs up every database that the inputs name.
 * @throws when nothing could be begun; a failure of one database of several is in the result.
 */ async function runBackup(options) {
    const { inputs, reporter, signal } = options;
    const prepared = await prepare(options);
    const { connection, stores } = prepared;
    const { programs, server, databases, compression } = await connect(options, prepared);
    const context = {
        inputs,
        programs,
        connection,
        stores,
        encryption: prepared.encryption,
        compression,
        tempDir: options.tempDir,
        version: options.version,
        run: options.run,
        reporter,
        signal
    };
    if (inputs.dryRun) {
        await dryRun(context, databases, server);
        return {
            results: [],
            failures: []
        };
    }
    const result = {
        results: [],
        failures: []
    };
    for (const database of databases){
        const startedAt = new Date();
        const name = (0,inputs_name/* familyName */.ar)(inputs.name, database);
        let outcome;
        try {
            outcome = await reporter.group(`Backup of ${JSON.stringify(database)}`, ()=>one(context, database, name));
            result.results.push(outcome);
        } catch (error) {
            // What a cancelled run fails with first is chance.
            outcome = {
                error: signal.aborted ? new errors/* CancelledError */.cc() : error
            };
            result.failures.push({
                database,
                error
            });
        }
        await writeLog(context, name, startedAt, outcome);
        if (signal.aborted) throw new errors/* CancelledError */.cc();
    }
    return result;
}
async function one(context, database, name) {
    const { programs, connection, reporter, signal } = context;
    const open = (untouched)=>Psql.open({
            programs,
            connection,
            database,
            signal,
            reporter,
            ...untouched ? {
                untouched
            } : {
                settings: {
                    lock_timeout: '1s'
                }
            }
        });
    const { target } = connection;
    // For each database, since PgBouncer may pool each in another way.
    await refuseTransactionPooler(()=>open(true), {
        target
    });
    const [server, sizes] = await ask(()=>open(false), `Reading database ${JSON.stringify(database)}`, target, async (psql)=>[
            await inspectServer(psql),
            await tableSizesByName(psql)
        ]);
    const size = server.databaseBytes === null ? 'of unknown size' : (0,units/* formatBytes */.z3)(server.databaseBytes);
    reporter.info(`PostgreSQL ${server.version}, ${(0,units/* plural */.LS)(sizes.size, 'table')}, ${size}`);
    return backupDatabase(context, database, name, server, sizes);
}
/** Everything before the first database's turn. A failure is logged with the families that are known by then. */ async function connect(options, { connection, stores }) {
    const { inputs, reporter, run } = options;
    const startedAt = new Date();
    let databases;
    try {
        const found = await reporter.group('PostgreSQL programs', ()=>findFor(options, connection));
        databases = await databasesOf(options, found.programs, connection, found.server);
        return {
            ...found,
            databases,
            compression: await planForMachine(options, found.programs)
        };
    } catch (error) {
        const given = inputs.databases.length > 0 ? inputs.databases : [
            connection.target.database ?? '*'
        ];
        const named = databases ?? given;
        const families = named.includes('*') ? [] : named.map((database)=>(0,inputs_name/* familyName */.ar)(inputs.name, database));
        if (!inputs.dryRun) for (const name of new Set(families))await writeLog({
            stores,
            run,
            reporter,
            connection
        }, name, startedAt, {
            error
        });
        throw error;
    }
}


/***/ }),

/***/ 7594:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   $N: () => (/* binding */ codeOf),
/* harmony export */   bD: () => (/* binding */ messageOf),
/* harmony export */   cc: () => (/* binding */ CancelledError),
/* harmony export */   hM: () => (/* binding */ ExplainedError),
/* harmony export */   yo: () => (/* binding */ UserError)
/* harmony export */ });
/**
 * A mistake or a condition that the user can do something about: shown as one message, without a stack.
 * The message says what happened, to what, and what to do next. It never holds a secret.
 */ class UserError extends Error {
    name = 'UserError';
    constructor(message, options){
        super(message, options);
    }
}
/** A failure that was explained in sentences with names in them, which not everybody may see who may see that it failed. */ class ExplainedError extends UserError {
    anonymous;
    /** @param anonymous the same without the names of servers, roles and what is in a database */ constructor(message, anonymous, options){
        super(message, options), this.anonymous = anonymous;
    }
}
/** The run was told to stop (SIGINT, SIGTERM or a failure elsewhere); what was half done has been cleaned up. */ class CancelledError extends Error {
    name = 'CancelledError';
    constructor(message = 'Cancelled.'){
        super(message);
    }
}
/** The text of anything that was thrown. */ function messageOf(error) {
    return error instanceof Error ? error.message : String(error);
}
/** The `code` of a Node system error (`ENOENT`, `EACCES`, ...), or undefined. */ function codeOf(error) {
    if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
    return typeof error.code === 'string' ? error.code : undefined;
}


/***/ }),

/***/ 1747:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   d: () => (/* binding */ failuresOf)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7594);

const MAX_CAUSES = 5;
function causesOf(error) {
    const causes = [];
    let cause = error instanceof Error ? error.cause : undefined;
    while(cause !== undefined && cause !== null && causes.length < MAX_CAUSES){
        const code = (0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .codeOf */ .$N)(cause);
        causes.push(`Cause: ${(0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .messageOf */ .bD)(cause)}${code === undefined ? '' : ` (${code})`}`);
        cause = cause instanceof Error ? cause.cause : undefined;
    }
    return causes;
}
/**
 * What to tell of an error: a user's mistake in its own words, a fault of ours as one, with its stack.
 * Several errors that were thrown together are several failures.
 */ function failuresOf(error) {
    if (error instanceof AggregateError && error.errors.length > 0) return error.errors.flatMap(failuresOf);
    const details = causesOf(error);
    if (error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .UserError */ .yo || error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .CancelledError */ .cc) return [
        {
            message: error.message,
            details
        }
    ];
    const stack = error instanceof Error ? (error.stack ?? '').split('\n').slice(1) : [];
    return [
        {
            message: `${(0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .messageOf */ .bD)(error)} (This is unexpected: please report it, with the lines below.)`,
            details: [
                ...stack.map((line)=>line.trim()),
                ...details
            ]
        }
    ];
}


/***/ }),

/***/ 1297:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   R: () => (/* binding */ hidden),
/* harmony export */   n: () => (/* binding */ Mask)
/* harmony export */ });
const SHORTEST = 4;
/**
 * Words of everyday messages. Whoever has one of them as a password gains nothing from a log in which
 * "*** authentication failed for user ***" stands, and everybody else could not read it.
 */ const TRIVIAL = new Set('postgres postgresql localhost public database password template1 root admin user test true false none null'.split(' '));
function worthHiding(text) {
    return text.length >= SHORTEST && !TRIVIAL.has(text.toLowerCase());
}
/**
 * What must be hidden so that `secret` cannot be read: itself, or each of its lines, for logs are written line by
 * line. Values shorter than four characters and trivial words are left out: hiding them would only garble the log.
 */ function hidden(secret) {
    const lines = secret.split(/[\r\n]+/).map((line)=>line.trim());
    return [
        ...new Set(lines)
    ].filter(worthHiding);
}
/** Replaces every secret it was told of by `***`. */ class Mask {
    /** Longest first: a secret that holds another one must not leave its other half behind. */ secrets = [];
    add(secret) {
        const all = new Set([
            ...this.secrets,
            ...hidden(secret)
        ]);
        this.secrets = [
            ...all
        ].sort((a, b)=>b.length - a.length);
    }
    apply(text) {
        return this.secrets.reduce((rest, secret)=>rest.replaceAll(secret, '***'), text);
    }
}


/***/ }),

/***/ 1484:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   YB: () => (/* binding */ describeReading),
/* harmony export */   kI: () => (/* binding */ Meter),
/* harmony export */   qw: () => (/* binding */ ProgressLog)
/* harmony export */ });
/* unused harmony export LOG_EVERY_MS */
/* harmony import */ var _units_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(8714);

/** Milliseconds between two progress lines in a log. */ const LOG_EVERY_MS = 15_000;
// Before this much is known, an estimate of the time left would only jump about.
const ESTIMATE_AFTER_MS = 3000;
const ESTIMATE_FROM_SHARE = 0.01;
/**
 * Turns progress updates into rate and time left. Each label is a piece of work of its own, and several may be under
 * way at once; bytes that go back begin it anew.
 */ class Meter {
    works = new Map();
    /**
   * @param now milliseconds of a clock that never goes back.
   * @returns whether this update began a new piece of work, and the reading.
   */ update(progress, now) {
        const before = this.works.get(progress.label);
        const started = before === undefined || progress.bytes < before.bytes;
        const startedAt = started ? now : before.startedAt;
        this.works.set(progress.label, {
            startedAt,
            bytes: progress.bytes
        });
        const elapsed = now - startedAt;
        const share = progress.share === undefined ? undefined : Math.min(Math.max(progress.share, 0), 0.99);
        const estimable = share !== undefined && share >= ESTIMATE_FROM_SHARE && elapsed >= ESTIMATE_AFTER_MS;
        return {
            started,
            reading: {
                label: progress.label,
                bytes: progress.bytes,
                rate: elapsed > 0 ? progress.bytes * 1000 / elapsed : undefined,
                share,
                secondsLeft: estimable ? elapsed / 1000 * (1 - share) / share : undefined
            }
        };
    }
}
/** `1.2 GiB, 85.0 MiB/s, 42%, about 3 min 5 s left`. */ function describeReading({ bytes, rate, share, secondsLeft }) {
    return [
        (0,_units_js__WEBPACK_IMPORTED_MODULE_0__/* .formatBytes */ .z3)(bytes),
        ...rate === undefined ? [] : [
            `${(0,_units_js__WEBPACK_IMPORTED_MODULE_0__/* .formatBytes */ .z3)(rate)}/s`
        ],
        ...share === undefined ? [] : [
            `${Math.floor(share * 100)}%`
        ],
        ...secondsLeft === undefined ? [] : [
            `about ${(0,_units_js__WEBPACK_IMPORTED_MODULE_0__/* .formatDuration */ .a3)(secondsLeft)} left`
        ]
    ].join(', ');
}
/** Decides when a log gets a progress line: every 15 seconds, counted anew for each piece of work. */ class ProgressLog {
    meter = new Meter();
    lastLines = new Map();
    /** The line to write now, or undefined. */ line(progress, now) {
        const { started, reading } = this.meter.update(progress, now);
        if (started) this.lastLines.set(progress.label, now);
        if (now - (this.lastLines.get(progress.label) ?? now) < LOG_EVERY_MS) return undefined;
        this.lastLines.set(progress.label, now);
        return `${reading.label}: ${describeReading(reading)}`;
    }
}


/***/ }),

/***/ 1613:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  e: () => (/* binding */ run),
  n: () => (/* binding */ start)
});

// EXTERNAL MODULE: external "node:child_process"
var external_node_child_process_ = __nccwpck_require__(1421);
;// CONCATENATED MODULE: external "node:readline"
const external_node_readline_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:readline");
// EXTERNAL MODULE: ./lib/base/errors.js
var errors = __nccwpck_require__(7594);
;// CONCATENATED MODULE: ./lib/base/process.js



const TAIL_LINES = 40;
const KILL_AFTER_MS = 2000;
/** The programs that are running now, so that nothing outlives us whatever way we end. */ const running = new Set();
process.on('exit', ()=>{
    for (const child of running)child.kill('SIGKILL');
});
/**
 * Starts a program. A program that is not there makes `exit` resolve with code 127, as a shell has it,
 * with the reason on the standard error tail.
 */ function start(program, args, options) {
    const child = (0,external_node_child_process_.spawn)(program, args, {
        env: options.env,
        stdio: options.stdio ?? [
            'ignore',
            'pipe',
            'pipe'
        ],
        ...options.cwd === undefined ? {} : {
            cwd: options.cwd
        }
    });
    running.add(child);
    const tail = [];
    const note = (line)=>{
        tail.push(line);
        if (tail.length > TAIL_LINES) tail.shift();
        options.onStderr?.(line);
    };
    const stderrEnd = child.stderr === null ? Promise.resolve() : new Promise((resolve)=>{
        const lines = (0,external_node_readline_namespaceObject.createInterface)({
            input: child.stderr,
            crlfDelay: Infinity
        });
        lines.on('line', note).on('close', resolve);
    });
    let timer;
    const stop = ()=>{
        if (child.exitCode !== null || child.signalCode !== null) return;
        child.kill('SIGTERM');
        timer ??= setTimeout(()=>child.kill('SIGKILL'), KILL_AFTER_MS);
    };
    const ended = new Promise((resolve)=>{
        // Not `once`: each signal that a program of another user refuses (apt under sudo) is an error of its own.
        child.on('error', (error)=>{
            if (child.pid !== undefined) return;
            note(`${program}: ${(0,errors/* codeOf */.$N)(error) === 'ENOENT' ? 'not found' : error.message}`);
            resolve({
                code: (0,errors/* codeOf */.$N)(error) === 'EACCES' ? 126 : 127,
                signal: null
            });
        });
        child.once('exit', (code, signal)=>resolve({
                code,
                signal
            }));
    });
    const exit = ended.then(async (result)=>{
        clearTimeout(timer);
        running.delete(child);
        options.signal?.removeEventListener('abort', stop);
        // A grandchild may hold the pipe open; what it would still say is not worth waiting for.
        await Promise.race([
            stderrEnd,
            new Promise((resolve)=>setTimeout(resolve, 500).unref())
        ]);
        return result;
    });
    if (options.signal?.aborted === true) stop();
    else options.signal?.addEventListener('abort', stop, {
        once: true
    });
    return {
        process: child,
        exit,
        stderrTail: ()=>tail.join('\n'),
        stop
    };
}
/**
 * Runs a short command to its end and returns what it printed; any exit code is a result, not an error.
 * @throws UserError after the timeout, or when a process that it left behind holds its output open; CancelledError when the signal aborted.
 */ async function run(program, args, options = {}) {
    const timeout = AbortSignal.timeout(options.timeoutMs ?? 600_000);
    const child = start(program, args, {
        env: options.env ?? process.env,
        stdio: [
            options.input === undefined ? 'ignore' : 'pipe',
            'pipe',
            'pipe'
        ],
        signal: options.signal === undefined ? timeout : AbortSignal.any([
            options.signal,
            timeout
        ]),
        ...options.cwd === undefined ? {} : {
            cwd: options.cwd
        },
        ...options.onStderr === undefined ? {} : {
            onStderr: options.onStderr
        }
    });
    const chunks = [];
    child.process.stdout?.on('data', (chunk)=>chunks.push(chunk));
    const stdoutEnd = new Promise((resolve)=>{
        if (child.process.stdout === null) resolve();
        else child.process.stdout.once('close', resolve);
    });
    // A program that ends without reading its input is judged by its exit code, not by our broken pipe.
    child.process.stdin?.on('error', ()=>undefined).end(options.input);
    const exit = await child.exit;
    const whole = await Promise.race([
        stdoutEnd.then(()=>true),
        new Promise((resolve)=>setTimeout(resolve, 500, false).unref())
    ]);
    if (options.signal?.aborted === true) throw new errors/* CancelledError */.cc();
    if (timeout.aborted) throw new errors/* UserError */.yo(`${program} did not finish within ${(options.timeoutMs ?? 600_000) / 1000} s and was stopped.`);
    if (!whole) throw new errors/* UserError */.yo(`${program} ended, but a process that it started holds its output open, so what it printed may be incomplete.`);
    return {
        ...exit,
        stdout: Buffer.concat(chunks),
        stderr: child.stderrTail()
    };
}


/***/ }),

/***/ 7872:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   P: () => (/* binding */ silentReporter)
/* harmony export */ });
/** How far a long piece of work is. Bytes are those of the dump as pg_dump or its compressor writes them. */ /** A reporter that says nothing. */ const silentReporter = {
    info () {},
    warn () {},
    error () {},
    output () {},
    group: (_title, work)=>work(),
    progress () {},
    mask () {}
};


/***/ }),

/***/ 5505:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Uv: () => (/* binding */ exitFlushed),
/* harmony export */   ij: () => (/* binding */ runStoppable)
/* harmony export */ });
/* unused harmony export GRACE_MS */
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7594);

/** The runner sends SIGINT, SIGTERM 7.5 s later and SIGKILL 2.5 s after that; cleaning up ends before the second. */ const GRACE_MS = 6500;
/**
 * Runs `main` to its end, once in the life of a process. SIGINT and SIGTERM abort its signal, and so does an error
 * that nobody caught; it then has 6.5 seconds to clean up. A signal that comes while it cleans up ends the wait at
 * once. The handlers stay: nothing that happens afterwards may end the process before the caller does.
 */ async function runStoppable(main) {
    const controller = new AbortController();
    return new Promise((resolve)=>{
        let failure;
        const fail = (error)=>{
            failure ??= {
                error
            };
            resolve({
                ok: false,
                error: failure.error
            });
        };
        const stop = (error)=>{
            if (failure !== undefined) return;
            failure = {
                error
            };
            setTimeout(fail, GRACE_MS, error);
            controller.abort(error);
        };
        const onSignal = (name)=>{
            const error = new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .CancelledError */ .cc(`Cancelled: the run was told to stop (${name}).`);
            if (failure === undefined) stop(error);
            else fail(error);
        };
        process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
        process.on('uncaughtException', stop).on('unhandledRejection', stop);
        main(controller.signal).then(()=>{
            if (failure === undefined) resolve({
                ok: true
            });
            else fail(failure.error);
        }, fail);
    });
}
/** Ends the process once everything that was printed is out, whatever sockets and timers are still there. */ async function exitFlushed(code) {
    const flushed = [
        process.stdout,
        process.stderr
    ].map((stream)=>new Promise((resolve)=>void stream.write('', ()=>resolve())));
    await Promise.race([
        Promise.all(flushed),
        new Promise((resolve)=>setTimeout(resolve, 1000))
    ]);
    process.exit(code);
}


/***/ }),

/***/ 8566:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   LV: () => (/* binding */ wrap),
/* harmony export */   PL: () => (/* binding */ columnsOf),
/* harmony export */   g$: () => (/* binding */ printable),
/* harmony export */   oy: () => (/* binding */ printableLine),
/* harmony export */   vf: () => (/* binding */ shell),
/* harmony export */   yd: () => (/* binding */ cutTo)
/* harmony export */ });
// C0 without tab and line feed, DEL, C1, line and paragraph separators, and the marks that reverse the direction of
// what follows: all that could move a cursor, recolour a terminal, end a line early or make text read differently.
// eslint-disable-next-line no-control-regex
const UNPRINTABLE = /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;
function escaped(character) {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
/** Makes control characters visible (`\x1b`), so that text from elsewhere cannot act on a terminal or a log. */ function printable(text) {
    return text.replaceAll(UNPRINTABLE, escaped);
}
/** The same for text that must stay on one line. */ function printableLine(text) {
    return printable(text).replaceAll('\n', '\\n').replaceAll('\t', ' ');
}
// Combining marks and invisible format characters take no column; East Asian wide characters and emoji take two.
const ZERO = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
const WIDE = /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]$/u;
/** How many columns a terminal needs for a text without control characters. */ function columnsOf(text) {
    let columns = 0;
    for (const character of text)columns += ZERO.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
    return columns;
}
/** Cuts a text to at most `columns`, with `…` where something is missing. */ function cutTo(text, columns) {
    if (columnsOf(text) <= columns) return text;
    let cut = '';
    for (const character of text){
        if (columnsOf(cut + character) > columns - 1) break;
        cut += character;
    }
    return columns < 1 ? '' : `${cut}…`;
}
/** Breaks a text at spaces into lines of at most `columns`; a longer word gets a line of its own. */ function wrap(text, columns) {
    const lines = [];
    let line = '';
    for (const word of text.split(' ').filter((part)=>part !== '')){
        if (line !== '' && columnsOf(line) + 1 + columnsOf(word) > columns) {
            lines.push(line);
            line = word;
        } else {
            line = line === '' ? word : `${line} ${word}`;
        }
    }
    return line === '' ? lines : [
        ...lines,
        line
    ];
}
/** Quotes for a POSIX shell. */ function shell(text) {
    return /^[\w./:=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}


/***/ }),

/***/ 8714:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   B4: () => (/* binding */ formatCount),
/* harmony export */   LS: () => (/* binding */ plural),
/* harmony export */   a3: () => (/* binding */ formatDuration),
/* harmony export */   z3: () => (/* binding */ formatBytes)
/* harmony export */ });
const STEPS = [
    'B',
    'KiB',
    'MiB',
    'GiB',
    'TiB',
    'PiB'
];
/** `1536` -> `1.5 KiB`. */ function formatBytes(bytes) {
    let value = bytes;
    let step = 0;
    while(value >= 1024 && step < STEPS.length - 1){
        value /= 1024;
        step += 1;
    }
    const digits = step === 0 || value >= 100 ? 0 : 1;
    return `${value.toFixed(digits)} ${STEPS[step] ?? 'B'}`;
}
/** Seconds -> `0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`. */ function formatDuration(seconds) {
    if (seconds < 10) return `${seconds.toFixed(1)} s`;
    const whole = Math.round(seconds);
    if (whole < 60) return `${whole} s`;
    if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
    return `${Math.floor(whole / 3600)} h ${Math.floor(whole % 3600 / 60)} min`;
}
/** `1234567` -> `1,234,567`, the same on every machine. */ function formatCount(count) {
    return count.toLocaleString('en-US');
}
/** `1 table`, `3 tables`. */ function plural(count, one, many = `${one}s`) {
    return `${formatCount(count)} ${count === 1 ? one : many}`;
}


/***/ }),

/***/ 902:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Kc: () => (/* binding */ hasPlaceholder),
/* harmony export */   _B: () => (/* binding */ isFamilyName),
/* harmony export */   ar: () => (/* binding */ familyName)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7598);

const PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const LONGEST = 64;
const HASH_DIGITS = 6;
/** True when something in braces is left to fill in. */ function hasPlaceholder(name) {
    return /\{[^}]*\}/.test(name);
}
/** True for what can be the name of a family in storage. */ function isFamilyName(name) {
    return PATTERN.test(name) && name.length <= LONGEST;
}
/**
 * The family that a template such as `prod-{database}` names for a database. What storage cannot have in a name
 * becomes `-`; six hex digits of the SHA-256 of the name as it was then keep different names apart.
 */ function familyName(template, database = '') {
    // A function, because `$&` in a database's name must not mean anything.
    const name = template.replaceAll('{database}', ()=>database);
    if (isFamilyName(name)) return name;
    const hash = (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHash)('sha256').update(name).digest('hex').slice(0, HASH_DIGITS);
    const plain = name.replaceAll(/[^A-Za-z0-9._-]/gu, '-').replace(/^[^A-Za-z0-9]+/, '');
    const start = plain.slice(0, LONGEST - HASH_DIGITS - 1);
    return `${start === '' ? 'db' : start}-${hash}`;
}


/***/ }),

/***/ 3831:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  K: () => (/* binding */ readInputs)
});

// EXTERNAL MODULE: ./lib/base/errors.js
var errors = __nccwpck_require__(7594);
;// CONCATENATED MODULE: ./lib/inputs/dump-args.js

/** What changes neither what the archive holds as the fingerprint sees it, nor how pgkeep runs pg_dump. */ const ALLOWED = {
    '--no-comments': {},
    '--no-security-labels': {},
    '--no-subscriptions': {},
    '--no-toast-compression': {},
    '--no-privileges': {},
    '--no-acl': {},
    '-x': {},
    '--inserts': {},
    '--column-inserts': {},
    '--attribute-inserts': {},
    '--rows-per-insert': {
        value: /^[1-9]\d{0,8}$/
    },
    '--on-conflict-do-nothing': {},
    '--load-via-partition-root': {},
    '--disable-dollar-quoting': {},
    '--no-owner': {
        plainOnly: true
    },
    '-O': {
        plainOnly: true
    },
    '--no-tablespaces': {
        plainOnly: true
    },
    '--no-table-access-method': {
        plainOnly: true
    },
    '--quote-all-identifiers': {
        plainOnly: true
    },
    '--use-set-session-authorization': {
        plainOnly: true
    },
    '--disable-triggers': {
        plainOnly: true,
        dataOnly: true
    }
};
/** The options that are let through, some of them only in the plain format. */ const ALLOWED_DUMP_ARGS = Object.keys(ALLOWED);
/** What to use instead of an option, or why there is nothing. */ const INSTEAD = [
    [
        'use the input "schemas"',
        [
            '-n',
            '--schema'
        ]
    ],
    [
        'use the input "exclude-schemas"',
        [
            '-N',
            '--exclude-schema'
        ]
    ],
    [
        'use the input "tables"',
        [
            '-t',
            '--table',
            '--table-and-children'
        ]
    ],
    [
        'use the input "exclude-tables"',
        [
            '-T',
            '--exclude-table',
            '--exclude-table-and-children'
        ]
    ],
    [
        'use the input "exclude-table-data"',
        [
            '--exclude-table-data',
            '--exclude-table-data-and-children'
        ]
    ],
    [
        'use the input "content"',
        [
            '-a',
            '--data-only',
            '-s',
            '--schema-only',
            '--section',
            '--no-data',
            '--no-schema'
        ]
    ],
    [
        'use the input "format"',
        [
            '-F',
            '--format'
        ]
    ],
    [
        'use the input "compression"',
        [
            '-Z',
            '--compress'
        ]
    ],
    [
        'use the input "jobs"',
        [
            '-j',
            '--jobs'
        ]
    ],
    [
        'use the input "lock-timeout"',
        [
            '--lock-wait-timeout'
        ]
    ],
    [
        'use the input "storage"',
        [
            '-f',
            '--file'
        ]
    ],
    [
        'use the input "database-url"',
        [
            '-d',
            '--dbname',
            '-h',
            '--host',
            '-p',
            '--port',
            '-U',
            '--username',
            '-w',
            '--no-password',
            '-W',
            '--password'
        ]
    ],
    [
        'put options=-c%20role=NAME into "database-url", so that every session of the backup has that role',
        [
            '--role'
        ]
    ],
    [
        'the dump shares its snapshot with the fingerprint',
        [
            '--snapshot',
            '--serializable-deferrable'
        ]
    ],
    [
        'rows that row-level security hides would be missing from the backup',
        [
            '--enable-row-security'
        ]
    ],
    [
        'numbers would lose digits',
        [
            '--extra-float-digits'
        ]
    ],
    [
        'the restored database would be dropped first',
        [
            '-c',
            '--clean',
            '--if-exists'
        ]
    ],
    [
        "names in the archive must be in the database's own encoding",
        [
            '-E',
            '--encoding'
        ]
    ],
    [
        'pgkeep decides it',
        [
            '-C',
            '--create',
            '-v',
            '--verbose',
            '--strict-names',
            '--no-sync',
            '--restrict-key'
        ]
    ],
    [
        'it changes what the backup holds, and the fingerprint would not match',
        [
            ...[
                '-b',
                '--blobs',
                '--large-objects',
                '-B',
                '--no-blobs',
                '--no-large-objects'
            ],
            ...[
                '-e',
                '--extension',
                '--exclude-extension',
                '--filter',
                '--include-foreign-data',
                '--no-policies'
            ],
            ...[
                '--no-publications',
                '--no-unlogged-table-data',
                '--sequence-data',
                '--binary-upgrade'
            ],
            ...[
                '--statistics',
                '--with-statistics',
                '--no-statistics',
                '--statistics-only'
            ]
        ]
    ]
];
const REASONS = new Map(INSTEAD.flatMap(([reason, options])=>options.map((option)=>[
            option,
            reason
        ])));
/** `--file=x`, `-fx` -> the option's name; what else is attached to it is not for messages, it may be a secret. */ function optionOf(arg) {
    const match = /^(--[^=\s]*)(?:=([\s\S]*))?/.exec(arg);
    if (match !== null) return {
        option: match[1] ?? '',
        value: match[2]
    };
    // pg_dump reads -xO as two options and -Fp as one with a value: only options that stand alone are let through.
    return {
        option: arg.slice(0, 2),
        value: arg.length > 2 ? arg.slice(2) : undefined
    };
}
function refusal(arg, format, content) {
    if (!/^-[^-]|^--./.test(arg)) {
        return `"${arg.slice(0, 40)}" is not an option. Write options with their value on one line, as in --rows-per-insert=100`;
    }
    const { option, value } = optionOf(arg);
    const rule = ALLOWED[option];
    if (rule === undefined) {
        const reason = REASONS.get(option);
        return `"${option}" is refused: ${reason ?? `allowed are ${ALLOWED_DUMP_ARGS.join(' ')}, each written in full`}`;
    }
    if (rule.value === undefined && (value !== undefined || arg !== option)) {
        return `"${option}" stands alone, without a value or another option behind it`;
    }
    if (rule.value !== undefined && (value === undefined || !rule.value.test(value))) {
        return `"${option}" needs its value on the same line, as in ${option}=100`;
    }
    if (rule.plainOnly === true && format !== 'plain') {
        return `"${option}" has an effect in the plain format only. Give it to pg_restore when you restore`;
    }
    if (rule.dataOnly === true && content !== 'data') return `"${option}" has an effect only with content: data`;
    return undefined;
}
/**
 * Refuses arguments for pg_dump that would change what is selected, the format, the output, the snapshot or the
 * connection, in any spelling that pg_dump knows: what is not known to be harmless is refused.
 * @throws UserError that names the argument and what to use instead.
 */ function checkDumpArgs(args, format, content) {
    for (const arg of args){
        const message = refusal(arg, format, content);
        if (message !== undefined) throw new errors/* UserError */.yo(`Input "dump-args": ${message}.`);
    }
}

// EXTERNAL MODULE: ./lib/inputs/name.js
var inputs_name = __nccwpck_require__(902);
;// CONCATENATED MODULE: ./lib/inputs/rules.js



const given = (list)=>list.length > 0;
function repeated(list) {
    return list.find((entry, index)=>list.indexOf(entry) !== index);
}
/** What inputs may not say together. Each rule gives a message when it is broken. */ const RULES = [
    ({ recipients, passphrase })=>given(recipients) && passphrase !== undefined ? 'Inputs "recipients" and "passphrase" are both given. A backup is encrypted with one or the other.' : undefined,
    ({ jobs, format })=>jobs > 1 && format !== 'directory' ? `Input "jobs" is ${jobs}, but pg_dump works in parallel only in the directory format. Set format to directory, or leave jobs out.` : undefined,
    ({ databases })=>databases.length > 1 && databases.includes('*') ? 'Input "databases" holds * (all databases) and names. Give one or the other.' : undefined,
    ({ databases })=>{
        const twice = repeated(databases);
        return twice === undefined ? undefined : `Input "databases" names "${twice}" twice.`;
    },
    ({ storage })=>{
        const twice = repeated(storage);
        return twice === undefined ? undefined : 'Input "storage" has the same URL twice.';
    },
    ({ databases, name })=>(databases.length > 1 || databases.includes('*')) && !name.includes('{database}') ? `Input "name" is "${name}" for several databases: their backups would be one family. Put {database} into the name.` : undefined,
    ({ name })=>(0,inputs_name/* hasPlaceholder */.Kc)(name.replaceAll('{database}', '')) ? `Input "name" is "${name}": only {database} can stand in braces.` : undefined,
    // pg_dump dumps the tables that match whatever the schema patterns say, and does not mention it.
    ({ tables, schemas, excludeSchemas })=>given(tables) && (given(schemas) || given(excludeSchemas)) ? `Inputs "tables" and "${given(schemas) ? 'schemas' : 'exclude-schemas'}" are both given: pg_dump would ignore the latter. Write the schema into the pattern, as in sales.*, instead.` : undefined,
    ({ content, excludeTableData })=>content === 'schema' && given(excludeTableData) ? 'Input "exclude-table-data" has no effect with content: schema, which holds no rows. Leave it out.' : undefined
];
/**
 * Refuses inputs that contradict each other.
 * @throws UserError
 */ function checkBackup(inputs) {
    for (const rule of RULES){
        const message = rule(inputs);
        if (message !== undefined) throw new errors/* UserError */.yo(message);
    }
    checkDumpArgs(inputs.dumpArgs, inputs.format, inputs.content);
}
/** Outside a backup there is no database that could fill a placeholder in the family's name. */ function checkName(command, { name }) {
    if (name !== undefined && (0,inputs_name/* hasPlaceholder */.Kc)(name)) {
        throw new errors/* UserError */.yo(`Input "name" is "${name}", but ${command} knows no database. Give the family's own name.`);
    }
}

// EXTERNAL MODULE: ./lib/base/units.js
var units = __nccwpck_require__(8714);
;// CONCATENATED MODULE: ./lib/inputs/parse.js


const DURATION_UNITS = {
    ms: 1,
    s: 1000,
    m: 60_000,
    h: 3_600_000
};
const LONGEST_MS = 24 * 3_600_000;
// Above 19 zstd needs --ultra and gigabytes of memory to read the backup again.
const LEVELS = {
    zstd: 19,
    gzip: 9
};
/** Values can be long, or be secrets pasted into the wrong input: a message shows only the start of one. */ function shown(text) {
    return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}...` : text);
}
function refuse(name, text, allowed) {
    throw new errors/* UserError */.yo(`Input "${name}" is ${shown(text)}; allowed: ${allowed}.`);
}
function parseBoolean(name, text) {
    // The YAML 1.2 core schema's spellings, as the runner's own toolkit has them.
    if (/^(true|True|TRUE)$/.test(text)) return true;
    if (/^(false|False|FALSE)$/.test(text)) return false;
    return refuse(name, text, 'true, false');
}
function parseInteger(name, text, min, max) {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    return value >= min && value <= max ? value : refuse(name, text, `a whole number from ${min} to ${max}`);
}
function parseDuration(name, text) {
    const match = /^(\d{1,9})(ms|s|m|h)$/.exec(text);
    const value = Number(match?.[1]) * (DURATION_UNITS[match?.[2] ?? ''] ?? NaN);
    return value >= 1 && value <= LONGEST_MS ? value : refuse(name, text, 'a number and a unit, such as 500ms, 60s, 5m or 1h, up to 24h');
}
function parseCompression(name, text) {
    const match = /^(zstd|gzip|lz4|none)(?::(\d{1,2}))?$/.exec(text);
    const method = match?.[1];
    const level = match?.[2] === undefined ? undefined : Number(match[2]);
    if (method !== undefined && level === undefined) return {
        method
    };
    if (method !== undefined && level !== undefined && level >= 1 && level <= (LEVELS[method] ?? 0)) {
        return {
            method,
            level
        };
    }
    return refuse(name, text, 'zstd, zstd:1 to zstd:19, gzip, gzip:1 to gzip:9, lz4, none');
}
function parseMajor(name, text) {
    if (text === 'auto') return text;
    return /^[1-9]\d$/.test(text) ? Number(text) : refuse(name, text, 'auto, or a major version such as 17');
}
/** The entries of a list: one a line, without the space around them, blank lines left out. */ function splitList(text) {
    return text.split(/\r?\n|\r/).map((line)=>line.trim()).filter((line)=>line !== '');
}
/** Names with spaces at their ends are not worth supporting, values of two lines are surely a mistake. */ function parseString(name, text) {
    const lines = splitList(text);
    if (lines.length > 1) throw new errors/* UserError */.yo(`Input "${name}" takes one line; it has ${(0,units/* plural */.LS)(lines.length, 'line')}.`);
    if (text.includes('\0')) throw new errors/* UserError */.yo(`Input "${name}" holds a NUL character.`);
    return text.trim();
}
/**
 * Reads one input's text, which is not empty.
 * @throws UserError that names the input and what it may be; a secret's text is never in it.
 */ function parseValue(name, spec, text) {
    const trimmed = text.trim();
    switch(spec.type){
        case 'string':
        case 'secret':
            return parseString(name, text);
        case 'list':
            return splitList(text);
        case 'boolean':
            return parseBoolean(name, trimmed);
        case 'integer':
            return parseInteger(name, trimmed, spec.min, spec.max);
        case 'choice':
            return spec.values.includes(trimmed) ? trimmed : refuse(name, trimmed, spec.values.join(', '));
        case 'duration':
            return parseDuration(name, trimmed);
        case 'compression':
            return parseCompression(name, trimmed);
        case 'major':
            return parseMajor(name, trimmed);
    }
}

// EXTERNAL MODULE: ./lib/inputs/table.js
var table = __nccwpck_require__(4565);
// EXTERNAL MODULE: ./lib/inputs/values.js
var inputs_values = __nccwpck_require__(7035);
;// CONCATENATED MODULE: ./lib/inputs/read.js





/**
 * Reads the inputs of an action or command. The only reader there is: what it returns is typed, complete and
 * free of contradictions.
 * @throws UserError that names the input and what is allowed.
 */ function readInputs(command, source) {
    const values = {};
    for (const [name, spec] of (0,table/* inputsOf */.Vc)(command)){
        const given = source(name);
        const text = given === undefined || given.trim() === '' ? (0,table/* defaultOf */.HA)(spec, command) : given;
        if (text === undefined && spec.required === true) {
            throw new errors/* UserError */.yo(`Input "${name}" is required: ${(0,table/* describe */.q0)(spec, command)}.`);
        }
        const absent = spec.type === 'list' ? [] : undefined;
        values[(0,inputs_values/* camelCase */.x)(name)] = text === undefined ? absent : parseValue(name, spec, text);
    }
    // The table says what each value is; this is the one place that takes its word for it.
    const inputs = values;
    if (command === 'backup') checkBackup(inputs);
    else checkName(command, inputs);
    return inputs;
}


/***/ }),

/***/ 4565:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Bt: () => (/* binding */ TABLE),
/* harmony export */   HA: () => (/* binding */ defaultOf),
/* harmony export */   Vc: () => (/* binding */ inputsOf),
/* harmony export */   q0: () => (/* binding */ describe)
/* harmony export */ });
/**
 * Every input, once. The typed reader, the command line and its help, each action.yml and the README's tables come
 * from here; `npm run docs` writes the generated ones.
 */ const TABLE = {
    'database-url': {
        type: 'secret',
        group: 'Database',
        commands: [
            'backup'
        ],
        placeholder: 'URL',
        description: 'The database: a libpq URI (`postgresql://user:password@host/db`) or keyword string; when empty, the standard `PG*` environment variables'
    },
    databases: {
        type: 'list',
        group: 'Database',
        commands: [
            'backup'
        ],
        placeholder: 'NAME',
        defaultText: "the URL's",
        description: 'Names of databases on that server, one a line, or `*` for all that allow connections: one backup each'
    },
    storage: {
        type: 'list',
        group: 'Storage',
        commands: [
            'backup',
            'list',
            'show'
        ],
        required: true,
        placeholder: 'URL',
        description: 'Where backups live: `s3://bucket/prefix` or `file:///path`, one URL a line; a backup goes to all of them in one pass',
        reading: 'Where backups live: `s3://bucket/prefix` or `file:///path`'
    },
    name: {
        type: 'string',
        group: 'Storage',
        commands: [
            'backup',
            'list',
            'show'
        ],
        default: '{database}',
        defaultFor: [
            'backup'
        ],
        placeholder: 'NAME',
        description: 'The family that the backup belongs to, `{database}` being the name of the database; backups of one family are listed together',
        reading: 'The family to look in; not needed where the storage holds only one'
    },
    label: {
        type: 'string',
        group: 'Storage',
        commands: [
            'backup',
            'list'
        ],
        placeholder: 'TEXT',
        description: 'Free text such as `daily` that the backup carries',
        reading: 'Show only backups that carry this label'
    },
    format: {
        type: 'choice',
        values: [
            'custom',
            'directory',
            'plain'
        ],
        group: 'What is dumped',
        commands: [
            'backup'
        ],
        default: 'custom',
        description: "pg_dump's format: `custom`, `directory` (can be dumped in parallel, needs disk space) or `plain` (SQL)"
    },
    content: {
        type: 'choice',
        values: [
            'all',
            'schema',
            'data'
        ],
        group: 'What is dumped',
        commands: [
            'backup'
        ],
        default: 'all',
        description: '`all`, or only the `schema` (definitions), or only the `data` (rows)'
    },
    schemas: {
        type: 'list',
        group: 'What is dumped',
        commands: [
            'backup'
        ],
        placeholder: 'PATTERN',
        description: 'Dump only schemas that match one of these pg_dump patterns, one a line'
    },
    'exclude-schemas': {
        type: 'list',
        group: 'What is dumped',
        commands: [
            'backup'
        ],
        placeholder: 'PATTERN',
        description: 'Leave out schemas that match one of these pg_dump patterns, one a line'
    },
    tables: {
        type: 'list',
        group: 'What is dumped',
        commands: [
            'backup'
        ],
        placeholder: 'PATTERN',
        description: 'Dump only tables that match one of these pg_dump patterns, one a line'
    },
    'exclude-tables': {
        type: 'list',
        group: 'What is dumped',
        commands: [
            'backup'
        ],
        placeholder: 'PATTERN',
        description: 'Leave out tables that match one of these pg_dump patterns, one a line'
    },
    'exclude-table-data': {
        type: 'list',
        group: 'What is dumped',
        commands: [
            'backup'
        ],
        placeholder: 'PATTERN',
        description: 'Dump the definition but not the rows of tables that match one of these pg_dump patterns, one a line'
    },
    globals: {
        type: 'boolean',
        group: 'What is dumped',
        commands: [
            'backup'
        ],
        default: 'true',
        description: 'Also store the roles and tablespaces of the server, without passwords'
    },
    'dump-args': {
        type: 'list',
        group: 'What is dumped',
        commands: [
            'backup'
        ],
        placeholder: 'ARG',
        description: 'Further pg_dump arguments, one a line, such as `--no-comments`; those that change what is selected, the format, the output or the snapshot are refused'
    },
    fingerprint: {
        type: 'choice',
        values: [
            'none',
            'rows',
            'content'
        ],
        group: 'How it is stored',
        commands: [
            'backup'
        ],
        default: 'rows',
        description: 'What is recorded for later comparison: `rows` counts the rows of each table in the snapshot of the dump, `content` also hashes them, `none` reads nothing twice'
    },
    compression: {
        type: 'compression',
        group: 'How it is stored',
        commands: [
            'backup'
        ],
        default: 'zstd',
        placeholder: 'METHOD',
        description: '`zstd[:1-19]`, `gzip[:1-9]`, `lz4` (pg_dump 16 or newer) or `none`'
    },
    recipients: {
        type: 'list',
        group: 'How it is stored',
        commands: [
            'backup'
        ],
        placeholder: 'KEY',
        description: 'Encrypt to these age public keys, one a line: the job can write backups that it cannot read'
    },
    passphrase: {
        type: 'secret',
        group: 'How it is stored',
        commands: [
            'backup'
        ],
        placeholder: 'TEXT',
        description: 'Encrypt with this age passphrase instead of to recipients'
    },
    jobs: {
        type: 'integer',
        min: 1,
        max: 64,
        group: 'How it runs',
        commands: [
            'backup'
        ],
        default: '1',
        placeholder: 'N',
        description: 'Tables that pg_dump reads at the same time (`directory` format only)'
    },
    'lock-timeout': {
        type: 'duration',
        group: 'How it runs',
        commands: [
            'backup'
        ],
        default: '60s',
        placeholder: 'TIME',
        description: 'How long pg_dump may wait for the lock on a table before the run fails, such as `30s` or `5m`'
    },
    'dry-run': {
        type: 'boolean',
        group: 'How it runs',
        commands: [
            'backup'
        ],
        default: 'false',
        description: 'Connect, find the programs, write and delete a probe in each storage and estimate the size, but dump nothing'
    },
    'postgres-version': {
        type: 'major',
        group: 'How it runs',
        commands: [
            'backup'
        ],
        default: 'auto',
        placeholder: 'MAJOR',
        description: "Major version of the PostgreSQL programs to use; `auto` takes the server's own, or the nearest newer one to be had, with a warning"
    },
    'postgres-bin': {
        type: 'string',
        group: 'How it runs',
        commands: [
            'backup'
        ],
        placeholder: 'FOLDER',
        description: 'Use the PostgreSQL programs in this folder and install nothing'
    }
};
/** The inputs that an action or command takes, in the table's order. */ function inputsOf(command) {
    return Object.entries(TABLE).filter(([, spec])=>spec.commands.includes(command));
}
/** What an absent input is for a command, as one would write it; undefined when there is no default. */ function defaultOf(spec, command) {
    return spec.defaultFor === undefined || spec.defaultFor.includes(command) ? spec.default : undefined;
}
/** What an input means for a command, in one sentence without a full stop. */ function describe(spec, command) {
    return command === 'backup' ? spec.description : spec.reading ?? spec.description;
}


/***/ }),

/***/ 5075:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   U: () => (/* binding */ unknownName),
/* harmony export */   p: () => (/* binding */ nearest)
/* harmony export */ });
/* harmony import */ var _base_errors_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7594);

/** Levenshtein's distance: how many characters to insert, remove or replace to make one word of the other. */ function distance(a, b) {
    let row = Array.from({
        length: b.length + 1
    }, (_, index)=>index);
    for(let i = 1; i <= a.length; i += 1){
        const next = [
            i
        ];
        for(let j = 1; j <= b.length; j += 1){
            const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
            next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
        }
        row = next;
    }
    return row[b.length] ?? 0;
}
/** The candidate that `word` was most likely meant to be; undefined when none is near. */ function nearest(word, candidates) {
    const bare = (text)=>text.toLowerCase().replaceAll('_', '-');
    let best;
    let least = Math.max(2, Math.floor(word.length / 3)) + 1;
    for (const candidate of candidates){
        const edits = distance(bare(word), bare(candidate));
        if (edits < least) [best, least] = [
            candidate,
            edits
        ];
    }
    return best;
}
/**
 * The error for a name that is not known: says the nearest one that is, and all of them.
 * @param what e.g. `input`, `option`.
 */ function unknownName(what, name, known) {
    const near = nearest(name, known);
    const hint = near === undefined ? '' : ` Did you mean "${near}"?`;
    const shown = name.length > 60 ? `${name.slice(0, 60)}...` : name;
    return new _base_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .UserError */ .yo(`Unknown ${what} ${JSON.stringify(shown)}.${hint} Known: ${known.join(', ')}.`);
}


/***/ }),

/***/ 7035:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   x: () => (/* binding */ camelCase)
/* harmony export */ });
/** `lock-timeout` -> `lockTimeout`. */ function camelCase(name) {
    return name.replaceAll(/-([a-z])/g, (_, letter)=>letter.toUpperCase());
}


/***/ }),

/***/ 4346:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   P: () => (/* binding */ folderCache)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7598);
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(3024);
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(1455);
/* harmony import */ var node_os__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(8161);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(6760);
/* harmony import */ var _base_errors_js__WEBPACK_IMPORTED_MODULE_5__ = __nccwpck_require__(7594);






/**
 * A cache of programs in the layout of a runner's tool cache: `<root>/<name>/<version>/<arch>`, and beside it an empty
 * file `<arch>.complete` once it is whole. Several processes may store the same version at once: each copies beside the
 * target, the first to finish wins, and a folder in use is never changed.
 * @param root is asked for each time, so that it may be decided after the start.
 */ function folderCache(root) {
    const place = (name, version)=>(0,node_path__WEBPACK_IMPORTED_MODULE_4__.join)(root(), name, version, (0,node_os__WEBPACK_IMPORTED_MODULE_3__.arch)());
    const find = (name, version)=>{
        const folder = place(name, version);
        return (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.existsSync)(folder) && (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.existsSync)(`${folder}.complete`) ? folder : undefined;
    };
    return {
        find,
        versions: (name)=>{
            const folder = (0,node_path__WEBPACK_IMPORTED_MODULE_4__.join)(root(), name);
            if (!(0,node_fs__WEBPACK_IMPORTED_MODULE_1__.existsSync)(folder)) return [];
            return (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.readdirSync)(folder).filter((version)=>find(name, version) !== undefined);
        },
        store: async (name, version, folder)=>{
            const target = place(name, version);
            await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.mkdir)((0,node_path__WEBPACK_IMPORTED_MODULE_4__.dirname)(target), {
                recursive: true
            });
            const copy = `${target}.${(0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.randomBytes)(6).toString('hex')}`;
            try {
                await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.cp)(folder, copy, {
                    recursive: true,
                    verbatimSymlinks: true
                });
                for(;;){
                    const existing = find(name, version) ?? await moveInto(target, copy);
                    if (existing !== undefined) return existing;
                }
            } finally{
                await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.rm)(copy, {
                    recursive: true,
                    force: true
                });
            }
        }
    };
}
/**
 * Moves `copy` to `target` and marks it whole. Undefined when something stood there: another process's that is whole
 * now, or what a killed one left, which is then out of the way.
 */ async function moveInto(target, copy) {
    try {
        await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.rename)(copy, target);
    } catch (error) {
        if (![
            'ENOTEMPTY',
            'EEXIST',
            'EPERM'
        ].includes((0,_base_errors_js__WEBPACK_IMPORTED_MODULE_5__/* .codeOf */ .$N)(error) ?? '')) throw error;
        // Between its move and its mark another process needs no time to speak of.
        await new Promise((resolve)=>setTimeout(resolve, 1000));
        if ((0,node_fs__WEBPACK_IMPORTED_MODULE_1__.existsSync)(`${target}.complete`)) return undefined;
        const aside = `${target}.${(0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.randomBytes)(6).toString('hex')}`;
        await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.rename)(target, aside);
        await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.rm)(aside, {
            recursive: true,
            force: true
        });
        return undefined;
    }
    await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.writeFile)(`${target}.complete`, '');
    return target;
}


/***/ }),

/***/ 6739:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  Ru: () => (/* reexport */ findAnyPrograms),
  z0: () => (/* reexport */ findPrograms),
  Pv: () => (/* reexport */ folder_cache/* folderCache */.P),
  HG: () => (/* reexport */ installTools)
});

// UNUSED EXPORTS: unpackPackages

// EXTERNAL MODULE: ./lib/base/errors.js
var errors = __nccwpck_require__(7594);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __nccwpck_require__(1455);
;// CONCATENATED MODULE: ./lib/postgres/programs/machine.js

/** Reads the `NAME=value` lines of an os-release file (os-release(5)). */ function parseOsRelease(text) {
    const values = new Map();
    for (const line of text.split('\n')){
        const match = /^([A-Z0-9_]+)=(?:"(.*)"|'(.*)'|(.*))$/.exec(line.trim());
        if (match !== null) values.set(match[1] ?? '', (match[2] ?? match[3] ?? match[4] ?? '').replace(/\\(.)/g, '$1'));
    }
    const get = (name)=>values.get(name) ?? '';
    return {
        id: get('ID').toLowerCase(),
        like: get('ID_LIKE').toLowerCase().split(/\s+/).filter(Boolean),
        version: get('VERSION_ID'),
        // Derivatives of Ubuntu (Mint) have a code name of their own, and Ubuntu's beside it.
        codename: get('UBUNTU_CODENAME') || get('DEBIAN_CODENAME') || get('VERSION_CODENAME'),
        prettyName: get('PRETTY_NAME')
    };
}
/** This machine. */ async function readMachine() {
    const text = await (0,promises_.readFile)('/etc/os-release', 'utf8').catch(()=>'');
    return {
        platform: process.platform,
        os: parseOsRelease(text),
        root: ''
    };
}
/** Debian, Ubuntu and what is built on them. */ function isDebianFamily(machine) {
    const { id, like } = machine.os;
    return machine.platform === 'linux' && [
        id,
        ...like
    ].some((name)=>name === 'debian' || name === 'ubuntu');
}
/** The system's name for a person. */ function machineName(machine) {
    if (machine.platform === 'darwin') return 'macOS';
    if (machine.platform === 'win32') return 'Windows';
    return machine.os.prettyName || machine.os.id || machine.platform;
}
/**
 * A name for this kind of system. A tool cache is shared between a host and its containers (`/__t`), and a
 * program that was unpacked for one distribution does not run on another.
 */ function machineTag(machine) {
    const { id, version, codename } = machine.os;
    return [
        id || machine.platform,
        version || codename
    ].filter(Boolean).join('-').replace(/[^\w.-]/g, '-');
}

;// CONCATENATED MODULE: ./lib/postgres/programs/advice.js

/** What to do on this system to get the clients of a major, as the end of a message. */ function advice(machine, major) {
    const n = major === undefined ? 'N' : String(major);
    const bin = `or install them elsewhere and name their folder in \`postgres-bin\``;
    const { id, like } = machine.os;
    const family = [
        id,
        ...like
    ];
    if (machine.platform === 'darwin') return `Install them with \`brew install postgresql@${n}\`, ${bin}.`;
    if (machine.platform === 'win32') return `Install PostgreSQL ${n} from https://www.postgresql.org/download/windows/ (or \`choco install postgresql${n}\`), ${bin}.`;
    if (isDebianFamily(machine)) return `Add PostgreSQL's apt repository (https://wiki.postgresql.org/wiki/Apt) and \`apt-get install postgresql-client-${n}\`, ${bin}.`;
    if (family.includes('alpine')) return `Install them with \`apk add postgresql${n}-client\`, ${bin}.`;
    if (family.some((name)=>[
            'fedora',
            'rhel',
            'centos'
        ].includes(name))) return `Add PostgreSQL's yum repository (https://www.postgresql.org/download/linux/redhat/) and \`dnf install postgresql${n}\`, ${bin}.`;
    return `Install the client programs of PostgreSQL ${n} (https://www.postgresql.org/download/), ${bin}.`;
}
/** The message of a search that found nothing. */ function notFound(machine, major, tried) {
    const what = major === undefined ? "PostgreSQL's client programs" : `the client programs of PostgreSQL ${major} or newer`;
    const how = tried.length === 0 ? '' : `\nTried: ${tried.join('; ')}.`;
    return `Could not find or install ${what} (psql, pg_dump, pg_restore, pg_dumpall) on ${machineName(machine)}.${how}\n${advice(machine, major)}`;
}

// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __nccwpck_require__(6760);
;// CONCATENATED MODULE: ./lib/postgres/programs/folders.js


/** Where the packages of each system put the programs of one major, by their own conventions. */ function places(platform, env) {
    if (platform === 'win32') {
        const files = [
            env['ProgramFiles'],
            env['ProgramW6432'],
            'C:\\Program Files'
        ].filter((folder)=>folder !== undefined && folder !== '');
        return [
            ...new Set(files)
        ].map((folder)=>({
                parent: `${folder}\\PostgreSQL`,
                name: /^\d+$/,
                below: 'bin'
            }));
    }
    const formulae = (prefix)=>({
            parent: `${prefix}/opt`,
            name: /^(?:postgresql@\d+|libpq)$/,
            below: 'bin'
        });
    const brew = [
        env['HOMEBREW_PREFIX'],
        '/opt/homebrew',
        '/usr/local',
        '/home/linuxbrew/.linuxbrew'
    ];
    const prefixes = [
        ...new Set(brew.filter((prefix)=>prefix !== undefined && prefix !== ''))
    ];
    if (platform === 'darwin') return [
        ...prefixes.map(formulae),
        {
            parent: '/Applications/Postgres.app/Contents/Versions',
            name: /^\d+$/,
            below: 'bin'
        },
        {
            parent: '/Library/PostgreSQL',
            name: /^\d+$/,
            below: 'bin'
        }
    ];
    return [
        // Debian and Ubuntu, PostgreSQL's own RPMs, Alpine, SUSE.
        {
            parent: '/usr/lib/postgresql',
            name: /^\d+$/,
            below: 'bin'
        },
        {
            parent: '/usr',
            name: /^pgsql-\d+$/,
            below: 'bin'
        },
        {
            parent: '/usr/libexec',
            name: /^postgresql\d+$/,
            below: ''
        },
        {
            parent: '/usr/lib',
            name: /^postgresql\d+$/,
            below: 'bin'
        },
        ...prefixes.map(formulae)
    ];
}
/**
 * The folders that may hold PostgreSQL's programs, without looking into them: the versioned ones, then those of the
 * `PATH` (distributions with one version only keep it there).
 */ async function candidateFolders(machine, env) {
    const folders = [];
    for (const { parent, name, below } of places(machine.platform, env)){
        const inside = `${machine.root}${parent}`;
        const names = (await (0,promises_.readdir)(inside).catch(()=>[])).filter((entry)=>name.test(entry));
        folders.push(...names.map((entry)=>(0,external_node_path_.join)(inside, entry, below)));
    }
    const separator = machine.platform === 'win32' ? ';' : ':';
    const path = (env['PATH'] ?? env['Path'] ?? '').split(separator).filter((entry)=>entry !== '');
    return [
        ...new Set([
            ...folders,
            ...path
        ])
    ];
}

;// CONCATENATED MODULE: ./lib/postgres/programs/libraries.js


/**
 * The folders below `root` that hold shared libraries, where Debian's packages have them: `lib` and `usr/lib`, and
 * the folder of the processor in each.
 */ async function libraryFolders(root) {
    const found = [];
    for (const parent of [
        (0,external_node_path_.join)(root, 'usr', 'lib'),
        (0,external_node_path_.join)(root, 'lib')
    ]){
        const entries = await (0,promises_.readdir)(parent, {
            withFileTypes: true
        }).catch(()=>[]);
        const inside = entries.filter((entry)=>entry.isDirectory() && /-linux-gnu/.test(entry.name));
        for (const folder of [
            ...inside.map((entry)=>(0,external_node_path_.join)(parent, entry.name)),
            parent
        ]){
            const names = await (0,promises_.readdir)(folder).catch(()=>[]);
            if (names.some((name)=>/\.so(?:\.|$)/.test(name))) found.push(folder);
        }
    }
    return found;
}
/** What programs unpacked into `root` need in their environment to find the libraries unpacked with them. */ async function libraryEnv(root, env) {
    const folders = await libraryFolders(root);
    if (folders.length === 0) return {};
    const inherited = env['LD_LIBRARY_PATH'];
    return {
        LD_LIBRARY_PATH: [
            ...folders,
            ...inherited === undefined || inherited === '' ? [] : [
                inherited
            ]
        ].join(':')
    };
}

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __nccwpck_require__(3024);
// EXTERNAL MODULE: ./lib/base/process.js + 1 modules
var base_process = __nccwpck_require__(1613);
;// CONCATENATED MODULE: ./lib/postgres/programs/probe.js




const NAMES = [
    'pg_dump',
    'psql',
    'pg_restore',
    'pg_dumpall'
];
/** Reads `pg_dump (PostgreSQL) 17.11 (Debian 17.11-1)`; undefined for anything else. */ function parseVersion(text) {
    const match = /\) (\d+)((?:\.\d+)*(?:(?:devel|alpha|beta|rc)\d*)?)(?:\s|$)/.exec(text);
    if (match === null) return undefined;
    return {
        major: Number(match[1]),
        version: `${match[1]}${match[2]}`
    };
}
/** The version as the tool cache wants it: `17.11` -> `17.11.0`, `18beta1` -> `18.0.0-beta1`. */ function toSemver(version) {
    const [, numbers = '0', pre = ''] = /^([\d.]+)(.*)$/.exec(version) ?? [];
    const parts = [
        ...numbers.split('.'),
        '0',
        '0'
    ].slice(0, 3).join('.');
    return pre === '' ? parts : `${parts}-${pre}`;
}
/**
 * Looks whether `folder` holds all four programs, of one major, and runs each: a folder's name says nothing, and a
 * missing shared library shows only now. Debian's `pg_wrapper` is refused: it runs whatever major it likes.
 */ async function probe(folder, options) {
    const path = (name)=>(0,external_node_path_.join)(folder, options.windows === true ? `${name}.exe` : name);
    for (const name of NAMES){
        const real = await (0,promises_.realpath)(path(name)).catch(()=>undefined);
        if (real === undefined) return {
            problem: `${folder} has no ${name}`
        };
        if ((0,external_node_path_.basename)(real) === 'pg_wrapper') return {
            problem: `${path(name)} is pg_wrapper, which chooses a version by itself`
        };
        const executable = await (0,promises_.access)(real, external_node_fs_.constants.X_OK).then(()=>true, ()=>false);
        if (!executable) return {
            problem: `${path(name)} may not be executed`
        };
    }
    const programEnv = options.programEnv ?? {};
    const env = {
        ...options.env,
        ...programEnv
    };
    const signal = options.signal === undefined ? {} : {
        signal: options.signal
    };
    const results = await Promise.all(NAMES.map(async (name)=>({
            name,
            ...await (0,base_process/* run */.e)(path(name), [
                '--version'
            ], {
                env,
                timeoutMs: 30_000,
                ...signal
            })
        })));
    let version;
    for (const { name, code, stdout, stderr } of results){
        const own = code === 0 ? parseVersion(stdout.toString('utf8')) : undefined;
        if (own === undefined) return {
            problem: `${path(name)} does not run${stderr === '' ? '' : `: ${stderr.split('\n')[0]}`}`
        };
        version ??= own;
        if (own.major !== version.major) return {
            problem: `${folder} mixes majors: pg_dump ${version.version}, ${name} ${own.version}`
        };
    }
    if (version === undefined) return {
        problem: `${folder} has no programs`
    };
    return {
        programs: {
            ...version,
            source: options.source,
            path,
            env: programEnv
        }
    };
}

;// CONCATENATED MODULE: ./lib/postgres/programs/cached.js



/** The name in the tool cache of unpacked clients for one kind of system (`machineTag`). */ function cacheName(tag) {
    return `pgkeep-postgresql-client-${tag}`;
}
/** Looks at clients that a Debian package was unpacked into `root` for. */ async function probeUnpacked(root, major, source, options) {
    return probe((0,external_node_path_.join)(root, 'usr', 'lib', 'postgresql', String(major), 'bin'), {
        source,
        env: options.env,
        programEnv: await libraryEnv(root, options.env),
        ...options.signal === undefined ? {} : {
            signal: options.signal
        }
    });
}
/** The clients in the tool cache, newest first; what does not run here is passed over. */ async function cachedPrograms(tag, options) {
    const name = cacheName(tag);
    const probes = await Promise.all(options.cache.versions(name).map(async (version)=>{
        const root = options.cache.find(name, version);
        return root === undefined ? undefined : probeUnpacked(root, Number.parseInt(version), 'tool-cache', options);
    }));
    return probes.flatMap((found)=>found?.programs === undefined ? [] : [
            found.programs
        ]).sort((a, b)=>toSemver(b.version).localeCompare(toSemver(a.version), 'en', {
            numeric: true,
            sensitivity: 'base'
        }));
}

;// CONCATENATED MODULE: ./lib/postgres/programs/at-hand.js




/** The versioned programs that the system has, one set a folder. */ async function systemPrograms(machine, options) {
    const folders = await candidateFolders(machine, options.env);
    const probes = await Promise.all(folders.map((folder)=>probe(folder, {
            source: 'system',
            env: options.env,
            windows: machine.platform === 'win32',
            ...options.signal === undefined ? {} : {
                signal: options.signal
            }
        })));
    return probes.flatMap(({ programs })=>programs === undefined ? [] : [
            programs
        ]);
}
/**
 * Everything that is there already, the system's before the tool cache's. The first of a major is the one to use.
 */ async function programsAtHand(options) {
    const machine = options.machine ?? await readMachine();
    const [system, cached] = await Promise.all([
        systemPrograms(machine, options),
        cachedPrograms(machineTag(machine), options)
    ]);
    return [
        ...system,
        ...cached
    ];
}

;// CONCATENATED MODULE: ./lib/postgres/programs/which.js



/** The first executable of that name on the `PATH`, or undefined. */ async function which(name, env) {
    const names = process.platform === 'win32' ? [
        `${name}.exe`,
        `${name}.cmd`
    ] : [
        name
    ];
    for (const folder of (env['PATH'] ?? env['Path'] ?? '').split(external_node_path_.delimiter)){
        if (folder === '') continue;
        for (const file of names){
            const path = (0,external_node_path_.join)(folder, file);
            const found = await (0,promises_.access)(path, external_node_fs_.constants.X_OK).then(()=>true, ()=>false);
            if (found) return path;
        }
    }
    return undefined;
}

;// CONCATENATED MODULE: ./lib/postgres/programs/apt/privilege.js

/** What this process may do without being asked for a password. */ async function privilege(options) {
    if (options.method === 'rootless') return 'none';
    if (process.getuid?.() === 0) return 'root';
    const { code } = await (0,base_process/* run */.e)('sudo', [
        '-n',
        'true'
    ], {
        env: options.env,
        timeoutMs: 20_000,
        ...options.signal === undefined ? {} : {
            signal: options.signal
        }
    });
    return code === 0 ? 'sudo' : 'none';
}

;// CONCATENATED MODULE: ./lib/postgres/programs/apt/config.js

function aptLayout(root) {
    const at = (...names)=>(0,external_node_path_.join)(root, ...names);
    return {
        root,
        privateConf: at('private.conf'),
        systemConf: at('system.conf'),
        sourcesList: at('sources.list'),
        sourceParts: at('sources.list.d'),
        extraList: at('sources.list.d', 'pgkeep.list'),
        extraKey: at('pgkeep.asc'),
        lists: at('lists'),
        status: at('status'),
        archives: at('archives'),
        systemArchives: at('system-archives'),
        privateParts: at('private.conf.d'),
        systemParts: at('system.conf.d')
    };
}
/** apt's first configuration file: it only says where the others are, which apt then reads after its defaults. */ function firstConf(parts) {
    return `Dir::Etc::parts "${parts}";\nDir::Etc::main "/dev/null";\n`;
}
/**
 * Our own settings, read after the machine's. `system`: packages are installed, so dpkg's real state and locks are used.
 */ function aptConf(layout, system) {
    const lines = [
        `Dir::Etc::sourcelist "${layout.sourcesList}";`,
        `Dir::Etc::sourceparts "${layout.sourceParts}";`,
        `Dir::State::lists "${layout.lists}";`,
        'Dir::Cache::pkgcache "";',
        'Dir::Cache::srcpkgcache "";',
        `Dir::Cache::archives "${system ? layout.systemArchives : layout.archives}";`,
        // The private folders are ours alone; apt's own user could not read them.
        'APT::Sandbox::User "root";',
        'APT::Install-Recommends "false";',
        'APT::Get::List-Cleanup "false";',
        'Acquire::Languages "none";',
        'Acquire::Retries "3";',
        'Acquire::http::Timeout "30";',
        'Acquire::https::Timeout "30";',
        // Hooks that refresh other programs' indexes after an update; they want root and take seconds.
        '#clear APT::Update::Pre-Invoke;',
        '#clear APT::Update::Post-Invoke;',
        '#clear APT::Update::Post-Invoke-Success;',
        ...system ? [
            'DPkg::Lock::Timeout "180";',
            'Dpkg::Use-Pty "false";'
        ] : [
            `Dir::State::status "${layout.status}";`,
            'Dir::State::extended_states "/dev/null";',
            'APT::Get::HideAutoRemove "true";',
            'Debug::NoLocking "true";'
        ]
    ];
    return `${lines.join('\n')}\n`;
}
/** `apt-get` arguments that refresh only the extra repository, and give up soon. */ function updateExtraArgs(layout) {
    return [
        'update',
        '-q',
        ...[
            'Retries=1',
            'http::Timeout=10',
            'https::Timeout=10'
        ].flatMap((option)=>[
                '-o',
                `Acquire::${option}`
            ]),
        ...[
            '-o',
            `Dir::Etc::sourcelist=${layout.extraList}`,
            '-o',
            'Dir::Etc::sourceparts=/dev/null'
        ]
    ];
}
/** `apt-get` arguments that refresh everything the machine's own sources name. */ const UPDATE_ARGS = [
    'update',
    '-q'
];
/** `apt-get` arguments that fetch packages with what they need and this machine lacks. */ function downloadArgs(packages) {
    return [
        'install',
        '-y',
        '-q',
        '--download-only',
        '--no-install-recommends',
        '--',
        ...packages
    ];
}
/** `apt-get` arguments that install into the system. Nothing that is there may be removed for it. */ function installArgs(packages) {
    return [
        'install',
        '-y',
        '-q',
        '--no-install-recommends',
        '--no-remove',
        '--',
        ...packages
    ];
}
const PROXIES = [
    'http_proxy',
    'https_proxy',
    'ftp_proxy',
    'no_proxy',
    'all_proxy'
];
/**
 * The whole environment of apt and dpkg: no locale, no questions, the proxies, and none of our secrets.
 */ function aptEnv(env, conf) {
    const passed = [
        ...PROXIES,
        ...PROXIES.map((name)=>name.toUpperCase()),
        'HOME'
    ];
    const kept = passed.flatMap((name)=>{
        const value = env[name];
        return value === undefined ? [] : [
            [
                name,
                value
            ]
        ];
    });
    return {
        ...Object.fromEntries(kept),
        // dpkg wants ldconfig and start-stop-daemon, which a user's PATH may lack.
        PATH: [
            env['PATH'],
            '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
        ].filter(Boolean).join(':'),
        LC_ALL: 'C',
        DEBIAN_FRONTEND: 'noninteractive',
        APT_LISTCHANGES_FRONTEND: 'none',
        NEEDRESTART_SUSPEND: '1',
        APT_CONFIG: conf
    };
}
/** Puts sudo before a command. The environment is passed on by name: proxies may hold passwords, and argv is public. */ function sudoArgs(program, args, env) {
    const names = Object.keys(env).filter((name)=>name !== 'PATH' && name !== 'HOME');
    return [
        '-n',
        `--preserve-env=${names.join(',')}`,
        '--',
        program,
        ...args
    ];
}

;// CONCATENATED MODULE: ./lib/postgres/programs/apt/parse.js
/** One version of a package that apt can fetch. */ /** Reads `apt-cache madison`; per package the newest comes first, as apt prints it. */ function parseMadison(text) {
    return text.split('\n').flatMap((line)=>{
        const match = /^\s*(\S+) \|\s*(\S+) \|\s*(\S+) .* Packages$/.exec(line);
        return match === null ? [] : [
            {
                name: match[1] ?? '',
                version: match[2] ?? '',
                uri: match[3] ?? ''
            }
        ];
    });
}
/** `postgresql-client-17` -> 17; undefined for `postgresql-client-common` and the like. */ function clientMajor(name) {
    const match = /^postgresql-client-(\d+)$/.exec(name);
    return match === null ? undefined : Number(match[1]);
}
/** The version of a package file's upstream as semver: `zstd_1.5.4+dfsg2-5_amd64.deb` -> `1.5.4`. */ function debSemver(file) {
    const version = decodeURIComponent(/_([^_]+)_[^_]+\.deb$/.exec(file)?.[1] ?? '0').replace(/^\d+:/, '');
    const numbers = (/^\d+(?:\.\d+)*/.exec(version)?.[0] ?? '0').split('.').map(Number);
    return [
        ...numbers,
        0,
        0
    ].slice(0, 3).join('.');
}
/**
 * PostgreSQL's servers, headers and the like. apt upgrades what was built from one source together, so an installed
 * server would be fetched along with a newer libpq5.
 */ function isSibling(name, source) {
    return /^postgresql(?:-|$)/.test(source) && (!name.startsWith('lib') || name.endsWith('-dev'));
}
/** The fields of dpkg's status that say what a package is and offers; all others are demands. */ const KEPT = new Set([
    'package',
    'version',
    'architecture',
    'multi-arch',
    'provides'
]);
/**
 * dpkg's status as apt shall see it when packages are only unpacked beside the system: what is installed satisfies
 * dependencies but demands nothing (otherwise a newer libpq5 drags in upgrades of everything built on it), `missing`
 * packages are to be fetched although the system has them, and `pretended` ones are taken to be there.
 */ function privateStatus(text, options) {
    const stanzas = [];
    for (const stanza of text.split(/\n\n+/)){
        if (!/^Status: \S+ ok installed$/m.test(stanza)) continue;
        const name = /^Package: (\S+)$/m.exec(stanza)?.[1] ?? '';
        const source = /^Source: (\S+)/m.exec(stanza)?.[1] ?? name;
        if (options.missing.includes(name) || options.pretended.includes(name) || isSibling(name, source)) continue;
        const kept = stanza.replace(/\n[ \t]+/g, ' ').split('\n').filter((line)=>KEPT.has(line.slice(0, line.indexOf(':')).toLowerCase()));
        stanzas.push([
            'Status: install ok installed',
            ...kept
        ].join('\n'));
    }
    for (const name of options.pretended)stanzas.push(`Package: ${name}\nStatus: install ok installed\nVersion: 99999\nArchitecture: all\nMulti-Arch: foreign`);
    return `${stanzas.join('\n\n')}\n`;
}

// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __nccwpck_require__(8161);
;// CONCATENATED MODULE: ./lib/postgres/programs/apt/pgdg-key.js
/** The fingerprint of the key that signs PostgreSQL's apt repository (https://wiki.postgresql.org/wiki/Apt). */ const PGDG_FINGERPRINT = 'B97B0AFCAA1A47F044F244A07FCC7D46ACCC4CF8';
/**
 * That key ("PostgreSQL Debian Repository"), pinned here so that nothing that is downloaded is trusted by where it came
 * from. The same key as in Debian's package postgresql-common, /usr/share/postgresql-common/pgdg/apt.postgresql.org.asc,
 * without other people's signatures (`gpg --export-options export-minimal`).
 */ const PGDG_KEY = `\
-----BEGIN PGP PUBLIC KEY BLOCK-----

mQINBE6XR8IBEACVdDKT2HEH1IyHzXkb4nIWAY7echjRxo7MTcj4vbXAyBKOfjja
UrBEJWHN6fjKJXOYWXHLIYg0hOGeW9qcSiaa1/rYIbOzjfGfhE4x0Y+NJHS1db0V
G6GUj3qXaeyqIJGS2z7m0Thy4Lgr/LpZlZ78Nf1fliSzBlMo1sV7PpP/7zUO+aA4
bKa8Rio3weMXQOZgclzgeSdqtwKnyKTQdXY5MkH1QXyFIk1nTfWwyqpJjHlgtwMi
c2cxjqG5nnV9rIYlTTjYG6RBglq0SmzF/raBnF4Lwjxq4qRqvRllBXdFu5+2pMfC
IZ10HPRdqDCTN60DUix+BTzBUT30NzaLhZbOMT5RvQtvTVgWpeIn20i2NrPWNCUh
hj490dKDLpK/v+A5/i8zPvN4c6MkDHi1FZfaoz3863dylUBR3Ip26oM0hHXf4/2U
A/oA4pCl2W0hc4aNtozjKHkVjRx5Q8/hVYu+39csFWxo6YSB/KgIEw+0W8DiTII3
RQj/OlD68ZDmGLyQPiJvaEtY9fDrcSpI0Esm0i4sjkNbuuh0Cvwwwqo5EF1zfkVj
Tqz2REYQGMJGc5LUbIpk5sMHo1HWV038TWxlDRwtOdzw08zQA6BeWe9FOokRPeR2
AqhyaJJwOZJodKZ76S+LDwFkTLzEKnYPCzkoRwLrEdNt1M7wQBThnC5z6wARAQAB
tBxQb3N0Z3JlU1FMIERlYmlhbiBSZXBvc2l0b3J5iQJOBBMBCAA4AhsDBQsJCAcD
BRUKCQgLBRYCAwEAAh4BAheAFiEEuXsK/KoaR/BE8kSgf8x9RqzMTPgFAlhtCD8A
CgkQf8x9RqzMTPgECxAAk8uL+dwveTv6eH21tIHcltt8U3Ofajdo+D/ayO53LiYO
xi27kdHD0zvFMUWXLGxQtWyeqqDRvDagfWglHucIcaLxoxNwL8+e+9hVFIEskQAY
kVToBCKMXTQDLarz8/J030Pmcv3ihbwB+jhnykMuyyNmht4kq0CNgnlcMCdVz0d3
z/09puryIHJrD+A8y3TD4RM74snQuwc9u5bsckvRtRJKbP3GX5JaFZAqUyZNRJRJ
Tn2OQRBhCpxhlZ2afkAPFIq2aVnEt/Ie6tmeRCzsW3lOxEH2K7MQSfSu/kRz7ELf
Cz3NJHj7rMzC+76Rhsas60t9CjmvMuGONEpctijDWONLCuch3Pdj6XpC+MVxpgBy
2VUdkunb48YhXNW0jgFGM/BFRj+dMQOUbY8PjJjsmVV0joDruWATQG/M4C7O8iU0
B7o6yVv4m8LDEN9CiR6r7H17m4xZseT3f+0QpMe7iQjz6XxTUFRQxXqzmNnloA1T
7VjwPqIIzkj/u0V8nICG/ktLzp1OsCFatWXh7LbU+hwYl6gsFH/mFDqVxJ3+DKQi
vyf1NatzEwl62foVjGUSpvh3ymtmtUQ4JUkNDsXiRBWczaiGSuzD9Qi0ONdkAX3b
ewqmN4TfE+XIpCPxxHXwGq9Rv1IFjOdCX0iG436GHyTLC1tTUIKF5xV4Y0+cXIM=
=oiB/
-----END PGP PUBLIC KEY BLOCK-----
`;

;// CONCATENATED MODULE: ./lib/postgres/programs/apt/source.js

/** The repository, and the one that old releases of distributions move to. */ const HOSTS = [
    'apt.postgresql.org',
    'apt-archive.postgresql.org'
];
/**
 * PostgreSQL's apt repository for this release, or a mirror of it named by `PGKEEP_PGDG_URL`; the key stays the same.
 * Undefined where the release has no code name. The signature protects the content, so plain http will do where the
 * machine has no certificates to check https with (minimal containers).
 */ function pgdgSource(machine, env, https) {
    const { codename } = machine.os;
    if (!/^[a-z0-9-]+$/.test(codename)) return undefined;
    const mirror = env['PGKEEP_PGDG_URL']?.replace(/\/+$/, '');
    const urls = mirror === undefined || mirror === '' ? HOSTS.map((host)=>`${https ? 'https' : 'http'}://${host}/pub/repos/apt`) : [
        mirror
    ];
    return {
        urls,
        keyAsc: PGDG_KEY,
        suite: `${codename}-pgdg`,
        component: 'main'
    };
}
/** The line of a sources.list for one of the source's addresses, trusting only the key in `keyFile`. */ function sourceLine(source, url, keyFile, arch) {
    return `deb [arch=${arch} signed-by=${keyFile}] ${url} ${source.suite} ${source.component}\n`;
}
/** True when a file of apt sources names one of the source's hosts: apt refuses two keys for one repository. */ function namesSource(text, source) {
    return (source?.urls ?? []).some((url)=>text.includes(hostOf(url)));
}
/** `sources.list` without the lines that name one of the source's hosts. */ function withoutSource(text, source) {
    return text.split('\n').filter((line)=>!namesSource(line, source)).join('\n');
}
/** Whether what apt found at `uri` comes from PostgreSQL's repository rather than from the distribution. */ function isPgdg(uri, source) {
    return HOSTS.some((host)=>uri.includes(`//${host}/`)) || (source?.urls ?? []).some((url)=>uri.startsWith(url));
}
function hostOf(url) {
    return /^[a-z+]+:(\/\/[^/]*\/)/i.exec(`${url}/`)?.[1] ?? url;
}

;// CONCATENATED MODULE: ./lib/postgres/programs/apt/prepare.js






/** Where Debian and Ubuntu keep apt's configuration, its lists and dpkg's state. */ const ETC = '/etc/apt';
const LISTS = '/var/lib/apt/lists';
/**
 * Makes a folder with a private apt: the machine's settings and sources, what its lists say already (as links), and
 * room for more. `source` is left out of the machine's own sources, where it is there too.
 */ async function prepareApt(tempDir, source) {
    // Paths stand in sources.list, where a blank ends them.
    const parent = /[\s"[\]]/.test(tempDir) ? (0,external_node_os_.tmpdir)() : tempDir;
    const layout = aptLayout(await (0,promises_.mkdtemp)((0,external_node_path_.join)(parent, 'pgkeep-apt-')));
    const folders = [
        layout.lists,
        layout.archives,
        layout.systemArchives
    ];
    for (const folder of folders)await (0,promises_.mkdir)((0,external_node_path_.join)(folder, 'partial'), {
        recursive: true
    });
    await (0,promises_.mkdir)(layout.sourceParts);
    const settings = await readable(`${ETC}/apt.conf.d`, /^[\w-]+(?:\.conf)?$/);
    for (const [parts, conf, system] of [
        [
            layout.privateParts,
            layout.privateConf,
            false
        ],
        [
            layout.systemParts,
            layout.systemConf,
            true
        ]
    ]){
        await (0,promises_.mkdir)(parts);
        for (const file of settings)await (0,promises_.symlink)(file, (0,external_node_path_.join)(parts, (0,external_node_path_.basename)(file)));
        if (await canRead(`${ETC}/apt.conf`)) await (0,promises_.symlink)(`${ETC}/apt.conf`, (0,external_node_path_.join)(parts, 'zzzz-1-main'));
        await (0,promises_.writeFile)((0,external_node_path_.join)(parts, 'zzzz-2-pgkeep'), aptConf(layout, system));
        await (0,promises_.writeFile)(conf, firstConf(parts));
    }
    const main = await (0,promises_.readFile)(`${ETC}/sources.list`, 'utf8').catch(()=>'');
    await (0,promises_.writeFile)(layout.sourcesList, withoutSource(main, source));
    for (const file of (await readable(`${ETC}/sources.list.d`, /\.(?:list|sources)$/))){
        if (!namesSource(await (0,promises_.readFile)(file, 'utf8'), source)) await (0,promises_.symlink)(file, (0,external_node_path_.join)(layout.sourceParts, (0,external_node_path_.basename)(file)));
    }
    for (const file of (await readable(LISTS, /_/))){
        await (0,promises_.symlink)(file, (0,external_node_path_.join)(layout.lists, (0,external_node_path_.basename)(file)));
    }
    if (source !== undefined) await (0,promises_.writeFile)(layout.extraKey, source.keyAsc);
    return layout;
}
/** True when there is a list of packages, so that apt can say what the machine's sources offer. */ async function hasLists(layout) {
    return (await (0,promises_.readdir)(layout.lists)).some((name)=>/_Packages(?:\.|$)/.test(name));
}
async function canRead(file) {
    return (0,promises_.access)(file, external_node_fs_.constants.R_OK).then(()=>true, ()=>false);
}
/** The files of a folder that have such a name (apt ignores others, and says so) and that we may read. */ async function readable(folder, name) {
    const entries = await (0,promises_.readdir)(folder, {
        withFileTypes: true
    }).catch(()=>[]);
    const files = entries.filter((entry)=>!entry.isDirectory() && name.test(entry.name)).map((entry)=>(0,external_node_path_.join)(folder, entry.name));
    const checks = await Promise.all(files.map(canRead));
    return files.filter((_file, index)=>checks[index] === true);
}

;// CONCATENATED MODULE: ./lib/postgres/programs/apt/session.js








/** A private apt: sees the machine's sources and one more, and leaves the machine's apt state as it is. */ class AptSession {
    layout;
    source;
    options;
    updated = false;
    usedSudo = false;
    constructor(layout, source, options){
        this.layout = layout;
        this.source = source;
        this.options = options;
    }
    /** @param fetch packages that are to be fetched although the system has them. @param pretend that are not wanted. */ static async open(options, source, status) {
        const session = new AptSession(await prepareApt(options.tempDir, source), source, options);
        await session.pretend(status);
        return session;
    }
    /** Sets what the private apt takes to be installed; see `privateStatus`. */ async pretend(status) {
        const real = await (0,promises_.readFile)('/var/lib/dpkg/status', 'utf8').catch(()=>'');
        await (0,promises_.writeFile)(this.layout.status, privateStatus(real, status));
    }
    /** True once the machine's own sources were asked afresh. */ get systemUpdated() {
        return this.updated;
    }
    /** True when there are lists to choose from, stale or not. */ hasLists() {
        return hasLists(this.layout);
    }
    /** Adds the extra repository and reads its list. Returns why that failed, or undefined. */ async addSource() {
        if (this.source === undefined) return undefined;
        const arch = (await this.command('dpkg', [
            '--print-architecture'
        ])).stdout.toString('utf8').trim();
        const problems = [];
        for (const url of this.source.urls){
            await (0,promises_.writeFile)(this.layout.extraList, sourceLine(this.source, url, this.layout.extraKey, arch));
            const { stderr } = await this.command('apt-get', updateExtraArgs(this.layout));
            // apt ends with 0 when a repository cannot be reached, and keeps nothing of one that is not signed.
            const suffix = `${this.source.suite}_${this.source.component}_`;
            const lists = await (0,promises_.readdir)(this.layout.lists);
            const prefix = listPrefix(url);
            if (lists.some((name)=>name.startsWith(prefix) && name.includes(suffix))) return undefined;
            problems.push(`${url}: ${reason(stderr)}`);
        }
        await (0,promises_.rm)(this.layout.extraList, {
            force: true
        });
        return problems.join('; ');
    }
    /** Asks the machine's own sources afresh, into the private lists. Failing sources are left as they were. */ async updateSystem() {
        this.updated = true;
        await this.command('apt-get', UPDATE_ARGS);
    }
    /** The clients on offer, one a major, the newest version of each. */ async clients() {
        const names = (await this.command('apt-cache', [
            'pkgnames',
            'postgresql-client-'
        ])).stdout.toString('utf8').split('\n').filter((name)=>clientMajor(name) !== undefined);
        const found = new Map();
        for (const candidate of (await this.candidates(names))){
            const major = clientMajor(candidate.name);
            if (major !== undefined && !found.has(major)) found.set(major, candidate);
        }
        return found;
    }
    /** What can be fetched of these packages, the newest first. */ async candidates(names) {
        if (names.length === 0) return [];
        return parseMadison((await this.command('apt-cache', [
            'madison',
            ...names
        ])).stdout.toString('utf8'));
    }
    /** Fetches packages and what they need that the machine lacks. Returns the paths of the package files. */ async download(packages) {
        // What an earlier call fetched is no part of this one.
        for (const name of (await (0,promises_.readdir)(this.layout.archives)))if (name.endsWith('.deb')) await (0,promises_.rm)((0,external_node_path_.join)(this.layout.archives, name));
        const result = await this.command('apt-get', downloadArgs(packages));
        if (result.code !== 0) throw failed('fetch', packages, result);
        const names = (await (0,promises_.readdir)(this.layout.archives)).filter((name)=>name.endsWith('.deb'));
        if (names.length === 0) throw failed('fetch', packages, result);
        return names.map((name)=>(0,external_node_path_.join)(this.layout.archives, name));
    }
    /** Installs packages into the system. */ async install(packages, privilege) {
        this.usedSudo ||= privilege === 'sudo';
        const env = aptEnv(this.options.env, this.layout.systemConf);
        const args = installArgs(packages);
        const result = privilege === 'root' ? await this.execute('apt-get', args, env) : await this.execute('sudo', sudoArgs('apt-get', args, env), env);
        if (result.code !== 0) throw failed('install', packages, result);
    }
    /** Unpacks a package file. */ async unpack(file, folder) {
        const result = await this.command('dpkg-deb', [
            '--extract',
            file,
            folder
        ]);
        if (result.code !== 0) throw failed('unpack', [
            file
        ], result);
    }
    async close() {
        // apt as root gives its partial folder to root alone. Not to be cancelled: this is the cleaning up.
        if (this.usedSudo) await (0,base_process/* run */.e)('sudo', [
            '-n',
            'rm',
            '-rf',
            '--',
            this.layout.systemArchives
        ], {
            env: this.options.env
        });
        await (0,promises_.rm)(this.layout.root, {
            recursive: true,
            force: true
        });
    }
    command(program, args) {
        return this.execute(program, args, aptEnv(this.options.env, this.layout.privateConf));
    }
    execute(program, args, env) {
        return (0,base_process/* run */.e)(program, args, {
            env,
            onStderr: (line)=>this.options.reporter.output(program === 'sudo' ? 'apt-get' : program, line),
            ...this.options.signal === undefined ? {} : {
                signal: this.options.signal
            }
        });
    }
}
/** How apt names the lists of a repository: its address without the scheme, `/` as `_`. */ function listPrefix(url) {
    return `${url.replace(/^[a-z]+:\/*/i, '').replaceAll('_', '%5f').replaceAll('/', '_')}_dists_`;
}
function failed(what, packages, { code, stderr }) {
    return new errors/* UserError */.yo(`apt could not ${what} ${packages.join(', ')} (exit code ${code ?? 'none'}): ${reason(stderr)}`);
}
/** The line of apt's output that says most. */ function reason(stderr) {
    const lines = stderr.split('\n').filter((line)=>/^\s*(?:E:|W:|Err:|dpkg)/.test(line));
    const telling = lines.find((line)=>/GPG|NO_PUBKEY|not signed|Hash Sum|resolve|connect|404|unmet|lock/i.test(line));
    const line = telling ?? lines[0] ?? stderr.split('\n').at(-1) ?? '';
    return line.replace(/^\s*[EW]: (?:Failed to fetch \S+\s+)?/, '').trim() || 'no reason given';
}

;// CONCATENATED MODULE: ./lib/postgres/programs/apt/unpack.js





/**
 * The C library and what must match it exactly stay the system's own: a program finds its loader by an absolute path,
 * and loader and library must be of one build.
 */ const NEVER = /^(?:libc6|libc-bin|libc6-[a-z0-9]+|libgcc-s1|perl|perl-base|perl-modules-.*|debconf)_/;
/** What programs do not need at run time. */ const UNUSED = [
    'doc',
    'doc-base',
    'man',
    'info',
    'locale',
    'lintian',
    'bug',
    'icons',
    'applications'
];
/** Fetches packages with a session that is open, and unpacks them into `folder`. */ async function unpackWith(session, packages, folder, env) {
    await (0,promises_.mkdir)(folder, {
        recursive: true
    });
    const debs = (await session.download(packages)).filter((deb)=>!NEVER.test((0,external_node_path_.basename)(deb)));
    for (const deb of debs)await session.unpack(deb, folder);
    for (const name of UNUSED)await (0,promises_.rm)((0,external_node_path_.join)(folder, 'usr', 'share', name), {
        recursive: true,
        force: true
    });
    return {
        folder,
        files: debs.map((deb)=>(0,external_node_path_.basename)(deb)),
        env: await libraryEnv(folder, env),
        path: async (program)=>{
            for (const place of [
                'usr/bin',
                'bin',
                'usr/sbin',
                'sbin'
            ]){
                const path = (0,external_node_path_.join)(folder, place, program);
                if (await (0,promises_.access)(path).then(()=>true, ()=>false)) return path;
            }
            throw new errors/* UserError */.yo(`The packages ${packages.join(', ')} hold no program ${program}.`);
        }
    };
}
/**
 * Unpacks packages of the machine's own sources into `folder`, with what they need and the machine lacks. Nothing is
 * installed, no maintainer script runs, and no root is needed. Packages that the system has are fetched all the same.
 * @param skip packages that others depend on and that are not wanted.
 * @throws UserError when apt has no such package or cannot fetch it.
 */ async function unpackPackages(packages, folder, options) {
    const session = await AptSession.open(options, undefined, {
        missing: packages,
        pretended: options.skip ?? []
    });
    try {
        if ((await session.candidates(packages)).length === 0) await session.updateSystem();
        try {
            return await unpackWith(session, packages, folder, options.env);
        } catch (error) {
            // Lists age: what they name may be gone from the mirror.
            if (session.systemUpdated || !(error instanceof errors/* UserError */.yo)) throw error;
            await session.updateSystem();
            return await unpackWith(session, packages, folder, options.env);
        }
    } finally{
        await session.close();
    }
}

;// CONCATENATED MODULE: ./lib/postgres/programs/apt/installer.js










/** Depends on perl; the versioned programs run without it. */ const UNWANTED = [
    'postgresql-client-common'
];
/** Installs clients on Debian and Ubuntu: the distribution's where it has the major, else from PostgreSQL's repository. */ class AptInstaller {
    options;
    machine;
    source;
    notes = [];
    session;
    clients = new Map();
    constructor(options, machine, source){
        this.options = options;
        this.machine = machine;
        this.source = source;
    }
    static async create(options, machine) {
        const certificates = await (0,promises_.access)('/etc/ssl/certs/ca-certificates.crt').then(()=>true, ()=>false);
        const source = options.apt === undefined ? pgdgSource(machine, options.env, certificates) : options.apt;
        return new AptInstaller(options, machine, source ?? undefined);
    }
    async offers(wanted) {
        const session = await this.open();
        const enough = async ()=>{
            this.clients = await session.clients();
            return wanted === undefined ? this.clients.size > 0 : this.clients.has(wanted);
        };
        // What the distribution has costs no question to the network, as long as there are lists.
        if (await enough()) return [
            ...this.clients.keys()
        ];
        const hadLists = await session.hasLists();
        const problem = await session.addSource();
        if (problem !== undefined) {
            this.notes.push(`PostgreSQL's apt repository (${problem})`);
            this.options.reporter.info(`PostgreSQL's apt repository cannot be used: ${problem}`);
        }
        if (await enough() || hadLists) return this.summary();
        await session.updateSystem();
        await enough();
        return this.summary();
    }
    async install(major) {
        const session = await this.open();
        try {
            return await this.perform(session, major);
        } catch (error) {
            // Lists age: what they name may be gone from the mirror; and fresh containers have none for the dependencies.
            if (session.systemUpdated || !(error instanceof errors/* UserError */.yo)) throw error;
            await session.updateSystem();
            this.clients = await session.clients();
            return this.perform(session, major);
        }
    }
    async close() {
        await this.session?.close();
        this.session = undefined;
    }
    summary() {
        const majors = [
            ...this.clients.keys()
        ].sort((a, b)=>a - b);
        this.notes.push(`apt, which has the clients of ${majors.length === 0 ? 'no version' : majors.join(', ')}`);
        return majors;
    }
    async open() {
        this.session ??= await AptSession.open(this.options, this.source, {
            missing: [],
            pretended: UNWANTED
        });
        return this.session;
    }
    async perform(session, major) {
        const candidate = this.clients.get(major);
        if (candidate === undefined) throw new errors/* UserError */.yo(`apt has no postgresql-client-${major}.`);
        const wanted = [
            `${candidate.name}=${candidate.version}`
        ];
        const source = isPgdg(candidate.uri, this.source) ? 'apt.postgresql.org' : 'distribution';
        const right = await privilege(this.options);
        this.options.reporter.info(`Installing ${candidate.name} ${candidate.version} from ${candidate.uri}${right === 'none' ? ' into the tool cache' : ''}.`);
        if (right !== 'none') {
            try {
                await session.install(wanted, right);
                const folder = `/usr/lib/postgresql/${major}/bin`;
                const { programs, problem } = await probe(folder, {
                    source,
                    env: this.options.env
                });
                if (programs !== undefined) return programs;
                throw new errors/* UserError */.yo(`${candidate.name} was installed, but ${problem}.`);
            } catch (error) {
                if (error instanceof errors/* CancelledError */.cc) throw error;
                this.options.reporter.info(`${(0,errors/* messageOf */.bD)(error)} Unpacking it into the tool cache instead.`);
            }
        }
        await session.pretend({
            missing: [
                candidate.name
            ],
            pretended: UNWANTED
        });
        return this.unpacked(session, wanted, major, source);
    }
    async unpacked(session, wanted, major, source) {
        const { cache, env, reporter, tempDir } = this.options;
        const folder = await (0,promises_.mkdtemp)((0,external_node_path_.join)(tempDir, 'pgkeep-client-'));
        let keep = false;
        try {
            await unpackWith(session, wanted, folder, env);
            const { programs, problem } = await probeUnpacked(folder, major, source, this.options);
            if (programs === undefined) throw new errors/* UserError */.yo(`The unpacked programs cannot be used: ${problem}.`);
            let stored;
            try {
                stored = await cache.store(cacheName(machineTag(this.machine)), toSemver(programs.version), folder);
            } catch (error) {
                reporter.info(`The programs could not be kept in the tool cache: ${(0,errors/* messageOf */.bD)(error)}`);
                keep = true;
                return programs;
            }
            const moved = await probeUnpacked(stored, major, source, this.options);
            if (moved.programs === undefined) throw new errors/* UserError */.yo(`The tool cache cannot be used: ${moved.problem}.`);
            return moved.programs;
        } finally{
            if (!keep) await (0,promises_.rm)(folder, {
                recursive: true,
                force: true
            });
        }
    }
}

;// CONCATENATED MODULE: ./lib/postgres/programs/homebrew.js




/** Homebrew's environment: no update of everything first, no clean-up after, no questions. */ function brewEnv(env) {
    return {
        ...env,
        HOMEBREW_NO_AUTO_UPDATE: '1',
        HOMEBREW_NO_INSTALL_CLEANUP: '1',
        HOMEBREW_NO_INSTALLED_DEPENDENTS_CHECK: '1',
        HOMEBREW_NO_ENV_HINTS: '1',
        HOMEBREW_NO_ANALYTICS: '1',
        NONINTERACTIVE: '1'
    };
}
/** The majors among the names that `brew formulae` prints. */ function formulaMajors(text) {
    return text.split('\n').flatMap((line)=>{
        const match = /^postgresql@(\d+)$/.exec(line.trim());
        return match === null ? [] : [
            Number(match[1])
        ];
    });
}
/** The major of the libpq formula, as `brew info --json=v2 libpq` tells. */ function libpqMajor(json) {
    const match = /"stable":\s*"(\d+)/.exec(json);
    return match === null ? undefined : Number(match[1]);
}
/** The formula to install for a major: libpq is the clients alone, without a server. */ function formulaFor(major, libpq) {
    return libpq === major ? 'libpq' : `postgresql@${major}`;
}
function brewInstallArgs(formula) {
    return [
        'install',
        '--quiet',
        '--formula',
        formula
    ];
}
/** Installs clients with Homebrew. */ class BrewInstaller {
    options;
    notes = [];
    libpq;
    constructor(options){
        this.options = options;
    }
    async offers() {
        const [formulae, info] = await Promise.all([
            this.brew([
                'formulae'
            ]),
            this.brew([
                'info',
                '--json=v2',
                '--formula',
                'libpq'
            ])
        ]);
        this.libpq = libpqMajor(info.stdout.toString('utf8'));
        const majors = new Set(formulaMajors(formulae.stdout.toString('utf8')));
        if (this.libpq !== undefined) majors.add(this.libpq);
        const sorted = [
            ...majors
        ].sort((a, b)=>a - b);
        this.notes.push(`Homebrew, which has ${sorted.length === 0 ? 'no version' : sorted.join(', ')}`);
        return sorted;
    }
    async install(major) {
        const formula = formulaFor(major, this.libpq);
        this.options.reporter.info(`Installing ${formula} with Homebrew.`);
        const installed = await this.brew(brewInstallArgs(formula));
        const prefix = await this.brew([
            '--prefix',
            formula
        ]);
        if (installed.code !== 0 || prefix.code !== 0) throw new errors/* UserError */.yo(`Homebrew could not install ${formula}: ${installed.stderr || prefix.stderr}`);
        const folder = (0,external_node_path_.join)(prefix.stdout.toString('utf8').trim(), 'bin');
        const { programs, problem } = await probe(folder, {
            source: 'homebrew',
            env: this.options.env
        });
        if (programs !== undefined) return programs;
        throw new errors/* UserError */.yo(`Homebrew installed ${formula}, but ${problem}.`);
    }
    async close() {}
    brew(args) {
        return (0,base_process/* run */.e)('brew', args, {
            env: brewEnv(this.options.env),
            onStderr: (line)=>this.options.reporter.output('brew', line),
            ...this.options.signal === undefined ? {} : {
                signal: this.options.signal
            }
        });
    }
}

;// CONCATENATED MODULE: ./lib/postgres/programs/installer.js




/** The package manager of this machine that we know how to use, or undefined. */ async function installerFor(options) {
    const machine = options.machine ?? await readMachine();
    if (isDebianFamily(machine)) {
        if (await which('apt-get', options.env) === undefined) return undefined;
        return AptInstaller.create(options, machine);
    }
    if (machine.platform !== 'darwin' && options.method === 'rootless') return undefined;
    return await which('brew', options.env) === undefined ? undefined : new BrewInstaller(options);
}

;// CONCATENATED MODULE: ./lib/postgres/programs/find.js






const PLACES = [
    'the folders of the system',
    'the tool cache'
];
/**
 * The client programs of exactly this major: from `bin` if given, else the system's versioned folders, the tool cache,
 * or installed now. Where that major cannot be had, those of the nearest newer one, with a warning: `major` of the
 * result tells. Never of an older one: pg_dump refuses a server newer than itself.
 * @throws UserError that says what was tried and what to install.
 */ async function findPrograms(options) {
    if (options.bin !== undefined) return fromBin(options.bin, options);
    const atHand = await programsAtHand(options);
    const exact = atHand.find((programs)=>programs.major === options.major);
    if (exact !== undefined) return exact;
    const tried = [
        ...PLACES
    ];
    const installer = await installerFor(options);
    try {
        const programs = await nearest(atHand, installer, tried, options);
        if (programs !== undefined) return programs;
        tried.push(...installer?.notes ?? []);
    } finally{
        await installer?.close();
    }
    throw new errors/* UserError */.yo(notFound(options.machine ?? await readMachine(), options.major, tried));
}
/** Installs the major, or takes or installs the nearest newer one. */ async function nearest(atHand, installer, tried, options) {
    const offers = await installer?.offers(options.major) ?? [];
    const majors = [
        ...offers,
        ...atHand.map((programs)=>programs.major)
    ].filter((major)=>major >= options.major).sort((a, b)=>a - b);
    for (const major of new Set(majors)){
        const programs = atHand.find((one)=>one.major === major) ?? await attempt(installer, major, tried, options);
        if (programs === undefined) continue;
        if (major !== options.major) warnNewer(programs, options, 'the nearest that could be had');
        return programs;
    }
    return undefined;
}
async function fromBin(folder, options) {
    const programs = await fromFolder(folder, options);
    if (programs.major < options.major) throw new errors/* UserError */.yo(`The programs in ${folder} (postgres-bin) are of PostgreSQL ${programs.version}, older than the ${options.major} that is needed: ` + `pg_dump cannot read a server newer than itself. Name a folder with the programs of ${options.major}, or leave postgres-bin out.`);
    if (programs.major > options.major) warnNewer(programs, options, 'because postgres-bin names them');
    return programs;
}
/**
 * Programs to ask a server of unknown version with: `bin`, else the newest at hand, else whatever the system's package
 * manager has.
 * @throws UserError that says what was tried and what to install.
 */ async function findAnyPrograms(options) {
    if (options.bin !== undefined) return fromFolder(options.bin, options);
    const atHand = await programsAtHand(options);
    const newest = Math.max(0, ...atHand.map((programs)=>programs.major));
    const found = atHand.find((programs)=>programs.major === newest);
    if (found !== undefined) return found;
    const installer = await installerFor(options);
    const tried = [
        ...PLACES
    ];
    try {
        const offers = [
            ...await installer?.offers() ?? []
        ].sort((a, b)=>b - a);
        for (const major of offers){
            const programs = await attempt(installer, major, tried, options);
            if (programs !== undefined) return programs;
        }
        tried.push(...installer?.notes ?? []);
    } finally{
        await installer?.close();
    }
    throw new errors/* UserError */.yo(notFound(options.machine ?? await readMachine(), undefined, tried));
}
async function fromFolder(folder, options) {
    const { programs, problem } = await probe(folder, {
        source: 'postgres-bin',
        env: options.env,
        windows: process.platform === 'win32',
        ...options.signal === undefined ? {} : {
            signal: options.signal
        }
    });
    if (programs !== undefined) return programs;
    throw new errors/* UserError */.yo(`The folder in postgres-bin cannot be used: ${problem}. Name the folder that holds psql, pg_dump, pg_restore and ` + 'pg_dumpall of one version, such as /usr/lib/postgresql/17/bin.');
}
async function attempt(installer, major, tried, options) {
    try {
        return await installer?.install(major);
    } catch (error) {
        if (error instanceof errors/* CancelledError */.cc) throw error;
        tried.push((0,errors/* messageOf */.bD)(error));
        options.reporter.info((0,errors/* messageOf */.bD)(error));
        return undefined;
    }
}
function warnNewer(programs, options, why) {
    options.reporter.warn(`The programs of PostgreSQL ${programs.version} are used instead of those of ${options.major}, ${why}. ` + `Restoring such a backup into PostgreSQL ${options.major} may need the newer pg_restore and show errors about unknown settings.`);
}

// EXTERNAL MODULE: ./lib/postgres/programs/folder-cache.js
var folder_cache = __nccwpck_require__(4346);
;// CONCATENATED MODULE: ./lib/postgres/programs/tools.js












/**
 * Programs by name: from the `PATH`, the tool cache, or installed now like PostgreSQL's clients.
 * @throws UserError that says which is missing and what to do.
 */ async function installTools(names, options) {
    const tools = {};
    for (const name of names)tools[name] = await onPath(name, options) ?? await cached(name, options) ?? await install(name, options);
    return tools;
}
async function onPath(name, options) {
    const path = await which(name, options.env);
    return path === undefined ? undefined : {
        path,
        env: {}
    };
}
/** The name in the tool cache. */ async function toolCacheName(name, options) {
    return `pgkeep-${name}-${machineTag(options.machine ?? await readMachine())}`;
}
async function cached(name, options) {
    const inCache = await toolCacheName(name, options);
    for (const version of options.cache.versions(inCache)){
        const root = options.cache.find(inCache, version);
        const tool = root === undefined ? undefined : await unpackedTool(root, name, options);
        if (tool !== undefined) return tool;
    }
    return undefined;
}
/** The tool in a folder that its package was unpacked into, if it runs. */ async function unpackedTool(root, name, options) {
    const tool = {
        path: (0,external_node_path_.join)(root, 'usr', 'bin', name),
        env: await libraryEnv(root, options.env)
    };
    const { code } = await (0,base_process/* run */.e)(tool.path, [
        '--version'
    ], {
        env: {
            ...options.env,
            ...tool.env
        },
        timeoutMs: 30_000
    });
    return code === 0 ? tool : undefined;
}
async function install(name, options) {
    const machine = options.machine ?? await readMachine();
    const manual = `Install ${name} and put it on the PATH.`;
    if (isDebianFamily(machine)) {
        const right = await privilege(options);
        if (right !== 'none') {
            const tool = await installed(name, right, options);
            if (tool !== undefined) return tool;
        }
        return unpack(name, options);
    }
    if (machine.platform === 'darwin' && await which('brew', options.env) !== undefined) {
        const { code, stderr } = await (0,base_process/* run */.e)('brew', brewInstallArgs(name), {
            env: brewEnv(options.env)
        });
        const tool = code === 0 ? await onPath(name, options) : undefined;
        if (tool !== undefined) return tool;
        throw new errors/* UserError */.yo(`Homebrew could not install ${name}: ${stderr}\n${manual}`);
    }
    throw new errors/* UserError */.yo(`The program ${name} is missing on ${machineName(machine)}. ${manual}`);
}
async function installed(name, right, options) {
    const session = await AptSession.open(options, undefined, {
        missing: [],
        pretended: []
    });
    try {
        if ((await session.candidates([
            name
        ])).length === 0) await session.updateSystem();
        await session.install([
            name
        ], right);
        return await onPath(name, options);
    } catch (error) {
        if (error instanceof errors/* CancelledError */.cc) throw error;
        options.reporter.info(`${(0,errors/* messageOf */.bD)(error)} Unpacking it into the tool cache instead.`);
        return undefined;
    } finally{
        await session.close();
    }
}
async function unpack(name, options) {
    const folder = await (0,promises_.mkdtemp)((0,external_node_path_.join)(options.tempDir, `pgkeep-${name}-`));
    try {
        const { files, path } = await unpackPackages([
            name
        ], folder, options);
        const version = debSemver(files.find((file)=>file.startsWith(`${name}_`)) ?? '');
        const found = await path(name);
        const stored = await options.cache.store(await toolCacheName(name, options), version, folder);
        const tool = await unpackedTool(stored, name, options);
        if (tool !== undefined) return tool;
        throw new errors/* UserError */.yo(`${name} was unpacked into ${(0,external_node_path_.dirname)(found)}, but does not run.`);
    } finally{
        await (0,promises_.rm)(folder, {
            recursive: true,
            force: true
        });
    }
}

;// CONCATENATED MODULE: ./lib/postgres/programs/index.js






/***/ }),

/***/ 3309:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   VB: () => (/* binding */ sameDigest),
/* harmony export */   by: () => (/* binding */ digestOfBytes),
/* harmony export */   ol: () => (/* binding */ digestOf),
/* harmony export */   yj: () => (/* binding */ DigestMeter)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7598);

/** Counts and hashes bytes as they pass. */ class DigestMeter {
    #hash = (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHash)('sha256');
    #bytes = 0;
    update(chunk) {
        this.#bytes += chunk.byteLength;
        this.#hash.update(chunk);
    }
    /** Only once. */ digest() {
        return {
            bytes: this.#bytes,
            sha256: this.#hash.digest('hex')
        };
    }
}
/** Reads a stream to its end and tells how much it was and its SHA-256. */ async function digestOf(source) {
    const meter = new DigestMeter();
    for await (const chunk of source)meter.update(chunk);
    return meter.digest();
}
/** The digest of bytes that are all there. */ function digestOfBytes(bytes) {
    return {
        bytes: bytes.byteLength,
        sha256: (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHash)('sha256').update(bytes).digest('hex')
    };
}
function sameDigest(a, b) {
    return a.bytes === b.bytes && a.sha256 === b.sha256;
}


/***/ }),

/***/ 5822:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   AD: () => (/* binding */ StoreError),
/* harmony export */   c4: () => (/* binding */ isNotFound),
/* harmony export */   r3: () => (/* binding */ isRetryable)
/* harmony export */ });
/* harmony import */ var _base_errors_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7594);

/** A store that failed or refused. The message names the store, the object and what to do, and holds no secret. */ class StoreError extends _base_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .UserError */ .yo {
    retryable;
    notFound;
    code;
    constructor(message, options = {}){
        super(message, 'cause' in options ? {
            cause: options.cause
        } : {});
        this.retryable = options.retryable ?? false;
        this.notFound = options.notFound ?? false;
        this.code = options.code;
    }
}
/** Whether trying again may help. */ function isRetryable(error) {
    return error instanceof StoreError && error.retryable;
}
/** Whether an object was asked for that is not there. */ function isNotFound(error) {
    return error instanceof StoreError && error.notFound;
}


/***/ }),

/***/ 7433:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   b: () => (/* binding */ checkPrefix),
/* harmony export */   y: () => (/* binding */ checkKey)
/* harmony export */ });
/* harmony import */ var _base_errors_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7594);

/** The most bytes of a key: S3 has 1024 for prefix and key together. */ const MAX_KEY_BYTES = 900;
/**
 * Checks the key of an object: names joined by `/`, none of them empty, `.` or `..`, no control characters.
 * So a key can never lead out of a store's folder or prefix, whatever a manifest says.
 * @throws UserError that names the key.
 */ function checkKey(key) {
    const wrong = keyProblem(key);
    if (wrong !== undefined) throw new _base_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .UserError */ .yo(`${JSON.stringify(key)} cannot name a stored object: ${wrong}.`);
    return key;
}
/** As `checkKey`, for the start of keys: may also be empty, end in `/`, or end within a name. */ function checkPrefix(prefix) {
    if (prefix !== '') checkKey(prefix.endsWith('/') ? prefix.slice(0, -1) : prefix);
    return prefix;
}
function keyProblem(key) {
    if (key === '') return 'it is empty';
    if (Buffer.byteLength(key) > MAX_KEY_BYTES) return `it is longer than ${MAX_KEY_BYTES} bytes`;
    // eslint-disable-next-line no-control-regex
    if (/[\u0000-\u001f\u007f]/.test(key)) return 'it holds a control character';
    const names = key.split('/');
    if (names.includes('')) return 'it begins or ends with a slash, or holds two in a row';
    if (names.includes('.') || names.includes('..')) return 'it holds a relative path';
    return undefined;
}


/***/ }),

/***/ 25:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  C: () => (/* binding */ openStore)
});

// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __nccwpck_require__(1455);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __nccwpck_require__(6760);
// EXTERNAL MODULE: external "node:url"
var external_node_url_ = __nccwpck_require__(3136);
// EXTERNAL MODULE: ./lib/base/errors.js
var errors = __nccwpck_require__(7594);
// EXTERNAL MODULE: ./lib/storage/errors.js
var storage_errors = __nccwpck_require__(5822);
// EXTERNAL MODULE: ./lib/storage/keys.js
var keys = __nccwpck_require__(7433);
;// CONCATENATED MODULE: ./lib/storage/file/errors.js


/** What is to be done about the causes that a user can do something about. */ const SENTENCES = {
    ENOSPC: 'The disk is full. Free some space, or store the backups elsewhere.',
    EDQUOT: 'The disk quota of this user is used up. Free some space, or store the backups elsewhere.',
    EROFS: 'The file system is mounted read-only. Choose a folder that can be written.',
    EACCES: 'The user that runs this has no permission there. Change the permissions, or choose another folder.',
    EPERM: 'The system does not allow this. Change the permissions, or choose another folder.',
    ENOTDIR: 'A part of that path is a file, not a folder. Check the storage URL.',
    EISDIR: 'A folder stands where a file belongs. Check the storage URL.',
    ENAMETOOLONG: 'The name is too long for this file system. Use a shorter name or path.',
    EFBIG: 'The file is larger than this file system allows. Store the backups elsewhere.',
    EIO: 'The disk reported a fault. Check its health before trusting what it holds.',
    EMFILE: 'Too many files are open. Raise the limit (ulimit -n).'
};
/** Turns what the file system said into an error that names the path and says what to do. `doing`: `write /backups/x`. */ function fileError(error, doing) {
    if (error instanceof storage_errors/* StoreError */.AD) return error;
    const code = (0,errors/* codeOf */.$N)(error);
    if (code === 'ENOENT') return new storage_errors/* StoreError */.AD(`Could not ${doing}: there is no such file.`, {
        notFound: true
    });
    const sentence = code === undefined ? undefined : SENTENCES[code];
    if (sentence !== undefined) return new storage_errors/* StoreError */.AD(`Could not ${doing}. ${sentence}`, {
        cause: error
    });
    return new storage_errors/* StoreError */.AD(`Could not ${doing}: ${(0,errors/* messageOf */.bD)(error)}`, {
        cause: error
    });
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __nccwpck_require__(7598);
// EXTERNAL MODULE: ./lib/storage/digest.js
var digest = __nccwpck_require__(3309);
;// CONCATENATED MODULE: ./lib/storage/file/upload.js







const PART_BYTES = 1024 * 1024;
const PARALLEL = 4;
/** Written but not yet forced to the disk: beyond this it is forced in the background, so that the end is short. */ const SYNC_EVERY_BYTES = 64 * PART_BYTES;
const TEMPORARY = /^\.pgkeep-[0-9a-f]{24}\.partial$/;
/** Whether this is the name of a file that is still being written. No object has such a name. */ function isTemporary(name) {
    return TEMPORARY.test(name);
}
/**
 * An object being written to a file beside its final place. It gets its name only after all of it was forced to the
 * disk, read again and found to be what was sent.
 */ class FileUpload {
    path;
    temporary;
    file;
    tidy;
    parallel = PARALLEL;
    unsynced = 0;
    syncing = Promise.resolve();
    state = 'open';
    constructor(path, temporary, file, tidy){
        this.path = path;
        this.temporary = temporary;
        this.file = file;
        this.tidy = tidy;
    }
    /** `tidy` is called after an abort, to remove folders that were made for this object alone. */ static async open(path, tidy) {
        const folder = (0,external_node_path_.dirname)(path);
        const temporary = (0,external_node_path_.join)(folder, `.pgkeep-${(0,external_node_crypto_.randomBytes)(12).toString('hex')}.partial`);
        for(let attempt = 1;; attempt += 1){
            try {
                await makeFolder(folder);
                return new FileUpload(path, temporary, await (0,promises_.open)(temporary, 'wx+', 0o600), tidy);
            } catch (error) {
                // Someone who removed the last object of this folder removed the folder too, between our two calls.
                if ((0,errors/* codeOf */.$N)(error) === 'ENOENT' && attempt < 5) continue;
                await tidy();
                throw fileError(error, `write ${path}`);
            }
        }
    }
    partBytes() {
        return PART_BYTES;
    }
    async part(index, bytes) {
        try {
            let done = 0;
            while(done < bytes.byteLength){
                const at = index * PART_BYTES + done;
                const { bytesWritten } = await this.file.write(bytes, done, bytes.byteLength - done, at);
                done += bytesWritten;
            }
            this.unsynced += bytes.byteLength;
            if (this.unsynced >= SYNC_EVERY_BYTES) this.syncInBackground();
        } catch (error) {
            throw fileError(error, `write ${this.path}`);
        }
    }
    /** A fault of the disk shows here at the latest at the end: the last sync reports it too. */ syncInBackground() {
        this.unsynced = 0;
        this.syncing = this.syncing.then(()=>this.file.datasync()).catch(()=>undefined);
    }
    async complete(expected) {
        if (this.state === 'stored') return {
            bytes: expected.bytes,
            readBack: 'read-again'
        };
        try {
            await this.syncing;
            await this.file.sync();
            const found = await this.readBack();
            if (!(0,digest/* sameDigest */.VB)(found, expected)) {
                await this.abort();
                throw new storage_errors/* StoreError */.AD(`${this.path} does not hold what was sent: ${found.bytes} bytes with SHA-256 ${found.sha256} were read back, ` + `${expected.bytes} with ${expected.sha256} were sent. It was removed. Check the disk, then run the backup again.`);
            }
            await this.file.close();
            await (0,promises_.rename)(this.temporary, this.path);
            this.state = 'stored';
            await syncFolder((0,external_node_path_.dirname)(this.path));
            return {
                bytes: found.bytes,
                readBack: 'read-again'
            };
        } catch (error) {
            throw fileError(error, `write ${this.path}`);
        }
    }
    /** One buffer for all of it: a stream would leave the whole object to the garbage collector, piece by piece. */ async readBack() {
        const hash = (0,external_node_crypto_.createHash)('sha256');
        const buffer = Buffer.allocUnsafeSlow(PART_BYTES);
        let bytes = 0;
        for(;;){
            const { bytesRead } = await this.file.read(buffer, 0, PART_BYTES, bytes);
            if (bytesRead === 0) return {
                bytes,
                sha256: hash.digest('hex')
            };
            hash.update(buffer.subarray(0, bytesRead));
            bytes += bytesRead;
        }
    }
    async abort() {
        if (this.state !== 'open') return;
        this.state = 'aborted';
        try {
            await (0,promises_.rm)(this.temporary, {
                force: true
            });
        } catch  {
            // Windows removes no file that is open.
            await this.file.close().catch(()=>undefined);
            await (0,promises_.rm)(this.temporary, {
                force: true
            }).catch((error)=>{
                throw fileError(error, `remove ${this.temporary}`);
            });
        }
        // Closing waits for a disk that may still be busy for long with what nobody wants any more.
        void this.file.close().catch(()=>undefined);
        await this.tidy();
    }
}
/** Makes a folder and those above it. Node's own way reports a read-only disk as a missing file. */ async function makeFolder(path) {
    const make = async ()=>{
        await (0,promises_.mkdir)(path, 0o700).catch((error)=>{
            if ((0,errors/* codeOf */.$N)(error) !== 'EEXIST') throw error;
        });
    };
    try {
        await make();
    } catch (error) {
        if ((0,errors/* codeOf */.$N)(error) !== 'ENOENT' || (0,external_node_path_.dirname)(path) === path) throw error;
        await makeFolder((0,external_node_path_.dirname)(path));
        await make();
    }
}
/** Makes a new name last through a power cut. Windows and some network file systems cannot sync a folder; nor need they. */ async function syncFolder(folder) {
    const handle = await (0,promises_.open)(folder, 'r').catch(()=>undefined);
    await handle?.sync().catch(()=>undefined);
    await handle?.close();
}

;// CONCATENATED MODULE: ./lib/storage/file/store.js








const ABSENT = [
    'ENOENT',
    'ENOTDIR'
];
/** A folder as a store: one file an object, readable by its owner alone. */ class FileStore {
    url;
    root;
    /** `root` is absolute. It is made when the first object is written. */ constructor(url, root){
        this.url = url;
        this.root = (0,external_node_path_.resolve)(root);
    }
    async upload(key) {
        const path = this.path(key);
        return FileUpload.open(path, ()=>this.removeEmptyFolders((0,external_node_path_.dirname)(path)));
    }
    async get(key) {
        const path = this.path(key);
        try {
            const file = await (0,promises_.open)(path, 'r');
            if ((await file.stat()).isFile()) return file.createReadStream();
            await file.close();
        } catch (error) {
            throw fileError((0,errors/* codeOf */.$N)(error) === 'ENOTDIR' ? {
                code: 'ENOENT'
            } : error, `read ${path}`);
        }
        throw new storage_errors/* StoreError */.AD(`Could not read ${path}: it is not a file.`, {
            notFound: true
        });
    }
    async stat(key) {
        return this.info(key, this.path(key));
    }
    async info(key, path) {
        try {
            const found = await (0,promises_.stat)(path);
            return found.isFile() ? {
                key,
                bytes: found.size,
                modified: found.mtime
            } : undefined;
        } catch (error) {
            if (ABSENT.includes((0,errors/* codeOf */.$N)(error) ?? '')) return undefined;
            throw fileError(error, `look at ${path}`);
        }
    }
    async *list(prefix) {
        (0,keys/* checkPrefix */.b)(prefix);
        const start = prefix.slice(0, prefix.lastIndexOf('/') + 1);
        for await (const key of this.walk(start, prefix)){
            const info = await this.info(key, this.path(key));
            if (info !== undefined) yield info;
        }
    }
    /** The keys below `folder` (empty or ending in `/`) that start with `prefix`. */ async *walk(folder, prefix) {
        for (const entry of (await this.entries(folder))){
            const key = folder + entry.name;
            if (entry.isDirectory()) {
                if (`${key}/`.startsWith(prefix) || prefix.startsWith(`${key}/`)) yield* this.walk(`${key}/`, prefix);
            } else if (entry.isFile() && key.startsWith(prefix) && !isTemporary(entry.name)) {
                yield key;
            }
        }
    }
    async entries(folder) {
        const path = (0,external_node_path_.join)(this.root, folder);
        try {
            return await (0,promises_.readdir)(path, {
                withFileTypes: true
            });
        } catch (error) {
            // A folder that went while we listed, or a root that nothing was written to yet, holds nothing. A root that is
            // a file is a wrong URL.
            if ((0,errors/* codeOf */.$N)(error) === 'ENOENT' || (0,errors/* codeOf */.$N)(error) === 'ENOTDIR' && folder !== '') return [];
            throw fileError(error, `list ${path}`);
        }
    }
    async folders(prefix) {
        (0,keys/* checkPrefix */.b)(prefix);
        const parent = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
        const names = [];
        for (const entry of (await this.entries(parent))){
            if (entry.isDirectory() && await this.holdsObjects(`${parent}${entry.name}/`)) names.push(entry.name);
        }
        return names;
    }
    async holdsObjects(folder) {
        for await (const key of this.walk(folder, folder))return key !== '';
        return false;
    }
    async remove(key) {
        const path = this.path(key);
        try {
            await (0,promises_.rm)(path, {
                force: true
            });
        } catch (error) {
            if (!ABSENT.includes((0,errors/* codeOf */.$N)(error) ?? '')) throw fileError(error, `remove ${path}`);
        }
        await this.removeEmptyFolders((0,external_node_path_.dirname)(path));
    }
    /** Removes `folder` and those above it, up to the root, as far as they are empty. */ async removeEmptyFolders(folder) {
        for(let path = folder; path.startsWith(this.root + external_node_path_.sep); path = (0,external_node_path_.dirname)(path)){
            try {
                await (0,promises_.rmdir)(path);
            } catch (error) {
                if ((0,errors/* codeOf */.$N)(error) === 'ENOENT') continue;
                return;
            }
        }
    }
    locate(key) {
        return (0,external_node_url_.pathToFileURL)(this.path(key)).href;
    }
    path(key) {
        const path = (0,external_node_path_.join)(this.root, ...(0,keys/* checkKey */.y)(key).split('/'));
        // On Windows a name may hold a separator of its own.
        if (!path.startsWith(this.root + external_node_path_.sep) || key.split('/').some(isTemporary)) throw new storage_errors/* StoreError */.AD(`${JSON.stringify(key)} cannot name a stored object in ${this.url}.`);
        return path;
    }
}

// EXTERNAL MODULE: ./lib/storage/retry.js
var storage_retry = __nccwpck_require__(6351);
// EXTERNAL MODULE: ./lib/storage/url.js + 1 modules
var storage_url = __nccwpck_require__(5990);
;// CONCATENATED MODULE: ./lib/storage/registry.js



/**
 * Opens the store that a URL names. Nothing is sent to it yet. Requests that fail in passing are tried again.
 * @throws UserError for a URL that is not right, or settings that are missing.
 */ async function openStore(url, context) {
    const parsed = (0,storage_url/* parseStorageUrl */.Y)(url);
    const retry = {
        ...context.reporter === undefined ? {} : {
            reporter: context.reporter
        },
        ...context.signal === undefined ? {} : {
            signal: context.signal
        },
        ...context.retry
    };
    if (parsed.scheme === 'file') return (0,storage_retry/* withRetry */.b)(new FileStore(parsed.url, parsed.root), retry);
    // The SDK is a large part of the bundle: whoever does not store in S3 does not wait for it.
    const { openS3Store } = await Promise.all(/* import() */[__nccwpck_require__.e(711), __nccwpck_require__.e(405)]).then(__nccwpck_require__.bind(__nccwpck_require__, 5405));
    return openS3Store(parsed.url, parsed.s3, context, retry);
}


/***/ }),

/***/ 6351:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   R: () => (/* binding */ retrying),
/* harmony export */   b: () => (/* binding */ withRetry)
/* harmony export */ });
/* harmony import */ var node_timers_promises__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(8500);
/* harmony import */ var _base_errors_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(7594);
/* harmony import */ var _base_reporter_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(7872);
/* harmony import */ var _base_units_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(8714);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(5822);





const LONGEST_WAIT_MS = 20_000;
/** The store just failed for good; a job that is ending does not wait long for it. */ const CLEANUP_ATTEMPTS = 3;
const DEFAULTS = {
    attempts: 7,
    baseMs: 500,
    sleep: async (ms, signal)=>{
        await (0,node_timers_promises__WEBPACK_IMPORTED_MODULE_0__.setTimeout)(ms, undefined, signal === undefined ? {} : {
            signal
        }).catch(()=>undefined);
    },
    reporter: _base_reporter_js__WEBPACK_IMPORTED_MODULE_2__/* .silentReporter */ .P
};
/**
 * Tries `work` until it succeeds, fails for good, or has failed `attempts` times. Waits grow, and differ by chance so
 * that many jobs do not come back at the same moment. Every new attempt is told to the reporter.
 */ async function retrying(what, work, options = {}, given = ()=>false) {
    const { attempts, baseMs, sleep, signal, reporter } = {
        ...DEFAULTS,
        ...options
    };
    for(let attempt = 1;; attempt += 1){
        try {
            return await work();
        } catch (error) {
            const over = attempt >= attempts || isAborted(signal) || given();
            if (!(0,_errors_js__WEBPACK_IMPORTED_MODULE_3__/* .isRetryable */ .r3)(error) || over) throw error;
            const wait = Math.min(LONGEST_WAIT_MS, baseMs * 2 ** (attempt - 1)) * (0.75 + Math.random() / 2);
            reporter.info(`${what}: ${error.message} Trying again in ${(0,_base_units_js__WEBPACK_IMPORTED_MODULE_4__/* .formatDuration */ .a3)(wait / 1000)} (${attempt + 1} of ${attempts}).`);
            await sleep(wait, signal);
            if (isAborted(signal)) throw new _base_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .CancelledError */ .cc();
            if (given()) throw error;
        }
    }
}
/** A call, because it changes while we wait and a narrowed property would not. */ function isAborted(signal) {
    return signal?.aborted === true;
}
/** The same store, where everything that fails in passing is tried again. Works on any store. */ function withRetry(store, options = {}) {
    return new RetryingStore(store, options);
}
class RetryingStore {
    store;
    options;
    url;
    constructor(store, options){
        this.store = store;
        this.options = options;
        this.url = store.url;
    }
    async upload(key, options) {
        const upload = await retrying(`Writing ${key}`, ()=>this.store.upload(key, options), this.options);
        return new RetryingUpload(upload, key, this.options);
    }
    get(key) {
        return retrying(`Reading ${key}`, ()=>this.store.get(key), this.options);
    }
    stat(key) {
        return retrying(`Looking at ${key}`, ()=>this.store.stat(key), this.options);
    }
    /** A listing that breaks off begins anew, without what was already given. */ async *list(prefix) {
        const given = new Set();
        let pages = this.store.list(prefix)[Symbol.asyncIterator]();
        const next = async ()=>{
            try {
                return await pages.next();
            } catch (error) {
                pages = this.store.list(prefix)[Symbol.asyncIterator]();
                throw error;
            }
        };
        for(;;){
            const result = await retrying(`Listing ${this.url}`, next, this.options);
            if (result.done === true) return;
            if (given.has(result.value.key)) continue;
            given.add(result.value.key);
            yield result.value;
        }
    }
    folders(prefix) {
        return retrying(`Listing ${this.url}`, ()=>this.store.folders(prefix), this.options);
    }
    remove(key) {
        return retrying(`Removing ${key}`, ()=>this.store.remove(key), this.options);
    }
    locate(key) {
        return this.store.locate(key);
    }
}
class RetryingUpload {
    upload;
    key;
    options;
    parallel;
    aborted = false;
    constructor(upload, key, options){
        this.upload = upload;
        this.key = key;
        this.options = options;
        this.parallel = upload.parallel;
    }
    partBytes(index) {
        return this.upload.partBytes(index);
    }
    part(index, bytes) {
        const what = `Writing part ${index + 1} of ${this.key}`;
        return retrying(what, ()=>this.upload.part(index, bytes), this.options, ()=>this.aborted);
    }
    complete(expected) {
        const what = `Completing ${this.key}`;
        return retrying(what, ()=>this.upload.complete(expected), this.options, ()=>this.aborted);
    }
    /** Never fails: whoever gives up has a reason of his own to report. What may have stayed is a warning. */ async abort() {
        this.aborted = true;
        const options = {
            ...this.options,
            attempts: Math.min(CLEANUP_ATTEMPTS, this.options.attempts ?? CLEANUP_ATTEMPTS)
        };
        try {
            await retrying(`Cleaning up after ${this.key}`, ()=>this.upload.abort(), options);
        } catch (error) {
            this.options.reporter?.warn((0,_base_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .messageOf */ .bD)(error));
        }
    }
}


/***/ }),

/***/ 5990:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  Y: () => (/* binding */ parseStorageUrl)
});

// UNUSED EXPORTS: KNOWN_SCHEMES

// EXTERNAL MODULE: external "node:url"
var external_node_url_ = __nccwpck_require__(3136);
// EXTERNAL MODULE: ./lib/base/errors.js
var errors = __nccwpck_require__(7594);
;// CONCATENATED MODULE: ./lib/storage/s3/location.js

const SECRETS_BELONG = 'Put the keys into the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY) or into a profile, and name that with profile=.';
/** Takes one parameter's value into the location, or says what it should have been. */ const PARAMETERS = {
    endpoint: (value)=>{
        const wrong = endpointProblem(value);
        return wrong ?? {
            endpoint: value.replace(/\/+$/, '')
        };
    },
    region: (value)=>/^[A-Za-z0-9-]{1,64}$/.test(value) ? {
            region: value
        } : 'a region such as eu-central-1, or auto',
    // eslint-disable-next-line no-control-regex
    profile: (value)=>/^[^\u0000-\u001f[\]]+$/.test(value) ? {
            profile: value
        } : 'the name of a profile',
    'path-style': (value)=>value === 'true' || value === 'false' ? {
            pathStyle: value === 'true'
        } : 'true or false',
    'storage-class': (value)=>{
        if (value === 'GLACIER' || value === 'DEEP_ARCHIVE') return 'a class that can be read at once, such as STANDARD_IA or GLACIER_IR: objects of this one must be thawed first, ' + 'so that a backup could be neither proven nor listed (a lifecycle rule of the bucket may move old ones)';
        return /^[A-Z][A-Z0-9_-]*$/.test(value) ? {
            storageClass: value
        } : 'a storage class such as STANDARD_IA';
    },
    sse: (value)=>value === 'AES256' || value === 'aws:kms' || value === 'aws:kms:dsse' ? {
            sse: value
        } : 'AES256, aws:kms or aws:kms:dsse',
    'kms-key-id': (value)=>/^[A-Za-z0-9:/_-]+$/.test(value) ? {
            kmsKeyId: value
        } : "a key's id, ARN or alias"
};
/** The names of the parameters, as messages and the documentation list them. */ const S3_PARAMETERS = Object.keys(PARAMETERS);
/**
 * Understands what follows `s3:` in a storage URL.
 * @throws UserError that names what is wrong, never the value of anything that may be a secret.
 */ function parseS3Url(rest) {
    if (!rest.startsWith('//')) throw new errors/* UserError */.yo('An S3 storage is written s3://bucket/prefix.');
    if (rest.includes('#')) throw new errors/* UserError */.yo('Write # as %23 in an S3 storage URL.');
    const [path = '', query, ...more] = rest.slice(2).split('?');
    if (more.length > 0) throw new errors/* UserError */.yo('An S3 storage URL has more than one ?. Join parameters with &.');
    const slash = path.indexOf('/');
    const bucket = slash < 0 ? path : path.slice(0, slash);
    // Either is where credentials stand in a URL: what is there is not repeated.
    if (/[@:]/.test(bucket)) throw new errors/* UserError */.yo(`An S3 storage URL begins with the bucket alone, without user, password or port. ${SECRETS_BELONG}`);
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]$/.test(bucket)) throw new errors/* UserError */.yo(bucket === '' ? 'The S3 storage URL names no bucket: s3://bucket/prefix.' : `"${bucket}" is no name of an S3 bucket: 3 to 63 letters, digits, dots and hyphens.`);
    const location = {
        bucket,
        prefix: parsePrefix(slash < 0 ? '' : path.slice(slash + 1)),
        ...parseParameters(query ?? '')
    };
    if (location.kmsKeyId !== undefined && location.sse?.startsWith('aws:kms') !== true) throw new errors/* UserError */.yo('kms-key-id in an S3 storage URL needs sse=aws:kms beside it.');
    return location;
}
function parsePrefix(text) {
    const decoded = decode(text, 'The prefix of the S3 storage URL').replace(/^\/+|\/+$/g, '');
    if (decoded === '') return '';
    const names = decoded.split('/');
    // eslint-disable-next-line no-control-regex
    if (/[\u0000-\u001f\u007f]/.test(decoded) || names.some((name)=>[
            '',
            '.',
            '..'
        ].includes(name))) throw new errors/* UserError */.yo('The prefix of an S3 storage URL is names joined by single slashes, without "." and "..".');
    if (Buffer.byteLength(decoded) > 300) throw new errors/* UserError */.yo('The prefix of the S3 storage URL is longer than 300 bytes.');
    return `${decoded}/`;
}
function parseParameters(query) {
    const location = {};
    const seen = new Set();
    for (const pair of query.split('&').filter((text)=>text !== '')){
        const equals = pair.indexOf('=');
        const name = decode(equals < 0 ? pair : pair.slice(0, equals), 'A parameter of the S3 storage URL');
        const value = decode(equals < 0 ? '' : pair.slice(equals + 1), `${name} in the S3 storage URL`);
        const take = Object.hasOwn(PARAMETERS, name) ? PARAMETERS[name] : undefined;
        if (take === undefined) throw new errors/* UserError */.yo(unknownParameter(name));
        if (seen.has(name)) throw new errors/* UserError */.yo(`${name} stands twice in the S3 storage URL.`);
        seen.add(name);
        const taken = take(value);
        if (typeof taken === 'string') throw new errors/* UserError */.yo(`${name} in the S3 storage URL must be ${taken}.`);
        Object.assign(location, taken);
    }
    return location;
}
function unknownParameter(name) {
    if (/secret|passw|token|credential|signature|access.?key|key.?id|^x-amz/i.test(name)) return `Credentials do not belong into a storage URL (${name}). ${SECRETS_BELONG}`;
    return `"${name}" is no parameter of an S3 storage URL. There are: ${S3_PARAMETERS.join(', ')}.`;
}
function endpointProblem(value) {
    const expected = "the provider's address such as https://s3.example.com, percent-encoded where it holds & or ?";
    let url;
    try {
        url = new URL(value);
    } catch  {
        return expected;
    }
    if (url.username !== '' || url.password !== '') return `an address without user and password. ${SECRETS_BELONG}`;
    const http = url.protocol === 'https:' || url.protocol === 'http:';
    return http && url.search === '' && url.hash === '' && url.hostname !== '' ? undefined : expected;
}
function decode(text, what) {
    try {
        return decodeURIComponent(text);
    } catch  {
        throw new errors/* UserError */.yo(`${what} holds a % that is no percent-encoding. Write % as %25.`);
    }
}

;// CONCATENATED MODULE: ./lib/storage/url.js



/** The schemes there are, as messages name them. */ const KNOWN_SCHEMES = [
    's3://bucket/prefix',
    'file:///path'
];
/**
 * Understands a storage URL without touching the storage.
 * @throws UserError for anything that is not exactly right; the message never repeats what may be a secret.
 */ function parseStorageUrl(text) {
    const url = text.trim();
    const match = /^([A-Za-z][A-Za-z0-9+.-]*):(.*)$/s.exec(url);
    const scheme = match?.[1]?.toLowerCase();
    if (scheme === undefined || match === null) throw new errors/* UserError */.yo(`A storage is named by a URL: ${KNOWN_SCHEMES.join(' or ')}. This has no scheme at its start.`);
    const rest = match[2] ?? '';
    if (scheme === 'file') return {
        scheme,
        url,
        root: parseFileUrl(rest)
    };
    if (scheme === 's3') return {
        scheme,
        url,
        s3: parseS3Url(rest)
    };
    throw new errors/* UserError */.yo(`There is no storage of the kind "${scheme}:". Use ${KNOWN_SCHEMES.join(' or ')}.`);
}
function parseFileUrl(rest) {
    if (!rest.startsWith('///')) throw new errors/* UserError */.yo('A file storage needs an absolute path: file:///var/backups, with three slashes.');
    if (/[?#]/.test(rest)) throw new errors/* UserError */.yo('A file storage URL takes no parameters. Write ? as %3F and # as %23 where the path has them.');
    let root;
    try {
        root = (0,external_node_url_.fileURLToPath)(`file:${rest}`);
    } catch (error) {
        throw new errors/* UserError */.yo(`The path of the file storage URL cannot be read: ${(0,errors/* messageOf */.bD)(error)}`);
    }
    if (root.includes('\0')) throw new errors/* UserError */.yo('The path of the file storage URL holds a NUL character.');
    if (/^([A-Za-z]:)?[\\/]*$/.test(root)) throw new errors/* UserError */.yo('The file storage URL names the root of the file system. Name a folder: file:///var/backups.');
    return root;
}


/***/ }),

/***/ 3411:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   x: () => (/* binding */ VERSION)
/* harmony export */ });
/** This pgkeep's version; the build puts package.json's in. */ const VERSION = '0.1.0';


/***/ })

/******/ });
/************************************************************************/
/******/ // The module cache
/******/ var __webpack_module_cache__ = {};
/******/ 
/******/ // The require function
/******/ function __nccwpck_require__(moduleId) {
/******/ 	// Check if module is in cache
/******/ 	var cachedModule = __webpack_module_cache__[moduleId];
/******/ 	if (cachedModule !== undefined) {
/******/ 		return cachedModule.exports;
/******/ 	}
/******/ 	// Create a new module (and put it into the cache)
/******/ 	var module = __webpack_module_cache__[moduleId] = {
/******/ 		// no module.id needed
/******/ 		// no module.loaded needed
/******/ 		exports: {}
/******/ 	};
/******/ 
/******/ 	// Execute the module function
/******/ 	var threw = true;
/******/ 	try {
/******/ 		__webpack_modules__[moduleId].call(module.exports, module, module.exports, __nccwpck_require__);
/******/ 		threw = false;
/******/ 	} finally {
/******/ 		if(threw) delete __webpack_module_cache__[moduleId];
/******/ 	}
/******/ 
/******/ 	// Return the exports of the module
/******/ 	return module.exports;
/******/ }
/******/ 
/******/ // expose the modules object (__webpack_modules__)
/******/ __nccwpck_require__.m = __webpack_modules__;
/******/ 
/************************************************************************/
/******/ /* webpack/runtime/asset-relocator-loader */
/******/ if (typeof __nccwpck_require__ !== 'undefined') __nccwpck_require__.ab = decodeURIComponent(new URL('.', import.meta.url).pathname).slice(import.meta.url.match(/^file:\/\/\/\w:/) ? 1 : 0, -1) + "/";
/******/ 
/******/ /* webpack/runtime/create fake namespace object */
/******/ (() => {
/******/ 	var getProto = Object.getPrototypeOf ? (obj) => (Object.getPrototypeOf(obj)) : (obj) => (obj.__proto__);
/******/ 	var leafPrototypes;
/******/ 	// create a fake namespace object
/******/ 	// mode & 1: value is a module id, require it
/******/ 	// mode & 2: merge all properties of value into the ns
/******/ 	// mode & 4: return value when already ns object
/******/ 	// mode & 16: return value when it's Promise-like
/******/ 	// mode & 8|1: behave like require
/******/ 	__nccwpck_require__.t = function(value, mode) {
/******/ 		if(mode & 1) value = this(value);
/******/ 		if(mode & 8) return value;
/******/ 		if(typeof value === 'object' && value) {
/******/ 			if((mode & 4) && value.__esModule) return value;
/******/ 			if((mode & 16) && typeof value.then === 'function') return value;
/******/ 		}
/******/ 		var ns = Object.create(null);
/******/ 		__nccwpck_require__.r(ns);
/******/ 		var def = {};
/******/ 		leafPrototypes = leafPrototypes || [null, getProto({}), getProto([]), getProto(getProto)];
/******/ 		for(var current = mode & 2 && value; typeof current == 'object' && !~leafPrototypes.indexOf(current); current = getProto(current)) {
/******/ 			Object.getOwnPropertyNames(current).forEach((key) => (def[key] = () => (value[key])));
/******/ 		}
/******/ 		def['default'] = () => (value);
/******/ 		__nccwpck_require__.d(ns, def);
/******/ 		return ns;
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/define property getters */
/******/ (() => {
/******/ 	// define getter functions for harmony exports
/******/ 	__nccwpck_require__.d = (exports, definition) => {
/******/ 		for(var key in definition) {
/******/ 			if(__nccwpck_require__.o(definition, key) && !__nccwpck_require__.o(exports, key)) {
/******/ 				Object.defineProperty(exports, key, { enumerable: true, get: definition[key] });
/******/ 			}
/******/ 		}
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/ensure chunk */
/******/ (() => {
/******/ 	__nccwpck_require__.f = {};
/******/ 	// This file contains only the entry chunk.
/******/ 	// The chunk loading function for additional chunks
/******/ 	__nccwpck_require__.e = (chunkId) => {
/******/ 		return Promise.all(Object.keys(__nccwpck_require__.f).reduce((promises, key) => {
/******/ 			__nccwpck_require__.f[key](chunkId, promises);
/******/ 			return promises;
/******/ 		}, []));
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/get javascript chunk filename */
/******/ (() => {
/******/ 	// This function allow to reference async chunks
/******/ 	__nccwpck_require__.u = (chunkId) => {
/******/ 		// return url for filenames based on template
/******/ 		return "" + chunkId + ".index.js";
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/hasOwnProperty shorthand */
/******/ (() => {
/******/ 	__nccwpck_require__.o = (obj, prop) => (Object.prototype.hasOwnProperty.call(obj, prop))
/******/ })();
/******/ 
/******/ /* webpack/runtime/make namespace object */
/******/ (() => {
/******/ 	// define __esModule on exports
/******/ 	__nccwpck_require__.r = (exports) => {
/******/ 		if(typeof Symbol !== 'undefined' && Symbol.toStringTag) {
/******/ 			Object.defineProperty(exports, Symbol.toStringTag, { value: 'Module' });
/******/ 		}
/******/ 		Object.defineProperty(exports, '__esModule', { value: true });
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/import chunk loading */
/******/ (() => {
/******/ 	// no baseURI
/******/ 	
/******/ 	// object to store loaded and loading chunks
/******/ 	// undefined = chunk not loaded, null = chunk preloaded/prefetched
/******/ 	// [resolve, Promise] = chunk loading, 0 = chunk loaded
/******/ 	var installedChunks = {
/******/ 		792: 0
/******/ 	};
/******/ 	
/******/ 	var installChunk = (data) => {
/******/ 		var {ids, modules, runtime} = data;
/******/ 		// add "modules" to the modules object,
/******/ 		// then flag all "ids" as loaded and fire callback
/******/ 		var moduleId, chunkId, i = 0;
/******/ 		for(moduleId in modules) {
/******/ 			if(__nccwpck_require__.o(modules, moduleId)) {
/******/ 				__nccwpck_require__.m[moduleId] = modules[moduleId];
/******/ 			}
/******/ 		}
/******/ 		if(runtime) runtime(__nccwpck_require__);
/******/ 		for(;i < ids.length; i++) {
/******/ 			chunkId = ids[i];
/******/ 			if(__nccwpck_require__.o(installedChunks, chunkId) && installedChunks[chunkId]) {
/******/ 				installedChunks[chunkId][0]();
/******/ 			}
/******/ 			installedChunks[ids[i]] = 0;
/******/ 		}
/******/ 	
/******/ 	}
/******/ 	
/******/ 	__nccwpck_require__.f.j = (chunkId, promises) => {
/******/ 			// import() chunk loading for javascript
/******/ 			var installedChunkData = __nccwpck_require__.o(installedChunks, chunkId) ? installedChunks[chunkId] : undefined;
/******/ 			if(installedChunkData !== 0) { // 0 means "already installed".
/******/ 	
/******/ 				// a Promise means "currently loading".
/******/ 				if(installedChunkData) {
/******/ 					promises.push(installedChunkData[1]);
/******/ 				} else {
/******/ 					if(true) { // all chunks have JS
/******/ 						// setup Promise in chunk cache
/******/ 						var promise = import("./" + __nccwpck_require__.u(chunkId)).then(installChunk, (e) => {
/******/ 							if(installedChunks[chunkId] !== 0) installedChunks[chunkId] = undefined;
/******/ 							throw e;
/******/ 						});
/******/ 						var promise = Promise.race([promise, new Promise((resolve) => (installedChunkData = installedChunks[chunkId] = [resolve]))])
/******/ 						promises.push(installedChunkData[1] = promise);
/******/ 					}
/******/ 				}
/******/ 			}
/******/ 	};
/******/ 	
/******/ 	// no prefetching
/******/ 	
/******/ 	// no preloaded
/******/ 	
/******/ 	// no external install chunk
/******/ 	
/******/ 	// no on chunks loaded
/******/ })();
/******/ 
/************************************************************************/
var __webpack_exports__ = {};

// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  o1: () => (/* binding */ actions),
  nF: () => (/* reexport */ cacheFolder),
  Ru: () => (/* reexport */ programs/* findAnyPrograms */.Ru),
  z0: () => (/* reexport */ programs/* findPrograms */.z0),
  Pv: () => (/* reexport */ programs/* folderCache */.Pv),
  HG: () => (/* reexport */ programs/* installTools */.HG),
  ak: () => (/* reexport */ runCli),
  P$: () => (/* reexport */ reporter/* silentReporter */.P)
});

// EXTERNAL MODULE: ./lib/base/failure.js
var failure = __nccwpck_require__(1747);
// EXTERNAL MODULE: ./lib/base/stop.js
var stop = __nccwpck_require__(5505);
// EXTERNAL MODULE: ./lib/version.js
var version = __nccwpck_require__(3411);
// EXTERNAL MODULE: ./lib/base/errors.js
var errors = __nccwpck_require__(7594);
// EXTERNAL MODULE: ./lib/inputs/read.js + 3 modules
var read = __nccwpck_require__(3831);
// EXTERNAL MODULE: ./lib/inputs/table.js
var table = __nccwpck_require__(4565);
// EXTERNAL MODULE: ./lib/inputs/unknown.js
var unknown = __nccwpck_require__(5075);
// EXTERNAL MODULE: ./lib/inputs/values.js
var inputs_values = __nccwpck_require__(7035);
;// CONCATENATED MODULE: ./lib/cli/flags.js

const ALL = [
    'backup',
    'list',
    'show'
];
const CLI_FLAGS = {
    json: {
        description: 'Print JSON',
        commands: [
            'list',
            'show'
        ]
    },
    color: {
        description: 'Colours; off by themselves when NO_COLOR is set or there is no terminal',
        commands: ALL
    },
    quiet: {
        description: 'Print warnings, errors and results only',
        commands: ALL,
        short: 'q'
    },
    help: {
        description: 'Print this help',
        commands: ALL,
        short: 'h'
    }
};
/** The flags of a command that are no inputs. */ function cliFlagsOf(command) {
    return Object.entries(CLI_FLAGS).filter(([, flag])=>flag.commands.includes(command));
}
/** What each command does, in one line, and the arguments that it takes beside its flags. */ const COMMANDS = {
    backup: {
        summary: 'Back up one or several databases of a PostgreSQL server',
        operands: []
    },
    list: {
        summary: 'List the backups in storage',
        operands: []
    },
    show: {
        summary: 'Show everything that is known of one backup',
        operands: [
            'id'
        ]
    }
};
const COMMAND_NAMES = Object.keys(COMMANDS);
/** `lock-timeout` -> `PGKEEP_LOCK_TIMEOUT`. */ function envName(input) {
    return `PGKEEP_${input.toUpperCase().replaceAll('-', '_')}`;
}
/** Whether a flag for this input stands without a value. */ function isSwitch(spec) {
    return spec.type === 'boolean';
}
/** Every flag a command knows, without its dashes. */ function flagNames(command) {
    return [
        ...(0,table/* inputsOf */.Vc)(command).map(([name])=>name),
        ...cliFlagsOf(command).map(([name])=>name)
    ];
}

// EXTERNAL MODULE: external "node:util"
var external_node_util_ = __nccwpck_require__(7975);
;// CONCATENATED MODULE: ./lib/cli/tokens.js





function shapes(command) {
    return new Map([
        ...(0,table/* inputsOf */.Vc)(command).map(([name, spec])=>[
                name,
                {
                    type: isSwitch(spec) ? 'boolean' : 'string',
                    multiple: spec.type === 'list'
                }
            ]),
        ...cliFlagsOf(command).map(([name, flag])=>[
                name,
                {
                    type: 'boolean',
                    multiple: false,
                    ...flag.short === undefined ? {} : {
                        short: flag.short
                    }
                }
            ])
    ]);
}
/**
 * Splits a command's arguments into flags and operands: `--flag=value`, `--flag value`, `--switch`,
 * `--switch=false`, `--no-switch`, `-h`; `--` ends the flags.
 * @throws UserError for a flag that is not known, lacks its value or is given twice.
 */ function readFlags(command, args) {
    const known = shapes(command);
    const { tokens } = (0,external_node_util_.parseArgs)({
        args: [
            ...args
        ],
        options: Object.fromEntries(known),
        strict: false,
        tokens: true
    });
    const flags = {
        values: new Map(),
        operands: []
    };
    for (const token of tokens){
        if (token.kind === 'positional') flags.operands.push(token.value);
        if (token.kind !== 'option') continue;
        const negated = token.rawName.startsWith('--no-') && !known.has(token.name);
        const name = negated ? token.name.slice('no-'.length) : token.name;
        const shape = known.get(name);
        if (shape === undefined || negated && shape.type !== 'boolean') {
            throw (0,unknown/* unknownName */.U)(`option of ${command}`, token.rawName, flagNames(command).map((flag)=>`--${flag}`));
        }
        const before = flags.values.get(name) ?? [];
        if (before.length > 0 && !shape.multiple) throw new errors/* UserError */.yo(`Option --${name} is given twice.`);
        flags.values.set(name, [
            ...before,
            tokens_valueOf(name, shape, token, negated)
        ]);
    }
    return flags;
}
function tokens_valueOf(name, shape, token, negated) {
    if (shape.type === 'boolean') {
        if (negated && token.value !== undefined) throw new errors/* UserError */.yo(`Option --no-${name} takes no value.`);
        return negated ? 'false' : token.value ?? 'true';
    }
    // A flag where a value should be is far more often a forgotten value.
    if (token.value === undefined || token.inlineValue !== true && token.value.startsWith('-')) {
        throw new errors/* UserError */.yo(`Option --${name} needs a value. One that begins with a dash is written behind an equals sign: --${name}=-x.`);
    }
    return token.value;
}

;// CONCATENATED MODULE: ./lib/cli/args.js







const isCommand = (text)=>COMMAND_NAMES.some((name)=>name === text);
const asksForHelp = (text)=>text === '--help' || text === '-h';
/** The text of an input: the flag, else the environment. Only the command line knows of DATABASE_URL. */ function sourceOf(flags, env) {
    return (name)=>{
        const given = flags.values.get(name);
        if (given !== undefined) return given.join('\n');
        const own = env[envName(name)];
        return name === 'database-url' && (own === undefined || own === '') ? env['DATABASE_URL'] : own;
    };
}
/** A misspelt PGKEEP_PASSPHRASE must not end in a plaintext backup. Other PGKEEP_ variables are no inputs. */ function checkEnvironment(env) {
    const known = Object.keys(table/* TABLE */.Bt).map(envName);
    for (const name of Object.keys(env)){
        if (!name.startsWith('PGKEEP_') || known.includes(name)) continue;
        const meant = (0,unknown/* nearest */.p)(name.slice('PGKEEP_'.length), Object.keys(table/* TABLE */.Bt));
        if (meant !== undefined) {
            throw new errors/* UserError */.yo(`Unknown environment variable ${name}. Did you mean ${envName(meant)}? Unset it or correct it.`);
        }
    }
}
// A URI's password stands between the first colon after the scheme and the @; a keyword string has a key for it.
const HAS_PASSWORD = /:\/\/[^/?#]*:[^/?#]*@|\b(ssl)?password\s*=/i;
/** Warns of secrets on the command line, which every user of the machine could read. */ function secretWarnings(flags) {
    return Object.entries(table/* TABLE */.Bt).filter(([name, spec])=>{
        const text = flags.values.get(name)?.join('\n') ?? '';
        return spec.type === 'secret' && text !== '' && (name !== 'database-url' || HAS_PASSWORD.test(text));
    }).map(([name])=>`--${name} on the command line shows a secret to everyone who can list processes, and to your shell's history. Set ${envName(name)} instead.`);
}
function readSwitch(flags, name, absent) {
    const text = flags.values.get(name)?.[0];
    if (text === undefined) return absent;
    if (text !== 'true' && text !== 'false') {
        throw new errors/* UserError */.yo(`Option --${name} is ${JSON.stringify(text)}; allowed: true, false.`);
    }
    return text === 'true';
}
/** A URL that lacks its flag is not repeated: it may hold a password that nothing masks yet. */ const mentionable = (text)=>/:\/\/|=/.test(text) ? '...' : text;
function readOperands(command, operands) {
    const wanted = COMMANDS[command].operands;
    if (operands.length > wanted.length) {
        throw new errors/* UserError */.yo(`Unexpected argument ${JSON.stringify(mentionable(operands[wanted.length] ?? ''))}: ${command} takes ${wanted.length === 0 ? 'options only' : `one <${wanted.join('> <')}>`}.`);
    }
    if (operands.length < wanted.length) throw new errors/* UserError */.yo(`${command} needs <${wanted.join('> <')}>: see pgkeep list.`);
    return [
        ...operands
    ];
}
/**
 * Reads a command line, without the program's own name.
 * @throws UserError that names what is wrong and what is allowed.
 */ function parseCommandLine(args, env) {
    const [first, ...rest] = args;
    if (first === undefined || asksForHelp(first)) return {
        command: 'help',
        about: undefined
    };
    if (first === '--version') return {
        command: 'version'
    };
    if (first === 'help') return {
        command: 'help',
        about: isCommand(rest[0]) ? rest[0] : undefined
    };
    if (!isCommand(first)) {
        const candidates = first.startsWith('-') ? [
            '--help',
            '--version',
            ...COMMAND_NAMES
        ] : COMMAND_NAMES;
        throw (0,unknown/* unknownName */.U)('command', mentionable(first), candidates);
    }
    const flags = readFlags(first, rest);
    if (readSwitch(flags, 'help', false)) return {
        command: 'help',
        about: first
    };
    checkEnvironment(env);
    const operands = readOperands(first, flags.operands);
    const source = sourceOf(flags, env);
    const terminal = {
        color: readSwitch(flags, 'color', true),
        quiet: readSwitch(flags, 'quiet', false),
        warnings: secretWarnings(flags)
    };
    if (first === 'backup') return {
        ...terminal,
        command: first,
        inputs: (0,read/* readInputs */.K)(first, source)
    };
    const json = readSwitch(flags, 'json', false);
    if (first === 'list') return {
        ...terminal,
        command: first,
        inputs: (0,read/* readInputs */.K)(first, source),
        json
    };
    return {
        ...terminal,
        command: first,
        inputs: (0,read/* readInputs */.K)(first, source),
        json,
        id: operands[0] ?? ''
    };
}
/** The inputs of a command that must never be shown, for the mask; only those that were given. */ function secretsOf(command, inputs) {
    const secret = (0,table/* inputsOf */.Vc)(command).filter(([, spec])=>spec.type === 'secret');
    const values = new Map(Object.entries(inputs));
    return secret.map(([name])=>values.get((0,inputs_values/* camelCase */.x)(name))).filter((value)=>typeof value === 'string');
}
/**
 * Takes the arguments out of the process list. The kernel shows the memory that the arguments lie in; setting the
 * title overwrites it to its end, with the title and zeros.
 */ function hideArguments(command) {
    process.title = `pgkeep ${command}`;
}

// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __nccwpck_require__(8161);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __nccwpck_require__(6760);
// EXTERNAL MODULE: ./lib/backup/result.js
var backup_result = __nccwpck_require__(3997);
// EXTERNAL MODULE: ./lib/backup/run.js + 64 modules
var run = __nccwpck_require__(2486);
// EXTERNAL MODULE: ./lib/postgres/programs/index.js + 21 modules
var programs = __nccwpck_require__(6739);
;// CONCATENATED MODULE: ./lib/cli/commands/backup.js






/** Where programs that had to be unpacked are kept: the runner's tool cache, or a folder of the user's own. */ function cacheFolder(env) {
    return env['RUNNER_TOOL_CACHE'] ?? (0,external_node_path_.join)(env['XDG_CACHE_HOME'] ?? (0,external_node_path_.join)((0,external_node_os_.homedir)(), '.cache'), 'pgkeep', 'tools');
}
/** `pgkeep backup`. Prints the manifest's URL of each copy. @throws when anything went wrong. */ async function backupCommand(inputs, context) {
    const { env, reporter, signal } = context;
    const result = await (0,run/* runBackup */.Q)({
        inputs,
        env,
        tempDir: env['RUNNER_TEMP'] ?? (0,external_node_os_.tmpdir)(),
        cache: (0,programs/* folderCache */.Pv)(()=>cacheFolder(env)),
        // On someone's own machine nothing is installed system-wide.
        method: 'rootless',
        version: version/* VERSION */.x,
        run: {},
        reporter,
        signal
    });
    for (const { locations } of result.results)for (const location of locations)context.print(`${location}\n`);
    const reasons = (0,backup_result/* redReasons */.Z)(result);
    if (reasons.length > 0) throw new AggregateError(reasons);
}

// EXTERNAL MODULE: ./lib/backup/catalogue.js + 1 modules
var catalogue = __nccwpck_require__(1667);
// EXTERNAL MODULE: ./lib/backup/manifest.js
var backup_manifest = __nccwpck_require__(8841);
// EXTERNAL MODULE: ./lib/base/units.js
var units = __nccwpck_require__(8714);
// EXTERNAL MODULE: ./lib/inputs/name.js
var inputs_name = __nccwpck_require__(902);
// EXTERNAL MODULE: ./lib/storage/registry.js + 3 modules
var registry = __nccwpck_require__(25);
// EXTERNAL MODULE: ./lib/base/text.js
var base_text = __nccwpck_require__(8566);
;// CONCATENATED MODULE: ./lib/cli/table.js

const GAP = '  ';
const NARROWEST = 8;
function padded(text, width, align) {
    const space = ' '.repeat(Math.max(width - (0,base_text/* columnsOf */.PL)(text), 0));
    return align === 'right' ? space + text : text + space;
}
/** Takes what is too much from the widest columns that may shrink, one column of text at a time. */ function fit(widths, columns, available) {
    const fitted = [
        ...widths
    ];
    let excess = fitted.reduce((sum, width)=>sum + width, 0) + GAP.length * (fitted.length - 1) - available;
    while(excess > 0){
        const widest = Math.max(...fitted.filter((_, index)=>columns[index]?.shrinks === true), 0);
        if (widest <= NARROWEST) break;
        fitted[fitted.findIndex((width, index)=>columns[index]?.shrinks === true && width === widest)] = widest - 1;
        excess -= 1;
    }
    return fitted;
}
/**
 * Text columns under their titles. Cells may hold anything: control characters are made visible.
 * @param width the terminal's; without it nothing is cut.
 */ function renderTable(columns, rows, width) {
    const cells = [
        columns.map(({ title })=>title),
        ...rows.map((row)=>row.map(base_text/* printableLine */.oy))
    ];
    const natural = columns.map((_, index)=>Math.max(...cells.map((row)=>(0,base_text/* columnsOf */.PL)(row[index] ?? ''))));
    const widths = width === undefined ? natural : fit(natural, columns, width);
    return cells.map((row)=>columns.map(({ align }, index)=>padded((0,base_text/* cutTo */.yd)(row[index] ?? '', widths[index] ?? 0), widths[index] ?? 0, align)).join(GAP).trimEnd()).map((line)=>`${line}\n`).join('');
}

;// CONCATENATED MODULE: ./lib/cli/commands/list.js







const COLUMNS = [
    {
        title: 'ID'
    },
    {
        title: 'DATABASE',
        shrinks: true
    },
    {
        title: 'LABEL',
        shrinks: true
    },
    {
        title: 'SNAPSHOT (UTC)'
    },
    {
        title: 'SIZE',
        align: 'right'
    },
    {
        title: 'ROWS',
        align: 'right'
    },
    {
        title: 'ENCRYPTED'
    }
];
function row(manifest) {
    return [
        manifest.id,
        manifest.database,
        manifest.label ?? '',
        manifest.snapshotAt.slice(0, 19).replace('T', ' '),
        (0,units/* formatBytes */.z3)((0,backup_manifest/* totalBytes */.ob)(manifest)),
        manifest.totals === null ? '-' : (0,units/* formatCount */.B4)(manifest.totals.rows),
        (0,backup_manifest/* isEncrypted */.ph)(manifest) ? 'age' : 'no'
    ];
}
/** `pgkeep list`: the backups of one family, oldest first. Several stores are listed one after the other. */ async function listCommand(inputs, json, context) {
    const found = [];
    let unreadable = 0;
    for (const url of inputs.storage){
        const store = await (0,registry/* openStore */.C)(url, context);
        const name = await (0,catalogue/* chooseFamily */.AP)(store, inputs.name === undefined ? undefined : (0,inputs_name/* familyName */.ar)(inputs.name));
        const listing = await (0,catalogue/* listBackups */.Cw)(store, name, inputs.label);
        for (const { id, reason } of listing.unreadable)context.reporter.warn(`${name}/${id} in ${url}: ${reason}`);
        unreadable += listing.unreadable.length;
        found.push(...listing.backups.map((backup)=>({
                ...backup,
                storage: url
            })));
        if (!json) context.print(tableOf(store.url, name, listing.backups, inputs, context));
    }
    if (json) context.print(`${JSON.stringify(found, null, 2)}\n`);
    if (unreadable > 0) throw new errors/* UserError */.yo(`${unreadable} of the manifests could not be read; see the warnings.`);
}
function tableOf(url, name, backups, inputs, context) {
    if (backups.length === 0) {
        const labelled = inputs.label === undefined ? '' : ` with label "${inputs.label}"`;
        context.reporter.info(`There are no backups named "${name}"${labelled} in ${url}.`);
        return '';
    }
    const title = inputs.storage.length > 1 ? `${url} ${name}\n` : '';
    return title + renderTable(COLUMNS, backups.map(row), context.width);
}

;// CONCATENATED MODULE: ./lib/cli/commands/show.js








/** `pgkeep show <id>`: all that the manifest of one backup says, from the first store that has it. */ async function showCommand(id, inputs, json, context) {
    for (const url of inputs.storage){
        const store = await (0,registry/* openStore */.C)(url, context);
        const name = await (0,catalogue/* chooseFamily */.AP)(store, inputs.name === undefined ? undefined : (0,inputs_name/* familyName */.ar)(inputs.name));
        const manifest = await (0,catalogue/* readBackup */.fe)(store, name, id);
        if (manifest === undefined) continue;
        const where = store.locate(`${name}/${id}`);
        context.print(json ? `${JSON.stringify(manifest, null, 2)}\n` : describe(manifest, where));
        return;
    }
    throw new errors/* UserError */.yo(`There is no backup "${id}" in ${inputs.storage.join(', ')}. \`pgkeep list\` shows those there are.`);
}
function describe(manifest, where) {
    const { server, tools, source, totals } = manifest;
    const facts = [
        [
            'Backup',
            manifest.id
        ],
        [
            'Name',
            manifest.name
        ],
        [
            'Label',
            manifest.label
        ],
        [
            'Database',
            manifest.database
        ],
        [
            'Snapshot',
            manifest.snapshotAt
        ],
        [
            'Finished',
            manifest.finishedAt
        ],
        [
            'Server',
            `PostgreSQL ${server.version}, ${server.encoding}, ${server.collate}`
        ],
        [
            'Made by',
            `pgkeep ${tools.pgkeep}, pg_dump ${tools.pg_dump}${tools.sameMajor ? '' : " (not the server's own major)"}`
        ],
        [
            'Run',
            source.runUrl
        ],
        [
            'By',
            source.actor
        ],
        [
            'On the server',
            manifest.databaseBytes === null ? null : (0,units/* formatBytes */.z3)(manifest.databaseBytes)
        ],
        [
            'Stored',
            (0,units/* formatBytes */.z3)((0,backup_manifest/* totalBytes */.ob)(manifest))
        ],
        [
            'Rows',
            totals === null ? 'not measured' : `${(0,units/* formatCount */.B4)(totals.rows)} in ${(0,units/* plural */.LS)(totals.tables, 'table')}`
        ],
        [
            'Options',
            Object.entries(manifest.options).map(([key, value])=>`${key}=${String(value)}`).join(' ')
        ],
        [
            'Where',
            where
        ]
    ];
    const lines = facts.filter(([, value])=>value !== null && value !== undefined && value !== '').map(([title, value])=>`${title.padEnd(14)}${(0,base_text/* printableLine */.oy)(value ?? '')}\n`);
    const warnings = manifest.warnings.map((warning)=>`Warning       ${(0,base_text/* printableLine */.oy)(warning)}\n`);
    const parts = renderTable([
        {
            title: 'FILE'
        },
        {
            title: 'BYTES',
            align: 'right'
        },
        {
            title: 'SHA-256'
        },
        {
            title: 'PROVED BY'
        }
    ], manifest.parts.map((part)=>[
            part.file,
            String(part.bytes),
            part.sha256,
            part.readBack
        ]));
    return `${lines.join('')}${warnings.join('')}\n${parts}`;
}

;// CONCATENATED MODULE: ./lib/inputs/spec.js
/** The actions and commands that take inputs. */ /** The headings that the help and the README sort inputs under, in this order. */ const GROUPS = [
    'Database',
    'Storage',
    'What is dumped',
    'How it is stored',
    'How it runs'
];

;// CONCATENATED MODULE: ./lib/cli/help.js





const INDENT = 2;
const NARROW = 80;
/** `left` in a column of its own, the text wrapped beside it; below it where the terminal is narrow. */ function entries(list, width) {
    const column = Math.max(...list.map(({ left })=>left.length)) + 2 * INDENT;
    const beside = width >= NARROW;
    return list.flatMap(({ left, text })=>{
        const indent = beside ? column : 3 * INDENT;
        const lines = (0,base_text/* wrap */.LV)(text, Math.max(width - indent, 20)).map((line)=>' '.repeat(indent) + line);
        const head = ' '.repeat(INDENT) + left;
        const [first = ''] = lines;
        return beside ? [
            head.padEnd(column) + first.trimStart(),
            ...lines.slice(1)
        ] : [
            head,
            ...lines
        ];
    });
}
function inputEntry(name, spec, command) {
    const value = spec.type === 'choice' ? spec.values.join('|') : spec.placeholder ?? 'VALUE';
    const standard = (0,table/* defaultOf */.HA)(spec, command) ?? spec.defaultText;
    const notes = [
        ...spec.required === true ? [
            'required'
        ] : [],
        ...standard === undefined ? [] : [
            `default: ${standard}`
        ],
        ...spec.type === 'list' ? [
            'repeatable'
        ] : [],
        `env: ${envName(name)}${name === 'database-url' ? ' or DATABASE_URL' : ''}`
    ];
    const onByDefault = isSwitch(spec) && standard === 'true';
    return {
        left: isSwitch(spec) ? `--${onByDefault ? '[no-]' : ''}${name}` : `--${name}=${value}`,
        text: `${(0,table/* describe */.q0)(spec, command).replaceAll('`', '').replaceAll(', one a line', '').replaceAll(', one URL a line', '')} (${notes.join('; ')})`
    };
}
function commandHelp(command, width) {
    const { summary, operands } = COMMANDS[command];
    const inputs = (0,table/* inputsOf */.Vc)(command);
    const groups = GROUPS.map((group)=>({
            group,
            own: inputs.filter(([, spec])=>spec.group === group)
        }));
    return [
        `Usage: pgkeep ${[
            command,
            ...operands.map((operand)=>`<${operand}>`)
        ].join(' ')} [options]`,
        '',
        `${summary}.`,
        ...groups.filter(({ own })=>own.length > 0).flatMap(({ group, own })=>[
                '',
                `${group}:`,
                ...entries(own.map(([name, spec])=>inputEntry(name, spec, command)), width)
            ]),
        '',
        'Terminal:',
        ...entries(cliFlagsOf(command).map(([name, { description, short }])=>({
                left: `${short === undefined ? '' : `-${short}, `}--${name === 'color' ? '[no-]' : ''}${name}`,
                text: description
            })), width)
    ];
}
function overview(width) {
    return [
        `pgkeep ${version/* VERSION */.x}: PostgreSQL backups that are complete, checked and restorable with stock tools`,
        '',
        'Usage: pgkeep <command> [options]',
        '',
        'Commands:',
        ...entries(COMMAND_NAMES.map((name)=>({
                left: [
                    name,
                    ...COMMANDS[name].operands.map((operand)=>`<${operand}>`)
                ].join(' '),
                text: COMMANDS[name].summary
            })), width),
        '',
        'Options:',
        ...entries([
            {
                left: '-h, --help',
                text: 'Print this help, or that of a command: pgkeep backup --help'
            },
            {
                left: '--version',
                text: 'Print the version'
            }
        ], width),
        '',
        ...(0,base_text/* wrap */.LV)('Every option can also be set in the environment, --lock-timeout as PGKEEP_LOCK_TIMEOUT, which is the place for secrets; the option wins.', width)
    ];
}
/**
 * The help for a command, or of all of them.
 * @param columns the terminal's width; text is never wider than 100, which is as much as one can read.
 */ function helpText(command, columns = NARROW) {
    const width = Math.min(Math.max(columns, 60), 100);
    return `${(command === undefined ? overview(width) : commandHelp(command, width)).join('\n')}\n`;
}

// EXTERNAL MODULE: ./lib/base/mask.js
var mask = __nccwpck_require__(1297);
// EXTERNAL MODULE: ./lib/base/meter.js
var meter = __nccwpck_require__(1484);
;// CONCATENATED MODULE: ./lib/cli/reporter.js



const REDRAW_MS = 100;
const BAR_COLUMNS = 24;
const CLEAR_LINE = '\r\u001b[2K';
const STYLES = {
    bold: 1,
    dim: 2,
    red: 31,
    yellow: 33
};
/**
 * Reports to people at a terminal, on standard error, so that standard output holds results alone.
 * Progress is a bar that is drawn over and over on a terminal, and a line every 15 seconds elsewhere.
 */ class TerminalReporter {
    options;
    secrets = new mask/* Mask */.n();
    meter = new meter/* Meter */.kI();
    log = new meter/* ProgressLog */.qw();
    colors;
    interactive;
    lastDrawn = -Infinity;
    barShown = false;
    constructor(options){
        this.options = options;
        const { terminal, env } = options;
        const capable = terminal.isTTY === true && env['TERM'] !== 'dumb';
        this.interactive = capable;
        // no-color.org: present and not empty.
        this.colors = capable && options.color !== false && (env['NO_COLOR'] ?? '') === '';
    }
    info(message) {
        if (this.options.quiet !== true) this.line(this.safe(message));
    }
    warn(message) {
        this.line(`${this.styled('warning:', 'yellow')} ${this.safe(message)}`);
    }
    error(message) {
        this.line(`${this.styled('error:', 'red')} ${this.safe(message)}`);
    }
    output(program, line) {
        if (this.options.quiet !== true) this.line(this.styled(`${program}: ${this.safeLine(line)}`, 'dim'));
    }
    async group(title, work) {
        if (this.options.quiet !== true) this.line(this.styled(this.safeLine(title), 'bold'));
        try {
            return await work();
        } finally{
            this.clear();
        }
    }
    progress(update) {
        if (this.options.quiet === true) return;
        const now = this.options.now();
        if (!this.interactive) {
            const line = this.log.line(update, now);
            if (line !== undefined) this.line(this.safeLine(line));
            return;
        }
        const { started, reading } = this.meter.update(update, now);
        if (!started && now - this.lastDrawn < REDRAW_MS) return;
        this.lastDrawn = now;
        this.draw(reading);
    }
    mask(secret) {
        this.secrets.add(secret);
    }
    /** Takes the bar away; whoever writes to standard output or ends the program calls this first. */ clear() {
        if (this.barShown) this.options.terminal.write(CLEAR_LINE);
        this.barShown = false;
    }
    // Masked first: a secret with a control character in it would no longer be found afterwards.
    safe(text) {
        return (0,base_text/* printable */.g$)(this.secrets.apply(text));
    }
    safeLine(text) {
        return (0,base_text/* printableLine */.oy)(this.secrets.apply(text));
    }
    line(text) {
        this.clear();
        this.options.terminal.write(`${text}\n`);
    }
    draw(reading) {
        const { share } = reading;
        const filled = share === undefined ? 0 : Math.round(share * BAR_COLUMNS);
        const bar = share === undefined ? '' : ` [${'#'.repeat(filled)}${'.'.repeat(BAR_COLUMNS - filled)}]`;
        const text = this.safeLine(`${reading.label}${bar} ${(0,meter/* describeReading */.YB)(reading)}`);
        // One column stays free: many terminals wrap as soon as the last one is written to.
        this.options.terminal.write(CLEAR_LINE + (0,base_text/* cutTo */.yd)(text, (this.options.terminal.columns ?? 80) - 1));
        this.barShown = true;
    }
    styled(text, style) {
        return this.colors ? `\u001b[${STYLES[style]}m${text}\u001b[0m` : text;
    }
}

;// CONCATENATED MODULE: ./lib/cli/main.js









const SECRET_VARIABLES = [
    'PGKEEP_DATABASE_URL',
    'PGKEEP_PASSPHRASE',
    'DATABASE_URL'
];
/** Runs the command line of this process and ends it: exit code 0, or 1 for any failure. */ async function runCli() {
    let reporter = terminalReporter();
    // Whoever reads our output may have seen enough: `pgkeep list | head`.
    process.stdout.on('error', ()=>undefined);
    const outcome = await (0,stop/* runStoppable */.ij)(async (signal)=>{
        const invocation = parseCommandLine(process.argv.slice(2), process.env);
        // Every program that we start would inherit them.
        for (const name of SECRET_VARIABLES)Reflect.deleteProperty(process.env, name);
        reporter = terminalReporter(invocation);
        const context = {
            env: process.env,
            reporter,
            signal,
            width: process.stdout.isTTY ? process.stdout.columns : undefined,
            print: (text)=>{
                reporter.clear();
                process.stdout.write(text);
            }
        };
        await dispatch(invocation, context);
    });
    reporter.clear();
    if (!outcome.ok) {
        for (const { message, details } of (0,failure/* failuresOf */.d)(outcome.error)){
            reporter.error(message);
            for (const detail of details)reporter.info(detail);
        }
    }
    return (0,stop/* exitFlushed */.Uv)(outcome.ok ? 0 : 1);
}
function terminalReporter(invocation) {
    return new TerminalReporter({
        terminal: process.stderr,
        env: process.env,
        now: ()=>performance.now(),
        ...invocation !== undefined && 'color' in invocation ? {
            color: invocation.color,
            quiet: invocation.quiet
        } : {}
    });
}
async function dispatch(invocation, context) {
    switch(invocation.command){
        case 'help':
            context.print(helpText(invocation.about, context.width));
            return;
        case 'version':
            context.print(`pgkeep ${version/* VERSION */.x}\n`);
            return;
        case 'backup':
        case 'list':
        case 'show':
            break;
    }
    const { reporter } = context;
    if (invocation.warnings.length > 0) hideArguments(invocation.command);
    for (const secret of secretsOf(invocation.command, invocation.inputs))reporter.mask(secret);
    for (const warning of invocation.warnings)reporter.warn(warning);
    if (invocation.command === 'list') return listCommand(invocation.inputs, invocation.json, context);
    if (invocation.command === 'show') {
        return showCommand(invocation.id, invocation.inputs, invocation.json, context);
    }
    reporter.info(`pgkeep ${version/* VERSION */.x}`);
    return backupCommand(invocation.inputs, context);
}

// EXTERNAL MODULE: ./lib/base/reporter.js
var reporter = __nccwpck_require__(7872);
;// CONCATENATED MODULE: ./lib/index.js
// Everything in one bundle; what each entry does not need is loaded only when it is used.
/** The actions by name: `dist/<name>.js` runs one of them. */ const actions = {
    backup: async ()=>(await Promise.all(/* import() */[__nccwpck_require__.e(421), __nccwpck_require__.e(446)]).then(__nccwpck_require__.bind(__nccwpck_require__, 7446))).backupAction()
};

// For the demo and the bench, which run what users run.




var __webpack_exports__actions = __webpack_exports__.o1;
var __webpack_exports__cacheFolder = __webpack_exports__.nF;
var __webpack_exports__findAnyPrograms = __webpack_exports__.Ru;
var __webpack_exports__findPrograms = __webpack_exports__.z0;
var __webpack_exports__folderCache = __webpack_exports__.Pv;
var __webpack_exports__installTools = __webpack_exports__.HG;
var __webpack_exports__runCli = __webpack_exports__.ak;
var __webpack_exports__silentReporter = __webpack_exports__.P$;
export { __webpack_exports__actions as actions, __webpack_exports__cacheFolder as cacheFolder, __webpack_exports__findAnyPrograms as findAnyPrograms, __webpack_exports__findPrograms as findPrograms, __webpack_exports__folderCache as folderCache, __webpack_exports__installTools as installTools, __webpack_exports__runCli as runCli, __webpack_exports__silentReporter as silentReporter };
