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

/***/ 481:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:readline");

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

/***/ 8676:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   P: () => (/* binding */ allOrStop)
/* harmony export */ });
/* harmony import */ var _base_errors_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7594);
/* harmony import */ var _contents_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(9110);


/** A cancellation that we caused ourselves says nothing about the reason, an archive that ends too early little. */ function weight(error) {
    return error instanceof _base_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .CancelledError */ .cc ? 0 : error instanceof _contents_js__WEBPACK_IMPORTED_MODULE_1__/* .ContentsError */ .fQ ? 1 : 2;
}
/** Waits for all; when one fails the others are stopped first, and the first failure is the one that counts. */ async function allOrStop(stop, work) {
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
    return await Promise.all(work);
}


/***/ }),

/***/ 8427:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   AP: () => (/* binding */ chooseFamily),
/* harmony export */   Cw: () => (/* binding */ listBackups),
/* harmony export */   P3: () => (/* binding */ listFamilies),
/* harmony export */   RO: () => (/* binding */ newestBackup),
/* harmony export */   fe: () => (/* binding */ readBackup)
/* harmony export */ });
/* harmony import */ var _base_errors_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7594);
/* harmony import */ var _inputs_name_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(902);
/* harmony import */ var _storage_errors_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(5822);
/* harmony import */ var _storage_read_many_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(7517);
/* harmony import */ var _id_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(6481);
/* harmony import */ var _layout_js__WEBPACK_IMPORTED_MODULE_6__ = __nccwpck_require__(802);
/* harmony import */ var _manifest_js__WEBPACK_IMPORTED_MODULE_5__ = __nccwpck_require__(8841);







/** How many requests are under way at once: far below what any store limits, and enough to hide its latency. */ const CONCURRENCY = 32;
/**
 * The families in a store, sorted: the folders of its prefix whose name can be a family's and that hold a folder named
 * like a backup. A bucket may hold other things (`logs/`, what a probe left), which must not be mistaken for one.
 */ async function listFamilies(store) {
    const candidates = (await store.folders('')).filter(_inputs_name_js__WEBPACK_IMPORTED_MODULE_1__/* .isFamilyName */ ._B).sort();
    const families = [];
    for(let at = 0; at < candidates.length; at += CONCURRENCY){
        const some = candidates.slice(at, at + CONCURRENCY);
        const holds = await Promise.all(some.map(async (name)=>(await store.folders(`${name}/`)).some(_id_js__WEBPACK_IMPORTED_MODULE_4__/* .isId */ .eQ)));
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
    if (families.length === 0) throw new _base_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .UserError */ .yo(`There are no backups in ${store.url}. Check the bucket and the prefix.`);
    throw new _base_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .UserError */ .yo(`${store.url} holds backups of ${families.length} names. Say which with name: ${families.join(', ')}.`);
}
/** @throws ManifestError when it cannot be read, or is that of another backup: its files are not the ones beside it. */ function decodeAt(bytes, store, name, id) {
    const where = store.locate((0,_layout_js__WEBPACK_IMPORTED_MODULE_6__/* .backupKey */ .eT)(name, id, _layout_js__WEBPACK_IMPORTED_MODULE_6__/* .MANIFEST */ .e0));
    const manifest = (0,_manifest_js__WEBPACK_IMPORTED_MODULE_5__/* .decodeManifest */ .MK)(bytes, where);
    if (manifest.id !== id || manifest.name !== name) throw new _manifest_js__WEBPACK_IMPORTED_MODULE_5__/* .ManifestError */ .Sh(`${where} is the manifest of another backup, ${manifest.name}/${manifest.id}: it was copied or altered.`);
    return manifest;
}
/** Reads all manifests of a family. With `label`, only backups that carry it. */ async function listBackups(store, name, label) {
    const keys = [];
    for await (const { key } of store.list(`${name}/`)){
        const [, id, file, rest] = key.split('/');
        if (file === _layout_js__WEBPACK_IMPORTED_MODULE_6__/* .MANIFEST */ .e0 && rest === undefined && id !== undefined && (0,_id_js__WEBPACK_IMPORTED_MODULE_4__/* .isId */ .eQ)(id)) keys.push(key);
    }
    const listing = {
        backups: [],
        unreadable: []
    };
    for (const { key, bytes, error } of (await (0,_storage_read_many_js__WEBPACK_IMPORTED_MODULE_3__/* .readMany */ .c)(store, keys, CONCURRENCY))){
        const id = key.split('/')[1] ?? key;
        try {
            if (error !== undefined) throw error;
            listing.backups.push(decodeAt(bytes, store, name, id));
        } catch (reason) {
            if (!(reason instanceof _manifest_js__WEBPACK_IMPORTED_MODULE_5__/* .ManifestError */ .Sh) && !(0,_storage_errors_js__WEBPACK_IMPORTED_MODULE_2__/* .isNotFound */ .c4)(reason)) throw reason;
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
 * @param onUnreadable gets each manifest that would have been looked at and cannot be decoded, and why.
 */ async function newestBackup(store, name, onUnreadable = ()=>undefined) {
    const ids = (await store.folders(`${name}/`)).filter(_id_js__WEBPACK_IMPORTED_MODULE_4__/* .isId */ .eQ).sort().reverse();
    let newest;
    for (const id of ids){
        // What follows the time in an id is random: of several that began in one second the snapshots decide.
        if (newest !== undefined && (0,_id_js__WEBPACK_IMPORTED_MODULE_4__/* .idTime */ .jJ)(id) < (0,_id_js__WEBPACK_IMPORTED_MODULE_4__/* .idTime */ .jJ)(newest.id)) break;
        try {
            const manifest = decodeAt(await (0,_storage_read_many_js__WEBPACK_IMPORTED_MODULE_3__/* .readObject */ .A)(store, (0,_layout_js__WEBPACK_IMPORTED_MODULE_6__/* .backupKey */ .eT)(name, id, _layout_js__WEBPACK_IMPORTED_MODULE_6__/* .MANIFEST */ .e0)), store, name, id);
            if (newest === undefined || manifest.snapshotAt > newest.snapshotAt) newest = manifest;
        } catch (error) {
            // A folder without a manifest is what a killed run left, or a run that is still at work: not a backup.
            // One that cannot be decoded says nothing; the one before it may.
            if (error instanceof _manifest_js__WEBPACK_IMPORTED_MODULE_5__/* .ManifestError */ .Sh) onUnreadable(id, error.message);
            else if (!(0,_storage_errors_js__WEBPACK_IMPORTED_MODULE_2__/* .isNotFound */ .c4)(error)) throw error;
        }
    }
    return newest;
}
/** One backup by its id; undefined where there is none. @throws ManifestError when its manifest cannot be read. */ async function readBackup(store, name, id) {
    if (!(0,_id_js__WEBPACK_IMPORTED_MODULE_4__/* .isId */ .eQ)(id)) {
        throw new _base_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .UserError */ .yo(`"${id}" is not the id of a backup. Ids look like 20261120T020000Z-k3fd; \`pgkeep list\` shows them.`);
    }
    try {
        return decodeAt(await (0,_storage_read_many_js__WEBPACK_IMPORTED_MODULE_3__/* .readObject */ .A)(store, (0,_layout_js__WEBPACK_IMPORTED_MODULE_6__/* .backupKey */ .eT)(name, id, _layout_js__WEBPACK_IMPORTED_MODULE_6__/* .MANIFEST */ .e0)), store, name, id);
    } catch (error) {
        if ((0,_storage_errors_js__WEBPACK_IMPORTED_MODULE_2__/* .isNotFound */ .c4)(error)) return undefined;
        throw error;
    }
}


/***/ }),

/***/ 4979:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  S: () => (/* binding */ chooseBackup)
});

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __nccwpck_require__(7598);
// EXTERNAL MODULE: ./lib/base/errors.js
var errors = __nccwpck_require__(7594);
// EXTERNAL MODULE: ./lib/backup/id.js
var backup_id = __nccwpck_require__(6481);
// EXTERNAL MODULE: ./lib/backup/catalogue.js
var catalogue = __nccwpck_require__(8427);
// EXTERNAL MODULE: ./lib/base/units.js
var units = __nccwpck_require__(8714);
;// CONCATENATED MODULE: ./lib/backup/none-chosen.js




const SHOW_ALL = '`pgkeep list` shows all.';
/** Why none of the backups in these stores is the one that is wanted, with what there is instead. */ async function whyNothing(stores, wanted) {
    const where = stores.map(({ url })=>url).join(', ');
    const found = new Map();
    let unreadable = 0;
    for (const store of stores){
        const listing = await (0,catalogue/* listBackups */.Cw)(store, wanted.name);
        for (const manifest of listing.backups)found.set(manifest.id, manifest);
        unreadable += listing.unreadable.length;
    }
    const family = [
        ...found.values()
    ].sort((a, b)=>a.snapshotAt.localeCompare(b.snapshotAt));
    if (family.length > 0) return new errors/* UserError */.yo(whyNone(family, wanted, where));
    if (unreadable > 0) return new errors/* UserError */.yo(`No backup named "${wanted.name}" in ${where} can be read: ${(0,units/* plural */.LS)(unreadable, 'manifest')} ${unreadable === 1 ? 'is' : 'are'} damaged, or of a newer pgkeep.`);
    const families = (await Promise.all(stores.map(catalogue/* listFamilies */.P3))).flat();
    const others = [
        ...new Set(families)
    ].filter((name)=>name !== wanted.name).sort();
    return new errors/* UserError */.yo(`There are no backups named "${wanted.name}" in ${where}. ${others.length === 0 ? 'Check the storage URL.' : `There are backups of ${others.join(', ')}: set name.`}`);
}
/** @param family every backup of the family, at least one, oldest first */ function whyNone(family, { name, label, selector, now }, where) {
    if (selector.kind === 'id') return `There is no backup "${selector.id}" named "${name}" in ${where}. Nearest in time: ${nearest(family, selector.id).join(', ')}; ${SHOW_ALL}`;
    const candidates = label === undefined ? family : family.filter((manifest)=>(manifest.label ?? undefined) === label);
    const [oldest, newest] = [
        candidates[0],
        candidates.at(-1)
    ];
    if (oldest === undefined || newest === undefined) return whyNoLabel(family, name, label ?? '', where);
    const none = `No backup named "${name}"${label === undefined ? '' : ` with label "${label}"`} in ${where}`;
    switch(selector.kind){
        case 'before':
            return `${none} is of ${selector.text} or before. The oldest is of ${oldest.snapshotAt} (${oldest.id}).`;
        case 'random':
            return `${none} is that young. The newest is ${newest.id}, ${(0,units/* formatDuration */.a3)((now.getTime() - new Date(newest.snapshotAt).getTime()) / 1000)} old.`;
        case 'latest-verified':
            return `${none} has passed verification. Run \`pgkeep verify\`, or name one by its id; the newest is ${newest.id}.`;
        case 'latest':
            return `${none} could be chosen a moment ago; now ${newest.id} can. Run this again.`;
    }
}
function whyNoLabel(family, name, label, where) {
    const labels = [
        ...new Set(family.flatMap((manifest)=>manifest.label ?? []))
    ].sort();
    const there = labels.length === 0 ? 'None of them has a label.' : `Their labels are ${labels.join(', ')}.`;
    return `No backup named "${name}" in ${where} has the label "${label}". ${there}`;
}
/** The last backup before and the first after the time in an id. */ function nearest(family, id) {
    const ids = family.map((manifest)=>manifest.id).sort();
    const time = (0,backup_id/* idTime */.jJ)(id).getTime();
    const before = ids.filter((other)=>(0,backup_id/* idTime */.jJ)(other).getTime() <= time).at(-1);
    const after = ids.find((other)=>(0,backup_id/* idTime */.jJ)(other).getTime() > time);
    return [
        before,
        after
    ].filter((other)=>other !== undefined);
}

// EXTERNAL MODULE: ./lib/backup/verified.js
var backup_verified = __nccwpck_require__(8484);
;// CONCATENATED MODULE: ./lib/backup/choose.js






/**
 * The backup that is meant, and the first of the stores that offers it. A store that cannot be read is warned about;
 * the newest is the newest of all others, since one store may have missed the last backup. So are manifests that
 * cannot be read: what they describe cannot be chosen.
 * @throws UserError when there is none, or no store can be read.
 */ async function chooseBackup(stores, choice) {
    const offers = [];
    const failed = new Map();
    const unreadable = new Map();
    for (const store of stores){
        try {
            for (const manifest of (await candidates(store, choice, unreadable)))offers.push({
                store,
                manifest
            });
        } catch (error) {
            if (!(error instanceof errors/* UserError */.yo)) throw error;
            failed.set(store, error);
            if (stores.length > 1) choice.reporter.warn(`${store.url} cannot be read. ${error.message}`);
        }
    }
    const chosen = among(offers, choice);
    if (chosen !== undefined) {
        const others = stores.filter((store)=>store !== chosen.store);
        const passedOver = choice.selector.kind === 'latest' ? newerThan(chosen.manifest, unreadable) : [];
        return {
            ...chosen,
            others,
            ...passedOver.length === 0 ? {} : {
                passedOver
            }
        };
    }
    const [failure] = failed.values();
    // The one that was asked for may well be where it could not be looked for.
    if (failed.size === stores.length || failed.size > 0 && choice.selector.kind === 'id') throw failure;
    const readable = stores.filter((store)=>!failed.has(store));
    throw await whyNothing(readable, choice);
}
/** The backups of one store of which one may be meant; where there is nothing to choose, only that one. */ async function candidates(store, choice, unreadable) {
    const { name, label, selector, now } = choice;
    const warn = (id, reason)=>{
        const sentence = `${name}/${id} in ${store.url} cannot be chosen. ${reason}`;
        unreadable.set(id, sentence);
        choice.reporter.warn(sentence);
    };
    if (selector.kind === 'id') {
        const manifest = await (0,catalogue/* readBackup */.fe)(store, name, selector.id);
        return manifest === undefined ? [] : [
            manifest
        ];
    }
    if (selector.kind === 'latest' && label === undefined) {
        const newest = await (0,catalogue/* newestBackup */.RO)(store, name, warn);
        return newest === undefined ? [] : [
            newest
        ];
    }
    const { backups, unreadable: damaged } = await (0,catalogue/* listBackups */.Cw)(store, name, label);
    for (const { id, reason } of damaged)warn(id, reason);
    switch(selector.kind){
        case 'latest':
            return backups.slice(-1);
        case 'before':
            return backups.filter((manifest)=>snapshotTime(manifest) <= selector.time.getTime()).slice(-1);
        case 'random':
            return backups.filter((manifest)=>snapshotTime(manifest) >= now.getTime() - selector.withinMs);
        case 'latest-verified':
            return newestVerified(store, name, backups);
    }
}
/** Why newer backups were not chosen; another store may have had a sound copy of the one that was. */ function newerThan({ id: chosen }, unreadable) {
    return [
        ...unreadable
    ].filter(([id])=>id !== chosen && (0,backup_id/* idTime */.jJ)(id) >= (0,backup_id/* idTime */.jJ)(chosen)).map(([, why])=>why);
}
function snapshotTime({ snapshotAt }) {
    return new Date(snapshotAt).getTime();
}
/** The newest whose verdict, stored beside this very copy, is `passed`. */ async function newestVerified(store, name, backups) {
    for (const manifest of [
        ...backups
    ].reverse()){
        const verified = await (0,backup_verified/* readVerified */.xu)(store, name, manifest.id);
        if (verified?.verdict === 'passed') return [
            manifest
        ];
    }
    return [];
}
/** One of what the stores offer, from the first store that offers it. */ function among(offers, { selector, pick = external_node_crypto_.randomInt }) {
    const [first, ...rest] = offers;
    if (first === undefined) return undefined;
    if (selector.kind === 'random') {
        // Each backup once, in however many stores it is.
        const ids = [
            ...new Set(offers.map(({ manifest })=>manifest.id))
        ].sort();
        const id = ids[pick(ids.length)];
        return offers.find(({ manifest })=>manifest.id === id);
    }
    return rest.reduce((best, offer)=>snapshotTime(offer.manifest) > snapshotTime(best.manifest) ? offer : best, first);
}


/***/ }),

/***/ 9110:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   $c: () => (/* binding */ folderContents),
/* harmony export */   fQ: () => (/* binding */ ContentsError),
/* harmony export */   g7: () => (/* binding */ tapContents)
/* harmony export */ });
/* harmony import */ var _base_errors_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7594);
/* harmony import */ var _base_process_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(8208);
/* harmony import */ var _postgres_argv_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(6521);
/* harmony import */ var _postgres_toc_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(5649);




/**
 * No table of contents. Where pg_dump failed this is only what follows from it, and pg_dump's own error says more.
 */ class ContentsError extends _base_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .UserError */ .yo {
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
    const unpack = decompressor === undefined ? undefined : (0,_base_process_js__WEBPACK_IMPORTED_MODULE_1__/* .start */ .n)(decompressor.path, decompressor.args, {
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
    const list = (0,_base_process_js__WEBPACK_IMPORTED_MODULE_1__/* .start */ .n)(programs.path('pg_restore'), (0,_postgres_argv_js__WEBPACK_IMPORTED_MODULE_2__/* .listArgs */ .ym)(), {
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
    return readList((0,_base_process_js__WEBPACK_IMPORTED_MODULE_1__/* .start */ .n)(programs.path('pg_restore'), (0,_postgres_argv_js__WEBPACK_IMPORTED_MODULE_2__/* .listArgs */ .ym)(folder), {
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
    return (0,_postgres_toc_js__WEBPACK_IMPORTED_MODULE_3__/* .parseToc */ .AI)(Buffer.concat(chunks).toString('utf8'));
}


/***/ }),

/***/ 3581:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   a: () => (/* binding */ ChangedWhileDumpingError)
/* harmony export */ });
/**
 * A table was truncated, rewritten, altered or dropped between the snapshot and the moment it was read. Such changes
 * ignore snapshots, so the dump and the fingerprint no longer describe one point in time. A second try usually works.
 */ class ChangedWhileDumpingError extends Error {
    name = 'ChangedWhileDumpingError';
}


/***/ }),

/***/ 9397:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Y0: () => (/* binding */ tableFingerprints),
/* harmony export */   jr: () => (/* binding */ requireUnchanged),
/* harmony export */   zF: () => (/* binding */ countTables)
/* harmony export */ });
/* harmony import */ var _base_errors_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7594);
/* harmony import */ var _base_units_js__WEBPACK_IMPORTED_MODULE_5__ = __nccwpck_require__(8714);
/* harmony import */ var _changed_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(3581);
/* harmony import */ var _queries_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(7597);
/* harmony import */ var _savepoint_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(5328);
/* harmony import */ var _tables_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(7896);






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
    for (const batch of (0,_queries_js__WEBPACK_IMPORTED_MODULE_1__/* .batches */ .Xy)(tables)){
        const result = await countBatch(psql, batch, algorithm);
        if (result === 'locked') locked.push(...batch);
        else rows.push(...result);
    }
    while(locked.length > 0){
        if (!await patience.again()) {
            throw new _changed_js__WEBPACK_IMPORTED_MODULE_2__/* .ChangedWhileDumpingError */ .a(`${namesOf(locked)} stayed locked by another session, so its rows could not be counted.`);
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
        return await (0,_savepoint_js__WEBPACK_IMPORTED_MODULE_3__/* .inSavepoint */ .t)(psql, 'counting', async ()=>{
            const rows = await psql.rows((0,_queries_js__WEBPACK_IMPORTED_MODULE_1__/* .countQueries */ .aQ)(batch, algorithm));
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
        const state = (0,_tables_js__WEBPACK_IMPORTED_MODULE_4__/* .sqlState */ .cn)(error);
        if ((0,_tables_js__WEBPACK_IMPORTED_MODULE_4__/* .isLockTimeout */ .Td)(error) || state === CANCELED) return 'locked';
        if (state === UNDEFINED_TABLE || state === UNDEFINED_COLUMN || state === UNDEFINED_SCHEMA) {
            throw new _changed_js__WEBPACK_IMPORTED_MODULE_2__/* .ChangedWhileDumpingError */ .a(`A table was dropped or altered while it was dumped: ${error.message}`);
        }
        throw error;
    }
}
/** @throws ChangedWhileDumpingError when a table's rows are no longer where they were at the snapshot. */ function requireUnchanged(tables) {
    const changed = tables.filter((table)=>table.filenode !== table.currentFilenode);
    if (changed.length === 0) return;
    throw new _changed_js__WEBPACK_IMPORTED_MODULE_2__/* .ChangedWhileDumpingError */ .a(`${namesOf(changed)} was truncated, rewritten or dropped after the backup's snapshot.`);
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
        if (row === undefined) throw new _base_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .UserError */ .yo(`No row count came back for table ${titleOf(table)}.`);
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
            throw new _base_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .UserError */ .yo(`Table ${titleOf(own)} has more than ${(0,_base_units_js__WEBPACK_IMPORTED_MODULE_5__/* .formatCount */ .B4)(Number.MAX_SAFE_INTEGER)} rows.`);
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


/***/ }),

/***/ 9983:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   G: () => (/* binding */ hashLargeObjects),
/* harmony export */   i: () => (/* binding */ measureLargeObjects)
/* harmony export */ });
/* harmony import */ var _postgres_psql_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(59);
/* harmony import */ var _savepoint_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(5328);


/** What the archive holds of large objects: their number and, where an algorithm is given, a hash of their content. */ async function measureLargeObjects(psql, toc, algorithm) {
    const held = toc.some((entry)=>entry.text.startsWith('BLOB'));
    const count = held ? Number(await psql.value('SELECT count(*) FROM pg_catalog.pg_largeobject_metadata')) : 0;
    if (count === 0 || algorithm === undefined) return {
        largeObjects: count,
        notMeasured: []
    };
    const content = await hashLargeObjects(psql, algorithm);
    if (!('why' in content)) return {
        largeObjects: count,
        largeObjectContent: content,
        notMeasured: []
    };
    return {
        largeObjects: count,
        notMeasured: [
            {
                what: 'the content of large objects',
                why: content.why
            }
        ]
    };
}
/** Hashes all large objects. The session must be inside a transaction. @returns `why` where one cannot be read */ async function hashLargeObjects(psql, algorithm) {
    // `lo_get` reads with the snapshot of the statement, fills holes with zeros as pg_dump does, and refuses what is
    // larger than a value can be (1 GB).
    const [inner, outer] = algorithm === 'md5' ? [
        'md5(lo_get(oid))',
        (text)=>`md5(${text})`
    ] : [
        "encode(sha256(lo_get(oid)), 'hex')",
        (text)=>`encode(sha256(convert_to(${text}, 'UTF8')), 'hex')`
    ];
    const half = (start)=>`sum(('x' || substr(h, ${start}, 16))::bit(64)::bigint)::text`;
    try {
        const [sums] = await (0,_savepoint_js__WEBPACK_IMPORTED_MODULE_1__/* .inSavepoint */ .t)(psql, 'hashing', ()=>psql.rows(`SELECT ${half(1)} AS high, ${half(17)} AS low FROM (
           SELECT ${outer(`oid::text || ' ' || ${inner}`)} AS h FROM pg_largeobject_metadata OFFSET 0) s`));
        return {
            algorithm,
            high: sums?.high ?? '0',
            low: sums?.low ?? '0'
        };
    } catch (error) {
        if (!(error instanceof _postgres_psql_js__WEBPACK_IMPORTED_MODULE_0__/* .SqlError */ .L8)) throw error;
        return {
            why: error.message
        };
    }
}


/***/ }),

/***/ 5205:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Vr: () => (/* binding */ heldBy),
/* harmony export */   Yp: () => (/* binding */ dataTables),
/* harmony export */   fY: () => (/* binding */ missingFrom),
/* harmony export */   iw: () => (/* binding */ catalogObjects),
/* harmony export */   xb: () => (/* binding */ countKinds)
/* harmony export */ });
/* unused harmony export keyOf */
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
// Only what a faithful restore makes again is counted, so that the same numbers come out there:
// - an index that a failed CREATE INDEX CONCURRENTLY left invalid is not dumped (getIndexes in pg_dump.c);
// - a schema `public` or a plpgsql that was dropped and made again has an OID of its own, the restored one the system's;
// - what a foreign key or trigger of a partitioned table makes on its partitions depends on how they came to be one;
// - what is an inner part of another object (the casts of a range type, deptype i) is made with that one.
// Subscriptions and default privileges are left to the definitions: whether pg_dump writes them depends on the role and
// on its arguments (--no-subscriptions, --no-privileges).
const OBJECTS = `
WITH member AS (
  SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
), inner_part AS (
  SELECT classid, objid FROM pg_depend WHERE deptype = 'i' AND classid IN ('pg_proc'::regclass, 'pg_cast'::regclass)
), space AS (
  SELECT oid, nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
), rel AS (
  SELECT c.oid, c.relkind, c.relname, s.nspname FROM pg_class c JOIN space s ON s.oid = c.relnamespace
  WHERE c.oid >= 16384 AND c.relpersistence <> 't'
    AND NOT EXISTS (SELECT 1 FROM member m WHERE m.classid = 'pg_class'::regclass AND m.objid = c.oid)
), object AS (
  SELECT 'schema' AS kind, 'pg_namespace'::regclass AS catalog, s.oid, s.nspname AS name, NULL AS via FROM space s
  WHERE s.nspname <> 'public'
  UNION ALL
  SELECT CASE relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table'
      WHEN 'S' THEN 'sequence' ELSE 'table' END, 'pg_class'::regclass, oid, nspname || '.' || relname, NULL
  FROM rel WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
  UNION ALL
  SELECT 'index', 'pg_class'::regclass, i.indexrelid, c.relname, '2606/' || k.oid
  FROM pg_index i JOIN rel r ON r.oid = i.indrelid JOIN pg_class c ON c.oid = i.indexrelid
  LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x')
  WHERE r.relkind IN ('r', 'p', 'm') AND (i.indisvalid OR r.relkind = 'p') AND i.indisready
  UNION ALL
  SELECT CASE contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique constraint' WHEN 'f' THEN 'foreign key'
      WHEN 'c' THEN 'check constraint' ELSE 'exclusion constraint' END, 'pg_constraint'::regclass, c.oid, c.conname,
    CASE WHEN contype = 'c' THEN '1259/' || c.conrelid WHEN c.conparentid <> 0 THEN '2606/' || c.conparentid END
  FROM pg_constraint c JOIN rel r ON r.oid = c.conrelid WHERE contype IN ('p', 'u', 'c', 'x') OR (contype = 'f' AND conparentid = 0)
  UNION ALL
  SELECT 'domain constraint', 'pg_constraint'::regclass, c.oid, c.conname, '1247/' || c.contypid
  FROM pg_constraint c JOIN pg_type t ON t.oid = c.contypid JOIN space s ON s.oid = t.typnamespace WHERE c.contype = 'c'
  UNION ALL
  SELECT 'trigger', 'pg_trigger'::regclass, t.oid, t.tgname, NULL FROM pg_trigger t JOIN rel r ON r.oid = t.tgrelid
  WHERE NOT tgisinternal AND tgparentid = 0
  UNION ALL
  SELECT 'policy', 'pg_policy'::regclass, p.oid, p.polname, NULL FROM pg_policy p JOIN rel r ON r.oid = p.polrelid
  UNION ALL
  SELECT 'rule', 'pg_rewrite'::regclass, w.oid, w.rulename, NULL
  FROM pg_rewrite w JOIN rel r ON r.oid = w.ev_class WHERE w.rulename <> '_RETURN'
  UNION ALL
  SELECT 'function', 'pg_proc'::regclass, p.oid, s.nspname || '.' || p.proname, NULL
  FROM pg_proc p JOIN space s ON s.oid = p.pronamespace
  UNION ALL
  SELECT CASE typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' WHEN 'r' THEN 'range type' WHEN 'c' THEN 'composite type' ELSE 'base type' END,
    'pg_type'::regclass, t.oid, t.typname, NULL
  FROM pg_type t JOIN space s ON s.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
  WHERE t.typtype IN ('e', 'd', 'r') OR (t.typtype = 'c' AND c.relkind = 'c')
    OR (t.typtype = 'b' AND NOT EXISTS (SELECT 1 FROM pg_type e WHERE e.typarray = t.oid))
  UNION ALL
  SELECT 'extension', 'pg_extension'::regclass, oid, extname, NULL FROM pg_extension WHERE extname <> 'plpgsql'
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
  SELECT 'user mapping', 'pg_user_mapping'::regclass, umid, srvname, '1417/' || srvid FROM pg_user_mappings
  UNION ALL
  SELECT 'published table', 'pg_publication_rel'::regclass, p.oid, r.relname, NULL FROM pg_publication_rel p JOIN rel r ON r.oid = p.prrelid
  UNION ALL
  -- Its catalog is new in PostgreSQL 15; what it says of its rows is in pg_depend.
  SELECT 'published schema', d.classid, d.objid, s.nspname, NULL FROM pg_depend d JOIN space s ON s.oid = d.refobjid
  WHERE d.classid = to_regclass('pg_catalog.pg_publication_namespace') AND d.refclassid = 'pg_namespace'::regclass
  UNION ALL
  SELECT 'access method', 'pg_am'::regclass, oid, amname, NULL FROM pg_am
  UNION ALL
  SELECT 'operator family', 'pg_opfamily'::regclass, f.oid, opfname, NULL FROM pg_opfamily f JOIN space s ON s.oid = f.opfnamespace
  UNION ALL
  SELECT 'conversion', 'pg_conversion'::regclass, c.oid, conname, NULL FROM pg_conversion c JOIN space s ON s.oid = c.connamespace
  UNION ALL
  SELECT 'transform', 'pg_transform'::regclass, oid, trftype::regtype::text, NULL FROM pg_transform
  UNION ALL
  SELECT 'text search parser', 'pg_ts_parser'::regclass, p.oid, prsname, NULL FROM pg_ts_parser p JOIN space s ON s.oid = p.prsnamespace
  UNION ALL
  SELECT 'text search template', 'pg_ts_template'::regclass, t.oid, tmplname, NULL FROM pg_ts_template t JOIN space s ON s.oid = t.tmplnamespace
  UNION ALL
  SELECT 'statistics object', 'pg_statistic_ext'::regclass, x.oid, stxname, NULL FROM pg_statistic_ext x JOIN space s ON s.oid = x.stxnamespace
)
SELECT kind, catalog::oid::int8 AS catalog, oid::int8 AS oid, name, via FROM object o
WHERE oid >= 16384 AND NOT EXISTS (SELECT 1 FROM member m WHERE m.classid = o.catalog AND m.objid = o.oid)
  AND NOT EXISTS (SELECT 1 FROM inner_part p WHERE p.classid = o.catalog AND p.objid = o.oid)`;
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
    return objects.filter((object)=>LISTED_KINDS.has(object.kind) && !archive.has(keyOf(object)));
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


/***/ }),

/***/ 7597:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Xy: () => (/* binding */ batches),
/* harmony export */   aQ: () => (/* binding */ countQueries),
/* harmony export */   bX: () => (/* binding */ PINNED_SETTINGS),
/* harmony export */   u2: () => (/* binding */ SCAN_SETTINGS)
/* harmony export */ });
/* harmony import */ var _postgres_psql_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(59);

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
    const row = `ROW(${columns.map(_postgres_psql_js__WEBPACK_IMPORTED_MODULE_0__/* .quoteIdentifier */ .Cm).join(', ')})::text`;
    return algorithm === 'md5' ? `md5(${row})` : `encode(sha256(convert_to(${row}, 'UTF8')), 'hex')`;
}
function sums(hash) {
    return [
        1,
        17
    ].map((start)=>`sum(('x' || substr(${hash}, ${start}, 16))::bit(64)::bigint)::text`);
}
/** The query that counts one table, and hashes its rows where an algorithm is given. */ function countQuery(table, algorithm) {
    const name = `${(0,_postgres_psql_js__WEBPACK_IMPORTED_MODULE_0__/* .quoteIdentifier */ .Cm)(table.schema)}.${(0,_postgres_psql_js__WEBPACK_IMPORTED_MODULE_0__/* .quoteIdentifier */ .Cm)(table.name)}`;
    // No alias: an extension's condition may name its table.
    const from = `ONLY ${name} ${table.condition ?? ''}`;
    // The lock is ours by now, so the name cannot come to mean another table any more.
    const filenode = `CASE WHEN to_regclass(${(0,_postgres_psql_js__WEBPACK_IMPORTED_MODULE_0__/* .quoteLiteral */ .ce)(name)}) = ${table.oid}::oid THEN pg_relation_filenode(${table.oid}::oid)::int8 END`;
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


/***/ }),

/***/ 1222:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   HW: () => (/* binding */ readExtensions),
/* harmony export */   Ln: () => (/* binding */ requirements),
/* harmony export */   ry: () => (/* binding */ NO_REQUIREMENTS)
/* harmony export */ });
/* harmony import */ var _postgres_toc_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(5649);

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
        ...(0,_postgres_toc_js__WEBPACK_IMPORTED_MODULE_0__/* .objectKeys */ .uv)(toc)
    ].map((key)=>key.split('/').map(Number));
    return psql.query(requirementsQuery(keys.map(([catalog])=>catalog ?? 0), keys.map(([, oid])=>oid ?? 0)));
}


/***/ }),

/***/ 5328:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   t: () => (/* binding */ inSavepoint)
/* harmony export */ });
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


/***/ }),

/***/ 4267:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Q: () => (/* binding */ SchemaHash)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7598);

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
    #hash = (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHash)('sha256');
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


/***/ }),

/***/ 7896:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Tb: () => (/* binding */ tableSizesByName),
/* harmony export */   Td: () => (/* binding */ isLockTimeout),
/* harmony export */   cn: () => (/* binding */ sqlState),
/* harmony export */   sF: () => (/* binding */ countedTables)
/* harmony export */ });
/* unused harmony export tableSizes */
/* harmony import */ var _savepoint_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(5328);

// Columns by name: a restored inheritance child has its inherited columns first, wherever they were before.
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
  SELECT attrelid, coalesce(json_agg(attname ORDER BY attname) FILTER (WHERE attgenerated = ''), '[]') AS plain,
    coalesce(json_agg(attname ORDER BY attname) FILTER (WHERE attgenerated <> ''), '[]') AS generated
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
/** The tables of the database with all that counting them needs; the system's own and temporary ones are left out. */ async function countedTables(psql) {
    const found = await psql.rows(TABLES);
    const sizes = await tableSizes(psql);
    return found.map((table)=>({
            ...table,
            bytes: sizes.get(table.oid) ?? null
        }));
}
/** Bytes on disk by OID; what is locked by others just now is left out. The session must be inside a transaction. */ async function tableSizes(psql) {
    try {
        const rows = await (0,_savepoint_js__WEBPACK_IMPORTED_MODULE_0__/* .inSavepoint */ .t)(psql, 'sizes', ()=>psql.rows(SIZES));
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
/* harmony export */   wc: () => (/* binding */ RECOVERY),
/* harmony export */   zX: () => (/* binding */ VERIFIED)
/* harmony export */ });
/* unused harmony export LOG */
/** The file that makes a backup exist; written last. */ const MANIFEST = 'manifest.json';
const RECOVERY = 'RECOVERY.md';
/** The newest verification; no part of the backup. */ const VERIFIED = 'verified.json';
/** The folder in a family that holds the log of runs; its name can be no backup's id. */ const LOG = '_log';
/** The key of one file of a backup. */ function backupKey(name, id, file) {
    return `${name}/${id}/${file}`;
}
/** The key of the log entry of one run. `time` is basic ISO, so that keys sort by time. */ function logKey(name, time, run) {
    const stamp = time.toISOString().replace(/\.\d+/, '').replaceAll(/[-:]/g, '');
    return `${name}/${LOG}/${stamp}-${run}.json`;
}


/***/ }),

/***/ 6104:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   E: () => (/* binding */ publicReason),
/* harmony export */   u: () => (/* binding */ writeLog)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7598);
/* harmony import */ var _base_errors_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(7594);
/* harmony import */ var _base_mask_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(1297);
/* harmony import */ var _storage_put_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(7780);
/* harmony import */ var _layout_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(802);





/**
 * What failed, without what only the run's own log may show: names of tables, schemas and roles, the server and the user,
 * and every secret. The storage's reader may be allowed to see no more than encrypted backups.
 */ function publicReason(reason, { target, secrets }) {
    if (reason instanceof _base_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .ExplainedError */ .hM) return reason.anonymous;
    const mask = new _base_mask_js__WEBPACK_IMPORTED_MODULE_2__/* .Mask */ .n();
    for (const secret of secrets)mask.add(secret);
    const hidden = [
        target.host,
        target.user
    ].filter((text)=>text !== undefined && text !== '');
    const line = mask.apply((0,_base_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .messageOf */ .bD)(reason).split('\n')[0] ?? '').replaceAll(/"[^"]*"|`[^`]*`/g, '"..."');
    return hidden.reduce((text, word)=>text.replaceAll(word ?? '', '...'), line)// `schema.table`, `db.example.com`; a version or a size begins with a digit.
    .replaceAll(/(?<![\w/.])[\p{L}_][\p{L}\p{N}_$-]*(?:\.[\p{L}\p{N}_$-]+)+/gu, '...').trim();
}
/**
 * Leaves a line of history in each store, for failed runs too: whoever asks a week later why there is no backup finds
 * the answer where the backup would be. A store that cannot be written to has said so already. A cancelled run leaves
 * none: its seconds go to cleaning up.
 */ async function writeLog({ stores, run, reporter, connection }, name, startedAt, { action, backup, failure }) {
    if (failure instanceof _base_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .CancelledError */ .cc) return;
    const hidden = connection ?? {
        target: {
            host: undefined,
            user: undefined
        },
        secrets: []
    };
    const entry = {
        version: 1,
        action,
        outcome: failure === undefined ? 'success' : 'failure',
        startedAt: startedAt.toISOString(),
        seconds: (Date.now() - startedAt.getTime()) / 1000,
        error: failure === undefined ? null : publicReason(failure, hidden),
        backup,
        runUrl: run.runUrl ?? null,
        actor: run.actor ?? null
    };
    // The jobs of a matrix share their run's id and may begin in one second.
    const random = (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.randomBytes)(2).toString('hex');
    const id = run.runId === undefined ? random : `${run.runId}-${random}`;
    const bytes = Buffer.from(`${JSON.stringify(entry, null, 2)}\n`);
    await Promise.all(stores.map(async (store)=>{
        try {
            await (0,_storage_put_js__WEBPACK_IMPORTED_MODULE_3__/* .putObject */ .$)(store, (0,_layout_js__WEBPACK_IMPORTED_MODULE_4__/* .logKey */ .Up)(name, startedAt, id), bytes);
        } catch (error) {
            if (failure === undefined || backup !== null) reporter.warn(`${store.url} did not take the log of this run. ${(0,_base_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .messageOf */ .bD)(error)}`);
        }
    }));
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
        ...failures.map(({ database, error })=>alone ? error : inDatabase(database, error))
    ];
}
function inDatabase(database, error) {
    if (!(error instanceof _base_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .UserError */ .yo)) return error;
    const told = (reason)=>`Database ${JSON.stringify(database)}: ${reason}`;
    const options = {
        cause: error.cause
    };
    return error instanceof _base_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ExplainedError */ .hM ? new _base_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ExplainedError */ .hM(told((0,_base_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .messageOf */ .bD)(error)), told(error.anonymous), options) : new _base_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .UserError */ .yo(told((0,_base_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .messageOf */ .bD)(error)), options);
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

/***/ 5963:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  Q: () => (/* binding */ runBackup)
});

// EXTERNAL MODULE: ./lib/base/errors.js
var errors = __nccwpck_require__(7594);
// EXTERNAL MODULE: ./lib/base/units.js
var units = __nccwpck_require__(8714);
// EXTERNAL MODULE: ./lib/codec/index.js + 7 modules
var codec = __nccwpck_require__(1787);
// EXTERNAL MODULE: ./lib/inputs/name.js
var inputs_name = __nccwpck_require__(902);
// EXTERNAL MODULE: ./lib/postgres/connection/parse.js + 2 modules
var parse = __nccwpck_require__(1276);
// EXTERNAL MODULE: ./lib/postgres/pooler.js
var pooler = __nccwpck_require__(3154);
// EXTERNAL MODULE: ./lib/postgres/psql.js
var postgres_psql = __nccwpck_require__(59);
// EXTERNAL MODULE: ./lib/postgres/server.js
var postgres_server = __nccwpck_require__(6008);
// EXTERNAL MODULE: ./lib/storage/registry.js + 3 modules
var registry = __nccwpck_require__(25);
// EXTERNAL MODULE: ./lib/postgres/argv.js
var argv = __nccwpck_require__(6521);
// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __nccwpck_require__(8161);
// EXTERNAL MODULE: ./lib/postgres/explain.js + 5 modules
var explain = __nccwpck_require__(3922);
// EXTERNAL MODULE: ./lib/backup/all-or-stop.js
var all_or_stop = __nccwpck_require__(8676);
// EXTERNAL MODULE: ./lib/base/reporter.js
var reporter = __nccwpck_require__(7872);
// EXTERNAL MODULE: ./lib/base/process.js
var base_process = __nccwpck_require__(8208);
// EXTERNAL MODULE: ./lib/backup/fingerprint/changed.js
var changed = __nccwpck_require__(3581);
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
        bytes: read(request, output, dump, last, stop),
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
async function* read(request, output, dump, last, stop) {
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
    if (GONE.test(tail) && OF_TABLE.test(tail) || /could not open relation with OID/.test(tail)) throw new changed/* ChangedWhileDumpingError */.a(`A table was dropped or altered while it was dumped. ${tail}`);
    const explained = (0,explain/* explainFailure */.S)(tail, {
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
        args: (0,argv/* dumpArgs */.KB)(dump),
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

// EXTERNAL MODULE: ./lib/backup/contents.js
var contents = __nccwpck_require__(9110);
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
                return await (0,contents/* folderContents */.$c)(folder, programs);
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
    const tapped = (0,contents/* tapContents */.g7)(dump.bytes, request.programs, request.signal, decompressor);
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
    const toc = firstContents((0,contents/* tapContents */.g7)(twin.bytes, request.programs, request.signal)).finally(()=>twin.stop());
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
            if (!(error instanceof postgres_psql/* SqlError */.L8) || !await patience.again()) throw error;
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

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __nccwpck_require__(7598);
// EXTERNAL MODULE: ./lib/postgres/toc.js
var postgres_toc = __nccwpck_require__(5649);
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

// EXTERNAL MODULE: ./lib/backup/fingerprint/counts.js
var counts = __nccwpck_require__(9397);
// EXTERNAL MODULE: ./lib/backup/fingerprint/objects.js
var fingerprint_objects = __nccwpck_require__(5205);
// EXTERNAL MODULE: ./lib/backup/fingerprint/large-objects.js
var large_objects = __nccwpck_require__(9983);
// EXTERNAL MODULE: ./lib/backup/fingerprint/queries.js
var queries = __nccwpck_require__(7597);
// EXTERNAL MODULE: ./lib/backup/fingerprint/requires.js
var fingerprint_requires = __nccwpck_require__(1222);
;// CONCATENATED MODULE: ./lib/backup/fingerprint/roles.js
// pg_shdepend knows every owner, grantee and role of a policy, default privilege or user mapping; not the predefined
// roles and the bootstrap superuser, which every cluster has. Settings of a role in one database hang on it too.
const ROLES = `
SELECT json_build_object(
  'bootstrapRole', (SELECT rolname FROM pg_roles WHERE oid = 10),
  'roles', (SELECT coalesce(json_agg(rolname ORDER BY rolname), '[]') FROM pg_roles WHERE oid IN (
    SELECT refobjid FROM pg_shdepend s JOIN pg_database d ON d.datname = current_database()
    WHERE s.refclassid = 'pg_authid'::regclass
      AND (s.dbid = d.oid OR (s.dbid = 0 AND s.classid = 'pg_database'::regclass AND s.objid = d.oid))
    UNION
    SELECT setrole FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
    WHERE d.datname = current_database())))`;
/** The roles that must be there before all of this database can be restored. */ function readRoles(psql) {
    return psql.query(ROLES);
}

// EXTERNAL MODULE: ./lib/backup/fingerprint/savepoint.js
var savepoint = __nccwpck_require__(5328);
// EXTERNAL MODULE: ./lib/backup/fingerprint/tables.js
var fingerprint_tables = __nccwpck_require__(7896);
;// CONCATENATED MODULE: ./lib/backup/fingerprint/take.js















// An application's lock must never queue behind ours for long, and rows hidden by row-level security must be an
// error, never a smaller count. The count hides behind the dump, so it takes no parallel workers from the applications.
const SESSION_SETTINGS = [
    "lock_timeout = '1s'",
    'row_security = off',
    'max_parallel_workers_per_gather = 0',
    ...queries/* PINNED_SETTINGS */.bX,
    ...queries/* SCAN_SETTINGS */.u2
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
        throw (0,explain/* explainSqlError */.s)(error, `Measuring database ${JSON.stringify(request.database)}`, {
            target: request.target
        });
    } finally{
        await psql.close();
    }
}
async function measureIn(psql, request) {
    const { level, selection, toc } = request;
    await importSnapshot(psql, request.snapshot.id, SESSION_SETTINGS);
    const included = (0,postgres_toc/* tableDataOids */.Mi)(toc);
    const tables = (await (0,fingerprint_tables/* countedTables */.sF)(psql)).filter(({ oid })=>included.has(oid));
    (0,counts/* requireUnchanged */.jr)(tables);
    const objects = await requireComplete(psql, request);
    const filtered = (0,argv/* isFiltered */.s4)(selection);
    const requires = filtered ? await (0,fingerprint_requires/* requirements */.Ln)(psql, toc) : fingerprint_requires/* NO_REQUIREMENTS */.ry;
    warnOfOthers(requires, request.reporter);
    if (level === 'none') return {
        requires,
        fingerprint: undefined
    };
    const algorithm = level === 'content' ? await hashAlgorithm(psql) : undefined;
    const rows = await (0,counts/* countTables */.zF)(psql, tables, algorithm, request.patience);
    const { notMeasured, ...large } = await (0,large_objects/* measureLargeObjects */.i)(psql, toc, algorithm);
    const fingerprint = {
        version: 1,
        level,
        database: request.database,
        snapshotAt: request.snapshot.at,
        tables: (0,counts/* tableFingerprints */.Y0)(tables, rows, algorithm),
        materializedViews: await materializedViews(psql, toc),
        objects: (0,fingerprint_objects/* countKinds */.xb)(objects),
        ...large,
        extensions: filtered ? [] : await (0,fingerprint_requires/* readExtensions */.HW)(psql),
        requires,
        notMeasured: [
            ...await unmeasuredTables(psql),
            ...notMeasured
        ],
        ...await readRoles(psql)
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
    const archive = (0,postgres_toc/* objectKeys */.uv)(toc);
    const objects = selection.content === 'data' ? [] : await (0,fingerprint_objects/* catalogObjects */.iw)(psql);
    if ((0,argv/* isFiltered */.s4)(selection)) return (0,fingerprint_objects/* heldBy */.Vr)(archive, objects);
    const missing = (0,fingerprint_objects/* missingFrom */.fY)(archive, objects);
    if (selection.content !== 'schema') {
        const held = (0,postgres_toc/* tableDataOids */.Mi)(toc);
        missing.push(...(await (0,fingerprint_objects/* dataTables */.Yp)(psql)).filter((table)=>!held.has(table.oid)));
    }
    if (missing.length > 0) {
        const names = missing.slice(0, 5).map(({ kind, name })=>`${kind} ${JSON.stringify(name)}`);
        throw new errors/* UserError */.yo(`The dump of database ${JSON.stringify(request.database)} is incomplete: its table of contents lacks ${(0,units/* plural */.LS)(missing.length, 'object')} that the catalog has: ${names.join(', ')}${missing.length > 5 ? ', ...' : ''}. No backup was published. Run it again; if it stays, report it with these names.`);
    }
    return objects;
}
/** MD5, or SHA-256 where the server's OpenSSL is in FIPS mode and refuses MD5. */ async function hashAlgorithm(psql) {
    try {
        await (0,savepoint/* inSavepoint */.t)(psql, 'hashing', ()=>psql.value("SELECT md5('')"));
        return 'md5';
    } catch (error) {
        if (!(error instanceof postgres_psql/* SqlError */.L8)) throw error;
        return 'sha256';
    }
}
async function materializedViews(psql, toc) {
    const archive = (0,postgres_toc/* objectKeys */.uv)(toc);
    // pg_dump refreshes no view that reads from an unpopulated one, although it may have rows itself.
    const refreshed = new Set(toc.filter(({ text })=>text.startsWith('MATERIALIZED VIEW DATA ')).map(({ oid })=>oid));
    const views = await psql.rows(`SELECT c.oid::int8 AS oid, n.nspname AS schema, c.relname AS name
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'm' ORDER BY 2, 3`);
    return views.filter(({ oid })=>archive.has(`1259/${oid}`)).map(({ oid, schema, name })=>({
            schema,
            name,
            populated: refreshed.has(oid)
        }));
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
    const ours = `SELECT pid FROM pg_catalog.pg_stat_activity WHERE application_name = ${(0,postgres_psql/* quoteLiteral */.ce)(application)}`;
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
        if (!(error instanceof postgres_psql/* SqlError */.L8)) throw error;
    }
}

// EXTERNAL MODULE: ./lib/backup/fingerprint/schema-hash.js
var schema_hash = __nccwpck_require__(4267);
;// CONCATENATED MODULE: ./lib/backup/schema-dump.js




const LOCK_FAILED = /lock timeout|could not obtain lock|canceling statement due to (lock timeout|statement timeout|user request)/;
/**
 * The SHA-256 of a schema-only dump. While others hold a table locked, or wait for us, it is tried again.
 * @throws UserError when pg_dump fails, ChangedWhileDumpingError when a table stays locked by others.
 */ async function hashSchema(request) {
    for(;;){
        const hash = new schema_hash/* SchemaHash */.Q();
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
            throw new changed/* ChangedWhileDumpingError */.a('A table stayed locked by another session while its definition was read.');
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
            args: (0,argv/* schemaDumpArgs */.h2)({
                ...dump,
                conninfo
            }),
            patience,
            signal
        });
    const done = new AbortController();
    const yielding = yieldAfter(archive.ended, request, application, done.signal);
    try {
        const [measured, schema] = await (0,all_or_stop/* allOrStop */.P)(request.stop, [
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
            filtered: (0,argv/* isFiltered */.s4)(selection)
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
        return postgres_psql/* Psql */.DD.open({
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
        const [, measured] = await (0,all_or_stop/* allOrStop */.P)(stop, [
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
        throw (0,explain/* explainSqlError */.s)(error, `Reading database ${JSON.stringify(database)}`, {
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
        jobs: inputs.jobs === 'auto' ? (0,external_node_os_.availableParallelism)() : inputs.jobs,
        lockTimeout: String(inputs.lockTimeout),
        snapshot: snapshot.id,
        conninfo: connection.conninfo(database),
        extraArgs: inputs.dumpArgs
    };
}
function archivedSequences({ toc, filtered }, before, after) {
    // Their entries carry no OID; pg_restore writes names with line breaks as spaces.
    const set = new Set(toc.filter(({ text })=>text.startsWith(SEQUENCE_SET)).map(({ text })=>text));
    if (!filtered && set.size === before.length) return sequenceFingerprints(before, after, ()=>true);
    const texts = [
        ...set
    ].sort();
    return sequenceFingerprints(before, after, ({ schema: space, name })=>someStartsWith(texts, `${SEQUENCE_SET}${space} ${name} `.replaceAll(/[\r\n]/g, ' ')));
}
const SEQUENCE_SET = 'SEQUENCE SET ';
/** Whether one of these sorted texts begins so. Names may hold spaces, so that what a text says cannot be told apart. */ function someStartsWith(sorted, start) {
    let [low, high] = [
        0,
        sorted.length
    ];
    while(low < high){
        const middle = low + high >> 1;
        if ((sorted[middle] ?? '') < start) low = middle + 1;
        else high = middle;
    }
    return sorted[low]?.startsWith(start) === true;
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
            databaseId: (0,postgres_server/* databaseId */.xe)(server)
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
    const child = (0,base_process/* start */.n)(programs.path('pg_dumpall'), (0,argv/* globalsArgs */._Z)(connection.conninfo(database), database), {
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
// EXTERNAL MODULE: ./lib/backup/catalogue.js
var catalogue = __nccwpck_require__(8427);
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
// EXTERNAL MODULE: ./lib/storage/put.js
var put = __nccwpck_require__(7780);
// EXTERNAL MODULE: ./lib/storage/sink.js
var sink = __nccwpck_require__(1802);
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
                const opening = sink/* StoreSink */.X.open(member.store, key, {
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
            await (0,put/* putObject */.$)(member.store, key, bytes(member.store), {
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
        const stage = await (0,codec/* encryptStage */.sZ)(encryption);
        const file = (0,codec/* partName */.pn)(base, {
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
    const problems = await otherSources(context.stores, name, (0,postgres_server/* databaseId */.xe)(server), context.encryption.kind !== 'none', reporter);
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
            if (!(error instanceof changed/* ChangedWhileDumpingError */.a)) throw error;
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
        filtered: (0,argv/* isFiltered */.s4)(selection),
        requires: (0,argv/* isFiltered */.s4)(selection) && encrypted ? undefined : requires,
        content: context.inputs.content,
        createsDatabase: (0,argv/* createsDatabase */.Pk)({
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

// EXTERNAL MODULE: ./lib/codec/compression.js
var codec_compression = __nccwpck_require__(7100);
// EXTERNAL MODULE: ./lib/postgres/programs/index.js + 35 modules
var postgres_programs = __nccwpck_require__(6499);
;// CONCATENATED MODULE: ./lib/backup/compression.js





/** Plans how this run's dumps are compressed, with what pg_dump and this machine can do; installs `zstd` where it is needed. */ async function planForMachine(options, programs) {
    const { compression, format } = options.inputs;
    const pgDumpMethods = await builtInMethods(programs, compression.method, options.env);
    const needed = compression.method === 'zstd' && !pgDumpMethods.has('zstd');
    const zstd = needed ? await findZstd(options) : undefined;
    const plan = (0,codec_compression/* planCompression */.i)({
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
        throw (0,explain/* explainSqlError */.s)(error, what, {
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
    const open = (untouched)=>postgres_psql/* Psql */.DD.open({
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
    await (0,pooler/* refuseTransactionPooler */.U)(()=>open(true), {
        target: connection.target
    });
    const server = await ask(()=>open(false), 'Asking the server what it is', connection.target, postgres_server/* inspectServer */.Eb);
    (0,postgres_server/* refuseOldServer */.zV)(server);
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
    return ask(()=>postgres_psql/* Psql */.DD.open({
            programs,
            connection,
            signal,
            reporter
        }), 'Reading the list of databases', connection.target, postgres_server/* listDatabases */.Pf);
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
    const open = (untouched)=>postgres_psql/* Psql */.DD.open({
            programs,
            connection,
            database,
            signal,
            reporter,
            untouched
        });
    await (0,pooler/* refuseTransactionPooler */.U)(()=>open(true), {
        target
    });
    const what = `Reading database ${JSON.stringify(database)}`;
    const { databaseBytes } = await ask(()=>open(false), what, target, postgres_server/* inspectServer */.Eb);
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
    await (0,put/* putObject */.$)(store, key, Buffer.from('pgkeep dry-run probe; safe to delete\n'));
    await store.remove(key);
}

// EXTERNAL MODULE: ./lib/backup/log.js
var log = __nccwpck_require__(6104);
;// CONCATENATED MODULE: ./lib/backup/run.js
















async function prepare(options) {
    const { inputs, env, reporter, signal } = options;
    const connection = (0,parse/* parseConnection */.C)(inputs.databaseUrl ?? '', env);
    for (const secret of connection.secrets)reporter.mask(secret);
    if (inputs.passphrase !== undefined) reporter.mask(inputs.passphrase);
    const encryption = await (0,codec/* encryptionOf */.fR)(inputs.recipients, inputs.passphrase);
    reporter.info((0,codec/* describeEncryption */.zN)(encryption));
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
        await (0,log/* writeLog */.u)(context, name, startedAt, entryOf(outcome));
        if (signal.aborted) throw new errors/* CancelledError */.cc();
    }
    return result;
}
function entryOf(outcome) {
    if ('error' in outcome) return {
        action: 'backup',
        backup: null,
        failure: outcome.error
    };
    const [problem] = outcome.problems;
    const failure = problem === undefined ? {} : {
        failure: new errors/* UserError */.yo(problem)
    };
    return {
        action: 'backup',
        backup: outcome.manifest.id,
        ...failure
    };
}
async function one(context, database, name) {
    const { programs, connection, reporter, signal } = context;
    const open = (untouched)=>postgres_psql/* Psql */.DD.open({
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
    await (0,pooler/* refuseTransactionPooler */.U)(()=>open(true), {
        target
    });
    const [server, sizes] = await ask(()=>open(false), `Reading database ${JSON.stringify(database)}`, target, async (psql)=>[
            await (0,postgres_server/* inspectServer */.Eb)(psql),
            await (0,fingerprint_tables/* tableSizesByName */.Tb)(psql)
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
        if (!inputs.dryRun) for (const name of new Set(families))await (0,log/* writeLog */.u)({
            stores,
            run,
            reporter,
            connection
        }, name, startedAt, entryOf({
            error
        }));
        throw error;
    }
}


/***/ }),

/***/ 8484:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   wJ: () => (/* binding */ writeVerified),
/* harmony export */   xu: () => (/* binding */ readVerified)
/* harmony export */ });
/* unused harmony exports encodeVerified, decodeVerified */
/* harmony import */ var _storage_errors_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(5822);
/* harmony import */ var _storage_put_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(7780);
/* harmony import */ var _storage_read_many_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(7517);
/* harmony import */ var _layout_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(802);




/** The format of a stored verdict. One of a newer format says nothing to us. */ const VERSION = 1;
/** A verdict's bytes as they are stored. */ function encodeVerified(verified) {
    return Buffer.from(`${JSON.stringify(verified, null, 2)}\n`);
}
/** Reads a stored verdict on the backup `id`; undefined when it is damaged, of a newer format, or of another backup. */ function decodeVerified(bytes, id) {
    let value;
    try {
        value = JSON.parse(Buffer.from(bytes).toString('utf8'));
    } catch  {
        return undefined;
    }
    // One that was copied from another backup says nothing of this one.
    return isVerified(value) && value.backupId === id ? value : undefined;
}
/** Everything but what is only ever shown. */ function isVerified(value) {
    if (typeof value !== 'object' || value === null) return false;
    const { version, verdict, startedAt, finishedAt, restoreSeconds, compareSeconds, totals } = value;
    const numbers = [
        restoreSeconds,
        compareSeconds,
        totals?.equal,
        totals?.different,
        totals?.notMeasured
    ];
    return version === VERSION && (verdict === 'passed' || verdict === 'failed') && [
        startedAt,
        finishedAt
    ].every((time)=>typeof time === 'string' && !Number.isNaN(Date.parse(time))) && numbers.every((number)=>typeof number === 'number');
}
/** The newest verdict on a backup; undefined where there is none, or none that we can read. */ async function readVerified(store, name, id) {
    try {
        return decodeVerified(await (0,_storage_read_many_js__WEBPACK_IMPORTED_MODULE_2__/* .readObject */ .A)(store, (0,_layout_js__WEBPACK_IMPORTED_MODULE_3__/* .backupKey */ .eT)(name, id, _layout_js__WEBPACK_IMPORTED_MODULE_3__/* .VERIFIED */ .zX)), id);
    } catch (error) {
        if ((0,_storage_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .isNotFound */ .c4)(error)) return undefined;
        throw error;
    }
}
/** Stores a verdict over an older one. Returns its URL. */ async function writeVerified(store, name, verified) {
    const key = (0,_layout_js__WEBPACK_IMPORTED_MODULE_3__/* .backupKey */ .eT)(name, verified.backupId, _layout_js__WEBPACK_IMPORTED_MODULE_3__/* .VERIFIED */ .zX);
    await (0,_storage_put_js__WEBPACK_IMPORTED_MODULE_1__/* .putObject */ .$)(store, key, encodeVerified(verified));
    return store.locate(key);
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
/* harmony export */   B: () => (/* binding */ errorsOf),
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
/** Several errors that were thrown together, one by one. */ function errorsOf(error) {
    return error instanceof AggregateError && error.errors.length > 0 ? error.errors.flatMap(errorsOf) : [
        error
    ];
}
/**
 * What to tell of an error: a user's mistake in its own words, a fault of ours as one, with its stack.
 * Several errors that were thrown together are several failures.
 */ function failuresOf(error) {
    return errorsOf(error).map(failureOf);
}
function failureOf(error) {
    const details = causesOf(error);
    if (error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .UserError */ .yo || error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .CancelledError */ .cc) return {
        message: error.message,
        details
    };
    const stack = error instanceof Error ? (error.stack ?? '').split('\n').slice(1) : [];
    return {
        message: `${(0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .messageOf */ .bD)(error)} (This is unexpected: please report it, with the lines below.)`,
        details: [
            ...stack.map((line)=>line.trim()),
            ...details
        ]
    };
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

/***/ 8208:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   e: () => (/* binding */ run),
/* harmony export */   n: () => (/* binding */ start)
/* harmony export */ });
/* harmony import */ var node_child_process__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(1421);
/* harmony import */ var node_readline__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(481);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(7594);



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
    const child = (0,node_child_process__WEBPACK_IMPORTED_MODULE_0__.spawn)(program, args, {
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
        const lines = (0,node_readline__WEBPACK_IMPORTED_MODULE_1__.createInterface)({
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
            note(`${program}: ${(0,_errors_js__WEBPACK_IMPORTED_MODULE_2__/* .codeOf */ .$N)(error) === 'ENOENT' ? 'not found' : error.message}`);
            resolve({
                code: (0,_errors_js__WEBPACK_IMPORTED_MODULE_2__/* .codeOf */ .$N)(error) === 'EACCES' ? 126 : 127,
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
    if (options.signal?.aborted === true) throw new _errors_js__WEBPACK_IMPORTED_MODULE_2__/* .CancelledError */ .cc();
    if (timeout.aborted) throw new _errors_js__WEBPACK_IMPORTED_MODULE_2__/* .UserError */ .yo(`${program} did not finish within ${(options.timeoutMs ?? 600_000) / 1000} s and was stopped.`);
    if (!whole) throw new _errors_js__WEBPACK_IMPORTED_MODULE_2__/* .UserError */ .yo(`${program} ended, but a process that it started holds its output open, so what it printed may be incomplete.`);
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

/***/ 2341:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   b: () => (/* binding */ renderTable)
/* harmony export */ });
/* harmony import */ var _text_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(8566);

const GAP = '  ';
const NARROWEST = 8;
function padded(text, width, align) {
    const space = ' '.repeat(Math.max(width - (0,_text_js__WEBPACK_IMPORTED_MODULE_0__/* .columnsOf */ .PL)(text), 0));
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
        ...rows.map((row)=>row.map(_text_js__WEBPACK_IMPORTED_MODULE_0__/* .printableLine */ .oy))
    ];
    const natural = columns.map((_, index)=>Math.max(...cells.map((row)=>(0,_text_js__WEBPACK_IMPORTED_MODULE_0__/* .columnsOf */ .PL)(row[index] ?? ''))));
    const widths = width === undefined ? natural : fit(natural, columns, width);
    return cells.map((row)=>columns.map(({ align }, index)=>padded((0,_text_js__WEBPACK_IMPORTED_MODULE_0__/* .cutTo */ .yd)(row[index] ?? '', widths[index] ?? 0), widths[index] ?? 0, align)).join(GAP).trimEnd()).map((line)=>`${line}\n`).join('');
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

/***/ 7100:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   i: () => (/* binding */ planCompression),
/* harmony export */   p: () => (/* binding */ partName)
/* harmony export */ });
/* harmony import */ var _base_errors_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7594);

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
            throw new _base_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .UserError */ .yo(`compression: lz4 needs a pg_dump 16 or newer that was built with it; this is pg_dump ${pgDumpMajor}. Use zstd, gzip or none.`);
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


/***/ }),

/***/ 1787:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  eN: () => (/* reexport */ KeyError),
  Ow: () => (/* reexport */ decryptStage),
  zN: () => (/* reexport */ describeEncryption),
  sZ: () => (/* reexport */ encryptStage),
  fR: () => (/* reexport */ encryptionOf),
  YD: () => (/* reexport */ keysOf),
  pn: () => (/* reexport */ compression/* partName */.p)
});

// UNUSED EXPORTS: identitiesOf, planCompression

// EXTERNAL MODULE: ./lib/codec/compression.js
var compression = __nccwpck_require__(7100);
// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __nccwpck_require__(7598);
// EXTERNAL MODULE: ./lib/base/errors.js
var errors = __nccwpck_require__(7594);
;// CONCATENATED MODULE: ./lib/codec/age.js

/** Bytes of plaintext in a chunk of the payload, of the tag that follows each, and of the nonce before the first. */ const CHUNK = 64 * 1024;
const TAG = 16;
const NONCE = 16;
/** How OpenSSL calls the one cipher of the age v1 format (age-encryption.org/v1). */ const CIPHER = 'chacha20-poly1305';
/** The payload's key. */ function payloadKey(fileKey, nonce) {
    return Buffer.from((0,external_node_crypto_.hkdfSync)('sha256', fileKey, nonce, 'payload', 32));
}
/** 11 bytes of big-endian counter, one that marks the last chunk. */ function chunkNonce(counter, last) {
    const nonce = Buffer.alloc(12);
    nonce.writeUIntBE(counter, 5, 6);
    nonce[11] = last ? 1 : 0;
    return nonce;
}
/** The nonce under which a file key is wrapped: a wrapping key is used only once. */ const WRAP_NONCE = Buffer.alloc(12);
/**
 * The key that wraps the file key under a passphrase. By OpenSSL, on another thread: the library's own takes several
 * times as long and nothing else can run meanwhile. Takes 128 * 8 * 2^logN bytes of memory: 256 MiB for 18.
 */ function passphraseKey(passphrase, salt, logN) {
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



/** A file that the keys at hand do not open; it may be perfectly sound. */ class KeyError extends errors/* UserError */.yo {
}
const VERSION = Buffer.from('age-encryption.org/v1\n');
const ARMOR = Buffer.from('-----BEGIN AGE ENCRYPTED FILE-----');
/** Far more than hundreds of recipients need. */ const LONGEST = 1024 * 1024;
/** 1 GiB of memory. */ const HIGHEST_WORK_FACTOR = 20;
/**
 * The length of the age header that `head` begins with, or undefined while more of the file is needed to tell.
 * @throws UserError when this is no age file.
 */ function headerLength(head, file) {
    const begins = (magic)=>{
        const length = Math.min(magic.length, head.length);
        return head.subarray(0, length).equals(magic.subarray(0, length));
    };
    if (begins(ARMOR) && head.length >= ARMOR.length) {
        throw new errors/* UserError */.yo(`${file} is an armored age file (text), which pgkeep neither writes nor reads. Decrypt it with the \`age\` program.`);
    }
    if (!begins(VERSION) && !begins(ARMOR)) {
        throw new errors/* UserError */.yo(`${file} is not an age file: it is not encrypted, or its beginning is damaged.`);
    }
    const last = head.indexOf('\n--- ');
    const end = last < 0 ? -1 : head.indexOf('\n', last + 1);
    if (end >= 0) return end + 1;
    if (head.length > LONGEST) throw damaged(file);
    return undefined;
}
function damaged(file, cause) {
    return new errors/* UserError */.yo(`${file} is damaged: its age header was altered. Use another copy of the backup, or another backup.`, cause === undefined ? {} : {
        cause
    });
}
/**
 * Unwraps the file key and authenticates the header, all by the library but for the passphrase.
 * @throws UserError when no key fits, or the header was altered.
 */ async function fileKeyOf(header, keys, file) {
    const { Decrypter } = await __nccwpck_require__.e(/* import() */ 539).then(__nccwpck_require__.bind(__nccwpck_require__, 1539));
    const decrypter = new Decrypter();
    for (const identity of keys.identities ?? [])decrypter.addIdentity(identity);
    if (keys.passphrase !== undefined) decrypter.addIdentity(passphraseIdentity(keys.passphrase, file));
    // Asked only when all others had no answer.
    decrypter.addIdentity({
        unwrapFileKey: (stanzas)=>{
            throw new KeyError(whyNoKeyFits(stanzas, keys, file));
        }
    });
    try {
        return await decrypter.decryptHeader(header);
    } catch (error) {
        throw error instanceof errors/* UserError */.yo ? error : damaged(file, error);
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
                throw new errors/* UserError */.yo(`${file} asks for scrypt work factor ${logN}, which takes more than 1 GiB of memory; pgkeep goes up to ${HIGHEST_WORK_FACTOR} and writes 18. Decrypt it with the \`age\` program if you trust where it came from.`);
            }
            const decipher = (0,external_node_crypto_.createDecipheriv)(CIPHER, await passphraseKey(passphrase, bytes, logN), WRAP_NONCE, {
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
    return new errors/* UserError */.yo(`${file} is truncated: ${why}. Use another copy of the backup, or another backup.`);
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
        const decipher = (0,external_node_crypto_.createDecipheriv)(CIPHER, this.key, chunkNonce(this.#counter, last), {
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
        return new errors/* UserError */.yo(`${this.file} was altered: its data fails authentication in the ${CHUNK / 1024} KiB after byte ${at} of the plaintext. ${more === '' ? '' : `${more} `}Use another copy of the backup, or another backup.`);
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
        header: empty.subarray(0, empty.length - NONCE - TAG),
        fileKey
    };
}
/** 2^18 steps: what the `age` program itself writes. */ const WORK_FACTOR = 18;
async function wrapWithPassphrase(key, passphrase) {
    const salt = (0,external_node_crypto_.randomBytes)(16);
    const wrapKey = await passphraseKey(passphrase, salt, WORK_FACTOR);
    const cipher = (0,external_node_crypto_.createCipheriv)(CIPHER, wrapKey, WRAP_NONCE, {
        authTagLength: TAG
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
    const nonce = (0,external_node_crypto_.randomBytes)(NONCE);
    const key = payloadKey(fileKey, nonce);
    yield Buffer.concat([
        header,
        nonce
    ]);
    let counter = 0;
    // Tags pass on by themselves: joined to their chunks they cost a quarter more time, and garbage of the same size.
    function* seal(chunk, last) {
        const cipher = (0,external_node_crypto_.createCipheriv)(CIPHER, key, chunkNonce(counter, last), {
            authTagLength: TAG
        });
        counter += 1;
        yield cipher.update(chunk);
        cipher.final();
        yield cipher.getAuthTag();
    }
    const pending = Buffer.allocUnsafe(CHUNK);
    let filled = 0;
    for await (const bytes of source){
        for(let offset = 0; offset < bytes.length;){
            // A full chunk is sealed only when more follows: the last one is marked as such.
            if (filled === CHUNK) {
                yield* seal(pending, false);
                filled = 0;
            }
            const taken = Math.min(CHUNK - filled, bytes.length - offset);
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
        throw new errors/* UserError */.yo('The age identity holds no secret key. It is the text that `age-keygen` writes, with a line `AGE-SECRET-KEY-1...`.');
    }
    return [
        ...new Set(identities)
    ];
}
async function checkIdentity(line, where) {
    if (/^age1/i.test(line)) {
        throw new errors/* UserError */.yo(`${where} is a public key, which only encrypts. Give the secret key that goes with it, \`AGE-SECRET-KEY-1...\`.`);
    }
    if (/^AGE-PLUGIN-/i.test(line)) {
        throw new errors/* UserError */.yo(`${where} belongs to an age plugin, which pgkeep does not run. Decrypt with the \`age\` program as the backup's RECOVERY.md says, or use another recipient's secret key.`);
    }
    if (/^(-----BEGIN|age-encryption\.org)/.test(line)) {
        throw new errors/* UserError */.yo(`${where} begins another kind of key, or an identity file that is itself encrypted. Give an age secret key in plain text, \`AGE-SECRET-KEY-1...\`.`);
    }
    const { Decrypter } = await __nccwpck_require__.e(/* import() */ 539).then(__nccwpck_require__.bind(__nccwpck_require__, 1539));
    try {
        new Decrypter().addIdentity(line);
    } catch  {
        // The library's message is left out on purpose: it could hold the line.
        throw new errors/* UserError */.yo(`${where} is not an age secret key, or is damaged. It looks like \`AGE-SECRET-KEY-1...\`, in capitals, as \`age-keygen\` prints it: copy the whole line again.`);
    }
}

;// CONCATENATED MODULE: ./lib/codec/keys.js

/**
 * The keys that inputs hold, masked before anything can print them. Empty where neither was given.
 * @throws UserError when the identity is none; its text is never in the message.
 */ async function keysOf({ identity, passphrase }, reporter) {
    // Line by line too: a log shows single lines.
    for (const secret of [
        identity,
        ...(identity ?? '').split(/\r?\n|\r/),
        passphrase
    ])if (secret !== undefined && secret.trim() !== '' && !secret.startsWith('#')) reporter.mask(secret.trim());
    return {
        ...identity === undefined ? {} : {
            identities: await identitiesOf(identity)
        },
        ...passphrase === undefined ? {} : {
            passphrase
        }
    };
}

// EXTERNAL MODULE: ./lib/base/units.js
var units = __nccwpck_require__(8714);
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

/***/ 4796:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  K: () => (/* binding */ readInputs)
});

// EXTERNAL MODULE: ./lib/base/errors.js
var errors = __nccwpck_require__(7594);
// EXTERNAL MODULE: ./lib/storage/url.js + 1 modules
var url = __nccwpck_require__(5990);
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
const STORED_ONCE = ({ storage })=>repeated(storage) === undefined ? undefined : 'Input "storage" has the same URL twice.';
const ONE_KEY = ({ identity, passphrase })=>identity !== undefined && passphrase !== undefined ? 'Inputs "identity" and "passphrase" are both given. A backup is encrypted with one or the other: give what fits it.' : undefined;
const BACKUP_RULES = [
    STORED_ONCE,
    ({ recipients, passphrase })=>given(recipients) && passphrase !== undefined ? 'Inputs "recipients" and "passphrase" are both given. A backup is encrypted with one or the other.' : undefined,
    ({ jobs, format })=>jobs !== 'auto' && jobs > 1 && format !== 'directory' ? `Input "jobs" is ${jobs}, but pg_dump works in parallel only in the directory format. Set format to directory, or leave jobs out.` : undefined,
    ({ databases })=>databases.length > 1 && databases.includes('*') ? 'Input "databases" holds * (all databases) and names. Give one or the other.' : undefined,
    ({ databases })=>{
        const twice = repeated(databases);
        return twice === undefined ? undefined : `Input "databases" names "${twice}" twice.`;
    },
    ({ databases, name })=>(databases.length > 1 || databases.includes('*')) && !name.includes('{database}') ? `Input "name" is "${name}" for several databases: their backups would be one family. Put {database} into the name.` : undefined,
    ({ name })=>(0,inputs_name/* hasPlaceholder */.Kc)(name.replaceAll('{database}', '')) ? `Input "name" is "${name}": only {database} can stand in braces.` : undefined,
    // pg_dump dumps the tables that match whatever the schema patterns say, and does not mention it.
    ({ tables, schemas, excludeSchemas })=>given(tables) && (given(schemas) || given(excludeSchemas)) ? `Inputs "tables" and "${given(schemas) ? 'schemas' : 'exclude-schemas'}" are both given: pg_dump would ignore the latter. Write the schema into the pattern, as in sales.*, instead.` : undefined,
    ({ content, excludeTableData })=>content === 'schema' && given(excludeTableData) ? 'Input "exclude-table-data" has no effect with content: schema, which holds no rows. Leave it out.' : undefined
];
const RESTORE_RULES = [
    STORED_ONCE,
    ONE_KEY,
    ({ backup })=>backup.kind === 'random' ? 'Input "backup" is random: a backup at random can be verified, not restored. Name the one that you want.' : undefined,
    ({ mode, tables, schemas, content })=>{
        const partial = given(tables) ? 'tables' : given(schemas) ? 'schemas' : 'content';
        return mode === 'replace' && (partial !== 'content' || content !== 'all') ? `Input "${partial}" restores a part, and mode: replace would put that in the place of the whole database. Restore a part with mode: fresh, into an empty database or into one that lacks it.` : undefined;
    },
    ({ safetyBackup })=>{
        if (safetyBackup === undefined) return undefined;
        try {
            (0,url/* parseStorageUrl */.Y)(safetyBackup);
            return undefined;
        } catch (error) {
            return `Input "safety-backup" is no storage to back up to. ${(0,errors/* messageOf */.bD)(error)}`;
        }
    }
];
const VERIFY_RULES = [
    STORED_ONCE,
    ONE_KEY,
    ({ scratchUrl, postgresVersion })=>scratchUrl !== undefined && postgresVersion !== 'auto' ? `Input "postgres-version" is ${postgresVersion}, but the server that "scratch-url" names has its own version. Leave it out.` : undefined
];
function check(rules, inputs) {
    for (const rule of rules){
        const message = rule(inputs);
        if (message !== undefined) throw new errors/* UserError */.yo(message);
    }
}
/** Outside a backup there is no database that could fill a placeholder in the family's name. */ function checkName(command, { name }) {
    if (name !== undefined && (0,inputs_name/* hasPlaceholder */.Kc)(name)) {
        throw new errors/* UserError */.yo(`Input "name" is "${name}", but ${command} knows no database. Give the family's own name.`);
    }
}
const CHECKS = {
    backup: (inputs)=>{
        check(BACKUP_RULES, inputs);
        checkDumpArgs(inputs.dumpArgs, inputs.format, inputs.content);
    },
    restore: (inputs)=>{
        checkName('restore', inputs);
        check(RESTORE_RULES, inputs);
    },
    verify: (inputs)=>{
        checkName('verify', inputs);
        check(VERIFY_RULES, inputs);
    },
    list: (inputs)=>{
        checkName('list', inputs);
    },
    show: (inputs)=>{
        checkName('show', inputs);
    }
};
/**
 * Refuses inputs that contradict each other.
 * @throws UserError
 */ function checkInputs(command, inputs) {
    CHECKS[command](inputs);
}

// EXTERNAL MODULE: ./lib/base/units.js
var units = __nccwpck_require__(8714);
;// CONCATENATED MODULE: ./lib/inputs/duration.js
const UNITS = {
    ms: 1,
    s: 1000,
    m: 60_000,
    h: 3_600_000,
    d: 86_400_000,
    w: 7 * 86_400_000
};
function parse(text, pattern, longest) {
    const match = pattern.exec(text);
    const value = Number(match?.[1]) * (UNITS[match?.[2] ?? ''] ?? NaN);
    return value >= 1 && value <= longest ? value : undefined;
}
/** `500ms`, `60s`, `5m`, `1h`, up to a day: milliseconds; undefined for anything else. */ function parseDuration(text) {
    return parse(text, /^(\d{1,9})(ms|s|m|h)$/, 86_400_000);
}
/** `90m`, `26h`, `8d`, `4w`, up to a hundred years: milliseconds; undefined for anything else. */ function parseAge(text) {
    return parse(text, /^(\d{1,9})(m|h|d|w)$/, 36_525 * 86_400_000);
}

;// CONCATENATED MODULE: ./lib/inputs/selector.js

/** What `backup` may be, for messages. */ const SELECTORS = 'latest, latest-verified, an id such as 20261120T020000Z-k3fd, before:<time> such as before:2026-11-20T09:00:00Z, random:<age> such as random:7d';
const ID = /^\d{8}T\d{6}Z-[a-z2-7]{4}$/;
// A time without a zone would mean another moment on another machine.
const TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2}))?$/;
/** Reads the `backup` input; undefined when it is none of the forms. A bare date is its first moment in UTC. */ function parseSelector(text) {
    if (text === 'latest' || text === 'latest-verified') return {
        kind: text
    };
    if (ID.test(text)) return {
        kind: 'id',
        id: text
    };
    const [, kind, rest = ''] = /^(before|random):(.*)$/.exec(text) ?? [];
    if (kind === 'before' && TIME.test(rest)) {
        const time = new Date(rest);
        return Number.isNaN(time.getTime()) ? undefined : {
            kind,
            time,
            text: rest
        };
    }
    const withinMs = kind === 'random' ? parseAge(rest) : undefined;
    return withinMs === undefined ? undefined : {
        kind: 'random',
        withinMs
    };
}

;// CONCATENATED MODULE: ./lib/inputs/parse.js




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
function parseWorkers(name, text, max) {
    if (text === 'auto') return text;
    const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    return value >= 1 && value <= max ? value : refuse(name, text, `auto, or a whole number from 1 to ${max}`);
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
    return text;
}
/** How each kind of input is read; `text` has no space around it. */ const READERS = {
    string: parseString,
    secret: (name, text, { multiline })=>multiline === true ? text : parseString(name, text),
    list: (_, text)=>splitList(text),
    boolean: parseBoolean,
    workers: (name, text, { max })=>parseWorkers(name, text, max),
    choice: (name, text, { values })=>values.includes(text) ? text : refuse(name, text, values.join(', ')),
    duration: (name, text)=>parseDuration(text) ?? refuse(name, text, 'a number and a unit, such as 500ms, 60s, 5m or 1h, up to 24h'),
    age: (name, text)=>parseAge(text) ?? refuse(name, text, 'a number and a unit, such as 90m, 26h, 8d or 4w'),
    selector: (name, text)=>parseSelector(text) ?? refuse(name, text, SELECTORS),
    compression: parseCompression,
    major: parseMajor
};
/**
 * Reads one input's text, which is not empty.
 * @throws UserError that names the input and what it may be; a secret's text is never in it.
 */ function parseValue(name, kind, text) {
    // Which reader belongs to which kind is what the type of READERS says; a lookup by a union cannot show it.
    const reader = READERS[kind.type];
    return reader(name, text.trim(), kind);
}

// EXTERNAL MODULE: ./lib/inputs/table.js + 6 modules
var table = __nccwpck_require__(730);
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
        if (text === undefined && (0,table/* isRequired */.gx)(spec, command)) {
            throw new errors/* UserError */.yo(`Input "${name}" is required: ${(0,table/* describe */.q0)(spec, command)}.`);
        }
        const absent = spec.type === 'list' ? [] : undefined;
        values[(0,inputs_values/* camelCase */.x)(name)] = text === undefined ? absent : parseValue(name, spec, text);
    }
    // The table says what each value is; this is the one place that takes its word for it.
    const inputs = values;
    checkInputs(command, inputs);
    return inputs;
}


/***/ }),

/***/ 730:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  Bt: () => (/* binding */ TABLE),
  HA: () => (/* binding */ defaultOf),
  q0: () => (/* binding */ describe),
  F8: () => (/* binding */ groupOf),
  Vc: () => (/* binding */ inputsOf),
  gx: () => (/* binding */ isRequired)
});

;// CONCATENATED MODULE: ./lib/inputs/table/dump.js
/** What of a database a backup holds, and what of a backup is restored. */ const DUMP = {
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
        groups: {
            restore: 'What is restored'
        },
        commands: [
            'backup',
            'restore'
        ],
        default: 'all',
        description: '`all`, or only the `schema` (definitions), or only the `data` (rows)',
        descriptions: {
            restore: '`all` that the backup holds, or only the `schema` (definitions), or only the `data` (rows, into tables that are there)'
        }
    },
    schemas: {
        type: 'list',
        group: 'What is dumped',
        groups: {
            restore: 'What is restored'
        },
        commands: [
            'backup',
            'restore'
        ],
        placeholder: 'PATTERN',
        description: 'Dump only schemas that match one of these pg_dump patterns, one a line',
        descriptions: {
            restore: 'Restore only schemas that match one of these pg_dump patterns, one a line; each must match something in the backup'
        }
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
        groups: {
            restore: 'What is restored'
        },
        commands: [
            'backup',
            'restore'
        ],
        placeholder: 'PATTERN',
        description: 'Dump only tables that match one of these pg_dump patterns, one a line',
        descriptions: {
            restore: 'Restore only tables (views, sequences) that match one of these pg_dump patterns, one a line; each must match something in the backup'
        }
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
    }
};

;// CONCATENATED MODULE: ./lib/inputs/table/place.js
/** Which database, which backup, and where backups live. */ const PLACE = {
    'database-url': {
        type: 'secret',
        group: 'Database',
        commands: [
            'backup',
            'restore'
        ],
        placeholder: 'URL',
        descriptions: {
            restore: 'The target: a libpq URI (`postgresql://user:password@host/db`) or keyword string; when empty, the standard `PG*` environment variables. Its database need not exist yet'
        },
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
    backup: {
        type: 'selector',
        group: 'Storage',
        commands: [
            'restore',
            'verify'
        ],
        required: [
            'restore'
        ],
        defaults: {
            verify: 'latest'
        },
        placeholder: 'WHICH',
        description: 'The backup: `latest`, `latest-verified`, an id, or `before:<time>` for the newest whose snapshot is not later than that (`before:2026-11-20T09:00:00Z`)',
        descriptions: {
            verify: 'The backup: `latest`, `latest-verified`, an id, `before:<time>`, or `random:7d` for any one of the last seven days'
        }
    },
    storage: {
        type: 'list',
        group: 'Storage',
        commands: [
            'backup',
            'restore',
            'verify',
            'list',
            'show'
        ],
        required: [
            'backup',
            'restore',
            'verify',
            'list',
            'show'
        ],
        placeholder: 'URL',
        description: 'Where backups live: `s3://bucket/prefix` or `file:///path`, one URL a line; a backup goes to all of them in one pass',
        descriptions: {
            list: 'Where backups live: `s3://bucket/prefix` or `file:///path`',
            show: 'Where backups live: `s3://bucket/prefix` or `file:///path`',
            restore: 'Where backups live: `s3://bucket/prefix` or `file:///path`, one URL a line; the first that has the backup whole is read',
            verify: 'Where backups live: `s3://bucket/prefix` or `file:///path`, one URL a line; the first that has the backup is the one that is verified'
        }
    },
    name: {
        type: 'string',
        group: 'Storage',
        commands: [
            'backup',
            'restore',
            'verify',
            'list',
            'show'
        ],
        defaults: {
            backup: '{database}'
        },
        defaultText: 'the only one',
        placeholder: 'NAME',
        description: 'The family to look in; not needed where the storage holds only one',
        descriptions: {
            backup: 'The family that the backup belongs to, `{database}` being the name of the database; backups of one family are listed together'
        }
    },
    label: {
        type: 'string',
        group: 'Storage',
        commands: [
            'backup',
            'restore',
            'verify',
            'list'
        ],
        placeholder: 'TEXT',
        description: 'Look only at backups that carry this label',
        descriptions: {
            backup: 'Free text such as `daily` that the backup carries'
        }
    }
};

;// CONCATENATED MODULE: ./lib/inputs/table/restore.js
/** What a restore may do, and how it is checked. */ const RESTORE = {
    confirm: {
        type: 'string',
        group: 'What is restored',
        commands: [
            'restore'
        ],
        placeholder: 'NAME',
        description: "The target database's name once more; needed wherever the target is not empty, or is the database that the backup was made of"
    },
    mode: {
        type: 'choice',
        values: [
            'fresh',
            'replace'
        ],
        group: 'What is restored',
        commands: [
            'restore'
        ],
        default: 'fresh',
        description: '`fresh`: the target must be empty or absent. `replace`: restore beside it, compare, then swap the two by renaming; the old database stays as `<name>_before_<id>`'
    },
    owner: {
        type: 'choice',
        values: [
            'auto',
            'true',
            'false'
        ],
        group: 'What is restored',
        commands: [
            'restore'
        ],
        default: 'auto',
        description: "Give each object its owner of then; `auto`: where all those roles exist and the target's role may act as them, and always in `replace`"
    },
    privileges: {
        type: 'choice',
        values: [
            'auto',
            'true',
            'false'
        ],
        group: 'What is restored',
        commands: [
            'restore'
        ],
        default: 'auto',
        description: 'Restore grants too; `auto`: where all the roles that they name exist, and always in `replace`'
    },
    compare: {
        type: 'boolean',
        group: 'What is restored',
        commands: [
            'restore'
        ],
        default: 'true',
        description: 'Compare what was restored with the fingerprint of the backup, before anything is swapped; a difference fails the run'
    },
    'safety-backup': {
        type: 'string',
        group: 'What is restored',
        commands: [
            'restore'
        ],
        placeholder: 'URL',
        description: 'Back up the target to this storage before anything of it is changed; without such a backup nothing is restored'
    }
};

;// CONCATENATED MODULE: ./lib/inputs/table/run.js
/** How pgkeep and its programs run. */ const RUN = {
    jobs: {
        type: 'workers',
        max: 64,
        group: 'How it runs',
        commands: [
            'backup',
            'restore',
            'verify'
        ],
        default: 'auto',
        defaults: {
            backup: '1'
        },
        placeholder: 'N',
        description: 'Tables and indexes that are restored at the same time; `auto`: one for each processor',
        descriptions: {
            backup: 'Tables that pg_dump reads at the same time (`directory` format only); `auto`: one for each processor'
        }
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
            'backup',
            'restore'
        ],
        default: 'false',
        descriptions: {
            restore: 'Say what would be restored, replaced and left out, and whether versions, extensions, roles and disk space fit, but change nothing'
        },
        description: 'Connect, find the programs, write and delete a probe in each storage and estimate the size, but dump nothing'
    },
    'postgres-version': {
        type: 'major',
        group: 'How it runs',
        commands: [
            'backup',
            'restore',
            'verify'
        ],
        default: 'auto',
        placeholder: 'MAJOR',
        description: "Major version of the PostgreSQL programs to use; `auto` takes the server's own, or the nearest newer one to be had, with a warning",
        descriptions: {
            verify: "Major version of the scratch server, to see whether the backup restores there too; `auto` takes that of the backup's own server, or the nearest newer one to be had, with a warning"
        }
    },
    'postgres-bin': {
        type: 'string',
        group: 'How it runs',
        commands: [
            'backup',
            'restore',
            'verify'
        ],
        placeholder: 'FOLDER',
        description: 'Use the PostgreSQL programs in this folder and install nothing'
    }
};

;// CONCATENATED MODULE: ./lib/inputs/table/stored.js
/** How a backup is stored, and read again. */ const STORED = {
    identity: {
        type: 'secret',
        multiline: true,
        group: 'How it is read',
        commands: [
            'restore',
            'verify'
        ],
        placeholder: 'KEY',
        description: 'The age secret key (`AGE-SECRET-KEY-1...`) of one of the recipients, or the text of an identity file'
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
        groups: {
            restore: 'How it is read',
            verify: 'How it is read'
        },
        commands: [
            'backup',
            'restore',
            'verify'
        ],
        placeholder: 'TEXT',
        description: 'The age passphrase that the backup was encrypted with',
        descriptions: {
            backup: 'Encrypt with this age passphrase instead of to recipients'
        }
    }
};

;// CONCATENATED MODULE: ./lib/inputs/table/verify.js
/** What a verification proves. */ const VERIFY = {
    checks: {
        type: 'list',
        group: 'What is proved',
        commands: [
            'verify'
        ],
        placeholder: 'SQL',
        description: 'Queries of your own on the restored database, one a line; each must return one row with one true'
    },
    'expect-tables': {
        type: 'list',
        group: 'What is proved',
        commands: [
            'verify'
        ],
        placeholder: 'TABLE',
        description: 'Tables that must be in the restored database, one a line, such as `public.orders`'
    },
    'max-age': {
        type: 'age',
        group: 'What is proved',
        commands: [
            'verify'
        ],
        placeholder: 'TIME',
        description: 'Fail when the backup is older than this, such as `26h` or `8d`'
    },
    'allow-missing-extensions': {
        type: 'list',
        group: 'What is proved',
        commands: [
            'verify'
        ],
        placeholder: 'NAME',
        description: 'Extensions that cannot be had for the scratch server, one a line: what needs them is left out and reported as not verified'
    },
    'scratch-url': {
        type: 'secret',
        group: 'What is proved',
        commands: [
            'verify'
        ],
        placeholder: 'URL',
        description: 'Restore into a database made for it on this server, and dropped again, instead of into a scratch server of its own'
    },
    control: {
        type: 'boolean',
        group: 'What is proved',
        commands: [
            'verify'
        ],
        default: 'true',
        description: 'After passing, damage the restored copy and require the comparison to notice: a check that finds nothing wrong with anything proves nothing'
    }
};

;// CONCATENATED MODULE: ./lib/inputs/table.js






/**
 * Every input, once. The typed reader, the command line and its help, each action.yml and the README's tables come
 * from here; `npm run docs` writes the generated ones.
 */ const TABLE = {
    ...PLACE,
    ...DUMP,
    ...RESTORE,
    ...VERIFY,
    ...STORED,
    ...RUN
};
/** The inputs that an action or command takes, in the table's order. */ function inputsOf(command) {
    return Object.entries(TABLE).filter(([, spec])=>spec.commands.includes(command));
}
/** What an absent input is for a command, as one would write it; undefined when there is no default. */ function defaultOf(spec, command) {
    return spec.defaults?.[command] ?? spec.default;
}
/** Whether a command cannot do without an input. */ function isRequired(spec, command) {
    return spec.required?.includes(command) === true;
}
/** The heading that an input stands under. */ function groupOf(spec, command) {
    return spec.groups?.[command] ?? spec.group;
}
/** What an input means for a command, in one sentence without a full stop. */ function describe(spec, command) {
    return spec.descriptions?.[command] ?? spec.description;
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

/***/ 934:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Ty: () => (/* binding */ psqlScriptArgs),
/* harmony export */   VZ: () => (/* binding */ pgRestoreArgs),
/* harmony export */   W8: () => (/* binding */ definitionsArgs),
/* harmony export */   Zc: () => (/* binding */ databaseArgs),
/* harmony export */   kK: () => (/* binding */ entriesArgs)
/* harmony export */ });
/** What pg_restore is to put into a database. */ /**
 * The arguments of a restore into a database that is there. Tablespaces are always left out: another server has
 * others, and the paths of the old one.
 */ function pgRestoreArgs(options) {
    return [
        '--no-password',
        // Its messages tell which table it is at.
        '--verbose',
        ...options.jobs > 1 ? [
            `--jobs=${options.jobs}`
        ] : [],
        ...options.section === undefined ? [] : [
            `--section=${options.section}`
        ],
        ...options.content === 'schema' ? [
            '--schema-only'
        ] : [],
        ...options.content === 'data' ? [
            '--data-only'
        ] : [],
        ...options.useList === undefined ? [] : [
            `--use-list=${options.useList}`
        ],
        ...options.owner ? [] : [
            '--no-owner'
        ],
        ...options.privileges ? [] : [
            '--no-privileges'
        ],
        '--no-tablespaces',
        ...options.singleTransaction ? [
            '--single-transaction'
        ] : [],
        `--dbname=${options.conninfo}`,
        options.path
    ];
}
/** The arguments that write an archive's definitions as SQL to standard output. */ function definitionsArgs(path) {
    return [
        '--schema-only',
        '--file=-',
        path
    ];
}
/** The arguments that write the listed entries of an archive as SQL to standard output. */ function entriesArgs(path, useList) {
    return [
        `--use-list=${useList}`,
        '--file=-',
        path
    ];
}
/**
 * The arguments of psql that runs a script from its standard input. It says where an error was, its SQLSTATE and the
 * statement; what queries return goes nowhere, so that standard output holds only what `\echo` writes.
 */ function psqlScriptArgs(conninfo, options) {
    return [
        '--no-psqlrc',
        '--quiet',
        '--no-password',
        '--echo-errors',
        '--output=/dev/null',
        '--set=VERBOSITY=verbose',
        `--set=ON_ERROR_STOP=${options.singleTransaction ? 'on' : 'off'}`,
        ...options.singleTransaction ? [
            '--single-transaction'
        ] : [],
        '--file=-',
        `--dbname=${conninfo}`
    ];
}
/** The arguments that write an archive's definitions as SQL to standard output, those of the database itself too. */ function databaseArgs(path) {
    return [
        '--create',
        '--schema-only',
        '--file=-',
        path
    ];
}


/***/ }),

/***/ 6521:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   KB: () => (/* binding */ dumpArgs),
/* harmony export */   Pk: () => (/* binding */ createsDatabase),
/* harmony export */   _Z: () => (/* binding */ globalsArgs),
/* harmony export */   h2: () => (/* binding */ schemaDumpArgs),
/* harmony export */   s4: () => (/* binding */ isFiltered),
/* harmony export */   ym: () => (/* binding */ listArgs)
/* harmony export */ });
/* harmony import */ var _connection_options_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(6774);

/** True when the dump leaves something of the database out, so that the archive decides what is counted. */ function isFiltered(selection) {
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
 * only a superuser could read them. `-l`: pg_dumpall otherwise insists on a database called `postgres`; a name with a
 * `=` in it would be read as a connection string, so it is written as one.
 */ function globalsArgs(conninfo, database) {
    return [
        '--globals-only',
        '--no-role-passwords',
        '--no-password',
        `--database=${(0,_connection_options_js__WEBPACK_IMPORTED_MODULE_0__/* .formatKeywords */ .ce)(new Map([
            [
                'dbname',
                database
            ]
        ]))}`,
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


/***/ }),

/***/ 5523:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   L: () => (/* binding */ hostAdvice),
/* harmony export */   S: () => (/* binding */ poolerAdvice)
/* harmony export */ });
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


/***/ }),

/***/ 6774:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Qx: () => (/* binding */ parseKeywords),
/* harmony export */   XS: () => (/* binding */ storeOption),
/* harmony export */   ce: () => (/* binding */ formatKeywords),
/* harmony export */   eG: () => (/* binding */ ENCODE_ADVICE),
/* harmony export */   oL: () => (/* binding */ isOption)
/* harmony export */ });
/* harmony import */ var _base_errors_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7594);

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
            throw new _base_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .UserError */ .yo(`database-url cannot be read as a keyword=value string: word ${word} has no \`=\` after it. ` + "A value with spaces must stand in single quotes, e.g. `password='two words'`.");
        }
        if (!isOption(keyword)) {
            throw new _base_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .UserError */ .yo(`database-url cannot be read as a keyword=value string: word ${word} sets what is no connection option of PostgreSQL. ` + 'Look for a typing error, or for an option of a driver or ORM, which must be taken out. ' + "A value with spaces must stand in single quotes, e.g. `password='two words'`.");
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
        throw new _base_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .UserError */ .yo('database-url cannot be read as a keyword=value string: a single quote is not closed. ' + "Inside quotes write a quote as \\' and a backslash as \\\\.");
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


/***/ }),

/***/ 1276:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  C: () => (/* binding */ parseConnection)
});

// EXTERNAL MODULE: ./lib/base/errors.js
var errors = __nccwpck_require__(7594);
// EXTERNAL MODULE: ./lib/postgres/connection/options.js
var connection_options = __nccwpck_require__(6774);
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
        if (user !== '') (0,connection_options/* storeOption */.XS)(options, 'user', decode(user, 'user name'));
        if (password !== undefined && password !== '') {
            writtenPassword = password;
            (0,connection_options/* storeOption */.XS)(options, 'password', decode(password, 'password'));
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
    if (database !== '') (0,connection_options/* storeOption */.XS)(options, 'dbname', decode(database, 'database name'));
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
    if (host !== '') (0,connection_options/* storeOption */.XS)(options, 'host', decode(host, 'host'));
    const port = decode(ports.join(','), 'port');
    if (!/^[\d,]*$/.test(port)) {
        throw refusal(strayed ? 'the password holds a raw `/`: write it as %2F' : 'the port behind the host is not a number. Is there a raw `/` in the password (write it as %2F), or is `@` missing?');
    }
    // `a,b` without ports makes libpq store `,`: the default port for both, whatever PGPORT says.
    if (port !== '') (0,connection_options/* storeOption */.XS)(options, 'port', port);
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
        if (keyword === 'ssl' && value === 'true') (0,connection_options/* storeOption */.XS)(options, 'sslmode', 'require');
        else if ((0,connection_options/* isOption */.oL)(keyword)) (0,connection_options/* storeOption */.XS)(options, keyword, value);
        else throw unknownParameter(strayed ? undefined : keyword);
    }
}
/** The name is shown, for it is most often an ORM's, unless the text around it looks like a password. */ function unknownParameter(name) {
    const shown = name !== undefined && /^[A-Za-z][\w.-]{0,40}$/.test(name) ? ` \`${name}\`` : ' of one name behind the `?`';
    return new errors/* UserError */.yo(`PostgreSQL's programs know no connection option${shown} (drivers and ORMs have options of their own, such as \`schema\`, ` + `\`pgbouncer\` or \`connection_limit\`): take it out of database-url. ${connection_options/* ENCODE_ADVICE */.eG}`);
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
    return new errors/* UserError */.yo(`database-url cannot be read as a PostgreSQL URL: ${reason}. ${connection_options/* ENCODE_ADVICE */.eG}`, cause === undefined ? undefined : {
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
        conninfo: (database)=>(0,connection_options/* formatKeywords */.ce)(publicOptions(options, target, database)),
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
        options: (0,connection_options/* parseKeywords */.Qx)(text),
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
        (0,connection_options/* formatKeywords */.ce)(new Map([
            [
                '',
                password
            ]
        ])).slice(2, -1)
    ];
}


/***/ }),

/***/ 3922:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  S: () => (/* binding */ explainFailure),
  s: () => (/* binding */ explainSqlError)
});

// EXTERNAL MODULE: ./lib/base/errors.js
var errors = __nccwpck_require__(7594);
;// CONCATENATED MODULE: ./lib/postgres/causes/cause.js
/** `the server db.example.com:5432`, as far as it is known. */ function serverName({ target }) {
    if (target?.host === undefined) return 'the server';
    return `the server ${target.host}${target.port === undefined ? '' : `, port ${target.port},`}`;
}

// EXTERNAL MODULE: ./lib/postgres/causes/hosts.js
var hosts = __nccwpck_require__(5523);
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
        say: (_, context)=>'The connection goes through a transaction pooler, which hands every transaction to another session: a dump through it is not ' + `consistent. ${(0,hosts/* poolerAdvice */.S)(context)}`
    },
    {
        pattern: /query_wait_timeout|server_login_retry|server login has been failing/,
        say: ()=>'The pooler found no free connection to the server, or cannot reach it: connect to the server itself, or look at its log and pool_size.'
    }
];

// EXTERNAL MODULE: ./lib/postgres/connection/options.js
var options = __nccwpck_require__(6774);
;// CONCATENATED MODULE: ./lib/postgres/causes/connecting.js



/** Why no connection came about before anyone checked a password. */ const CONNECTING = [
    {
        pattern: /could not translate host name "([^"]*)" to address/,
        say: ([, host], context)=>`The host name ${host} cannot be resolved. ` + ((0,hosts/* hostAdvice */.L)(context) || 'Check it in database-url. When it looks like a piece of the password, a character there is not encoded: ' + options/* ENCODE_ADVICE */.eG)
    },
    {
        pattern: /Network is unreachable|Cannot assign requested address|No route to host|Address family not supported/i,
        say: (_, context)=>`This machine has no route to ${serverName(context)} (it may have only an IPv6 address, which GitHub's runners cannot reach). ` + ((0,hosts/* hostAdvice */.L)(context) || "Use a host with an IPv4 address: the provider's pooler in session mode, or its IPv4 option.")
    },
    {
        pattern: /timeout expired|Connection timed out|Operation timed out/i,
        say: (_, context)=>`No answer from ${serverName(context)} in time. ` + ((0,hosts/* hostAdvice */.L)(context) || 'Check host and port, and that the firewall or allow-list lets this machine in. ' + "GitHub's hosted runners have no fixed address: use a self-hosted runner, a larger runner with a static address, or a tunnel.")
    },
    {
        pattern: /connection to server on socket "([^"]*)" failed: (?:No such file|Connection refused)|connections on Unix domain socket "([^"]*)"/,
        say: ([, socket, oldSocket], { target })=>`No PostgreSQL server listens on the socket ${socket ?? oldSocket}. ` + (target?.host === undefined ? 'No host is given: add it to database-url, or set PGHOST.' : 'Check the directory in `host` and the port.')
    },
    {
        pattern: /Connection refused/i,
        say: (_, context)=>`Nothing accepts connections at ${serverName(context)} (connection refused). ` + ((0,hosts/* hostAdvice */.L)(context) || 'Check host and port, and that the server runs. A service container needs `ports: ["5432:5432"]` and a health check.')
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

// EXTERNAL MODULE: ./lib/postgres/quote.js
var quote = __nccwpck_require__(1363);
;// CONCATENATED MODULE: ./lib/postgres/causes/reading.js

/** Why something could not be read, once connected. */ const READING = [
    {
        pattern: /query would be affected by row-level security policy for table "([^"]*)"/,
        say: ([, table], context)=>`Row-level security hides rows of table ${table} from ${roleName(context)}, so the backup would miss them. ` + `Use a role that sees all rows: \`ALTER ROLE ${roleIdentifier(context)} BYPASSRLS\`, or the table's owner ` + '(where the table has FORCE ROW LEVEL SECURITY, BYPASSRLS alone helps).'
    },
    {
        pattern: /permission denied to set role "([^"]*)"/,
        say: ([, role], context)=>`${reading_capital(roleName(context))} may not become ${role} (\`--role\`): \`GRANT ${(0,quote/* quoteIdentifier */.C)(role ?? '')} TO ${roleIdentifier(context)}\`.`
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
        say: ([, schema = ''], context)=>`${reading_capital(roleName(context))} may not use schema ${schema}. ` + `Grant it: \`GRANT USAGE ON SCHEMA ${(0,quote/* quoteIdentifier */.C)(schema)} TO ${roleIdentifier(context)}\`, or everything at once ` + `(PostgreSQL 14 and newer): \`GRANT pg_read_all_data TO ${roleIdentifier(context)}\`. Or leave it out with exclude-schemas.`
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
    return target?.user === undefined ? 'the_role' : (0,quote/* quoteIdentifier */.C)(target.user);
}
function reading_capital(text) {
    return text.charAt(0).toUpperCase() + text.slice(1);
}
/** A name that pg_dump already wrote as SQL (`public."Order Lines"`), or the bare name of a message made one. */ function written(name) {
    return /^(?:"(?:[^"]|"")+"|[a-z_][\w$]*)\.(?:"(?:[^"]|"")+"|[a-z_][\w$]*)$/.test(name) ? name : (0,quote/* quoteIdentifier */.C)(name);
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
        pattern: /could not (?:extend|write(?: to)?|create)(?: temporary)? file "(?:base|global|pg_\w+)\/[^"]*": (?:No space left on device|Disk quota exceeded|wrote only \d+ of \d+ bytes)|could not (?:extend|write).*\n?.*Check free disk space/,
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

// EXTERNAL MODULE: ./lib/postgres/reply.js
var reply = __nccwpck_require__(3459);
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
    if (!(error instanceof reply/* SqlError */.L8)) return error;
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


/***/ }),

/***/ 3154:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   U: () => (/* binding */ refuseTransactionPooler)
/* harmony export */ });
/* harmony import */ var _base_errors_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7594);
/* harmony import */ var _causes_hosts_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(5523);
/* harmony import */ var _psql_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(59);



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
        if (await shareBackends(first, second)) throw refusal(context);
    } catch (error) {
        // Statement pooling: `transaction blocks not allowed in statement pooling mode`.
        if (error instanceof _psql_js__WEBPACK_IMPORTED_MODULE_1__/* .SqlError */ .L8) throw refusal(context, error);
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
function refusal(context, cause) {
    return new _base_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .UserError */ .yo('The connection goes through a pooler that gives each transaction to another session of the server (transaction pooling). ' + 'A dump through it looks fine and misses rows, since its sessions do not share one snapshot. ' + `Use a direct connection or session pooling. ${(0,_causes_hosts_js__WEBPACK_IMPORTED_MODULE_2__/* .poolerAdvice */ .S)(context)}`, cause === undefined ? undefined : {
        cause
    });
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

/***/ 6499:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  Ru: () => (/* reexport */ findAnyPrograms),
  z0: () => (/* reexport */ findPrograms),
  Pv: () => (/* reexport */ folder_cache/* folderCache */.P),
  HG: () => (/* reexport */ installTools),
  F2: () => (/* reexport */ provideServer)
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

/** What to do on this system to get the programs of a major, as the end of a message. */ function advice(machine, major, sought = 'client') {
    const n = major === undefined ? 'N' : String(major);
    const server = sought === 'server';
    const bin = `or install them elsewhere and name their folder in \`postgres-bin\`${server ? ', or name a server of yours in `scratch-url`' : ''}`;
    const { id, like } = machine.os;
    const family = [
        id,
        ...like
    ];
    if (machine.platform === 'darwin') return `Install them with \`brew install postgresql@${n}\`, ${bin}.`;
    if (machine.platform === 'win32') return `Install PostgreSQL ${n} from https://www.postgresql.org/download/windows/ (or \`choco install postgresql${n}\`), ${bin}.`;
    if (isDebianFamily(machine)) return `Add PostgreSQL's apt repository (https://wiki.postgresql.org/wiki/Apt) and \`apt-get install postgresql-${server ? '' : 'client-'}${n}\`, ${bin}.`;
    if (family.includes('alpine')) return `Install them with \`apk add postgresql${n}${server ? ` postgresql${n}-contrib` : '-client'}\`, ${bin}.`;
    if (family.some((name)=>[
            'fedora',
            'rhel',
            'centos'
        ].includes(name))) return `Add PostgreSQL's yum repository (https://www.postgresql.org/download/linux/redhat/) and \`dnf install postgresql${n}${server ? `-server postgresql${n}-contrib` : ''}\`, ${bin}.`;
    return `Install the ${sought} programs of PostgreSQL ${n} (https://www.postgresql.org/download/), ${bin}.`;
}
/** The message of a search that found nothing. */ function notFound(machine, major, tried, sought = 'client') {
    const what = major === undefined ? `PostgreSQL's ${sought} programs` : `the ${sought} programs of PostgreSQL ${major} or newer`;
    const names = sought === 'server' ? 'postgres, initdb' : 'psql, pg_dump, pg_restore, pg_dumpall';
    const how = tried.length === 0 ? '' : `\nTried: ${tried.join('; ')}.`;
    return `Could not find or install ${what} (${names}) on ${machineName(machine)}.${how}\n${advice(machine, major, sought)}`;
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
 * the folders of the processor in each.
 */ async function libraryFolders(root) {
    const found = [];
    for (const parent of [
        (0,external_node_path_.join)(root, 'usr', 'lib'),
        (0,external_node_path_.join)(root, 'lib')
    ]){
        const entries = await (0,promises_.readdir)(parent, {
            withFileTypes: true
        }).catch(()=>[]);
        const inside = entries.filter((entry)=>entry.isDirectory() && /-linux-gnu/.test(entry.name)).map((entry)=>(0,external_node_path_.join)(parent, entry.name));
        // Where alternatives of one library stand, which are linked to only when packages are installed.
        const alternatives = inside.flatMap((folder)=>[
                'blas',
                'lapack'
            ].map((name)=>(0,external_node_path_.join)(folder, name)));
        for (const folder of [
            ...inside,
            ...alternatives,
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
// EXTERNAL MODULE: ./lib/base/process.js
var base_process = __nccwpck_require__(8208);
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
/** Looks whether `folder` holds all four client programs; see `probeFolder`. */ async function probe(folder, options) {
    const { programs, problem } = await probeFolder(folder, NAMES, options);
    if (programs === undefined) return {
        problem
    };
    return {
        programs: {
            ...programs,
            source: options.source,
            env: options.programEnv ?? {}
        }
    };
}
/**
 * Looks whether `folder` holds all these programs, of one major, and runs each: a folder's name says nothing, and a
 * missing shared library shows only now. Debian's `pg_wrapper` is refused: it runs whatever major it likes.
 */ async function probeFolder(folder, names, options) {
    const path = (name)=>(0,external_node_path_.join)(folder, options.windows === true ? `${name}.exe` : name);
    for (const name of names){
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
    const env = {
        ...options.env,
        ...options.programEnv
    };
    const signal = options.signal === undefined ? {} : {
        signal: options.signal
    };
    const results = await Promise.all(names.map(async (name)=>({
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
            problem: `${folder} mixes majors: ${names[0]} ${version.version}, ${name} ${own.version}`
        };
    }
    if (version === undefined) return {
        problem: `${folder} has no programs`
    };
    return {
        programs: {
            ...version,
            path
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
/** `postgresql-client-17` -> 17; undefined for `postgresql-client-common` and the like. */ function packageMajor(name, prefix) {
    const rest = name.startsWith(prefix) ? name.slice(prefix.length) : '';
    return /^\d+$/.test(rest) ? Number(rest) : undefined;
}
/** The dependencies that cannot be met, where `apt-get install -s` says so. */ function unmet(text) {
    const lines = text.slice(text.indexOf('unmet dependencies:')).split('\n').slice(1);
    const found = lines.filter((line)=>/^ .*\b(?:Depends|Conflicts|Breaks|PreDepends): /.test(line));
    if (!text.includes('unmet dependencies:') || found.length === 0) return undefined;
    return found.map((line)=>line.trim().replace(/ +/g, ' ')).join('; ');
}
/** The installed servers that `apt-get install -s` says it would replace by another version. */ function replacedServers(text) {
    return [
        ...text.matchAll(/^Inst (postgresql-\d+) \[/gm)
    ].map((match)=>match[1] ?? '');
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
 * PostgreSQL's servers, headers, extensions and the like. apt upgrades what was built from one source together, so an
 * installed server would be fetched along with a newer libpq5; and an unpacked server sees no extension of the system.
 */ function isSibling(name, source) {
    if (/^postgresql-(?:\d|pl)/.test(name)) return true;
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
    for (const name of options.pretended)stanzas.push(// With an epoch: some of what they stand for has one.
    `Package: ${name}\nStatus: install ok installed\nVersion: 99:99999\nArchitecture: all\nMulti-Arch: allowed`);
    return `${stanzas.join('\n\n')}\n`;
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
        // Else a newer libquadmath fetches a newer compiler, and a newer libpq a newer server, where those are installed.
        'APT::Get::Upgrade-By-Source-Package "false";',
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
/** `apt-get` arguments that only say what installing would do. */ function simulateArgs(packages) {
    return [
        'install',
        '-s',
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
    /** The clients or servers on offer, one a major, the newest version of each. */ async majors(prefix) {
        const names = (await this.command('apt-cache', [
            'pkgnames',
            prefix
        ])).stdout.toString('utf8').split('\n').filter((name)=>packageMajor(name, prefix) !== undefined);
        const found = new Map();
        for (const candidate of (await this.candidates(names))){
            const major = packageMajor(candidate.name, prefix);
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
    /**
   * What installing packages would do, as apt prints it: into the system, or beside it as `pretend` has it; or why it is
   * not possible.
   */ async simulate(packages, where) {
        const conf = where === 'system' ? this.layout.systemConf : this.layout.privateConf;
        const { code, stdout, stderr } = await (0,base_process/* run */.e)('apt-get', simulateArgs(packages), {
            env: aptEnv(this.options.env, conf),
            ...this.options.signal === undefined ? {} : {
                signal: this.options.signal
            }
        });
        const plan = stdout.toString('utf8');
        if (code === 0) return {
            plan
        };
        return {
            problem: unmet(plan) ?? reason(stderr)
        };
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

;// CONCATENATED MODULE: ./lib/postgres/programs/apt/subject.js



/** The folder of a major's programs, where Debian's packages have it. */ function debianFolder(major) {
    return `/usr/lib/postgresql/${major}/bin`;
}
function clientSubject(options, machine) {
    return {
        what: 'the clients',
        prefix: 'postgresql-client-',
        // Depends on perl; the versioned programs run without it.
        unwanted: [
            'postgresql-client-common'
        ],
        beside: ()=>[],
        useful: ()=>undefined,
        lackedBy: ()=>Promise.resolve([]),
        cacheName: cacheName(machineTag(machine)),
        cacheVersion: (programs)=>toSemver(programs.version),
        inSystem: (major, source)=>probe(debianFolder(major), {
                source,
                env: options.env
            }),
        complete: ()=>Promise.resolve(),
        unpacked: (root, major, source)=>probeUnpacked(root, major, source, options),
        install: (session, packages, right)=>session.install(packages, right)
    };
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

;// CONCATENATED MODULE: ./lib/postgres/programs/apt/into-cache.js




/**
 * Fetches packages, unpacks them into the tool cache and looks whether they run there. Where the cache cannot be
 * written, they stay in the folder for temporary files.
 */ async function unpackIntoCache(session, packages, subject, options) {
    const { cache, major, source } = options;
    const folder = await (0,promises_.mkdtemp)((0,external_node_path_.join)(options.tempDir, 'pgkeep-programs-'));
    // A server runs as another user when we are root.
    await (0,promises_.chmod)(folder, 0o755);
    let keep = false;
    try {
        const { files } = await unpackWith(session, packages, folder, options.env);
        await subject.complete(folder, major);
        const { programs, problem } = await subject.unpacked(folder, major, source);
        if (programs === undefined) throw new errors/* UserError */.yo(`The unpacked programs cannot be used: ${problem}.`);
        let stored;
        try {
            stored = await cache.store(subject.cacheName, subject.cacheVersion(programs, files), folder);
        } catch (error) {
            options.reporter.info(`The programs could not be kept in the tool cache: ${(0,errors/* messageOf */.bD)(error)}`);
            keep = true;
            return programs;
        }
        const moved = await subject.unpacked(stored, major, source);
        if (moved.programs === undefined) throw new errors/* UserError */.yo(`The tool cache cannot be used: ${moved.problem}.`);
        return moved.programs;
    } finally{
        if (!keep) await (0,promises_.rm)(folder, {
            recursive: true,
            force: true
        });
    }
}

;// CONCATENATED MODULE: ./lib/postgres/programs/apt/installer.js








/**
 * Installs clients or servers on Debian and Ubuntu: the distribution's where it has the major, else from PostgreSQL's
 * repository.
 */ class AptInstaller {
    options;
    source;
    subject;
    notes = [];
    session;
    sourceAdded = false;
    offered = new Map();
    constructor(options, source, subject){
        this.options = options;
        this.source = source;
        this.subject = subject;
    }
    /** An installer of clients. */ static create(options, machine) {
        return AptInstaller.of(clientSubject(options, machine), options, machine);
    }
    static async of(subject, options, machine) {
        const certificates = await (0,promises_.access)('/etc/ssl/certs/ca-certificates.crt').then(()=>true, ()=>false);
        const source = options.apt === undefined ? pgdgSource(machine, options.env, certificates) : options.apt;
        return new AptInstaller(options, source ?? undefined, subject);
    }
    async offers(wanted) {
        const session = await this.open();
        const enough = async ()=>{
            await this.refresh(session);
            return wanted === undefined ? this.offered.size > 0 : this.offered.has(wanted);
        };
        // What the distribution has costs no question to the network, as long as there are lists.
        if (await enough()) return [
            ...this.offered.keys()
        ];
        const hadLists = await session.hasLists();
        await this.addSource(session);
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
            await this.refresh(session);
            return this.perform(session, major);
        }
    }
    async close() {
        await this.session?.close();
        this.session = undefined;
        this.sourceAdded = false;
    }
    summary() {
        const majors = [
            ...this.offered.keys()
        ].sort((a, b)=>a - b);
        this.notes.push(`apt, which has ${this.subject.what} of ${majors.length === 0 ? 'no version' : majors.join(', ')}`);
        return majors;
    }
    async open() {
        this.session ??= await AptSession.open(this.options, this.source, {
            missing: [],
            pretended: this.subject.unwanted
        });
        return this.session;
    }
    async refresh(session) {
        this.offered = await session.majors(this.subject.prefix);
    }
    async addSource(session) {
        if (this.sourceAdded) return;
        this.sourceAdded = true;
        const problem = await session.addSource();
        if (problem === undefined) return;
        this.notes.push(`PostgreSQL's apt repository (${problem})`);
        this.options.reporter.info(`PostgreSQL's apt repository cannot be used: ${problem}`);
    }
    /** Of each group of packages the first that there is. */ async choose(session, groups, thorough) {
        const choose = async ()=>{
            const there = new Set((await session.candidates(groups.flat())).map(({ name })=>name));
            return groups.flatMap((names)=>names.find((name)=>there.has(name)) ?? []);
        };
        let chosen = await choose();
        if (thorough && chosen.length < groups.length && !this.sourceAdded) {
            await this.addSource(session);
            await this.refresh(session);
            chosen = await choose();
        }
        return [
            ...new Set(chosen)
        ];
    }
    async perform(session, major) {
        const beside = await this.choose(session, this.subject.beside(major), true);
        const candidate = this.offered.get(major);
        if (candidate === undefined) throw new errors/* UserError */.yo(`apt has no ${this.subject.prefix}${major}.`);
        const source = isPgdg(candidate.uri, this.source) ? 'apt.postgresql.org' : 'distribution';
        const right = await privilege(this.options);
        if (right !== 'none') {
            try {
                const installed = await this.intoSystem(session, candidate, {
                    major,
                    source,
                    right
                });
                if (installed !== undefined) return installed;
            } catch (error) {
                if (error instanceof errors/* CancelledError */.cc) throw error;
                this.options.reporter.info(`${(0,errors/* messageOf */.bD)(error)} Unpacking it into the tool cache instead.`);
            }
        }
        await session.pretend({
            missing: [
                candidate.name,
                ...beside
            ],
            pretended: this.subject.unwanted
        });
        const wanted = await this.possible(session, [
            pinned(candidate)
        ], beside, 'private');
        const useful = this.subject.useful(major)?.flat();
        if (useful !== undefined && !wanted.some((name)=>useful.includes(name))) throw new errors/* UserError */.yo(`apt has nothing that PostgreSQL ${major} lacks here: ${useful.join(', ')}.`);
        this.announce(wanted, candidate, ' into the tool cache');
        return unpackIntoCache(session, wanted, this.subject, {
            ...this.options,
            major,
            source
        });
    }
    /** Undefined where the system is to stay as it is. */ async intoSystem(session, candidate, how) {
        const there = (await this.subject.inSystem(how.major, 'system')).programs;
        const own = there === undefined ? [
            pinned(candidate)
        ] : [];
        const groups = there === undefined ? this.subject.beside(how.major) : await this.subject.lackedBy(there);
        const wanted = await this.possible(session, own, await this.choose(session, groups, false), 'system');
        if (wanted.length === 0) return there;
        // Whoever has a server on this machine chooses by himself when it is replaced and restarted.
        const replaced = replacedServers((await session.simulate(wanted, 'system')).plan ?? '');
        if (replaced.length > 0) {
            this.options.reporter.info(`Installing ${wanted.join(', ')} would replace ${replaced.join(', ')}: not done.`);
            return undefined;
        }
        this.announce(wanted, candidate, '');
        await this.subject.install(session, wanted, how.right);
        const source = there === undefined ? how.source : 'system';
        const { programs, problem } = await this.subject.inSystem(how.major, source);
        if (programs !== undefined) return programs;
        throw new errors/* UserError */.yo(`${wanted.join(', ')} was installed, but ${problem}.`);
    }
    /** What of `beside` can be installed together with `own`. */ async possible(session, own, beside, where) {
        const all = [
            ...own,
            ...beside
        ];
        if (beside.length === 0 || (await session.simulate(all, where)).plan !== undefined) return all;
        const possible = [
            ...own
        ];
        for (const name of beside){
            const { plan, problem } = await session.simulate([
                ...possible,
                name
            ], where);
            if (plan === undefined) this.options.reporter.info(`apt cannot install ${name}: ${problem}`);
            else possible.push(name);
        }
        return possible;
    }
    announce(wanted, candidate, where) {
        const names = wanted.map((name)=>name.replace('=', ' '));
        this.options.reporter.info(`Installing ${names.join(', ')} from ${candidate.uri}${where}.`);
    }
}
function pinned(candidate) {
    return `${candidate.name}=${candidate.version}`;
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
function brewClients(options) {
    const look = (folder, source)=>probe(folder, {
            source,
            env: options.env
        });
    return {
        clientsOnly: true,
        beside: [],
        look
    };
}
/** Installs clients or servers with Homebrew. */ class BrewInstaller {
    subject;
    options;
    notes = [];
    libpq;
    constructor(subject, options){
        this.subject = subject;
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
        if (this.subject.clientsOnly) this.libpq = libpqMajor(info.stdout.toString('utf8'));
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
        this.options.reporter.info(`Installing ${[
            formula,
            ...this.subject.beside
        ].join(', ')} with Homebrew.`);
        const installed = await this.brew(brewInstallArgs(formula));
        const prefix = await this.brew([
            '--prefix',
            formula
        ]);
        if (installed.code !== 0 || prefix.code !== 0) throw new errors/* UserError */.yo(`Homebrew could not install ${formula}: ${installed.stderr || prefix.stderr}`);
        for (const name of this.subject.beside){
            const { code, stderr } = await this.brew(brewInstallArgs(name));
            if (code !== 0) this.options.reporter.info(`Homebrew could not install ${name}: ${stderr}`);
        }
        const folder = (0,external_node_path_.join)(prefix.stdout.toString('utf8').trim(), 'bin');
        const { programs, problem } = await this.subject.look(folder, 'homebrew');
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

;// CONCATENATED MODULE: ./lib/postgres/programs/installer.js





/** The package manager of this machine that we know how to use, for clients; or undefined. */ async function installerFor(options) {
    return installerOf({
        apt: (machine)=>clientSubject(options, machine),
        brew: ()=>brewClients(options)
    }, options);
}
/** The same for whatever the subject of each package manager is. */ async function installerOf(subject, options) {
    const machine = options.machine ?? await readMachine();
    if (isDebianFamily(machine)) {
        if (await which('apt-get', options.env) === undefined) return undefined;
        return AptInstaller.of(subject.apt(machine), options, machine);
    }
    if (machine.platform !== 'darwin' && options.method === 'rootless') return undefined;
    if (await which('brew', options.env) === undefined) return undefined;
    return new BrewInstaller(subject.brew(), options);
}

;// CONCATENATED MODULE: ./lib/postgres/programs/nearest.js

/** The first of the majors, from the wanted one up, that `obtain` can get; never an older one. */ async function nearestMajor(wanted, majors, obtain) {
    const fitting = majors.filter((major)=>major >= wanted).sort((a, b)=>a - b);
    for (const major of new Set(fitting)){
        const found = await obtain(major);
        if (found !== undefined) return found;
    }
    return undefined;
}
/** Installs a major; where that fails, says so, adds it to `tried`, and returns undefined. */ async function attempt(installer, major, tried, options) {
    try {
        return await installer?.install(major);
    } catch (error) {
        if (error instanceof errors/* CancelledError */.cc) throw error;
        tried.push((0,errors/* messageOf */.bD)(error));
        options.reporter.info((0,errors/* messageOf */.bD)(error));
        return undefined;
    }
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
    ];
    const found = await nearestMajor(options.major, majors, async (major)=>atHand.find((one)=>one.major === major) ?? await attempt(installer, major, tried, options));
    if (found !== undefined && found.major !== options.major) warnNewer(found, options, 'the nearest that could be had');
    return found;
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
function warnNewer(programs, options, why) {
    options.reporter.warn(`The programs of PostgreSQL ${programs.version} are used instead of those of ${options.major}, ${why}. ` + `Restoring such a backup into PostgreSQL ${options.major} may need the newer pg_restore and show errors about unknown settings.`);
}

// EXTERNAL MODULE: ./lib/postgres/programs/folder-cache.js
var folder_cache = __nccwpck_require__(4346);
// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __nccwpck_require__(7598);
;// CONCATENATED MODULE: ./lib/postgres/programs/server/unpacked-env.js



/** Folders that a library of an extension looks for by an absolute path, and the variable that says where they are. */ const DATA = [
    // PostGIS: coordinate systems and formats. PROJ 9 has the second name for the first.
    {
        parent: 'usr/share',
        name: /^proj$/,
        variables: [
            'PROJ_LIB',
            'PROJ_DATA'
        ]
    },
    {
        parent: 'usr/share',
        name: /^gdal$/,
        variables: [
            'GDAL_DATA'
        ]
    },
    {
        parent: 'usr/share/tcltk',
        name: /^tcl\d/,
        variables: [
            'TCL_LIBRARY'
        ]
    }
];
/** What a server and its extensions need in their environment that were unpacked into `root`. */ async function unpackedEnv(root, env) {
    const found = await libraryEnv(root, env);
    for (const { parent, name, variables } of DATA){
        const folder = (await names((0,external_node_path_.join)(root, parent))).find((entry)=>name.test(entry));
        if (folder === undefined) continue;
        for (const variable of variables)found[variable] = (0,external_node_path_.join)(root, parent, folder);
    }
    const python = (await names((0,external_node_path_.join)(root, 'usr/lib'))).find((entry)=>/^python3\.\d+$/.test(entry));
    if (python !== undefined) {
        const library = (0,external_node_path_.join)(root, 'usr/lib', python);
        found['PYTHONPATH'] = [
            library,
            (0,external_node_path_.join)(library, 'lib-dynload')
        ].join(':');
    }
    return found;
}
async function names(folder) {
    return (0,promises_.readdir)(folder).catch(()=>[]);
}

;// CONCATENATED MODULE: ./lib/postgres/programs/server/probe.js




/** Looks whether `folder` holds `postgres` and `initdb`, of one major, and that they run. */ async function probeServer(folder, options) {
    const { programs, problem } = await probeFolder(folder, [
        'postgres',
        'initdb'
    ], options);
    if (programs === undefined) return {
        problem
    };
    const { major, version } = programs;
    return {
        programs: {
            major,
            version,
            source: options.source,
            initdb: programs.path('initdb'),
            postgres: programs.path('postgres'),
            env: options.programEnv ?? {}
        }
    };
}
/** Debian's servers read the time zones there and nowhere else. */ const ZONES = '/usr/share/zoneinfo';
/** Looks at a server that Debian packages were unpacked into `root` for. */ async function probeUnpackedServer(root, major, source, options) {
    const zones = await (0,promises_.access)(ZONES).then(()=>true, ()=>false);
    if (!zones) return {
        problem: `an unpacked server needs this machine's time zones (${ZONES}, package tzdata)`
    };
    return probeServer((0,external_node_path_.join)(root, 'usr', 'lib', 'postgresql', String(major), 'bin'), {
        source,
        env: options.env,
        programEnv: await unpackedEnv(root, options.env),
        ...options.signal === undefined ? {} : {
            signal: options.signal
        }
    });
}

;// CONCATENATED MODULE: ./lib/postgres/programs/server/cached.js



/** The name in the tool cache of unpacked servers for one kind of system (`machineTag`). */ function serverCacheName(tag) {
    return `pgkeep-postgresql-server-${tag}`;
}
/**
 * The version in the tool cache of a server with what was unpacked along with it: `17.11.0-p3f2a9c01b7de`. Another set of
 * packages is another version.
 */ function serverCacheVersion(version, files) {
    const set = (0,external_node_crypto_.createHash)('sha256').update([
        ...files
    ].sort().join('\n'));
    // In a semantic version a part of digits alone may not begin with a zero.
    return `${toSemver(version)}-p${set.digest('hex').slice(0, 12)}`;
}
/** The servers in the tool cache, newest first; what does not run here is passed over. */ async function cachedServers(tag, options) {
    const name = serverCacheName(tag);
    const versions = options.cache.versions(name).sort((a, b)=>b.localeCompare(a, 'en', {
            numeric: true,
            sensitivity: 'base'
        }));
    const probes = await Promise.all(versions.map(async (version)=>{
        const root = options.cache.find(name, version);
        if (root === undefined) return undefined;
        return probeUnpackedServer(root, Number.parseInt(version), 'tool-cache', options);
    }));
    return probes.flatMap((found)=>found?.programs ?? []);
}

;// CONCATENATED MODULE: ./lib/postgres/programs/server/share.js



/**
 * Where a server of this major may keep what it shares, by where its `postgres` really lies: PostgreSQL finds it by the
 * relation between the two folders, so that it may be moved as a whole.
 */ function shareFolders(postgres, major) {
    const bin = (0,external_node_path_.dirname)(postgres);
    const prefix = (0,external_node_path_.dirname)(bin);
    const debian = /^(.*\/usr)\/lib\/postgresql\/(\d+)\/bin$/.exec(bin);
    const alpine = /^(.*\/usr)\/lib(?:exec)?\/postgresql\d+(?:\/bin)?$/.exec(bin);
    return [
        ...debian === null ? [] : [
            `${debian[1]}/share/postgresql/${debian[2]}`
        ],
        ...alpine === null ? [] : [
            `${alpine[1]}/share/postgresql${major}`
        ],
        (0,external_node_path_.join)(prefix, 'share', `postgresql@${major}`),
        (0,external_node_path_.join)(prefix, 'share', 'postgresql'),
        (0,external_node_path_.join)(prefix, 'share', 'pgsql'),
        (0,external_node_path_.join)(prefix, 'share')
    ];
}
/** The folder with the control files of the extensions that a server can make, or undefined. */ async function extensionFolder(server, env) {
    const postgres = await (0,promises_.realpath)(server.postgres);
    const { code, stdout } = await (0,base_process/* run */.e)((0,external_node_path_.join)((0,external_node_path_.dirname)(postgres), 'pg_config'), [
        '--sharedir'
    ], {
        env: {
            ...env,
            ...server.env
        },
        timeoutMs: 30_000
    });
    const told = code === 0 ? [
        stdout.toString('utf8').trim()
    ] : [];
    for (const share of [
        ...told,
        ...shareFolders(postgres, server.major)
    ]){
        const folder = (0,external_node_path_.join)(share, 'extension');
        if (await exists((0,external_node_path_.join)(folder, 'plpgsql.control'))) return folder;
    }
    return undefined;
}
/** Those of the extensions that the server cannot make. */ async function lackingExtensions(server, extensions, env) {
    if (extensions.length === 0) return [];
    const folder = await extensionFolder(server, env);
    const lacking = [];
    for (const name of new Set(extensions)){
        // No extension's name has a slash, and a hostile one must not lead elsewhere.
        const there = folder !== undefined && !/[/\\\0]/.test(name) && await exists((0,external_node_path_.join)(folder, `${name}.control`));
        if (!there) lacking.push(name);
    }
    return lacking;
}
async function exists(path) {
    return (0,promises_.access)(path).then(()=>true, ()=>false);
}

;// CONCATENATED MODULE: ./lib/postgres/programs/server/at-hand.js





/** Every server that is there already, the system's before the tool cache's. */ async function serversAtHand(machine, options) {
    const folders = await candidateFolders(machine, options.env);
    const [system, cached] = await Promise.all([
        Promise.all(folders.map((folder)=>probeServer(folder, {
                source: 'system',
                env: options.env,
                windows: machine.platform === 'win32',
                ...options.signal === undefined ? {} : {
                    signal: options.signal
                }
            }))),
        cachedServers(machineTag(machine), options)
    ]);
    return [
        ...system.flatMap(({ programs })=>programs ?? []),
        ...cached
    ];
}
/** The server that lacks the fewest of the extensions; the first of several. */ async function bestEquipped(servers, extensions, env) {
    let best;
    for (const server of servers){
        const lacking = await lackingExtensions(server, extensions, env);
        if (best === undefined || lacking.length < best.lacking.length) best = {
            server,
            major: server.major,
            lacking
        };
        if (lacking.length === 0) break;
    }
    return best;
}

;// CONCATENATED MODULE: ./lib/postgres/programs/server/packages.js
/** Extensions that come with every server (PostgreSQL's contrib modules), of all the majors together. */ const CONTRIB = new Set(('adminpack amcheck autoinc bloom btree_gin btree_gist citext cube dblink dict_int dict_xsyn earthdistance ' + 'file_fdw fuzzystrmatch hstore insert_username intagg intarray isn lo ltree moddatetime old_snapshot pageinspect ' + 'pg_buffercache pg_freespacemap pg_logicalinspect pg_overexplain pg_prewarm pg_stat_statements pg_surgery ' + 'pg_trgm pg_visibility pg_walinspect pgcrypto pgrowlocks pgstattuple plpgsql postgres_fdw refint seg sslinfo ' + 'tablefunc tcn tsm_system_rows tsm_system_time unaccent uuid-ossp xml2').split(' '));
/**
 * Extensions whose Debian package is not called after them; `N` stands for the major. Of several names the first that
 * there is counts.
 */ const PACKAGES = new Map(Object.entries({
    address_standardizer: [
        'postgresql-N-postgis-3'
    ],
    address_standardizer_data_us: [
        'postgresql-N-postgis-3'
    ],
    bool_plperl: [
        'postgresql-plperl-N'
    ],
    bool_plperlu: [
        'postgresql-plperl-N'
    ],
    h3_postgis: [
        'postgresql-N-h3'
    ],
    hstore_plperl: [
        'postgresql-plperl-N'
    ],
    hstore_plperlu: [
        'postgresql-plperl-N'
    ],
    hstore_plpython3u: [
        'postgresql-plpython3-N'
    ],
    jsonb_plperl: [
        'postgresql-plperl-N'
    ],
    jsonb_plperlu: [
        'postgresql-plperl-N'
    ],
    jsonb_plpython3u: [
        'postgresql-plpython3-N'
    ],
    londiste: [
        'postgresql-N-londiste-sql'
    ],
    ltree_plpython3u: [
        'postgresql-plpython3-N'
    ],
    pg_sphere: [
        'postgresql-N-pgsphere'
    ],
    pgautofailover: [
        'postgresql-N-auto-failover'
    ],
    pglogical_origin: [
        'postgresql-N-pglogical'
    ],
    pgpool_adm: [
        'postgresql-N-pgpool2'
    ],
    pgpool_recovery: [
        'postgresql-N-pgpool2'
    ],
    pgpool_regclass: [
        'postgresql-N-pgpool2'
    ],
    pgq: [
        'postgresql-N-pgq3'
    ],
    pldbgapi: [
        'postgresql-N-pldebugger'
    ],
    plperl: [
        'postgresql-plperl-N'
    ],
    plperlu: [
        'postgresql-plperl-N'
    ],
    plpython3u: [
        'postgresql-plpython3-N'
    ],
    pltcl: [
        'postgresql-pltcl-N'
    ],
    pltclu: [
        'postgresql-pltcl-N'
    ],
    pointcloud_postgis: [
        'postgresql-N-pointcloud'
    ],
    postgis: [
        'postgresql-N-postgis-3'
    ],
    postgis_raster: [
        'postgresql-N-postgis-3'
    ],
    postgis_sfcgal: [
        'postgresql-N-postgis-3'
    ],
    postgis_tiger_geocoder: [
        'postgresql-N-postgis-3'
    ],
    postgis_topology: [
        'postgresql-N-postgis-3'
    ],
    table_log: [
        'postgresql-N-tablelog'
    ],
    timescaledb: [
        'timescaledb-2-postgresql-N',
        'postgresql-N-timescaledb'
    ],
    timescaledb_toolkit: [
        'timescaledb-toolkit-postgresql-N'
    ],
    vector: [
        'postgresql-N-pgvector'
    ]
}));
/**
 * The Debian packages that may hold an extension: the first of them that there is holds it. Empty for those that come
 * with the server.
 */ function packagesOf(extension, major) {
    if (CONTRIB.has(extension)) return [];
    const known = PACKAGES.get(extension);
    if (known !== undefined) return known.map((name)=>name.replace('N', String(major)));
    const name = extension.toLowerCase().replaceAll('_', '-');
    // What Debian accepts in a package's name.
    if (!/^[a-z0-9][a-z0-9+.-]*$/.test(name)) return [];
    // pg_hint_plan is in postgresql-17-pg-hint-plan, pg_cron in postgresql-17-cron.
    const short = /^pg-(.+)$/.exec(name)?.[1];
    return [
        name,
        ...short === undefined ? [] : [
            short
        ]
    ].map((each)=>`postgresql-${major}-${each}`);
}
/** The Homebrew formulae that hold extensions. */ function formulaOf(extension) {
    if (extension === 'vector') return [
        'pgvector'
    ];
    return PACKAGES.get(extension)?.includes('postgresql-N-postgis-3') === true ? [
        'postgis'
    ] : [];
}
/** The Homebrew formulae for these extensions, as far as there are some. */ function formulaeOf(extensions) {
    return [
        ...new Set(extensions.flatMap(formulaOf))
    ];
}

;// CONCATENATED MODULE: ./lib/postgres/programs/server/missing.js


/** Extensions that only the servers of one provider have. */ const PROVIDERS = {
    Supabase: [
        'pg_graphql',
        'pg_net',
        'pgjwt',
        'supabase_vault',
        'supautils',
        'wrappers'
    ],
    'Amazon RDS': [
        ...[
            'apg_plan_mgmt',
            'aws_commons',
            'aws_lambda',
            'aws_ml',
            'aws_s3',
            'flow_control',
            'log_fdw'
        ],
        ...[
            'pg_tle',
            'rds_activity_stream',
            'rds_tools'
        ]
    ],
    'Google Cloud': [
        ...[
            'alloydb_scann',
            'google_columnar_engine',
            'google_db_advisor',
            'google_ml_integration'
        ],
        'google_vacuum_mgmt'
    ],
    Azure: [
        'azure',
        'azure_ai',
        'azure_local_ai',
        'azure_storage',
        'pg_diskann',
        'pgaadauth'
    ],
    Neon: [
        'anon_neon',
        'neon',
        'neon_test_utils',
        'neon_utils',
        'pg_session_jwt',
        'pgrag'
    ],
    Aiven: [
        'aiven_extras',
        'aiven_gatekeeper'
    ]
};
/** The provider whose servers alone have this extension. */ function providerOf(extension) {
    return Object.keys(PROVIDERS).find((provider)=>PROVIDERS[provider]?.includes(extension) === true);
}
/** @param installs false where nothing is installed because the user named the folder of the programs. */ function whyMissing(extension, server, how) {
    const provider = providerOf(extension);
    if (provider !== undefined) return `only ${provider}'s servers have it; there is no package of it for a server of one's own`;
    const packages = packagesOf(extension, server.major);
    if (packages.length === 0) return `it comes with PostgreSQL itself, but not with the server ${server.postgres} (PostgreSQL ${server.major})`;
    if (!how.installs) return `the server in postgres-bin lacks it, and with postgres-bin nothing is installed; install it there or leave postgres-bin out`;
    if (how.debian) return `apt has no package ${packages.join(' or ')} that can be installed here; if another package repository has it, add that to this machine's apt sources first`;
    return `pgkeep knows no package of it for ${machineName(how.machine)}; install it for the server ${server.postgres} first`;
}

;// CONCATENATED MODULE: ./lib/postgres/programs/server/complete.js


/** Makes of the packages that were unpacked into `root` what a scratch server needs, and removes what it does not. */ async function completeServer(root, major) {
    await linkControlFiles((0,external_node_path_.join)(root, 'usr', 'share', 'postgresql', String(major), 'extension'));
    // For just-in-time compilation, which wants LLVM; it is more than all the rest.
    const bitcode = (0,external_node_path_.join)(root, 'usr', 'lib', 'postgresql', String(major), 'lib', 'bitcode');
    await (0,promises_.rm)(bitcode, {
        recursive: true,
        force: true
    });
}
/**
 * What the PostGIS packages do when they are installed: their control files are called `postgis-3.control`, and Debian's
 * alternatives make them known as `postgis.control`.
 */ async function linkControlFiles(folder) {
    const files = (await (0,promises_.readdir)(folder)).sort((a, b)=>b.localeCompare(a, 'en', {
            numeric: true
        }));
    const there = new Set(files);
    for (const file of files){
        const name = /^(.+)-\d+\.control$/.exec(file)?.[1];
        if (name === undefined || there.has(`${name}.control`)) continue;
        await (0,promises_.symlink)(file, (0,external_node_path_.join)(folder, `${name}.control`));
        there.add(`${name}.control`);
    }
}

;// CONCATENATED MODULE: ./lib/postgres/programs/server/no-cluster.js




/** Where Debian's packages read whether a new server comes with a cluster that is started. */ const CONF = '/etc/postgresql-common/createcluster.conf';
/**
 * Installs packages of servers without the cluster that Debian would make and start. The file that says so is
 * afterwards as it was.
 */ async function installWithoutCluster(session, packages, right, options) {
    const read = ()=>(0,promises_.readFile)(CONF, 'utf8').catch(()=>undefined);
    // The package that brings the file asks about one that is there already.
    if (await read() === undefined) await session.install([
        'postgresql-common'
    ], right);
    const text = await read();
    if (text === undefined) throw new errors/* UserError */.yo(`${CONF} cannot be read.`);
    const folder = await (0,promises_.mkdtemp)((0,external_node_path_.join)(options.tempDir, 'pgkeep-cluster-'));
    const put = async (content)=>{
        const file = (0,external_node_path_.join)(folder, 'createcluster.conf');
        await (0,promises_.writeFile)(file, content);
        // Without the option `-p`, the owner and rights of the file that is written over stay. Not to be cancelled.
        const { code, stderr } = await (0,base_process/* run */.e)(right === 'root' ? 'cp' : 'sudo', [
            ...right === 'root' ? [] : [
                '-n',
                'cp'
            ],
            '--',
            file,
            CONF
        ], {
            env: options.env
        });
        if (code !== 0) throw new errors/* UserError */.yo(`${CONF} could not be written: ${stderr}`);
    };
    try {
        await put(`${text.replace(/\n*$/, '\n')}create_main_cluster = false\n`);
        try {
            await session.install(packages, right);
        } finally{
            await put(text);
        }
    } finally{
        await (0,promises_.rm)(folder, {
            recursive: true,
            force: true
        });
    }
}

;// CONCATENATED MODULE: ./lib/postgres/programs/server/subject.js









/**
 * What packages of servers depend on and an unpacked one runs without: clusters, certificates and questions for the
 * administrator, the clients (those are found for themselves), scripts of extensions, data that is only looked for in
 * the system's own folders, and LLVM, which is larger than all the rest and only speeds up queries of seconds.
 */ const UNWANTED = [
    ...[
        'postgresql-common',
        'postgresql-common-dev',
        'postgresql-client-common',
        'ssl-cert',
        'locales',
        'tzdata'
    ],
    ...[
        'debconf',
        'adduser',
        'perl',
        'python3',
        'python3-psycopg2',
        'ucf',
        'sysstat'
    ],
    ...numbers(13, 30).map((major)=>`postgresql-client-${major}`),
    ...numbers(9, 40).map((major)=>`libllvm${major}`)
];
function numbers(from, to) {
    return Array.from({
        length: to - from + 1
    }, (_none, index)=>from + index);
}
/**
 * A server with the packages of these extensions, for apt.
 * @param atHand the extensions that the server of a major lacks that is there already; undefined where there is none.
 */ function aptServer(extensions, atHand, options, machine) {
    return {
        what: 'the servers',
        prefix: 'postgresql-',
        unwanted: UNWANTED,
        beside: (major)=>packageGroups(extensions, major),
        useful: (major)=>{
            const lacking = atHand(major);
            return lacking === undefined ? undefined : packageGroups(lacking, major);
        },
        lackedBy: async (server)=>packageGroups(await lackingExtensions(server, extensions, options.env), server.major),
        cacheName: serverCacheName(machineTag(machine)),
        cacheVersion: (server, files)=>serverCacheVersion(server.version, files),
        inSystem: (major, source)=>probeServer(debianFolder(major), {
                source,
                env: options.env
            }),
        complete: completeServer,
        unpacked: (root, major, source)=>probeUnpackedServer(root, major, source, options),
        install: (session, packages, right)=>installWithoutCluster(session, packages, right, options)
    };
}
/** The packages of extensions, each with the names it may have; none twice. */ function packageGroups(extensions, major) {
    const groups = extensions.filter((name)=>providerOf(name) === undefined).map((name)=>packagesOf(name, major)).filter((names)=>names.length > 0);
    return [
        ...new Map(groups.map((names)=>[
                names.join(' '),
                names
            ])).values()
    ];
}
/** A server with the formulae of these extensions, for Homebrew. */ function brewServer(extensions, options) {
    return {
        clientsOnly: false,
        beside: formulaeOf(extensions),
        look: (folder, source)=>probeServer(folder, {
                source,
                env: options.env
            })
    };
}

;// CONCATENATED MODULE: ./lib/postgres/programs/server/provide.js











/**
 * `initdb` and `postgres` of exactly this major, with these extensions as far as they can be had: from `bin` if given,
 * else the system's versioned folders, the tool cache, or installed now. Where that major cannot be had, those of the
 * nearest newer one, with a warning: `server.major` tells. Never of an older one.
 * @throws UserError that says what was tried and what to install.
 */ async function provideServer(options) {
    const machine = options.machine ?? await readMachine();
    const found = options.bin === undefined ? await find(machine, options) : await provide_fromBin(options.bin, options);
    if (found.major !== options.major) options.reporter.warn(`A server of PostgreSQL ${found.server.version} is used instead of one of ${options.major}, ` + `${options.bin === undefined ? 'the nearest that could be had' : 'because postgres-bin names it'}. ` + 'What is restored into it may behave otherwise than in the server that was backed up.');
    const how = {
        machine,
        debian: isDebianFamily(machine),
        installs: options.bin === undefined
    };
    const missing = found.lacking.map((name)=>({
            name,
            why: whyMissing(name, found.server, how)
        }));
    return {
        server: found.server,
        missing
    };
}
async function find(machine, options) {
    const atHand = await serversAtHand(machine, options);
    const best = new Map();
    for (const major of new Set(atHand.map((server)=>server.major))){
        const servers = atHand.filter((server)=>server.major === major);
        const equipped = await bestEquipped(servers, options.extensions, options.env);
        if (equipped !== undefined) best.set(major, equipped);
    }
    const exact = best.get(options.major);
    if (exact !== undefined && !installable(exact, machine)) return exact;
    const tried = [
        ...PLACES
    ];
    const installer = await installerOf({
        apt: ()=>aptServer(options.extensions, (major)=>best.get(major)?.lacking, options, machine),
        brew: ()=>brewServer(options.extensions, options)
    }, options);
    try {
        const offers = await installer?.offers(options.major) ?? [];
        const found = await nearestMajor(options.major, [
            ...offers,
            ...best.keys()
        ], async (major)=>{
            const there = best.get(major);
            if (there !== undefined && !(offers.includes(major) && installable(there, machine))) return there;
            return better(there, await install(installer, major, tried, options));
        });
        if (found !== undefined) return found;
        tried.push(...installer?.notes ?? []);
    } finally{
        await installer?.close();
    }
    throw new errors/* UserError */.yo(notFound(machine, options.major, tried, 'server'));
}
/** Whether an extension that a server lacks may be had by installing a package. */ function installable({ lacking, major }, machine) {
    if (lacking.length === 0) return false;
    return !isDebianFamily(machine) || packageGroups(lacking, major).length > 0;
}
function better(there, installed) {
    if (there === undefined || installed === undefined) return there ?? installed;
    return installed.lacking.length < there.lacking.length ? installed : there;
}
async function install(installer, major, tried, options) {
    const server = await attempt(installer, major, tried, options);
    return server === undefined ? undefined : bestEquipped([
        server
    ], options.extensions, options.env);
}
async function provide_fromBin(folder, options) {
    const { programs, problem } = await probeServer(folder, {
        source: 'postgres-bin',
        env: options.env,
        windows: process.platform === 'win32',
        ...options.signal === undefined ? {} : {
            signal: options.signal
        }
    });
    if (programs === undefined) throw new errors/* UserError */.yo(`The folder in postgres-bin cannot be used to start a scratch server: ${problem}. Name a folder that holds postgres ` + `and initdb beside the client programs, such as /usr/lib/postgresql/${options.major}/bin where the server's package ` + 'is installed; or leave postgres-bin out; or name a server of yours in scratch-url.');
    if (programs.major < options.major) throw new errors/* UserError */.yo(`The server in ${folder} (postgres-bin) is PostgreSQL ${programs.version}, older than the ${options.major} that is needed: ` + `what a newer server had cannot be restored into it. Name a folder with PostgreSQL ${options.major}, or leave postgres-bin out.`);
    const lacking = await lackingExtensions(programs, options.extensions, options.env);
    return {
        server: programs,
        major: programs.major,
        lacking
    };
}

;// CONCATENATED MODULE: ./lib/postgres/programs/tools.js












/**
 * Programs by name: from the `PATH`, the tool cache, or installed now like PostgreSQL's clients.
 * @throws UserError that says which is missing and what to do.
 */ async function installTools(names, options) {
    const tools = {};
    for (const name of names)tools[name] = await onPath(name, options) ?? await cached(name, options) ?? await tools_install(name, options);
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
async function tools_install(name, options) {
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

/***/ 59:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Cm: () => (/* reexport safe */ _quote_js__WEBPACK_IMPORTED_MODULE_5__.C),
/* harmony export */   DD: () => (/* binding */ Psql),
/* harmony export */   L8: () => (/* reexport safe */ _reply_js__WEBPACK_IMPORTED_MODULE_4__.L8),
/* harmony export */   ce: () => (/* reexport safe */ _quote_js__WEBPACK_IMPORTED_MODULE_5__.c)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7598);
/* harmony import */ var _base_errors_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(7594);
/* harmony import */ var _base_process_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(8208);
/* harmony import */ var _explain_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(3922);
/* harmony import */ var _quote_js__WEBPACK_IMPORTED_MODULE_5__ = __nccwpck_require__(1363);
/* harmony import */ var _reply_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(3459);








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
    marker = `pgkeep-${(0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.randomBytes)(12).toString('hex')}`;
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
        this.child = (0,_base_process_js__WEBPACK_IMPORTED_MODULE_2__/* .start */ .n)(programs.path('psql'), [
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
        if (options.signal?.aborted === true) throw new _base_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .CancelledError */ .cc();
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
        this.ended = new _base_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .CancelledError */ .cc();
        // psql passes SIGINT on to the server as a cancel request, then ends; SIGTERM alone would leave the server working.
        if (this.current !== undefined) this.child.process.kill('SIGINT');
        this.child.process.stdin?.end();
        const timer = setTimeout(()=>this.child.stop(), CANCEL_AFTER_MS);
        void this.gone.then(()=>clearTimeout(timer));
    }
    /** Ends the session and waits until it is gone. Safe to call twice and after a failure. */ async close() {
        if (this.current !== undefined) this.cancel();
        this.ended ??= new _base_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .UserError */ .yo(`The session ${this.name} is closed.`);
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
                reply: new _reply_js__WEBPACK_IMPORTED_MODULE_4__/* .Reply */ .vG(this.marker),
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
        const result = (0,_reply_js__WEBPACK_IMPORTED_MODULE_4__/* .parseReply */ .UV)(statement.reply);
        for (const line of result.notices)this.options.reporter?.output('psql', line);
        if (result.error === undefined) statement.resolve(result.text);
        else statement.reject(result.error);
        this.next();
    }
    end() {
        this.options.signal?.removeEventListener('abort', this.onAbort);
        if (this.ended === undefined) {
            const tail = this.child.stderrTail();
            this.ended = (0,_explain_js__WEBPACK_IMPORTED_MODULE_3__/* .explainFailure */ .S)(tail, {
                target: this.options.connection.target
            }) ?? new _base_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .UserError */ .yo(`The session ${this.name} ended unexpectedly.${tail === '' ? '' : `\n${tail}`}`);
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
    const rows = Object.entries(settings).map(([name, value])=>`(${(0,_quote_js__WEBPACK_IMPORTED_MODULE_5__/* .quoteLiteral */ .c)(name)}, ${(0,_quote_js__WEBPACK_IMPORTED_MODULE_5__/* .quoteLiteral */ .c)(value)})`);
    return 'SELECT count(pg_catalog.set_config(s.name, s.value, false)) ' + `FROM (VALUES ${rows.join(', ')}) AS s(name, value) WHERE pg_catalog.current_setting(s.name, true) IS NOT NULL`;
}


/***/ }),

/***/ 1363:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   C: () => (/* binding */ quoteIdentifier),
/* harmony export */   c: () => (/* binding */ quoteLiteral)
/* harmony export */ });
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


/***/ }),

/***/ 3459:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   L8: () => (/* binding */ SqlError),
/* harmony export */   UV: () => (/* binding */ parseReply),
/* harmony export */   vG: () => (/* binding */ Reply)
/* harmony export */ });
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


/***/ }),

/***/ 2448:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  M: () => (/* binding */ Admin)
});

// EXTERNAL MODULE: ./lib/postgres/explain.js + 5 modules
var explain = __nccwpck_require__(3922);
// EXTERNAL MODULE: ./lib/postgres/psql.js
var postgres_psql = __nccwpck_require__(59);
// EXTERNAL MODULE: ./lib/postgres/quote.js
var quote = __nccwpck_require__(1363);
;// CONCATENATED MODULE: ./lib/postgres/scratch/identity.js

/** Locales that are part of every libc, or of PostgreSQL itself. */ const ALWAYS = new Set([
    'C',
    'POSIX'
]);
/** The libc locales that a database of this identity needs. */ function libcLocales({ collation }) {
    return [
        ...new Set([
            collation.collate,
            collation.ctype
        ])
    ].filter((name)=>!ALWAYS.has(name));
}
/** Whether this major knows the identity's provider of locales. */ function knowsProvider(major, provider) {
    const since = {
        libc: 0,
        icu: 15,
        builtin: 17
    };
    return major >= (since[provider] ?? Infinity);
}
/**
 * `CREATE DATABASE` with exactly that encoding and locale, in the words of this major: the provider since PostgreSQL
 * 15, ICU's own rules since 16, the builtin provider since 17.
 */ function createDatabaseSql(name, { encoding, collation }, major) {
    const { provider, locale, icuRules } = collation;
    const options = [
        [
            'ENCODING',
            encoding
        ],
        [
            'LC_COLLATE',
            collation.collate
        ],
        [
            'LC_CTYPE',
            collation.ctype
        ]
    ];
    if (major >= 15) {
        options.push([
            'LOCALE_PROVIDER',
            provider
        ]);
        if (provider === 'icu') options.push([
            'ICU_LOCALE',
            locale
        ]);
        if (provider === 'builtin') options.push([
            'BUILTIN_LOCALE',
            locale
        ]);
        if (provider === 'icu' && major >= 16) options.push([
            'ICU_RULES',
            icuRules
        ]);
    }
    const list = options.flatMap(([option, value])=>value === null ? [] : [
            `${option} ${(0,quote/* quoteLiteral */.c)(value)}`
        ]);
    return `CREATE DATABASE ${(0,quote/* quoteIdentifier */.C)(name)} TEMPLATE template0 ${list.join(' ')}`;
}
/** Other spellings of a libc locale: `en_US.UTF-8` is `en_US.utf8` in glibc's own lists, and the other way round. */ function spellings(locale) {
    const match = /^([^.@]+)\.([^@]+)(@.+)?$/.exec(locale);
    if (match === null) return [
        locale
    ];
    const [, language = '', codeset = '', modifier = ''] = match;
    const short = codeset.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
    const long = short.replace(/^utf(\d+)$/, 'UTF-$1').replace(/^iso(8859)(\d+)$/, 'ISO-$1-$2');
    return [
        ...new Set([
            codeset,
            long,
            short,
            long.replaceAll('-', '')
        ])
    ].map((spelt)=>`${language}.${spelt}${modifier}`);
}
/** The same database with other libc locales. */ function withLibc(identity, replace) {
    const { collation } = identity;
    return {
        ...identity,
        collation: {
            ...collation,
            collate: replace(collation.collate),
            ctype: replace(collation.ctype)
        }
    };
}
/** The same database with its text sorted by libc. */ function asLibc(identity) {
    return {
        ...identity,
        collation: {
            ...identity.collation,
            provider: 'libc',
            locale: null,
            icuRules: null
        }
    };
}

;// CONCATENATED MODULE: ./lib/postgres/scratch/admin.js



/** `invalid_parameter_value`: also a locale that a provider does not know; `feature_not_supported`: a build without ICU. */ const NO_LOCALE = [
    '22023',
    '0A000',
    '42809'
];
/** Role names that mean something else. */ const NO_ROLES = new Set([
    'public',
    'none',
    ''
]);
/** Makes and removes databases and roles; each call has a session of its own. */ class Admin {
    options;
    constructor(options){
        this.options = options;
    }
    /**
   * Does something in a session.
   * @param what what could not be done, for the message
   */ async ask(what, work, database) {
        const { programs, connection, reporter, server, signal } = this.options;
        const psql = await postgres_psql/* Psql */.DD.open({
            programs,
            connection,
            reporter,
            name: `with ${server}`,
            // A locale that its source accepted is not refused for what ICU thinks of its name.
            settings: {
                icu_validation_level: 'disabled'
            },
            ...signal === undefined ? {} : {
                signal
            },
            ...database === undefined ? {} : {
                database
            }
        });
        try {
            return await work(psql);
        } catch (error) {
            throw (0,explain/* explainSqlError */.s)(error, what, {
                target: connection.target
            });
        } finally{
            await psql.close();
        }
    }
    databaseExists(name) {
        return this.ask('Listing the databases', (psql)=>databaseExists(psql, name));
    }
    /**
   * Makes an empty database.
   * @returns what is otherwise than asked for, one sentence each.
   */ async createDatabase(name, identity) {
        const { major, server } = this.options;
        const notes = [];
        const { provider } = identity.collation;
        let wanted = identity;
        if (!knowsProvider(major, provider)) {
            notes.push(`PostgreSQL ${major} does not know the locale provider \`${provider}\`, so libc sorts text instead.`);
            wanted = asLibc(identity);
        }
        wanted = await this.withLocales(wanted, notes);
        await this.ask(`Creating the database ${name} on ${server}`, async (psql)=>{
            try {
                await psql.exec(createDatabaseSql(name, wanted, major));
            } catch (error) {
                if (wanted.collation.provider === 'libc') throw error;
                if (!(error instanceof postgres_psql/* SqlError */.L8) || !NO_LOCALE.includes(error.sqlstate)) throw error;
                notes.push(`The locale \`${wanted.collation.locale ?? ''}\` of the provider \`${provider}\` is not to be had on ` + `${server} (${error.message}), so libc sorts text instead.`);
                await psql.exec(createDatabaseSql(name, asLibc(wanted), major));
            }
        });
        return notes;
    }
    /** Drops a database with whatever sessions it has; nothing happens where it is not. */ async dropDatabase(name) {
        await this.ask(`Dropping the database ${name}`, async (psql)=>{
            if (!await databaseExists(psql, name)) return;
            // What was restored may have made a template of it.
            await psql.exec(`ALTER DATABASE ${(0,postgres_psql/* quoteIdentifier */.Cm)(name)} IS_TEMPLATE false`, `DROP DATABASE IF EXISTS ${(0,postgres_psql/* quoteIdentifier */.Cm)(name)} WITH (FORCE)`);
        });
    }
    /**
   * Makes those roles that are not there yet, none of which can log in.
   * @param note gets the names of those that it makes, just before
   */ async createRoles(names, note = ()=>undefined) {
        const possible = [
            ...new Set(names)
        ].filter((name)=>!NO_ROLES.has(name) && !name.startsWith('pg_'));
        if (possible.length === 0) return;
        await this.ask(`Creating roles on ${this.options.server}`, async (psql)=>{
            const missing = await psql.query(`SELECT coalesce(json_agg(n), '[]') FROM pg_catalog.json_array_elements_text(${(0,postgres_psql/* quoteLiteral */.ce)(JSON.stringify(possible))}) n
         WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = n)`);
            if (missing.length === 0) return;
            note(missing);
            const statements = missing.map((name)=>`CREATE ROLE ${(0,postgres_psql/* quoteIdentifier */.Cm)(name)} NOLOGIN;`);
            await psql.exec(`DO ${(0,postgres_psql/* quoteLiteral */.ce)(`BEGIN\n${statements.join('\n')}\nEND`)}`);
        });
    }
    /** The identity with libc locales that the server has. */ async withLocales(identity, notes) {
        const locales = libcLocales(identity);
        let found = await this.findLocales(locales);
        const missing = locales.filter((locale)=>!found.has(locale));
        if (missing.length > 0 && this.options.makeLocales !== undefined) {
            await this.options.makeLocales(missing);
            found = await this.findLocales(locales);
        }
        const lost = locales.filter((locale)=>!found.has(locale));
        if (lost.length > 0) {
            const [unicode] = identity.encoding === 'UTF8' ? [
                ...(await this.findLocales([
                    'C.UTF-8'
                ])).values()
            ] : [];
            const instead = unicode ?? 'C';
            for (const locale of lost)found.set(locale, instead);
            notes.push(...lost.map((locale)=>this.lacks(locale, instead)));
        }
        return withLibc(identity, (locale)=>found.get(locale) ?? locale);
    }
    lacks(locale, instead) {
        const { server, makeLocales } = this.options;
        const sentence = `${server} lacks the locale \`${locale}\`, so its database sorts and classifies text as \`${instead}\` does: ` + 'the order of text, and with it ranges of text (partitions, exclusion constraints), can differ from the source.';
        if (makeLocales === undefined) return sentence;
        return `${sentence} To have it on this machine, run \`sudo apt-get install locales\` and ` + `\`sudo locale-gen ${locale}\` (or \`sudo localedef\`) in a step before this one.`;
    }
    /** By each locale that the server has in some spelling, that spelling. */ async findLocales(locales) {
        const found = new Map();
        if (locales.length === 0) return found;
        return this.ask('Looking for locales', async (psql)=>{
            for (const locale of locales){
                for (const spelling of spellings(locale)){
                    if (!await hasLocale(psql, spelling)) continue;
                    found.set(locale, spelling);
                    break;
                }
            }
            return found;
        });
    }
}
function databaseExists(psql, name) {
    return psql.query(`SELECT to_json(EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = ${(0,postgres_psql/* quoteLiteral */.ce)(name)}))`);
}
/** Asks libc by a setting of this session that takes a locale: anyone may, and nothing is made. */ async function hasLocale(psql, locale) {
    try {
        await psql.value(`SELECT pg_catalog.set_config('lc_monetary', ${(0,postgres_psql/* quoteLiteral */.ce)(locale)}, false)`);
        return true;
    } catch (error) {
        if (error instanceof postgres_psql/* SqlError */.L8) return false;
        throw error;
    }
}


/***/ }),

/***/ 6008:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Ds: () => (/* binding */ majorOf),
/* harmony export */   Eb: () => (/* binding */ inspectServer),
/* harmony export */   Pf: () => (/* binding */ listDatabases),
/* harmony export */   xe: () => (/* binding */ databaseId),
/* harmony export */   zV: () => (/* binding */ refuseOldServer)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7598);
/* harmony import */ var _base_errors_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(7594);
/* harmony import */ var _psql_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(59);



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
        version: text(server['version']).split(' ')[0] ?? '',
        major: Math.floor(Number(server['versionNum']) / 10_000),
        encoding: text(server['encoding']),
        collation: {
            provider: PROVIDERS[text(row['datlocprovider'] ?? 'c')] ?? text(row['datlocprovider']),
            collate: text(row['datcollate']),
            ctype: text(row['datctype']),
            // `datlocale` since PostgreSQL 17, `daticulocale` in 15 and 16.
            locale: textOrNull(row['datlocale'] ?? row['daticulocale']),
            icuRules: textOrNull(row['daticurules']),
            version: textOrNull(row['datcollversion'])
        },
        systemIdentifier: await unlessForbidden(psql, 'SELECT system_identifier FROM pg_control_system()'),
        databaseBytes: size === null ? null : Number(size),
        currentDatabase: text(server['database'])
    };
}
/** `17.10`, `18beta1` -> 17, 18. */ function majorOf(version) {
    return Number.parseInt(version, 10);
}
/** The oldest major that is supported and tested. */ const OLDEST_MAJOR = 13;
/** @throws UserError for a server older than PostgreSQL 13, before anything is dumped or installed for it. */ function refuseOldServer({ major, version }) {
    if (major >= OLDEST_MAJOR) return;
    throw new _base_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .UserError */ .yo(`The server is PostgreSQL ${version}, and pgkeep backs up PostgreSQL ${OLDEST_MAJOR} and newer. ` + 'Upgrade the server (its own project has ended support for this major), or dump it with its own pg_dump until then.');
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
    return (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHash)('sha256').update(`${info.systemIdentifier}/${info.currentDatabase}`).digest('hex');
}
/** Null where a managed server does not let the role ask, or does not know the function. */ async function unlessForbidden(psql, sql) {
    try {
        return await psql.value(sql);
    } catch (error) {
        if (error instanceof _psql_js__WEBPACK_IMPORTED_MODULE_2__/* .SqlError */ .L8) return null;
        throw error;
    }
}
function text(value) {
    return String(value ?? '');
}
function textOrNull(value) {
    return value === null || value === undefined ? null : String(value);
}


/***/ }),

/***/ 5649:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   AI: () => (/* binding */ parseToc),
/* harmony export */   Mi: () => (/* binding */ tableDataOids),
/* harmony export */   fb: () => (/* binding */ parseDependencies),
/* harmony export */   uv: () => (/* binding */ objectKeys)
/* harmony export */ });
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
const DEPENDS = /^;\tdepends on: ([\d ]+)$/;
/**
 * What each entry depends on, by dump id, from what `pg_restore --list --verbose` prints. pg_dump has followed the way
 * through objects that it does not write: a table with a column of an extension's type depends on the extension.
 */ function parseDependencies(text) {
    const dependencies = new Map();
    let entry;
    for (const line of text.split('\n')){
        const ids = DEPENDS.exec(line)?.[1];
        if (ids === undefined) entry = ENTRY.test(line) ? Number.parseInt(line) : entry;
        else if (entry !== undefined) dependencies.set(entry, [
            ...new Set(ids.trim().split(' ').map(Number))
        ]);
    }
    return dependencies;
}


/***/ }),

/***/ 5831:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  Hn: () => (/* reexport */ definitionsHash),
  r0: () => (/* reexport */ readContents),
  p5: () => (/* reexport */ restoreInto),
  sX: () => (/* reexport */ rolesNamedIn),
  XO: () => (/* reexport */ selectEntries)
});

// UNUSED EXPORTS: dependsOnForeign, dropSubscriptions, isNeutralised, neutralise, restoreArchive

// EXTERNAL MODULE: ./lib/base/process.js
var base_process = __nccwpck_require__(8208);
// EXTERNAL MODULE: ./lib/postgres/argv.js
var argv = __nccwpck_require__(6521);
// EXTERNAL MODULE: ./lib/postgres/toc.js
var toc = __nccwpck_require__(5649);
// EXTERNAL MODULE: ./lib/restore/archive/script/archive-sql.js
var archive_sql = __nccwpck_require__(6284);
;// CONCATENATED MODULE: ./lib/restore/archive/contents.js




/**
 * The table of contents of an archive; undefined for a plain dump, which has none.
 * @throws UserError when pg_restore cannot read it, CancelledError
 */ async function readContents({ archive, programs, signal }) {
    if (archive.format === 'plain') return undefined;
    const result = await (0,base_process/* run */.e)(programs.path('pg_restore'), (0,argv/* listArgs */.ym)(archive.path), {
        env: {
            ...process.env,
            ...programs.env,
            LC_ALL: 'C'
        },
        signal
    });
    if (result.code !== 0) throw (0,archive_sql/* unreadable */.O$)(result.stderr);
    return (0,toc/* parseToc */.AI)(result.stdout.toString('utf8'));
}

// EXTERNAL MODULE: ./lib/backup/fingerprint/schema-hash.js
var schema_hash = __nccwpck_require__(4267);
// EXTERNAL MODULE: ./lib/postgres/argv-restore.js
var argv_restore = __nccwpck_require__(934);
// EXTERNAL MODULE: ./lib/restore/archive/script/entries.js
var entries = __nccwpck_require__(3635);
// EXTERNAL MODULE: ./lib/restore/archive/script/source.js + 3 modules
var source = __nccwpck_require__(5622);
// EXTERNAL MODULE: ./lib/restore/archive/script/tokens.js
var tokens = __nccwpck_require__(7801);
;// CONCATENATED MODULE: ./lib/restore/archive/definitions.js






/** What a schema-only dump of the same database does not have. */ const NOT_SCHEMA = new Set([
    'rows',
    'sequence value',
    'large object',
    'database'
]);
/**
 * The SHA-256 of an archive's definitions, which must equal the `schema` of its fingerprint. Of a plain dump what a
 * schema-only dump lacks is left out on the way.
 * @returns `why` where it cannot be had
 * @throws UserError when the archive is damaged, CancelledError
 */ async function definitionsHash(request) {
    const hash = new schema_hash/* SchemaHash */.Q();
    if (request.archive.format !== 'plain') {
        for await (const chunk of (0,archive_sql/* archiveSql */.BJ)(request.programs, (0,argv_restore/* definitionsArgs */.W8)(request.archive.path), request.signal))hash.update(chunk);
        return hash.digest();
    }
    for await (const { piece, entry } of (0,entries/* entriesOf */.M)((0,source/* piecesOfFile */.D)(request.archive.path, request.signal))){
        if (piece.kind === 'sql' && piece.first && setsOwner(piece.bytes)) return {
            why: 'the plain dump was made with --use-set-session-authorization, by which its rows change the statements around them'
        };
        if (!NOT_SCHEMA.has(entry.kind)) hash.update(piece.bytes);
    }
    return hash.digest();
}
/** pg_dump writes the owner as a string there, and the grantor of a privilege as an identifier. */ function setsOwner(statement) {
    if (statement.length > 300 || !statement.toString('latin1').startsWith('SET SESSION AUTH')) return false;
    return (0,tokens/* tokens */.LU)(statement.toString('utf8'))[3]?.kind === 'string';
}

// EXTERNAL MODULE: ./lib/postgres/psql.js
var postgres_psql = __nccwpck_require__(59);
;// CONCATENATED MODULE: ./lib/restore/archive/foreign.js
const READS_FOREIGN = `
WITH RECURSIVE edges(source, reader) AS (
  SELECT d.refobjid, r.ev_class
  FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid
  WHERE d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
  UNION
  SELECT inhrelid, inhparent FROM pg_catalog.pg_inherits
), reads(oid) AS (
  SELECT oid FROM pg_catalog.pg_class WHERE relkind = 'f'
  UNION
  SELECT e.reader FROM reads JOIN edges e ON e.source = reads.oid
)
SELECT n.nspname AS schema, c.relname AS name
FROM reads JOIN pg_catalog.pg_class c ON c.oid = reads.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'm' ORDER BY 1, 2`;
/**
 * The materialized views that read a foreign table, directly or through views, partitions and other materialized views:
 * where nothing may reach another server they stay empty.
 */ async function dependsOnForeign(psql) {
    return psql.rows(READS_FOREIGN);
}
/** Whether an error says no more than that another server cannot be reached, as `neutralise` means it to be. */ function isNeutralised({ message, statement }) {
    return /^foreign-data wrapper ".*" has no handler$/.test(message) && /^REFRESH MATERIALIZED VIEW /.test(statement ?? '');
}

;// CONCATENATED MODULE: ./lib/restore/archive/kinds.js
/** OIDs of catalogs, the same in every major. */ const PG_EVENT_TRIGGER = 3466;
const PG_DEFAULT_ACL = 826;
/** Whether an entry of a table of contents holds the rows of a table. Its catalog tells it from a table in a schema called DATA. */ function isRows({ catalogId, text }) {
    return catalogId === 0 && text.startsWith('TABLE DATA ');
}
/** Whether an entry holds data of any kind, which comes from a stream of its own in the archive. */ function isData(entry) {
    return isRows(entry) || entry.catalogId === 0 && /^(BLOBS|BLOB DATA|STATISTICS DATA) /.test(entry.text);
}
/** Whether an entry makes something that can reach another server. */ function reachesOut({ text }) {
    return /^(FOREIGN DATA WRAPPER|SERVER|USER MAPPING|FOREIGN TABLE|SUBSCRIPTION) /.test(text);
}
/** Divides a table of contents by when its entries are restored. */ function passesOf(entries) {
    const passes = {
        main: [],
        privileges: [],
        refreshes: [],
        eventTriggers: []
    };
    for (const entry of entries)passes[passOf(entry)].push(entry);
    return passes;
}
function passOf({ catalogId, text }) {
    if (catalogId === PG_EVENT_TRIGGER) return 'eventTriggers';
    if (catalogId === PG_DEFAULT_ACL) return 'privileges';
    if (catalogId !== 0) return 'main';
    if (text.startsWith('ACL ')) return 'privileges';
    if (text.startsWith('MATERIALIZED VIEW DATA ')) return 'refreshes';
    return /^(COMMENT|SECURITY LABEL) - EVENT TRIGGER /.test(text) ? 'eventTriggers' : 'main';
}

;// CONCATENATED MODULE: ./lib/restore/archive/neutralise.js
/**
 * Takes from a restored database all ways to reach another server, in one transaction, as a superuser: wrappers lose
 * their code, servers and user mappings their options, subscriptions their slot. Nothing is dropped, so that
 * objects can still be counted. Without a handler even a foreign table that a view or function hides fails at once.
 * Works on wrappers that belong to an extension too. No event trigger runs.
 */ const NEUTRALISE = `DO $pgkeep$
DECLARE
  r record;
BEGIN
  PERFORM pg_catalog.set_config('client_min_messages', 'error', true),
    pg_catalog.set_config('session_replication_role', 'replica', true);
  FOR r IN SELECT fdwname FROM pg_catalog.pg_foreign_data_wrapper WHERE fdwhandler <> 0 OR fdwvalidator <> 0 LOOP
    EXECUTE pg_catalog.format('ALTER FOREIGN DATA WRAPPER %I NO HANDLER NO VALIDATOR', r.fdwname);
  END LOOP;
  FOR r IN
    SELECT s.srvname, o.option_name
    FROM pg_catalog.pg_foreign_server s, pg_catalog.pg_options_to_table(s.srvoptions) o
  LOOP
    EXECUTE pg_catalog.format('ALTER SERVER %I OPTIONS (DROP %I)', r.srvname, r.option_name);
  END LOOP;
  FOR r IN
    SELECT CASE WHEN u.umuser = 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(u.umuser)) END AS role,
      s.srvname, o.option_name
    FROM pg_catalog.pg_user_mapping u
    JOIN pg_catalog.pg_foreign_server s ON s.oid = u.umserver, pg_catalog.pg_options_to_table(u.umoptions) o
  LOOP
    EXECUTE pg_catalog.format('ALTER USER MAPPING FOR %s SERVER %I OPTIONS (DROP %I)', r.role, r.srvname, r.option_name);
  END LOOP;
  FOR r IN
    SELECT s.subname FROM pg_catalog.pg_subscription s
    JOIN pg_catalog.pg_database d ON d.oid = s.subdbid WHERE d.datname = pg_catalog.current_database()
  LOOP
    EXECUTE pg_catalog.format('ALTER SUBSCRIPTION %I DISABLE', r.subname);
    EXECUTE pg_catalog.format('ALTER SUBSCRIPTION %I SET (slot_name = NONE)', r.subname);
  END LOOP;
END
$pgkeep$;`;
const NAMES = `
SELECT t.text FROM (
  SELECT 1 AS rank, 'foreign server ' || srvname AS text FROM pg_catalog.pg_foreign_server
  UNION ALL
  SELECT 2, 'user mapping of ' || CASE WHEN umuser = 0 THEN 'PUBLIC' ELSE pg_catalog.pg_get_userbyid(umuser) END || ' on ' || s.srvname
  FROM pg_catalog.pg_user_mapping JOIN pg_catalog.pg_foreign_server s ON s.oid = umserver
  UNION ALL
  SELECT 3, 'subscription ' || subname FROM pg_catalog.pg_subscription s
  JOIN pg_catalog.pg_database d ON d.oid = s.subdbid WHERE d.datname = pg_catalog.current_database()
) t ORDER BY t.rank, t.text`;
/**
 * Sees to it that nothing in a restored database reaches another server; may be called again when more was restored.
 * What functions do by themselves (dblink) is not covered.
 * @param psql as a superuser, in the restored database
 * @returns what can no longer reach one: `foreign server crm`
 * @throws SqlError where the role is no superuser
 */ async function neutralise(psql) {
    await psql.exec(NEUTRALISE.replace(/;$/, ''));
    return (await psql.rows(NAMES)).map(({ text })=>text);
}
/**
 * Drops the subscriptions of a database, without a word to the servers that they name: a database that has one
 * cannot be dropped.
 * @param psql as a superuser, in that database
 */ async function dropSubscriptions(psql) {
    await psql.exec(`DO $pgkeep$
DECLARE
  r record;
BEGIN
  PERFORM pg_catalog.set_config('session_replication_role', 'replica', true);
  FOR r IN
    SELECT s.subname FROM pg_catalog.pg_subscription s
    JOIN pg_catalog.pg_database d ON d.oid = s.subdbid WHERE d.datname = pg_catalog.current_database()
  LOOP
    EXECUTE pg_catalog.format('ALTER SUBSCRIPTION %I DISABLE', r.subname);
    EXECUTE pg_catalog.format('ALTER SUBSCRIPTION %I SET (slot_name = NONE)', r.subname);
    EXECUTE pg_catalog.format('DROP SUBSCRIPTION %I', r.subname);
  END LOOP;
END
$pgkeep$`);
}

// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __nccwpck_require__(1455);
// EXTERNAL MODULE: ./lib/base/errors.js
var base_errors = __nccwpck_require__(7594);
// EXTERNAL MODULE: ./lib/postgres/explain.js + 5 modules
var explain = __nccwpck_require__(3922);
;// CONCATENATED MODULE: ./lib/restore/archive/run/outcome.js


/** After these nothing that follows means anything: the session or the server is gone, or has no room. */ const OVER = /server closed the connection|connection to server|connection not open|no connection to the server|could not (?:receive|send) data (?:from|to) server|SSL (?:SYSCALL error|connection has been closed)|terminating connection|No space left on device|Disk quota exceeded|wrote only \d+ of \d+ bytes|the database system is/i;
/** What only a damaged archive makes pg_restore say. */ const DAMAGED = /corrupt|uncompress|decompress|unexpected end of file|could not read from input|did not find magic string|does not appear to be a valid archive|unrecognized data block|unexpected block|could not find block|unexpected data offset|could not open input file|not a valid archive|entry ID .* out of range|input file is too short/i;
/**
 * What a restore came to.
 * @returns the errors of statements
 * @throws CancelledError; UserError when the session ended, or the archive cannot be read
 */ function outcome(ended, { connection, signal, singleTransaction }) {
    if (signal.aborted) throw new base_errors/* CancelledError */.cc();
    const { errors, fatal, exit, program } = ended;
    const over = [
        ...fatal,
        ...errors.map(({ message })=>message)
    ].find((line)=>OVER.test(line));
    if (over !== undefined && (exit.code !== 0 || errors.length > 0)) {
        throw (0,explain/* explainFailure */.S)(over, {
            target: connection.target
        }) ?? new base_errors/* UserError */.yo(`The restore ended because the session did. PostgreSQL said: ${over}`);
    }
    if (exit.code === 0 || ended.finished) return [
        ...errors
    ];
    // All or nothing: the first error undid everything, so it is not harmless whatever it is.
    if (singleTransaction && errors.length > 0) return errors.map((error)=>({
            ...error,
            harmless: undefined
        }));
    const said = fatal.join('\n');
    if (DAMAGED.test(said)) throw new base_errors/* UserError */.yo(`${program} cannot read the archive: it is damaged. Choose another backup.\n${said}`);
    const explained = (0,explain/* explainFailure */.S)(said, {
        target: connection.target
    });
    if (explained !== undefined) throw explained;
    const how = exit.signal === null ? `exit code ${exit.code}` : `it was ended by ${exit.signal}`;
    throw new base_errors/* UserError */.yo(`${program} failed (${how}), so the restore is not complete.${said === '' ? ' It gave no reason: it may have been killed for lack of memory.' : `\n${said}`}`);
}

;// CONCATENATED MODULE: ./lib/restore/archive/run/plain-filter.js


const DATA = new Set([
    'rows',
    'sequence value',
    'large object'
]);
const NONE = Buffer.alloc(0);
/**
 * What psql may be told by a dump; we leave these out, and refuse all others. The encoding is set before a `\connect`
 * to a name that is not of letters and digits alone (appendPsqlMetaConnect in PostgreSQL's fe_utils/string_utils.c).
 */ const KNOWN_COMMAND = /^\\(?:(?:un)?restrict|connect|encoding SQL_ASCII)\b/;
/**
 * What of a piece of a plain dump is to be run.
 * - A dump with `--create` makes its own database and goes there: that is left out, for it goes where we say.
 * - Backslash commands could run programs on this machine. `\restrict` has psql refuse them; we refuse them ourselves,
 *   for dumps from before that too, and leave it out, for it would refuse ours.
 * - Tablespaces: the other server has others.
 * @throws UserError for a command that no dump holds
 */ function plainBytes({ piece, entry }, options) {
    if (piece.kind === 'command') {
        const command = piece.bytes.toString('utf8').trimEnd();
        if (KNOWN_COMMAND.test(command)) return NONE;
        throw new base_errors/* UserError */.yo(`The dump tells psql to run "${command.slice(0, 60)}", which no dump of PostgreSQL does: it is damaged or was altered.`);
    }
    if (!isWanted(entry, options)) return NONE;
    if (piece.kind !== 'sql' || !piece.first || !piece.last || piece.bytes.length > 4096) return piece.bytes;
    const text = piece.bytes.toString('utf8');
    if (/^SET default_tablespace = /.test(text)) return Buffer.from("SET default_tablespace = '';");
    if (!options.owner && isOwner(text)) return NONE;
    if (!options.privileges && /^(GRANT|REVOKE) /.test(text)) return NONE;
    // Around large objects; it would end the one transaction.
    if (options.singleTransaction && /^(BEGIN|COMMIT);$/.test(text)) return NONE;
    return piece.bytes;
}
function isWanted({ kind, title }, { content, privileges }) {
    if (kind === 'database' || kind === 'privileges' && !privileges) return false;
    if (content === 'schema') return !DATA.has(kind) && kind !== 'refresh';
    if (content === 'data') return DATA.has(kind) || title === undefined;
    return true;
}
/** `ALTER TABLE app.orders OWNER TO shop;`, and what pg_dump has in its place with `--use-set-session-authorization`. */ function isOwner(statement) {
    if (statement.startsWith('SET SESSION AUTHORIZATION ')) return (0,tokens/* tokens */.LU)(statement)[3]?.kind === 'string';
    if (!statement.startsWith('ALTER ')) return false;
    const list = (0,tokens/* tokens */.LU)(statement);
    const at = (0,tokens/* indexOfWord */.Cd)(list, [
        'owner'
    ]);
    return at > 0 && list[at + 1]?.text === 'to' && list[at + 3]?.text === ';' && at + 4 === list.length;
}

;// CONCATENATED MODULE: ./lib/restore/archive/run/progress.js
/** Tells how far a restore is: by the tables whose rows it has begun with, or by what it has read. */ class RestoreProgress {
    reporter;
    label;
    tables;
    estimatedBytes;
    #tables = 0;
    /** @param tables how many there are; 0 where nobody knows */ constructor(reporter, label, tables, estimatedBytes){
        this.reporter = reporter;
        this.label = label;
        this.tables = tables;
        this.estimatedBytes = estimatedBytes;
    }
    /** It begins with the rows of one more table. */ table() {
        const share = this.tables === 0 ? undefined : Math.min(1, this.#tables / this.tables);
        this.#tables += 1;
        this.#report(Math.round((this.estimatedBytes ?? 0) * (share ?? 0)), share);
    }
    /** So much of a file was read. */ read(bytes, size) {
        this.#report(bytes, size === 0 ? undefined : Math.min(1, bytes / size));
    }
    #report(bytes, share) {
        this.reporter.progress({
            label: this.label,
            bytes,
            ...share === undefined ? {} : {
                share
            }
        });
    }
}

;// CONCATENATED MODULE: ./lib/restore/archive/harmless.js
/**
 * The errors that change nothing about what is restored. Messages are the server's, in English; the statement must be
 * just the one that pg_dump writes, so that a user's object never passes for it.
 */ const HARMLESS = [
    {
        message: /^unrecognized configuration parameter "transaction_timeout"$/,
        statement: /^SET transaction_timeout = 0;/,
        why: 'pg_dump 17 and newer switch this timeout off for the session; servers before 17 have no such timeout.'
    },
    {
        message: /^schema "public" already exists$/,
        statement: /^CREATE SCHEMA public;/,
        why: 'Every database has the schema public from the beginning; what is in it was restored.'
    },
    {
        message: /^must be owner of extension /,
        statement: /^COMMENT ON EXTENSION /,
        why: 'An extension brings its own comment along; setting it again takes the owner of the extension.'
    }
];
/** Why this error changes nothing, or undefined. */ function harmless({ message, statement }) {
    return HARMLESS.find((known)=>known.message.test(message) && statement !== undefined && known.statement.test(statement))?.why;
}

;// CONCATENATED MODULE: ./lib/restore/archive/run/statement.js
const LONGEST = 300;
/** From here on a statement may hold passwords or rows. */ const PRIVATE = /\b(OPTIONS\s*\(|CONNECTION\s+'|PASSWORD\s+'|VALUES\s*\(|OVERRIDING\s+SYSTEM)|pg_catalog\.lowrite\(/i;
/** A statement for people: on one line, short, and without what it may hold of passwords and rows. */ function shortStatement(sql) {
    const line = sql.slice(0, 4 * LONGEST).replaceAll(/\s+/g, ' ').trim();
    const end = PRIVATE.exec(line);
    const shown = end === null ? line : `${line.slice(0, end.index + end[0].length).replace(/['(]$/, '')}...`;
    return shown.length > LONGEST ? `${shown.slice(0, LONGEST)}...` : shown;
}

;// CONCATENATED MODULE: ./lib/restore/archive/run/psql-log.js


const MOST = 1000;
const MOST_LINES = 20;
const LINE = /^psql:<stdin>:(\d+): (.*)$/;
/** `ERROR:  42P01: relation ...`; the severity is in the server's language. */ const REPORT = /^(?<severity>[^\s:]+):\s+(?<sqlstate>[0-9A-Z]{5}): (?<message>.*)$/;
/** Some of these have the SQLSTATE of an error: CREATE PUBLICATION warns of `wal_level` with 55000. */ const NO_ERROR = new Set([
    'NOTICE',
    'WARNING',
    'INFO',
    'LOG',
    'DEBUG'
]);
/** psql and the server add these to an error, each as a line. */ const MORE = /^(DETAIL|HINT|CONTEXT|LOCATION|QUERY|LINE \d+|SCHEMA NAME|TABLE NAME|COLUMN NAME|CONSTRAINT NAME|DATATYPE NAME):/;
/** Reads what psql says on its standard error while it runs a script from its standard input. */ class PsqlLog {
    reporter;
    entryAt;
    errors = [];
    /** What psql said of itself: the session ended, or it is no psql. */ fatal = [];
    #left = 0;
    #message;
    #error;
    /** @param entryAt the title of the entry that a line of the script belongs to */ constructor(reporter, entryAt){
        this.reporter = reporter;
        this.entryAt = entryAt;
    }
    line(text) {
        const match = LINE.exec(text);
        if (match === null && this.#message !== undefined) {
            if (this.#message.text.length < MOST_LINES) this.#message.text.push(text);
            return;
        }
        this.#end();
        this.#message = {
            line: Number(match?.[1] ?? 0),
            text: [
                match?.[2] ?? text
            ]
        };
    }
    /** Nothing more is said. */ end() {
        this.#end();
        if (this.#left > 0) this.errors.push({
            message: `${this.#left} more errors`,
            statement: undefined,
            entry: undefined,
            harmless: undefined
        });
        this.#left = 0;
    }
    #end() {
        if (this.#message === undefined) return;
        const { line, text } = this.#message;
        this.#message = undefined;
        const [first = '', ...rest] = text;
        if (first.startsWith('STATEMENT:  ')) {
            this.#statement([
                first.slice('STATEMENT:  '.length),
                ...rest
            ].join('\n'));
            return;
        }
        const report = REPORT.exec(first)?.groups;
        if (report === undefined) {
            // The end of the data of a COPY that failed: the next data is not sent.
            if (first !== 'error: invalid command \\.') this.fatal.push(...text);
            return;
        }
        if (NO_ERROR.has(report['severity']) || /^0[012]/.test(report['sqlstate'] ?? '')) {
            this.reporter.output('psql', `${report['severity']}:  ${report['message']}`);
            return;
        }
        const more = rest.findIndex((part)=>MORE.test(part));
        const message = [
            report['message'] ?? '',
            ...rest.slice(0, more === -1 ? undefined : more)
        ].join('\n');
        this.#error = {
            message,
            statement: undefined,
            entry: this.entryAt(line),
            harmless: undefined
        };
        if (this.errors.length < MOST) this.errors.push(this.#error);
        else this.#left += 1;
    }
    #statement(sql) {
        if (this.#error === undefined) return;
        this.#error.statement = shortStatement(sql);
        this.#error.harmless = harmless(this.#error);
        this.#error = undefined;
    }
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __nccwpck_require__(7598);
;// CONCATENATED MODULE: ./lib/restore/archive/run/script-session.js



const STOP_AFTER_MS = 1000;
const NEWLINE = 10;
/** A psql that is fed a script, and can be asked on the way whether a statement failed. */ class ScriptSession {
    #marker = `pgkeep-${(0,external_node_crypto_.randomBytes)(12).toString('hex')}`;
    #child;
    #input;
    #answer;
    #said = '';
    #over = false;
    /** Lines that were written so far. */ lines = 0;
    constructor(options, onStderr){
        const { programs, connection, database, singleTransaction, signal } = options;
        this.#child = (0,base_process/* start */.n)(programs.path('psql'), (0,argv_restore/* psqlScriptArgs */.Ty)(connection.conninfo(database), {
            singleTransaction
        }), {
            env: {
                ...connection.env,
                ...programs.env,
                LC_ALL: 'C'
            },
            stdio: [
                'pipe',
                'pipe',
                'pipe'
            ],
            onStderr
        });
        this.#input = this.#child.process.stdin;
        // Its exit is what counts.
        this.#input.on('error', ()=>undefined);
        this.#child.process.stdout.on('data', (chunk)=>this.#stdout(chunk));
        const cancel = ()=>this.#cancel();
        if (signal.aborted) cancel();
        else signal.addEventListener('abort', cancel, {
            once: true
        });
        void this.#child.exit.then(()=>{
            this.#over = true;
            signal.removeEventListener('abort', cancel);
            this.#answer?.(true);
            this.#input.destroy();
        });
    }
    /** True when psql has ended: nothing more needs to be written. */ get over() {
        return this.#over;
    }
    /** Writes a part of the script; waits while psql has enough. */ async write(bytes) {
        const buffer = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
        for(let at = buffer.indexOf(NEWLINE); at !== -1; at = buffer.indexOf(NEWLINE, at + 1))this.lines += 1;
        if (this.#over || this.#input.destroyed || this.#input.write(buffer)) return;
        await new Promise((resolve)=>{
            const done = ()=>{
                this.#input.off('drain', done).off('close', done);
                resolve();
            };
            this.#input.on('drain', done).on('close', done);
        });
    }
    /** Whether the statement that was written last failed; also when the session is over. */ async failed() {
        const answer = new Promise((resolve)=>this.#answer = resolve);
        if (this.#over) return true;
        await this.write(`\\echo ${this.#marker} :ERROR\n`);
        return answer;
    }
    /** Ends the script; resolves when psql is done. */ async end() {
        this.#input.end();
        const exit = await this.#child.exit;
        return {
            ...exit,
            stderr: this.#child.stderrTail()
        };
    }
    /** Ends it at once. */ async stop() {
        this.#child.stop();
        await this.#child.exit;
    }
    #stdout(chunk) {
        this.#said += chunk.toString('latin1');
        const found = new RegExp(`${this.#marker} (\\S+)\\n`).exec(this.#said);
        if (found === null) return;
        this.#said = '';
        const answer = this.#answer;
        this.#answer = undefined;
        answer?.(found[1] === 'true');
    }
    #cancel() {
        // psql passes SIGINT on to the server; SIGTERM alone would leave the server working.
        this.#child.process.kill('SIGINT');
        this.#input.end();
        const timer = setTimeout(()=>this.#child.stop(), STOP_AFTER_MS);
        void this.#child.exit.then(()=>clearTimeout(timer));
    }
}

;// CONCATENATED MODULE: ./lib/restore/archive/run/plain.js









/** The first of these ends what pg_dump calls pre-data, as far as it matters: functions and views exist, no row does. */ const AFTER_DEFINITIONS = new Set([
    'rows',
    'sequence value',
    'refresh',
    'end'
]);
/**
 * Restores a plain dump: psql runs it, filtered on the way.
 * @param beforeData statements to run once, before the first row is restored
 * @throws as `outcome` says; UserError when only a part is wanted
 */ async function plain_runPlain(options, beforeData = '') {
    if (options.entries !== undefined || options.section !== undefined) throw new base_errors/* UserError */.yo('A backup in the plain format has no table of contents, so it can only be restored as a whole. Use format custom for backups of which parts are restored.');
    const restore = new PlainRestore(options, beforeData);
    return restore.run();
}
class PlainRestore {
    options;
    #session;
    #log;
    /** Where in the script each entry begins. */ #entries = [];
    #entry;
    /** They come last: they are to watch what happens after the restore, not the restore. */ #eventTriggers = [];
    #beforeData;
    #copy = [];
    #skips = false;
    constructor(options, beforeData){
        this.options = options;
        this.#beforeData = beforeData;
        this.#log = new PsqlLog(options.reporter, (line)=>this.#entryAt(line));
        this.#session = new ScriptSession(options, (line)=>this.#log.line(line));
    }
    async run() {
        const { archive, signal, reporter, database } = this.options;
        const progress = new RestoreProgress(reporter, `restoring ${database}`, 0, null);
        try {
            const { size } = await (0,promises_.stat)(archive.path);
            let read = 0;
            for await (const part of (0,entries/* entriesOf */.M)((0,source/* piecesOfFile */.D)(archive.path, signal))){
                await this.#part(part);
                read += part.piece.bytes.length;
                progress.read(read, size);
                if (this.#session.over) break;
            }
        } catch (error) {
            await this.#session.stop();
            throw error;
        }
        const { stderr, ...exit } = await this.#session.end();
        this.#log.end();
        const { errors, fatal } = this.#log;
        const said = fatal.length === 0 && exit.code !== 0 ? stderr.split('\n') : fatal;
        return outcome({
            program: 'psql',
            exit,
            errors,
            fatal: said,
            finished: exit.code === 0
        }, this.options);
    }
    async #part(part) {
        const { entry, piece } = part;
        if (AFTER_DEFINITIONS.has(entry.kind) && this.#beforeData !== '') {
            await this.#session.write(`${this.#beforeData}\n`);
            this.#beforeData = '';
        }
        const bytes = plainBytes(part, this.options);
        if (entry.kind === 'event trigger') {
            this.#eventTriggers.push({
                entry,
                bytes
            });
            return;
        }
        if (entry.kind === 'end') for (const held of this.#eventTriggers.splice(0)){
            this.#begin(held.entry);
            await this.#session.write(held.bytes);
        }
        this.#begin(entry);
        if (bytes.length === 0) return;
        if (piece.kind === 'rows') await this.#rows(part);
        else if (isCopy(part) || this.#copy.length > 0 && !piece.first) this.#copy.push(bytes);
        else await this.#session.write(bytes);
    }
    /**
   * When a COPY fails psql takes the rows that follow for statements, and runs them. So each is tried first without
   * rows, in a transaction that is rolled back, and where that fails its rows are left out.
   */ async #rows({ piece }) {
        if (piece.first) {
            const copy = Buffer.concat(this.#copy.splice(0));
            if (this.options.singleTransaction) this.#skips = false;
            else {
                await this.#session.write(Buffer.concat([
                    Buffer.from('BEGIN;\n'),
                    copy,
                    Buffer.from('\n\\.\n')
                ]));
                this.#skips = await this.#session.failed();
                await this.#session.write('ROLLBACK;\n');
            }
            if (!this.#skips) await this.#session.write(copy);
        }
        if (!this.#skips) await this.#session.write(piece.bytes);
    }
    #begin(entry) {
        if (entry === this.#entry) return;
        this.#entry = entry;
        if (entry.title !== undefined) this.#entries.push({
            line: this.#session.lines + 1,
            title: entry.title
        });
    }
    #entryAt(line) {
        let low = 0;
        let high = this.#entries.length;
        while(low < high){
            const middle = low + high >> 1;
            if ((this.#entries[middle]?.line ?? 0) <= line) low = middle + 1;
            else high = middle;
        }
        return this.#entries[low - 1]?.title;
    }
}
function isCopy({ piece, entry }) {
    return entry.kind === 'rows' && piece.kind === 'sql' && piece.first && piece.bytes.subarray(0, 5).toString('latin1') === 'COPY ';
}

;// CONCATENATED MODULE: ./lib/restore/archive/run/pg-restore-log.js


/** More errors than anyone reads; the rest are only counted. */ const pg_restore_log_MOST = 1000;
const pg_restore_log_MOST_LINES = 20;
const PREFIX = /^(?:pg_restore: ?)*(?:(error|warning|detail|hint|info): )?(?:pg_restore: ?)*/;
/** What goes on after an error. The severity before the message is in the server's language. */ const OF_STATEMENT = /^(?:could not execute query|COPY failed for table .*?|error returned by PQ\w+|could not set [\w ]+|could not (?:create|open|write) large object[^:]*): (?:[^\s:]+:\s+)?([^]*)$/;
const ENTRY = /^from TOC entry \d+; \d+ \d+ (.*)$/;
const IGNORED = /^errors ignored on restore: (\d+)$/;
/** `WARNING:  ...`, as the server sends it. */ const NOTICE = /^(?:WARNING|NOTICE|INFO):\s/;
const COMMAND = 'Command was: ';
/**
 * Reads what `pg_restore --verbose` says on its standard error, line by line: the errors of statements, each with its
 * entry, what ended it, and when the rows of a table begin. Parallel workers share the pipe and write a line in
 * several steps, so that the beginning of one may stand before another: what a line is says its text, not its prefix.
 */ class PgRestoreLog {
    options;
    errors = [];
    /** What ended it, and what was said beside. */ fatal = [];
    /** True when it went on to its end after errors. */ finished = false;
    #expected = 0;
    #seen = 0;
    #open;
    #entry;
    /** Workers name their entries first; their errors follow in about that order. */ #entries = [];
    constructor(options){
        this.options = options;
    }
    line(line) {
        const [prefix = '', severity] = PREFIX.exec(line) ?? [];
        const text = line.slice(prefix.length);
        if (OF_STATEMENT.test(text)) this.#begin('error', text);
        else if (severity === 'error') this.#begin('fatal', text);
        else if (ENTRY.test(text)) {
            this.#close();
            this.#entries.push(ENTRY.exec(text)?.[1] ?? '');
        } else if (prefix !== '') {
            this.#close();
            this.#other(text, severity);
        } else if (this.#open !== undefined && this.#open.lines.length < pg_restore_log_MOST_LINES) this.#open.lines.push(text);
    }
    /** Nothing more is said. */ end() {
        this.#close();
        // Its own count differs from what it said when it has several workers, so it counts only where nothing was said.
        const missed = (this.#seen === 0 ? this.#expected : this.#seen) - this.errors.length;
        if (missed > 0) this.errors.push({
            message: `${missed} more errors`,
            statement: undefined,
            entry: undefined,
            harmless: undefined
        });
    }
    #begin(kind, text) {
        this.#close();
        this.#open = {
            kind,
            lines: [
                text
            ]
        };
    }
    #other(text, severity) {
        const ignored = IGNORED.exec(text);
        if (ignored !== null) {
            this.finished = true;
            this.#expected = Number(ignored[1]);
        } else if (text.startsWith('processing data for table ')) this.options.onTable();
        else if (severity === 'warning' || NOTICE.test(text)) this.options.reporter.output('pg_restore', text);
    }
    #close() {
        const open = this.#open;
        this.#open = undefined;
        if (open?.kind === 'fatal') this.fatal.push(...open.lines);
        if (open?.kind === 'error') this.#error(open.lines);
    }
    #error([first = '', ...rest]) {
        this.#entry = this.#entryOf(first);
        this.#seen += 1;
        if (this.errors.length >= pg_restore_log_MOST) return;
        const at = rest.findIndex((line)=>line.startsWith(COMMAND));
        const about = at === -1 ? rest : rest.slice(0, at);
        // Without DETAIL and CONTEXT: they quote rows.
        const more = about.findIndex((line)=>/^(DETAIL|HINT|CONTEXT|LINE \d+):/.test(line));
        const message = [
            OF_STATEMENT.exec(first)?.[1] ?? first,
            ...about.slice(0, more === -1 ? undefined : more)
        ];
        const error = {
            message: message.join('\n').trimEnd(),
            statement: at === -1 ? undefined : shortStatement(rest.slice(at).join('\n').slice(COMMAND.length))
        };
        this.errors.push({
            ...error,
            entry: this.#entry,
            harmless: harmless(error)
        });
    }
    /** Not every line arrives whole where several workers write; the rows of a table are named by the error itself. */ #entryOf(first) {
        const table = /^COPY failed for table "(.*?)": /.exec(first)?.[1];
        if (table === undefined) return this.#entries.shift() ?? this.#entry;
        const known = [
            ...this.#entries,
            ...this.#entry === undefined ? [] : [
                this.#entry
            ]
        ];
        const entry = known.find((text)=>text.startsWith(`TABLE DATA ${table} `));
        const at = entry === undefined ? -1 : this.#entries.indexOf(entry);
        if (at >= 0) this.#entries.splice(at, 1);
        return entry ?? `TABLE DATA ${table}`;
    }
}

;// CONCATENATED MODULE: ./lib/restore/archive/run/pg-restore.js








/** Restores an archive that has a table of contents. @throws as `outcome` says */ async function pg_restore_runPgRestore(options) {
    const { entries } = options;
    if (entries === undefined) return run(options, await rows(options) ?? 0, undefined);
    if (entries.length === 0) return [];
    return (0,archive_sql/* withList */.TR)(entries, (list)=>run(options, entries.filter(isRows).length, list));
}
async function rows(options) {
    if (options.content === 'schema' || (options.section ?? 'data') !== 'data') return undefined;
    return (await readContents(options))?.filter(isRows).length;
}
async function run(options, tables, useList) {
    const { programs, connection, database, archive, reporter, signal } = options;
    const progress = new RestoreProgress(reporter, `restoring ${database}`, tables, options.estimatedBytes);
    const log = new PgRestoreLog({
        reporter,
        onTable: ()=>progress.table()
    });
    const args = (0,argv_restore/* pgRestoreArgs */.VZ)({
        ...options,
        conninfo: connection.conninfo(database),
        path: archive.path,
        ...useList === undefined ? {} : {
            useList
        }
    });
    const child = (0,base_process/* start */.n)(programs.path('pg_restore'), args, {
        env: {
            ...connection.env,
            ...programs.env,
            LC_ALL: 'C'
        },
        stdio: [
            'ignore',
            'ignore',
            'pipe'
        ],
        signal,
        onStderr: (line)=>log.line(line)
    });
    const exit = await child.exit;
    log.end();
    const fatal = exit.code === 127 || exit.code === 126 ? [
        ...log.fatal,
        child.stderrTail()
    ] : log.fatal;
    return outcome({
        program: 'pg_restore',
        exit,
        errors: log.errors,
        fatal,
        finished: log.finished
    }, options);
}

;// CONCATENATED MODULE: ./lib/restore/archive/into.js







const OTHER_SERVER = 'It reads a foreign table, and nothing that is restored here may reach another server, so it stays empty.';
/**
 * Restores an archive into an empty database. Privileges come after everything else, one by one; event triggers last, after materialized views
 * were filled, which would otherwise run them. What could reach another server cannot any more before the first row is restored, because
 * from then on functions of the database run.
 * @throws as `restoreArchive`, and SqlError where something must be neutralised and the role is no superuser
 */ async function restoreInto(options) {
    const restored = options.archive.format === 'plain' ? await plainInto(options) : await archiveInto(options);
    return {
        ...restored,
        errors: once(restored.errors).map((error)=>explained(error, options))
    };
}
async function plainInto(options) {
    const errors = await plain_runPlain(options, options.neutralised ? NEUTRALISE : '');
    return {
        errors,
        ...await look(options, options.neutralised)
    };
}
async function archiveInto(options) {
    const contents = options.entries ?? await readContents(options) ?? [];
    const outward = options.neutralised && contents.some(reachesOut);
    const { main, privileges, refreshes, eventTriggers } = passesOf(contents);
    const last = [
        ...refreshes,
        ...eventTriggers
    ];
    const errors = [];
    const pass = async (entries, how = {})=>{
        errors.push(...await pg_restore_runPgRestore({
            ...options,
            ...how,
            entries
        }));
    };
    if (options.singleTransaction) await pass([
        ...main,
        ...privileges,
        ...last
    ]);
    else {
        if (!outward) await pass(main);
        else {
            if (options.content !== 'data') await pass(main, {
                section: 'pre-data'
            });
            await look(options, true);
            if (options.content !== 'schema') await pass(main, {
                section: 'data'
            });
            if (options.content !== 'data') await pass(main, {
                section: 'post-data'
            });
        }
        // One by one: a grant may need the right that another grant gives, and two on one table disturb each other.
        if (refreshes.length < 2) await pass([
            ...privileges,
            ...last
        ], {
            jobs: 1
        });
        else {
            await pass(privileges, {
                jobs: 1
            });
            await pass(refreshes);
            await pass(eventTriggers, {
                jobs: 1
            });
        }
    }
    return {
        errors,
        ...await look(options, outward)
    };
}
async function look(options, outward) {
    if (!outward) return {
        neutralised: [],
        dependsOnForeign: []
    };
    const { programs, connection, database, signal, reporter } = options;
    const name = 'that keeps the restored database from reaching others';
    const psql = await postgres_psql/* Psql */.DD.open({
        programs,
        connection,
        database,
        signal,
        reporter,
        name
    });
    try {
        return {
            neutralised: await neutralise(psql),
            dependsOnForeign: await dependsOnForeign(psql)
        };
    } finally{
        await psql.close();
    }
}
function explained(error, { neutralised }) {
    return neutralised && isNeutralised(error) ? {
        ...error,
        harmless: OTHER_SERVER
    } : error;
}
/** What every session of pg_restore complains about anew is said once. */ function once(errors) {
    const seen = new Set();
    return errors.filter(({ message, harmless })=>{
        if (harmless === undefined) return true;
        return !seen.has(message) && seen.add(message);
    });
}

;// CONCATENATED MODULE: ./lib/restore/archive/restore.js


/**
 * Restores an archive into a database that is there.
 * @returns what failed on the way; the rest was restored, or nothing where `singleTransaction` is set
 * @throws UserError when the archive is damaged or the session ended; CancelledError
 */ async function restoreArchive(options) {
    return options.archive.format === 'plain' ? runPlain(options) : runPgRestore(options);
}

;// CONCATENATED MODULE: ./lib/restore/archive/script/encoding.js
/** PostgreSQL's names of the encodings that servers have, by those of the Encoding Standard; the rest is UTF-8. */ const LABELS = {
    LATIN2: 'iso-8859-2',
    LATIN3: 'iso-8859-3',
    LATIN4: 'iso-8859-4',
    LATIN6: 'iso-8859-10',
    LATIN7: 'iso-8859-13',
    LATIN8: 'iso-8859-14',
    LATIN9: 'iso-8859-15',
    LATIN10: 'iso-8859-16',
    ISO_8859_5: 'iso-8859-5',
    ISO_8859_6: 'iso-8859-6',
    ISO_8859_7: 'iso-8859-7',
    ISO_8859_8: 'iso-8859-8',
    KOI8R: 'koi8-r',
    KOI8U: 'koi8-u',
    WIN866: 'ibm866',
    WIN874: 'windows-874',
    EUC_JP: 'euc-jp',
    EUC_JIS_2004: 'euc-jp',
    EUC_KR: 'euc-kr',
    EUC_CN: 'gbk'
};
/** Turns the bytes of a dump in this encoding into text. */ function decoderOf(encoding) {
    if (encoding === 'LATIN1') return (bytes)=>Buffer.from(bytes).toString('latin1');
    const windows = /^WIN(125\d)$/.exec(encoding);
    const label = windows === null ? LABELS[encoding] ?? 'utf-8' : `windows-${windows[1]}`;
    const decoder = new TextDecoder(label, {
        ignoreBOM: true
    });
    return (bytes)=>decoder.decode(bytes);
}
/** The encoding that a statement says the rest of the dump has. */ function encodingIn(statement) {
    return /^SET client_encoding = '(\w+)';/.exec(statement)?.[1];
}

;// CONCATENATED MODULE: ./lib/restore/archive/roles.js








/**
 * Every role that the definitions in an archive name, as owner, grantor, grantee or otherwise, sorted. They must be
 * there before it is restored with owners and privileges. Large objects' too. Rows are not read.
 * @throws UserError when the archive is damaged, CancelledError
 */ async function rolesNamedIn(request) {
    const { archive, programs, signal } = request;
    if (archive.format === 'plain') return collect((0,source/* piecesOfFile */.D)(archive.path, signal));
    const entries = (await readContents(request) ?? []).filter((entry)=>!isData(entry));
    if (signal.aborted) throw new base_errors/* CancelledError */.cc();
    if (entries.length === 0) return [];
    return (0,archive_sql/* withList */.TR)(entries, (list)=>collect((0,source/* piecesOf */.X)((0,archive_sql/* archiveSql */.BJ)(programs, (0,argv_restore/* entriesArgs */.kK)(archive.path, list), signal))));
}
async function collect(pieces) {
    const roles = new Set();
    let decode = decoderOf('UTF8');
    for await (const { kind, first, bytes } of pieces){
        if (kind !== 'sql' || !first || !MAY_NAME.test(bytes.subarray(0, 20).toString('latin1'))) continue;
        const sql = decode(bytes);
        const encoding = encodingIn(sql);
        if (encoding !== undefined) decode = decoderOf(encoding);
        for (const role of rolesOf(sql))roles.add(role);
    }
    return [
        ...roles
    ].sort();
}
const MAY_NAME = /^(ALTER|GRANT|REVOKE|SET (SESSION|client)|CREATE (POLICY|USER|SCHEMA))/;
/** The roles that one statement of a dump names. */ function rolesOf(sql) {
    const list = (0,tokens/* tokens */.LU)(sql);
    const [first = '', second = ''] = list.map(({ kind, text })=>kind === 'word' ? text : '');
    return RULES[`${first} ${second}`]?.(list) ?? RULES[first]?.(list) ?? [];
}
function after(list, ...words) {
    return names(list, (0,tokens/* indexOfWord */.Cd)(list, words));
}
/** Where roles stand, by the first word or two of a statement. */ const RULES = {
    grant: (list)=>[
            ...after(list, 'to'),
            ...grantor(list)
        ],
    revoke: (list)=>[
            ...after(list, 'from'),
            ...grantor(list)
        ],
    'set session': (list)=>names(list, 2),
    'create policy': (list)=>after(list, 'to'),
    'create user': (list)=>after(list, 'for'),
    'create schema': (list)=>after(list, 'authorization'),
    'alter default': (list)=>[
            ...names(list, 4),
            ...after(list, 'to', 'from')
        ],
    'alter role': (list)=>names(list, 1),
    alter: owner
};
/** Words that stand where a role may, and name none. A role of such a name is always quoted. */ const NO_ROLE = new Set([
    'public',
    'current_user',
    'current_role',
    'session_user',
    'default',
    'none'
]);
/** The names in the list that begins after this token. */ function names(list, at) {
    if (at < 0) return [];
    const found = [];
    for(let index = at + 1; index < list.length; index += 2){
        const token = list[index];
        if (token === undefined || token.kind === 'symbol') break;
        if (token.kind !== 'word' || !NO_ROLE.has(token.text)) found.push(token.text);
        if (list[index + 1]?.text !== ',') break;
    }
    return found;
}
function grantor(list) {
    const at = list.findIndex(({ kind, text }, index)=>kind === 'word' && text === 'granted' && list[index + 1]?.text === 'by');
    return at < 0 ? [] : names(list, at + 1);
}
/** `ALTER ... OWNER TO role`, whatever the object is called. */ function owner(list) {
    const at = list.findIndex((token, index)=>token.kind === 'word' && token.text === 'owner' && token.depth === 0 && list[index + 1]?.kind === 'word' && list[index + 1]?.text === 'to');
    return at < 0 ? [] : names(list, at + 1);
}

;// CONCATENATED MODULE: ./lib/restore/archive/select/names.js
/** The exact name of a relation as a key. */ function keyOf(schema, name) {
    return JSON.stringify([
        schema ?? '',
        name
    ]);
}
/** The name in a key, without its schema. */ function nameIn(key) {
    return JSON.parse(key)[1];
}
/** A key for people: `app."Mixed Case"`. */ function shown(key) {
    return JSON.parse(key).map(quoted).join('.');
}
/** An entry for people: `type app.email`. */ function titled({ kind, schema, tag }) {
    // Functions stand with their arguments.
    const name = tag.includes('(') ? tag : quoted(tag);
    return `${kind.toLowerCase()} ${schema === undefined ? '' : `${quoted(schema)}.`}${name}`;
}
/** An identifier as SQL has it, in quotes where it needs them. */ function quoted(name) {
    return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

;// CONCATENATED MODULE: ./lib/restore/archive/select/belongs.js


/** The kinds that a pattern for tables means. */ const RELATIONS = new Set([
    'TABLE',
    'VIEW',
    'MATERIALIZED VIEW',
    'SEQUENCE',
    'FOREIGN TABLE'
]);
/** The relation named after the first of these words. */ const belongs_after = (...words)=>(list)=>words.map((word)=>named(list, (0,tokens/* indexOfWord */.Cd)(list, [
                word
            ]) + 1));
const own = (_, { schema, tag })=>[
        keyOf(schema, tag)
    ];
/** Where a definition says what an entry is a part of. */ const belongs_RULES = {
    'TABLE DATA': own,
    'MATERIALIZED VIEW DATA': own,
    'SEQUENCE SET': own,
    'ROW SECURITY': own,
    CONSTRAINT: belongs_after('table'),
    'CHECK CONSTRAINT': belongs_after('table'),
    DEFAULT: belongs_after('table'),
    'FK CONSTRAINT': belongs_after('table', 'references'),
    'SEQUENCE OWNED BY': (list, entry)=>{
        const { name } = (0,tokens/* qualifiedName */.OL)(list, (0,tokens/* indexOfWord */.Cd)(list, [
            'by'
        ]) + 1);
        return [
            keyOf(entry.schema, entry.tag),
            keyOf(name[0], name[1] ?? '')
        ];
    },
    INDEX: belongs_after('on'),
    TRIGGER: belongs_after('on'),
    POLICY: belongs_after('on'),
    // Views that depend on each other are completed by a rule that is written as a view.
    RULE: (list, entry)=>belongs_after(/^CREATE (OR REPLACE )?VIEW/.test(entry.definition) ? 'view' : 'to')(list, entry),
    STATISTICS: belongs_after('from'),
    'TABLE ATTACH': belongs_after('table', 'partition')
};
/**
 * The relations that an entry is a part of; undefined for one that is nobody's part. Read from the definition: the tag
 * `a b c` may be the constraint `c` of the table `a b`, or `b c` of `a`.
 */ function belongsTo(entry) {
    const { kind, definition } = entry;
    if (kind === 'SEQUENCE') return identityOf((0,tokens/* tokens */.LU)(definition, 8));
    if (kind === 'INDEX ATTACH') return {
        to: [],
        indexes: belongs_after('index', 'partition')((0,tokens/* tokens */.LU)(definition), entry)
    };
    const rule = belongs_RULES[kind];
    return rule === undefined ? undefined : {
        to: rule(rule === own ? [] : (0,tokens/* tokens */.LU)(definition), entry),
        indexes: []
    };
}
function named(list, at) {
    const start = list[at]?.kind === 'word' && list[at]?.text === 'only' ? at + 1 : at;
    const { name } = (0,tokens/* qualifiedName */.OL)(list, start);
    return keyOf(name.at(-2), name.at(-1) ?? '');
}
/** An identity column's sequence is made by altering its table. */ function identityOf(list) {
    if (list[0]?.text !== 'alter') return undefined;
    return {
        to: [
            named(list, (0,tokens/* indexOfWord */.Cd)(list, [
                'table'
            ]) + 1)
        ],
        indexes: []
    };
}
/** The partitioned table that a table is attached to by its own definition, as archives of PostgreSQL 13 have it. */ function attachedTo({ definition }) {
    if (!definition.includes('ATTACH PARTITION')) return undefined;
    const list = (0,tokens/* tokens */.LU)(definition);
    const at = (0,tokens/* indexOfWord */.Cd)(list, [
        'attach'
    ]);
    if (at < 0) return undefined;
    for(let start = at - 1; start > 0; start -= 1)if (list[start]?.kind === 'word' && list[start]?.text === 'table') return named(list, start + 1);
    return undefined;
}

;// CONCATENATED MODULE: ./lib/restore/archive/select/pattern.js

/**
 * Reads a pattern as psql does (processSQLNamePattern): letters outside of quotes count as lower case, `*` is any text,
 * `?` any character, a dot separates, and what else regular expressions know has its meaning there.
 * @throws UserError for one that is no pattern
 */ function parsePattern(text) {
    const sources = [
        ''
    ];
    let quoted = false;
    const add = (source)=>{
        sources[sources.length - 1] += source;
    };
    const characters = [
        ...text
    ];
    for(let index = 0; index < characters.length; index += 1){
        const character = characters[index] ?? '';
        if (character === '"') {
            if (quoted && characters[index + 1] === '"') {
                add('"');
                index += 1;
            } else quoted = !quoted;
        } else if (quoted) add(literal(character));
        else if (character === '.') sources.push('');
        else if (character === '[' && characters[index + 1] === ']') add('\\[');
        else add(unquoted(character));
    }
    try {
        return {
            text,
            parts: sources.map((source)=>new RegExp(`^(?:${source})$`, 'su'))
        };
    } catch (error) {
        throw new base_errors/* UserError */.yo(`"${text}" is no pattern: write names as in SQL, such as public.orders or "Mixed Case", with * for any text.`, {
            cause: error
        });
    }
}
function literal(character) {
    return character.replace(/[|*+?()[\]{}.^$\\/]/u, '\\$&');
}
function unquoted(character) {
    if (character === '*') return '.*';
    if (character === '?') return '.';
    if (character === '$') return '\\$';
    return character.replace(/[A-Z]/, (letter)=>letter.toLowerCase());
}
/** Whether a pattern for tables means this one; one without a schema means those in `public`, as pg_dump's by default do. */ function matchesTable({ parts }, schema, name, database) {
    const [last, schemaPart, databasePart] = [
        ...parts
    ].reverse();
    if (parts.length > 3 || last?.test(name) !== true) return false;
    if (databasePart !== undefined && !databasePart.test(database)) return false;
    return schemaPart === undefined ? schema === 'public' : schemaPart.test(schema);
}
/** Whether a pattern for schemas means this one. */ function matchesSchema({ parts }, schema, database) {
    const [last, databasePart] = [
        ...parts
    ].reverse();
    if (parts.length > 2 || last?.test(schema) !== true) return false;
    return databasePart === undefined || databasePart.test(database);
}

// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __nccwpck_require__(6760);
;// CONCATENATED MODULE: ./lib/restore/archive/select/toc-file.js




/** The versions of archives that PostgreSQL 13 to 18 write, and a few before: 1.12 to 1.16. */ const OLDEST = 12;
const NEWEST = 16;
const FIRST_READ = 1024 * 1024;
/**
 * Reads the table of contents out of an archive itself, for `pg_restore --list` writes names unquoted and on one line,
 * by which they are ambiguous. The format is that of PostgreSQL's pg_backup_archiver.c (ReadHead, ReadToc).
 * @throws UserError for an archive of another version, or a damaged one
 */ async function readTocFile({ format, path }) {
    const file = await (0,promises_.open)(format === 'directory' ? (0,external_node_path_.join)(path, 'toc.dat') : path);
    try {
        const { size } = await file.stat();
        for(let length = Math.min(size, FIRST_READ);; length = Math.min(size, length * 4)){
            const buffer = Buffer.alloc(length);
            const { bytesRead } = await file.read(buffer, 0, length, 0);
            try {
                return new TocReader(buffer.subarray(0, bytesRead), format === 'directory').read();
            } catch (error) {
                if (!(error instanceof EndOfBuffer)) throw error;
                if (length >= size) throw damaged();
            }
        }
    } finally{
        await file.close();
    }
}
class EndOfBuffer extends Error {
}
function damaged() {
    return new base_errors/* UserError */.yo("The archive's table of contents is damaged. Choose another backup.");
}
class TocReader {
    buffer;
    directory;
    #at = 0;
    #minor = 0;
    #intSize = 4;
    #offsetSize = 8;
    #decode = decoderOf('UTF8');
    constructor(buffer, directory){
        this.buffer = buffer;
        this.directory = directory;
    }
    read() {
        const database = this.#head();
        const count = this.#int();
        const entries = [];
        for(let index = 0; index < count; index += 1){
            const entry = this.#entry();
            // It comes first; names are in the encoding of the database.
            if (entry.kind === 'ENCODING') this.#decode = decoderOf(encodingIn(entry.definition) ?? 'UTF8');
            entries.push(entry);
        }
        return {
            database,
            entries
        };
    }
    #head() {
        if (this.#bytes(5).toString('latin1') !== 'PGDMP') throw damaged();
        const major = this.#byte();
        this.#minor = this.#byte();
        this.#byte();
        if (major !== 1 || this.#minor < OLDEST || this.#minor > NEWEST) throw new base_errors/* UserError */.yo(`The archive has version ${major}.${this.#minor}; parts can be restored of archives 1.${OLDEST} to 1.${NEWEST}. Restore it as a whole.`);
        this.#intSize = this.#byte();
        this.#offsetSize = this.#byte();
        // The format: 1 for custom; a directory's file says 3, for tar.
        this.#byte();
        if (this.#minor >= 15) this.#byte();
        else this.#int();
        for(let part = 0; part < 7; part += 1)this.#int();
        const database = this.#text() ?? '';
        this.#text();
        this.#text();
        return database;
    }
    #entry() {
        const dumpId = this.#int();
        this.#int();
        this.#text();
        this.#text();
        const tag = this.#text() ?? '';
        const kind = this.#text() ?? '';
        this.#int();
        const definition = this.#text() ?? '';
        this.#text();
        this.#text();
        const schema = this.#text();
        this.#text();
        if (this.#minor >= 14) this.#text();
        if (this.#minor >= 16) this.#int();
        this.#text();
        this.#text();
        const dependencies = [];
        for(let id = this.#text(); id !== undefined; id = this.#text())dependencies.push(Number(id));
        if (this.directory) this.#text();
        else this.#bytes(1 + this.#offsetSize);
        // A schema that an object is not in stands as nothing or as an empty name.
        return {
            dumpId,
            kind,
            tag,
            schema: schema === '' ? undefined : schema,
            definition,
            dependencies
        };
    }
    #bytes(length) {
        const end = this.#at + length;
        if (end > this.buffer.length) throw new EndOfBuffer();
        const bytes = this.buffer.subarray(this.#at, end);
        this.#at = end;
        return bytes;
    }
    #byte() {
        return this.#bytes(1)[0] ?? 0;
    }
    #int() {
        const negative = this.#byte() !== 0;
        let value = 0;
        let unit = 1;
        for (const byte of this.#bytes(this.#intSize)){
            value += byte * unit;
            unit *= 256;
        }
        return negative ? -value : value;
    }
    #text() {
        const length = this.#int();
        return length < 0 ? undefined : this.#decode(this.#bytes(length));
    }
}

// EXTERNAL MODULE: ./lib/inputs/unknown.js
var unknown = __nccwpck_require__(5075);
;// CONCATENATED MODULE: ./lib/restore/archive/select/near.js


const near_MOST = 5;
/** The error for a pattern that matches nothing, with the names that are near. */ function noMatch(input, { text }, names) {
    const near = nearNames(text, names);
    return new base_errors/* UserError */.yo(`Nothing in the backup matches "${text}" of the input "${input}".${near.length === 0 ? '' : ` Near are: ${near.join(', ')}.`}`);
}
/** The names that a pattern that matched nothing may have meant: the same in another schema first. */ function nearNames(pattern, names) {
    const wanted = plain(pattern);
    const same = names.filter((name)=>lastOf(plain(name)) === lastOf(wanted));
    const near = (0,unknown/* nearest */.p)(wanted, names.map(plain)) ?? (0,unknown/* nearest */.p)(lastOf(wanted), names.map(plain).map(lastOf));
    const others = names.filter((name)=>near !== undefined && [
            plain(name),
            lastOf(plain(name))
        ].includes(near));
    return [
        ...new Set([
            ...same,
            ...others
        ])
    ].slice(0, near_MOST);
}
function plain(text) {
    return text.replaceAll(/["*?]/g, '').toLowerCase();
}
function lastOf(name) {
    return name.split('.').at(-1) ?? name;
}

;// CONCATENATED MODULE: ./lib/restore/archive/select/select.js







const select_DATA = new Set([
    'TABLE DATA',
    'SEQUENCE SET',
    'BLOB',
    'BLOBS',
    'BLOB METADATA',
    'STATISTICS DATA'
]);
const NO_RELATION = keyOf('', '');
/** They follow what they are about. */ const ABOUT = new Set([
    'ACL',
    'COMMENT',
    'SECURITY LABEL',
    'STATISTICS DATA'
]);
/**
 * Chooses the tables and schemas that patterns name, with all that belongs to them: rows, defaults, own sequences,
 * indexes, constraints, triggers, rules, policies, privileges, comments, partitions. A foreign key comes along only
 * with the table that it refers to.
 * @throws UserError when a pattern matches nothing, naming what is near; or the archive is plain, or damaged
 */ async function selectEntries(request) {
    const toc = await readContents(request);
    if (toc === undefined) throw new base_errors/* UserError */.yo('A backup in the plain format has no table of contents, so tables and schemas cannot be chosen from it. Restore it as a whole, or use format custom for the next backups.');
    const file = await readTocFile(request.archive);
    const selection = new Selection(file, request);
    const byId = new Map(toc.map((entry)=>[
            entry.dumpId,
            entry
        ]));
    const listed = (ids)=>file.entries.flatMap(({ dumpId })=>ids.has(dumpId) ? byId.get(dumpId) ?? [] : []);
    return {
        entries: listed(selection.wanted(request.content)),
        needs: listed(selection.needs()),
        leftOut: selection.leftOut()
    };
}
class Selection {
    file;
    #chosen = new Set();
    #relations = new Set();
    #dropped = [];
    #byId;
    constructor(file, { tables, schemas }){
        this.file = file;
        this.#byId = new Map(file.entries.map((entry)=>[
                entry.dumpId,
                entry
            ]));
        for (const pattern of schemas)this.#schemas(parsePattern(pattern));
        for (const pattern of tables)this.#tables(parsePattern(pattern));
        this.#partitions();
        this.#sequences();
        this.#parts();
        this.#follow(this.#chosen, (id)=>this.#chosen.has(id));
    }
    /** The chosen entries that hold such content. */ wanted(content) {
        if (content === 'all') return this.#chosen;
        const data = content === 'data';
        return new Set([
            ...this.#chosen
        ].filter((dumpId)=>select_DATA.has(this.#byId.get(dumpId)?.kind ?? '') === data));
    }
    needs() {
        const needed = new Set();
        const queue = [
            ...this.#chosen
        ];
        for(let dumpId = queue.pop(); dumpId !== undefined; dumpId = queue.pop())for (const id of this.#byId.get(dumpId)?.dependencies ?? []){
            if (this.#chosen.has(id) || needed.has(id) || !this.#byId.has(id)) continue;
            needed.add(id);
            queue.push(id);
        }
        this.#follow(needed, (id)=>needed.has(id) || this.#chosen.has(id));
        return needed;
    }
    leftOut() {
        const missing = new Map();
        for (const dumpId of this.#chosen){
            const entry = this.#byId.get(dumpId);
            for (const id of entry?.dependencies ?? []){
                const needed = this.#byId.get(id);
                if (entry === undefined || needed === undefined || this.#chosen.has(id) || missing.has(id)) continue;
                missing.set(id, `${titled(needed)} is not restored and must be there already: ${titled(entry)} needs it.`);
            }
        }
        const objects = this.file.entries.some(({ kind })=>kind.startsWith('BLOB'));
        return [
            ...this.#dropped,
            ...missing.values(),
            ...objects ? [
                'Large objects are not restored: they belong to no table.'
            ] : []
        ];
    }
    #add(entry) {
        this.#chosen.add(entry.dumpId);
        if (RELATIONS.has(entry.kind) || entry.kind === 'TABLE DATA') this.#relations.add(keyOf(entry.schema, entry.tag));
    }
    #schemas(pattern) {
        const { entries, database } = this.file;
        const names = new Set(entries.flatMap(({ kind, tag, schema })=>kind === 'SCHEMA' ? [
                tag
            ] : schema === undefined ? [] : [
                schema
            ]));
        const matched = [
            ...names
        ].filter((name)=>matchesSchema(pattern, name, database));
        if (matched.length === 0) throw noMatch('schemas', pattern, [
            ...names
        ]);
        const wanted = new Set(matched);
        for (const entry of entries){
            if (entry.kind === 'SCHEMA' && wanted.has(entry.tag)) this.#add(entry);
            else if (entry.schema !== undefined && wanted.has(entry.schema) && belongsTo(entry) === undefined && !ABOUT.has(entry.kind) && !entry.kind.startsWith('PUBLICATION')) this.#add(entry);
        }
        // An extension's own tables have rows and no definition.
        for (const entry of entries)if (entry.kind === 'TABLE DATA' && wanted.has(entry.schema ?? '')) this.#add(entry);
    }
    #tables(pattern) {
        const { entries, database } = this.file;
        const relations = entries.filter(({ kind })=>RELATIONS.has(kind) || kind === 'TABLE DATA');
        const matched = relations.filter(({ schema, tag })=>matchesTable(pattern, schema ?? '', tag, database));
        if (matched.length === 0) throw noMatch('tables', pattern, [
            ...new Set(relations.map(({ schema, tag })=>shown(keyOf(schema, tag))))
        ]);
        for (const entry of matched)this.#add(entry);
    }
    /** Partitions come with their table, and theirs with them. */ #partitions() {
        const children = new Map();
        const note = (parent, child)=>{
            if (parent === undefined) return;
            const known = children.get(parent);
            if (known === undefined) children.set(parent, [
                child
            ]);
            else known.push(child);
        };
        for (const entry of this.file.entries){
            if (entry.kind === 'TABLE ATTACH') {
                const [parent, child = ''] = belongsTo(entry)?.to ?? [];
                note(parent, child);
            } else if (entry.kind === 'TABLE' || entry.kind === 'FOREIGN TABLE') note(attachedTo(entry), keyOf(entry.schema, entry.tag));
        }
        const queue = [
            ...this.#relations
        ];
        for(let key = queue.pop(); key !== undefined; key = queue.pop())for (const child of children.get(key) ?? []){
            if (this.#relations.has(child)) continue;
            this.#relations.add(child);
            queue.push(child);
        }
        for (const entry of this.file.entries)if (RELATIONS.has(entry.kind) && this.#relations.has(keyOf(entry.schema, entry.tag))) this.#add(entry);
    }
    /** A table's own sequences, and those of its identity columns. */ #sequences() {
        const { entries } = this.file;
        for (const entry of entries){
            const [first, table] = belongsTo(entry)?.to ?? [];
            if (first === undefined) continue;
            if (entry.kind === 'SEQUENCE' && this.#relations.has(first)) this.#add(entry);
            if (entry.kind === 'SEQUENCE OWNED BY' && this.#relations.has(table ?? '')) this.#relations.add(first);
        }
        for (const entry of entries)if (entry.kind === 'SEQUENCE' && this.#relations.has(keyOf(entry.schema, entry.tag))) this.#add(entry);
    }
    /** What belongs to the relations that are chosen. */ #parts() {
        const indexes = new Set();
        const isThere = ({ to, indexes: names })=>to.every((key)=>this.#relations.has(key)) && names.every((key)=>indexes.has(key));
        for (const entry of this.file.entries){
            const belongs = entry.kind === 'SEQUENCE' ? undefined : belongsTo(entry);
            if (belongs === undefined) continue;
            const [table = NO_RELATION, other = NO_RELATION] = belongs.to;
            // After the name of its table.
            const name = entry.tag.slice(nameIn(table).length + 1);
            if (!isThere(belongs)) {
                if (entry.kind === 'FK CONSTRAINT' && this.#relations.has(table)) this.#dropped.push(`Foreign key ${name} of ${shown(table)} is not restored: the table that it refers to, ${shown(other)}, is not.`);
                continue;
            }
            if (entry.kind === 'TRIGGER' && this.#withoutFunction(entry)) continue;
            this.#chosen.add(entry.dumpId);
            if (entry.kind === 'INDEX') indexes.add(keyOf(entry.schema, entry.tag));
            if (entry.kind === 'CONSTRAINT') indexes.add(keyOf(entry.schema, name));
        }
    }
    #withoutFunction(entry) {
        const missing = entry.dependencies.map((id)=>this.#byId.get(id)).find((needed)=>needed?.kind === 'FUNCTION' && !this.#chosen.has(needed.dumpId));
        if (missing === undefined) return false;
        this.#dropped.push(`Trigger ${entry.tag} in schema ${entry.schema ?? ''} is not restored: its ${titled(missing)} is not.`);
        return true;
    }
    /** Adds privileges and comments on what is there; those of columns follow the table's. */ #follow(ids, isThere) {
        for(let before = -1; before !== ids.size;){
            before = ids.size;
            for (const { dumpId, kind, dependencies } of this.file.entries)if (ABOUT.has(kind) && !isThere(dumpId) && dependencies.length > 0 && dependencies.every(isThere)) ids.add(dumpId);
        }
    }
}

;// CONCATENATED MODULE: ./lib/restore/archive/index.js










/***/ }),

/***/ 6284:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   BJ: () => (/* binding */ archiveSql),
/* harmony export */   O$: () => (/* binding */ unreadable),
/* harmony export */   TR: () => (/* binding */ withList)
/* harmony export */ });
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(1455);
/* harmony import */ var node_os__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(8161);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(6760);
/* harmony import */ var _base_errors_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(7594);
/* harmony import */ var _base_process_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(8208);





/**
 * What pg_restore writes to standard output when it turns an archive into SQL.
 * @throws UserError when it fails, after the last chunk; CancelledError
 */ async function* archiveSql(programs, args, signal) {
    const child = (0,_base_process_js__WEBPACK_IMPORTED_MODULE_4__/* .start */ .n)(programs.path('pg_restore'), args, {
        env: {
            ...process.env,
            ...programs.env,
            LC_ALL: 'C'
        },
        signal
    });
    try {
        for await (const chunk of child.process.stdout)yield chunk;
        const exit = await child.exit;
        if (signal.aborted) throw new _base_errors_js__WEBPACK_IMPORTED_MODULE_3__/* .CancelledError */ .cc();
        if (exit.code !== 0) throw unreadable(child.stderrTail());
    } finally{
        child.stop();
        await child.exit;
    }
}
/** The error of an archive that pg_restore cannot read. */ function unreadable(said) {
    const newer = /unsupported version \((1\.\d+)\) in file header/.exec(said);
    if (newer !== null) return new _base_errors_js__WEBPACK_IMPORTED_MODULE_3__/* .UserError */ .yo(`The archive was made by a newer pg_dump (archive version ${newer[1]}). Set postgres-version to the major that made the backup.\n${said}`);
    return new _base_errors_js__WEBPACK_IMPORTED_MODULE_3__/* .UserError */ .yo(`pg_restore cannot read the archive: it is damaged. Choose another backup.${said === '' ? '' : `\n${said}`}`);
}
/** Writes a list for `--use-list` and removes it when `work` is done. */ async function withList(entries, work) {
    const folder = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.mkdtemp)((0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)((0,node_os__WEBPACK_IMPORTED_MODULE_1__.tmpdir)(), 'pgkeep-list-'));
    try {
        const path = (0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(folder, 'list');
        // pg_restore reads the number alone; a name in the line could only do harm.
        await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.writeFile)(path, entries.map(({ dumpId })=>`${dumpId};\n`).join(''), {
            mode: 0o600
        });
        return await work(path);
    } finally{
        await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.rm)(folder, {
            recursive: true,
            force: true
        });
    }
}


/***/ }),

/***/ 3635:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   M: () => (/* binding */ entriesOf)
/* harmony export */ });
/* harmony import */ var _base_errors_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7594);
/* harmony import */ var _tokens_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(7801);


const HEADER = /^-- (Data for )?Name: (.*; Type: .*; Schema: .*; Owner: .*)$/;
const COMPLETE = '-- PostgreSQL database dump complete';
/** Set before the entry that it is for, so it is no part of the one that it follows. */ const BETWEEN = /^SET default_(tablespace|table_access_method)\b/;
const NONE = {
    kind: 'definition',
    title: undefined
};
/**
 * Groups the pieces of a plain dump into its entries, each of which begins with a comment of three lines.
 * What kind an entry is says its first statement: the comment holds names unquoted, so its text proves nothing but that
 * rows follow.
 * @throws UserError when the comment that ends every dump is missing
 */ async function* entriesOf(pieces) {
    const grouping = new Grouping();
    for await (const piece of pieces)yield* grouping.add(piece);
    yield* grouping.end();
    if (!grouping.complete) throw new _base_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .UserError */ .yo('The dump has no end: it was cut off, so the archive is damaged. Choose another backup.');
}
class Grouping {
    /** Whether the comment that ends every dump was there. */ complete = false;
    #entry = NONE;
    /** Lines of a comment that may be the head of an entry. */ #comment = [];
    /** The beginning of an entry of which the kind is not known yet. */ #held;
    *add(piece) {
        if (piece.kind === 'comment') {
            this.#comment.push(piece);
            return;
        }
        yield* this.#commentEnds();
        const statement = piece.kind === 'sql' && piece.first ? piece.bytes.toString('utf8') : undefined;
        if (statement !== undefined && BETWEEN.test(statement)) {
            yield* this.#release('definition');
            this.#entry = NONE;
        }
        if (this.#held === undefined) {
            yield {
                piece,
                entry: this.#entry
            };
            return;
        }
        this.#held.push(piece);
        const kind = statement === undefined ? undefined : kindOf(statement);
        if (kind !== undefined) yield* this.#release(kind);
    }
    /** No piece follows. */ *end() {
        yield* this.#commentEnds();
        yield* this.#release('definition');
    }
    *#commentEnds() {
        const comment = this.#comment;
        if (comment.length === 0) return;
        this.#comment = [];
        const lines = comment.map(({ bytes })=>bytes.toString('utf8').trimEnd());
        const header = lines.map((line)=>HEADER.exec(line)).find((match)=>match !== null);
        const end = lines.includes(COMPLETE);
        if (header !== undefined || end) {
            yield* this.#release('definition');
            this.#held = [];
            this.#entry = {
                kind: 'definition',
                title: header?.[2]
            };
        }
        if (this.#held === undefined) {
            for (const piece of comment)yield {
                piece,
                entry: this.#entry
            };
            return;
        }
        this.#held.push(...comment);
        this.complete ||= end;
        if (end) yield* this.#release('end');
        else if (header?.[1] !== undefined) yield* this.#release('rows');
    }
    /** The kind of the entry is known. */ *#release(kind) {
        if (this.#held === undefined) return;
        this.#entry = {
            ...this.#entry,
            kind
        };
        for (const piece of this.#held)yield {
            piece,
            entry: this.#entry
        };
        this.#held = undefined;
    }
}
const OBJECTS = {
    database: 'database',
    event: 'event trigger',
    large: 'large object'
};
/** How the statements of an entry that is no plain definition begin. */ const KINDS = [
    [
        /^select pg_catalog \. setval\b/,
        'sequence value'
    ],
    [
        /^select pg_catalog \. lo(_|write)/,
        'large object'
    ],
    [
        /^refresh\b/,
        'refresh'
    ],
    [
        /^alter default privileges\b/,
        'privileges'
    ]
];
/** Undefined where the next statement has to tell. */ function kindOf(statement) {
    const list = (0,_tokens_js__WEBPACK_IMPORTED_MODULE_1__/* .tokens */ .LU)(statement, 64);
    const start = list.slice(0, 4).map(({ kind, text })=>kind === 'word' || kind === 'symbol' ? text : '').join(' ');
    const [first = '', second = ''] = start.split(' ');
    if (first === 'set' && second === 'session') return undefined;
    const known = KINDS.find(([pattern])=>pattern.test(start));
    if (known !== undefined) return known[1];
    if (first === 'create' || first === 'alter') return OBJECTS[second] ?? 'definition';
    if (![
        'comment',
        'security',
        'grant',
        'revoke'
    ].includes(first)) return 'definition';
    const object = OBJECTS[list[(0,_tokens_js__WEBPACK_IMPORTED_MODULE_1__/* .indexOfWord */ .Cd)(list, [
        'on'
    ]) + 1]?.text ?? ''];
    return object ?? (first === 'grant' || first === 'revoke' ? 'privileges' : 'definition');
}


/***/ }),

/***/ 5622:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  X: () => (/* binding */ piecesOf),
  D: () => (/* binding */ piecesOfFile)
});

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __nccwpck_require__(3024);
// EXTERNAL MODULE: ./lib/base/errors.js
var errors = __nccwpck_require__(7594);
;// CONCATENATED MODULE: ./lib/restore/archive/script/characters.js
/** The ASCII characters that matter in SQL, by their codes. */ const NEWLINE = 10;
const RETURN = 13;
const QUOTE = 39;
const IDENTIFIER_QUOTE = 34;
const DOLLAR = 36;
const DASH = 45;
const SLASH = 47;
const STAR = 42;
const BACKSLASH = 92;
const SEMICOLON = 59;
const OPEN = 40;
const CLOSE = 41;
/** A space, tab or end of a line. */ function isSpace(byte) {
    return byte === 32 || byte >= 9 && byte <= 13;
}
/** What a word may begin with: a letter of any language, or an underscore. */ function isWordStart(byte) {
    return byte >= 97 && byte <= 122 || byte >= 65 && byte <= 90 || byte === 95 || byte >= 128;
}
/** What a word may go on with. */ function isWord(byte) {
    return isWordStart(byte) || byte >= 48 && byte <= 57 || byte === DOLLAR;
}
/** Where the tag of a dollar quote that begins here ends: at its second dollar, or at what can be in no tag. */ function endOfTag(buffer, start) {
    let end = start + 1;
    if (end < buffer.length && isWordStart(buffer[end] ?? 0)) while(end < buffer.length && isWord(buffer[end] ?? 0) && buffer[end] !== DOLLAR)end += 1;
    return end;
}
/** How many block comments deeper these two characters lead. */ function nesting(first, second) {
    if (first === SLASH && second === STAR) return 1;
    return first === STAR && second === SLASH ? -1 : 0;
}

;// CONCATENATED MODULE: ./lib/restore/archive/script/statement-words.js

/** What psql goes by to know where a statement ends and whether rows follow it: its first words, its last, its parentheses. */ class StatementWords {
    #first = [];
    #last = [];
    /** How deep in the body of a function this is. */ #body = 0;
    #parentheses = 0;
    /** The next word, in lower case; `"` stands for any name in quotes. */ note(word) {
        if (this.#first.length < 4) this.#first.push(word);
        this.#last = [
            ...this.#last.slice(-1),
            word
        ];
        if (!/^create (or replace )?(function|procedure)/.test(this.#first.join(' '))) return;
        if (word === 'begin' || word === 'case' && this.#body > 0) this.#body += 1;
        else if (word === 'end' && this.#body > 0) this.#body -= 1;
    }
    /** Any other character outside of quotes. */ symbol(byte) {
        if (byte === OPEN) this.#parentheses += 1;
        else if (byte === CLOSE) this.#parentheses = Math.max(0, this.#parentheses - 1);
    }
    /** Whether a semicolon here is the end of the statement. */ get mayEnd() {
        return this.#parentheses === 0 && this.#body === 0;
    }
    /** Whether rows follow. */ get copies() {
        return this.#first[0] === 'copy' && this.#last.join(' ') === 'from stdin';
    }
}

;// CONCATENATED MODULE: ./lib/restore/archive/script/scanner.js


/** Statements up to this size come in one piece. */ const WHOLE_STATEMENT = 64 * 1024;
const END_OF_ROWS = Buffer.from('\n\\.');
/**
 * Splits a script into statements and data, fed piece by piece, by the rules of psql: quotes of all kinds, comments,
 * parentheses and the bodies of `BEGIN ATOMIC` functions hide semicolons, and data follows `COPY ... FROM stdin;`.
 * Memory stays flat whatever the statements hold. Works on bytes: in every encoding that a server can have, ASCII
 * characters are themselves.
 */ class ScriptScanner {
    #buffer = Buffer.alloc(0);
    /** Where the lexer is in the buffer, which begins where the piece begins. */ #at = 0;
    #final = false;
    #kind = 'between';
    #first = true;
    #inside = 'nothing';
    #tag = Buffer.alloc(0);
    #depth = 0;
    #words = new StatementWords();
    /** The pieces that are complete with this chunk. */ *push(chunk) {
        this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([
            this.#buffer,
            chunk
        ]);
        yield* this.#pieces();
    }
    /** What is left; the script is over. */ *end() {
        this.#final = true;
        yield* this.#pieces();
        if (this.#buffer.length > 0) yield this.#cut(this.#kind === 'between' ? 'blank' : this.#kind, this.#buffer.length, true);
    }
    /** True when the script ended within a statement or data: it is cut off. */ get open() {
        return this.#kind !== 'between';
    }
    *#pieces() {
        for(;;){
            const piece = this.#kind === 'between' ? this.#between() : this.#kind === 'sql' ? this.#sql() : this.#rows();
            if (piece === undefined) return;
            if (piece.bytes.length > 0) yield piece;
        }
    }
    #cut(kind, length, last) {
        const bytes = this.#buffer.subarray(0, length);
        this.#buffer = this.#buffer.subarray(length);
        this.#at = Math.max(0, this.#at - length);
        const first = this.#first;
        this.#first = last;
        return {
            kind,
            bytes,
            first,
            last
        };
    }
    #between() {
        const buffer = this.#buffer;
        let at = 0;
        while(at < buffer.length && isSpace(buffer[at] ?? 0))at += 1;
        if (at > 0) return this.#cut('blank', at, true);
        if (buffer.length === 0 || buffer.length === 1 && !this.#final) return undefined;
        const comment = buffer[0] === DASH && buffer[1] === DASH;
        if (comment || buffer[0] === BACKSLASH) {
            const newline = buffer.indexOf(NEWLINE);
            if (newline === -1 && !this.#final) return undefined;
            return this.#cut(comment ? 'comment' : 'command', newline === -1 ? buffer.length : newline + 1, true);
        }
        this.#kind = 'sql';
        this.#inside = 'nothing';
        this.#words = new StatementWords();
        return this.#sql();
    }
    #sql() {
        while(this.#at < this.#buffer.length){
            const ended = this.#inside === 'nothing' ? this.#step() : this.#leave();
            if (ended === 'more') break;
            if (ended === 'end') return this.#endOfStatement();
        }
        return this.#at >= WHOLE_STATEMENT ? this.#cut('sql', this.#at, false) : undefined;
    }
    #endOfStatement() {
        const piece = this.#cut('sql', this.#at, true);
        this.#kind = this.#words.copies ? 'rows' : 'between';
        return piece;
    }
    /** One token outside of quotes. */ #step() {
        const buffer = this.#buffer;
        const byte = buffer[this.#at] ?? 0;
        if (isWordStart(byte)) return this.#word();
        if (this.#at + 1 >= buffer.length && !this.#final && [
            DASH,
            SLASH,
            DOLLAR
        ].includes(byte)) return 'more';
        if (byte === DOLLAR) return this.#dollar();
        if (byte === SEMICOLON && this.#words.mayEnd) {
            this.#at += 1;
            return 'end';
        }
        this.#enter(byte, buffer[this.#at + 1] ?? 0);
        this.#at += 1;
        return 'on';
    }
    /** Notes what begins with this character. */ #enter(byte, next) {
        if (byte === QUOTE) this.#inside = 'string';
        else if (byte === IDENTIFIER_QUOTE) {
            this.#inside = 'identifier';
            this.#words.note('"');
        } else if (byte === DASH && next === DASH) this.#inside = 'line comment';
        else if (byte === SLASH && next === STAR) {
            this.#inside = 'block comment';
            this.#depth = 1;
            this.#at += 1;
        } else this.#words.symbol(byte);
    }
    #word() {
        const buffer = this.#buffer;
        let end = this.#at + 1;
        while(end < buffer.length && isWord(buffer[end] ?? 0))end += 1;
        if (end === buffer.length && !this.#final) return 'more';
        const word = buffer.subarray(this.#at, end).toString('latin1').toLowerCase();
        this.#at = end;
        if (word === 'e' && buffer[end] === QUOTE) {
            this.#inside = 'escape string';
            this.#at += 1;
        }
        this.#words.note(word);
        return 'on';
    }
    #dollar() {
        const buffer = this.#buffer;
        const end = endOfTag(buffer, this.#at);
        if (end === buffer.length && !this.#final) return 'more';
        if (buffer[end] === DOLLAR) {
            this.#tag = Buffer.from(buffer.subarray(this.#at, end + 1));
            this.#inside = 'dollar';
            this.#at = end + 1;
        } else this.#at += 1;
        return 'on';
    }
    /** Goes to the end of what hides semicolons. */ #leave() {
        switch(this.#inside){
            case 'string':
            case 'escape string':
                return this.#leaveQuote(QUOTE, this.#inside === 'escape string');
            case 'identifier':
                return this.#leaveQuote(IDENTIFIER_QUOTE, false);
            case 'dollar':
                return this.#leaveAt(this.#buffer.indexOf(this.#tag, this.#at), this.#tag.length);
            case 'line comment':
                return this.#leaveAt(this.#buffer.indexOf(NEWLINE, this.#at), 1);
            case 'block comment':
                return this.#leaveComment();
            case 'nothing':
                return 'on';
        }
    }
    #leaveAt(found, length) {
        if (found === -1) {
            this.#at = Math.max(this.#at, this.#buffer.length - length + 1);
            return 'more';
        }
        this.#at = found + length;
        this.#inside = 'nothing';
        return 'on';
    }
    #leaveQuote(quote, escapes) {
        const buffer = this.#buffer;
        let at = escapes ? this.#at : buffer.indexOf(quote, this.#at);
        while(escapes && at < buffer.length && buffer[at] !== quote){
            if (buffer[at] === BACKSLASH && at + 1 >= buffer.length) break;
            at += buffer[at] === BACKSLASH ? 2 : 1;
        }
        if (at === -1) at = buffer.length;
        this.#at = Math.min(at, buffer.length);
        if (at >= buffer.length || buffer[at] !== quote || at + 1 >= buffer.length && !this.#final) return 'more';
        if (buffer[at + 1] === quote) this.#at = at + 2;
        else {
            this.#at = at + 1;
            this.#inside = 'nothing';
        }
        return 'on';
    }
    #leaveComment() {
        const buffer = this.#buffer;
        for(; this.#at + 1 < buffer.length; this.#at += 1){
            const step = nesting(buffer[this.#at], buffer[this.#at + 1]);
            if (step === 0) continue;
            this.#depth += step;
            this.#at += 1;
            if (this.#depth > 0) continue;
            this.#at += 1;
            this.#inside = 'nothing';
            return 'on';
        }
        return 'more';
    }
    /** Begins with the line feed that ends the COPY, so that the end of the data always follows a line feed. */ #rows() {
        const buffer = this.#buffer;
        for(let from = 0;;){
            const found = buffer.indexOf(END_OF_ROWS, from);
            if (found === -1) return this.#someRows(buffer.length - END_OF_ROWS.length + 1);
            const after = found + END_OF_ROWS.length;
            const end = buffer[after] === RETURN ? after + 1 : after;
            if (end >= buffer.length && !this.#final) return this.#someRows(found);
            if (end >= buffer.length || buffer[end] === NEWLINE) {
                this.#kind = 'between';
                return this.#cut('rows', Math.min(end + 1, buffer.length), true);
            }
            from = after;
        }
    }
    #someRows(length) {
        return length <= 0 ? undefined : this.#cut('rows', length, false);
    }
}

;// CONCATENATED MODULE: ./lib/restore/archive/script/source.js



/** The pieces of a script. @throws UserError when it ends in the middle of a statement or of data */ async function* piecesOf(stream) {
    const scanner = new ScriptScanner();
    for await (const chunk of stream)yield* scanner.push(chunk);
    yield* scanner.end();
    if (scanner.open) throw new errors/* UserError */.yo('The dump ends in the middle of a statement: the archive is damaged. Choose another backup.');
}
/** The pieces of a plain dump on disk. @throws UserError, CancelledError */ async function* piecesOfFile(path, signal) {
    if (signal.aborted) throw new errors/* CancelledError */.cc();
    const file = (0,external_node_fs_.createReadStream)(path, {
        highWaterMark: 256 * 1024
    });
    const stop = ()=>void file.destroy(new errors/* CancelledError */.cc());
    signal.addEventListener('abort', stop, {
        once: true
    });
    try {
        yield* piecesOf(file);
    } finally{
        signal.removeEventListener('abort', stop);
        file.destroy();
    }
}


/***/ }),

/***/ 7801:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Cd: () => (/* binding */ indexOfWord),
/* harmony export */   LU: () => (/* binding */ tokens),
/* harmony export */   OL: () => (/* binding */ qualifiedName)
/* harmony export */ });
/** A token of an SQL statement. */ const SPACE = /\s+|--[^\n]*/y;
const PATTERNS = [
    {
        kind: 'string',
        pattern: /[eE]'((?:[^'\\]|''|\\[^])*)'|'((?:[^']|'')*)'/y,
        text: ([, escaped, plain])=>(escaped ?? plain ?? '').replaceAll("''", "'")
    },
    {
        kind: 'identifier',
        pattern: /"((?:[^"]|"")*)"/y,
        text: ([, name = ''])=>name.replaceAll('""', '"')
    },
    {
        kind: 'string',
        pattern: /\$((?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?)\$([^]*?)\$\1\$/y,
        text: ([, , body = ''])=>body
    },
    {
        // What pg_dump leaves unquoted is in lower case, or a keyword.
        kind: 'word',
        pattern: /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|[0-9][\w.]*/y,
        text: ([word])=>word.toLowerCase()
    },
    {
        kind: 'symbol',
        pattern: /[^]/y,
        text: ([symbol])=>symbol
    }
];
/** The tokens of a statement that pg_dump or pg_restore wrote, up to `limit` of them. */ function tokens(sql, limit = Infinity) {
    const found = [];
    let depth = 0;
    for(let at = 0; at < sql.length && found.length < limit;){
        SPACE.lastIndex = at;
        if (SPACE.test(sql)) {
            at = SPACE.lastIndex;
            continue;
        }
        for (const { kind, pattern, text } of PATTERNS){
            pattern.lastIndex = at;
            const match = pattern.exec(sql);
            if (match === null) continue;
            at = pattern.lastIndex;
            const token = {
                kind,
                text: text(match),
                depth
            };
            if (kind === 'symbol' && token.text === ')') token.depth = depth -= 1;
            if (kind === 'symbol' && token.text === '(') depth += 1;
            found.push(token);
            break;
        }
    }
    return found;
}
/** Where the first of these words is outside of parentheses, at or after `from`; -1 where there is none. */ function indexOfWord(list, words, from = 0) {
    return list.findIndex((token, index)=>index >= from && token.depth === 0 && token.kind === 'word' && words.includes(token.text));
}
/** A name that may be qualified, `a."B c"`, that begins at `at`, and where it ends. */ function qualifiedName(list, at) {
    const name = [];
    let end = at;
    for(;;){
        const token = list[end];
        if (token === undefined || token.kind !== 'word' && token.kind !== 'identifier') break;
        name.push(token.text);
        end += 1;
        if (list[end]?.kind !== 'symbol' || list[end]?.text !== '.') break;
        end += 1;
    }
    return {
        name,
        end
    };
}


/***/ }),

/***/ 183:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   L: () => (/* binding */ planRows),
/* harmony export */   P: () => (/* binding */ planText)
/* harmony export */ });
/* harmony import */ var _base_table_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(2341);
/* harmony import */ var _base_units_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(8714);


/** A plan as rows of two columns. */ function planRows(plan) {
    const { backup, target } = plan;
    return [
        [
            'Backup',
            `${backup.name}/${backup.id}${backup.label === null ? '' : ` (${backup.label})`}`
        ],
        [
            'Storage',
            backup.storage
        ],
        [
            'Snapshot',
            backup.snapshotAt
        ],
        [
            'Source',
            `database ${backup.database}, PostgreSQL ${backup.serverVersion}${sizes(backup)}`
        ],
        [
            'Target',
            `database ${target.database}, PostgreSQL ${target.serverVersion}, ${state(target)}`
        ],
        [
            'Mode',
            `${plan.mode}: ${how(plan)}`
        ],
        [
            'Restored',
            what(plan)
        ],
        [
            'Owners',
            plan.owner ? 'as in the backup' : 'the connecting role'
        ],
        [
            'Privileges',
            plan.privileges ? 'as in the backup' : 'left out'
        ],
        [
            'Disk here',
            `${(0,_base_units_js__WEBPACK_IMPORTED_MODULE_0__/* .formatBytes */ .z3)(plan.stagedBytes)} were fetched; they are removed afterwards`
        ],
        [
            'Disk there',
            diskThere(plan)
        ]
    ];
}
/** A plan for a terminal or a log, with what stands in its way. */ function planText(plan) {
    const table = (0,_base_table_js__WEBPACK_IMPORTED_MODULE_1__/* .renderTable */ .b)([
        {
            title: 'Plan'
        },
        {
            title: ''
        }
    ], planRows(plan));
    const section = (title, sentences)=>sentences.length === 0 ? '' : `\n${title}\n${sentences.map((sentence)=>`- ${sentence}\n`).join('')}`;
    return [
        table,
        section('Take note', plan.warnings),
        section('To be confirmed', plan.unconfirmed),
        section('Cannot be done', plan.blockers)
    ].join('');
}
function sizes({ databaseBytes, tables, rows, storedBytes }) {
    return [
        ...databaseBytes === null ? [] : [
            `, ${(0,_base_units_js__WEBPACK_IMPORTED_MODULE_0__/* .formatBytes */ .z3)(databaseBytes)}`
        ],
        `, ${(0,_base_units_js__WEBPACK_IMPORTED_MODULE_0__/* .formatBytes */ .z3)(storedBytes)} stored`,
        ...tables === null ? [] : [
            `, ${(0,_base_units_js__WEBPACK_IMPORTED_MODULE_0__/* .plural */ .LS)(tables, 'table')}`
        ],
        ...rows === null ? [] : [
            `, ${(0,_base_units_js__WEBPACK_IMPORTED_MODULE_0__/* .plural */ .LS)(rows, 'row')}`
        ]
    ].join('');
}
function state({ exists, empty, bytes, tables }) {
    if (!exists) return 'does not exist';
    const size = bytes === null ? '' : `, ${(0,_base_units_js__WEBPACK_IMPORTED_MODULE_0__/* .formatBytes */ .z3)(bytes)}`;
    return empty ? `empty${size}` : `${(0,_base_units_js__WEBPACK_IMPORTED_MODULE_0__/* .plural */ .LS)(tables, 'table')}${size}`;
}
function how({ mode, way, target }) {
    if (way === 'in place') return 'into the target itself, in one transaction';
    if (!target.exists) return 'into a new database, which gets the name when all is well';
    return mode === 'replace' ? 'into a database beside the target, then both are renamed; the old one is kept' : 'into a database beside the empty target, whose place it takes when all is well';
}
function what({ content, entries }) {
    const kinds = {
        all: 'definitions and rows',
        schema: 'definitions, no rows',
        data: 'rows, no definitions'
    };
    return entries === null ? kinds[content] : `${kinds[content]} of ${(0,_base_units_js__WEBPACK_IMPORTED_MODULE_0__/* .formatCount */ .B4)(entries)} chosen entries`;
}
function diskThere({ backup, way }) {
    const beside = way === 'beside' ? ', beside what is there now' : '';
    return backup.databaseBytes === null ? `not known${beside}; how much is free on the target server cannot be seen from here` : `about ${(0,_base_units_js__WEBPACK_IMPORTED_MODULE_0__/* .formatBytes */ .z3)(backup.databaseBytes)}${beside}; how much is free on the target server cannot be seen from here`;
}


/***/ }),

/***/ 6960:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   C: () => (/* binding */ prepareRequirements),
/* harmony export */   c: () => (/* binding */ identityOf)
/* harmony export */ });
/* harmony import */ var _postgres_psql_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(59);

/** Makes what a filtered archive needs and does not bring along. */ async function prepareRequirements(psql, requires) {
    for (const schema of requires.schemas)await psql.exec(`CREATE SCHEMA IF NOT EXISTS ${(0,_postgres_psql_js__WEBPACK_IMPORTED_MODULE_0__/* .quoteIdentifier */ .Cm)(schema)}`);
    for (const { name, schema } of requires.extensions)await psql.exec(`CREATE EXTENSION IF NOT EXISTS ${(0,_postgres_psql_js__WEBPACK_IMPORTED_MODULE_0__/* .quoteIdentifier */ .Cm)(name)} SCHEMA ${(0,_postgres_psql_js__WEBPACK_IMPORTED_MODULE_0__/* .quoteIdentifier */ .Cm)(schema)} CASCADE`);
}
/** The encoding and locale that a database needs to sort and hold text as the backup's did. */ function identityOf({ server }) {
    return {
        encoding: server.encoding,
        collation: {
            provider: server.localeProvider ?? 'libc',
            collate: server.collate,
            ctype: server.ctype,
            locale: server.locale,
            icuRules: server.icuRules ?? null,
            version: server.collationVersion
        }
    };
}


/***/ }),

/***/ 3177:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   D6: () => (/* binding */ resultText),
/* harmony export */   Yz: () => (/* binding */ outputsOf),
/* harmony export */   Z0: () => (/* binding */ redReasons),
/* harmony export */   lp: () => (/* binding */ comparedText)
/* harmony export */ });
/* unused harmony export matchesText */
/* harmony import */ var _base_errors_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7594);
/* harmony import */ var _base_units_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(8714);
/* harmony import */ var _verify_result_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(1852);
/* harmony import */ var _plan_text_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(183);




/** Whether it matches, as outputs and people are told. */ function matchesText({ matches }) {
    return matches === null ? 'not compared' : String(matches);
}
/** The outputs of a restore but for its `outcome`. */ function outputsOf(result) {
    return {
        'backup-id': result.plan.backup.id,
        'restored-database': result.database,
        'previous-database': result.previousDatabase,
        'duration-seconds': result.durationSeconds,
        matches: matchesText(result)
    };
}
/** Everything that makes the run red, each an error to show; empty for a green run. */ function redReasons({ outcome, plan, findings, database }) {
    if (outcome === 'planned') return plan.blockers.map((blocker)=>new _base_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .UserError */ .yo(`The restore could not be done. ${blocker}`));
    const red = findings.filter(_verify_result_js__WEBPACK_IMPORTED_MODULE_1__/* .isRed */ .iI);
    const [first] = red;
    if (first === undefined) return [];
    const more = red.length > 1 ? `, and ${(0,_base_units_js__WEBPACK_IMPORTED_MODULE_2__/* .plural */ .LS)(red.length - 1, 'more difference')}` : '';
    const name = JSON.stringify(plan.target.database);
    const differs = (what)=>`What was restored is not what backup ${plan.backup.name}/${plan.backup.id} should hold: ${what}${more}. ` + (database === null ? `Database ${name} is as it was, and the restored copy was dropped. Choose another backup, or set compare: false to have it all the same.` : `It stays in database ${name}: look at it before you use it.`);
    return [
        new _base_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ExplainedError */ .hM(differs((0,_verify_result_js__WEBPACK_IMPORTED_MODULE_1__/* .describe */ .q0)(first)), differs(first.kind))
    ];
}
/** How many things were equal, in words. */ function comparedText({ matches, totals }) {
    return matches === null ? 'not compared' : `${(0,_base_units_js__WEBPACK_IMPORTED_MODULE_2__/* .plural */ .LS)(totals.equal, 'thing')} equal, ${totals.different} different, ${totals.notMeasured} not measured`;
}
/** A result for a terminal. */ function resultText(result) {
    const { outcome, plan, database, previousDatabase, safetyBackup, notes, durationSeconds } = result;
    if (outcome === 'planned') return `${(0,_plan_text_js__WEBPACK_IMPORTED_MODULE_3__/* .planText */ .P)(plan)}\nNothing was changed (dry-run).\n`;
    const lines = [
        database === null ? `Backup ${plan.backup.id} was not put into place: database ${plan.target.database} is as it was.` : `Backup ${plan.backup.id} is restored in database ${database}, in ${(0,_base_units_js__WEBPACK_IMPORTED_MODULE_2__/* .formatDuration */ .a3)(durationSeconds)}.`,
        `Compared with its fingerprint: ${comparedText(result)}.`,
        ...previousDatabase === null ? [] : [
            `The database that was there before is now ${previousDatabase}.`
        ],
        ...safetyBackup === null ? [] : [
            `Safety backup: ${safetyBackup.name}/${safetyBackup.id} in ${safetyBackup.storage}.`
        ],
        ...notes
    ];
    return lines.map((line)=>`${line}\n`).join('');
}


/***/ }),

/***/ 6823:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  Y: () => (/* binding */ runRestore)
});

// EXTERNAL MODULE: ./lib/backup/choose.js + 1 modules
var choose = __nccwpck_require__(4979);
// EXTERNAL MODULE: ./lib/backup/catalogue.js
var catalogue = __nccwpck_require__(8427);
// EXTERNAL MODULE: ./lib/backup/log.js
var log = __nccwpck_require__(6104);
// EXTERNAL MODULE: ./lib/base/errors.js
var base_errors = __nccwpck_require__(7594);
// EXTERNAL MODULE: ./lib/base/units.js
var units = __nccwpck_require__(8714);
// EXTERNAL MODULE: ./lib/codec/index.js + 7 modules
var codec = __nccwpck_require__(1787);
// EXTERNAL MODULE: ./lib/inputs/name.js
var inputs_name = __nccwpck_require__(902);
// EXTERNAL MODULE: ./lib/postgres/connection/parse.js + 2 modules
var parse = __nccwpck_require__(1276);
// EXTERNAL MODULE: ./lib/storage/registry.js + 3 modules
var registry = __nccwpck_require__(25);
// EXTERNAL MODULE: ./lib/verify/result.js
var result = __nccwpck_require__(1852);
// EXTERNAL MODULE: ./lib/postgres/psql.js
var postgres_psql = __nccwpck_require__(59);
// EXTERNAL MODULE: ./lib/postgres/scratch/admin.js + 1 modules
var admin = __nccwpck_require__(2448);
;// CONCATENATED MODULE: ./lib/restore/swap/marker.js
const MARK = 'pgkeep: unfinished restore of ';
/** The comment of a database that is being restored into, by which what an interrupted run left is known. */ function marker(database) {
    return MARK + database;
}
/** The comment without a mark, which a database that is in use may have kept: no database is to inherit it. */ function unmarked(comment) {
    return comment === undefined || comment === null || comment.startsWith(MARK) ? null : comment;
}

;// CONCATENATED MODULE: ./lib/restore/swap/names.js
/** PostgreSQL cuts longer names (NAMEDATALEN - 1), in bytes. */ const LONGEST = 63;
/** How much of the old name the names that are made from it keep, in bytes. */ const KEPT = 25;
/** What the names of databases have that a restore is under way into. */ const BESIDE = '_restoring_';
const BEFORE = '_before_';
const RELOADED = '_comparing_';
/** Cuts a text to so many bytes of UTF-8, never inside of a character. */ function cutBytes(text, bytes) {
    const encoded = Buffer.from(text);
    if (encoded.length <= bytes) return text;
    let end = bytes;
    // Bytes 10xxxxxx go on with the character before them.
    while(end > 0 && ((encoded[end] ?? 0) & 0xc0) === 0x80)end -= 1;
    return encoded.subarray(0, end).toString('utf8');
}
/** The first of `name`, `name-2`, `name-3`, ... that is not taken, none longer than PostgreSQL keeps. */ function unique(stem, taken) {
    for(let count = 1;; count += 1){
        const suffix = count === 1 ? '' : `-${count}`;
        const name = cutBytes(stem, LONGEST - suffix.length) + suffix;
        if (!taken.has(name)) return name;
    }
}
/** What the old database is called after it was replaced. */ function beforeName(database, backupId, taken) {
    return unique(cutBytes(database, KEPT) + BEFORE + backupId, taken);
}
/** The database that is restored into, until it takes its place. */ function besideName(database, backupId, taken) {
    return unique(cutBytes(database, KEPT) + BESIDE + backupId, taken);
}
/** The database that gets the definitions once more, to compare with. */ function reloadName(database, backupId, taken) {
    return unique(cutBytes(database, KEPT) + RELOADED + backupId, taken);
}
/** Whether a database is called as those are that become this one, or are compared with it. */ function isUnfinishedName(name, database) {
    return [
        BESIDE,
        RELOADED
    ].some((infix)=>name.startsWith(cutBytes(database, KEPT) + infix));
}

// EXTERNAL MODULE: ./lib/verify/compare/index.js + 10 modules
var compare = __nccwpck_require__(6891);
// EXTERNAL MODULE: ./lib/verify/left-out.js
var left_out = __nccwpck_require__(1097);
// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __nccwpck_require__(8161);
// EXTERNAL MODULE: ./lib/restore/archive/index.js + 25 modules
var restore_archive = __nccwpck_require__(5831);
;// CONCATENATED MODULE: ./lib/restore/job.js




/** How many things are restored at the same time. */ function jobsOf({ options, staged }) {
    if (staged.format === 'plain') return 1;
    const { jobs } = options.inputs;
    return jobs === 'auto' ? (0,external_node_os_.availableParallelism)() : jobs;
}
/** What is restored, where it is not all: in a database of its own with what the chosen entries need. */ function entriesOf({ selected, toc, plan }) {
    if (selected === undefined) return undefined;
    if (plan.way === 'in place' || plan.content === 'data') return selected.entries;
    // Rows of other tables were not asked for, and a table without its rows would only deceive.
    const needs = selected.needs.filter(({ text })=>!/^(TABLE|MATERIALIZED VIEW) /.test(text));
    const ids = new Set([
        ...selected.entries,
        ...needs
    ].map(({ dumpId })=>dumpId));
    return (toc ?? []).filter(({ dumpId })=>ids.has(dumpId));
}
/**
 * Restores into a database that is there.
 * @throws UserError when anything failed that matters
 */ async function restoreTo(job, database, how) {
    const { options, staged, programs, connection, plan } = job;
    const entries = entriesOf(job);
    const { errors } = await (0,restore_archive/* restoreInto */.p5)({
        archive: staged,
        programs,
        connection,
        database,
        jobs: how.jobs,
        content: how.content,
        owner: plan.owner,
        privileges: plan.privileges,
        singleTransaction: how.singleTransaction,
        neutralised: false,
        estimatedBytes: staged.manifest.databaseBytes,
        reporter: options.reporter,
        signal: options.signal,
        ...entries === undefined ? {} : {
            entries
        }
    });
    const serious = errors.filter(({ harmless })=>harmless === undefined);
    if (serious.length > 0) throw failed(serious);
    if (how.quiet === true) return;
    for (const { message, harmless } of errors)options.reporter.info(`${message}: ${harmless ?? ''}`);
}
const SHOWN = 5;
function failed(errors) {
    const lines = errors.slice(0, SHOWN).map(({ message, entry })=>`  ${entry === undefined ? '' : `${entry}: `}${message}`);
    const rest = errors.length - SHOWN;
    return new base_errors/* UserError */.yo([
        `The backup did not restore: ${(0,units/* plural */.LS)(errors.length, 'error')}. The target is as it was.`,
        ...lines,
        ...rest > 0 ? [
            `  and ${rest} more`
        ] : []
    ].join('\n'));
}

;// CONCATENATED MODULE: ./lib/restore/compare.js




/** What is compared when only a part was restored, or the database is not one that we made. */ function scopeOf(job) {
    const { plan, selected, staged } = job;
    const definitions = [
        'contents',
        'extensions',
        'objects',
        'definitions'
    ];
    const collation = plan.way === 'beside' ? [
        'collation'
    ] : [];
    if (selected !== undefined || plan.content === 'data') {
        const entries = entriesOf(job) ?? job.toc ?? [];
        const tables = plan.content === 'schema' ? [] : (staged.fingerprint?.tables ?? []).filter((table)=>(table.partitions ?? [
                table
            ]).every((each)=>(0,left_out/* holdsRowsOf */.$N)(entries, each)));
        return {
            only: {
                aspects: [
                    'tables'
                ],
                tables
            }
        };
    }
    if (plan.content === 'schema') return {
        only: {
            aspects: [
                ...collation,
                ...definitions
            ]
        }
    };
    if (plan.way === 'beside') return {};
    return {
        only: {
            aspects: [
                ...definitions,
                'tables',
                'sequences',
                'materialized views',
                'large objects'
            ]
        }
    };
}
/**
 * Compares what was restored with the fingerprint of its backup.
 * @param reloaded the database with the definitions once more; undefined where none could be made
 * @param otherwise what the database could not have as the source's had it
 */ async function compareJob(job, database, { reloaded, otherwise }) {
    const { staged, programs, connection, open, options, toc, target } = job;
    if (!options.inputs.compare || staged.fingerprint === undefined) return [];
    const findings = await (0,compare/* compareRestored */.I)({
        open: (name)=>open(database, name),
        programs,
        connection,
        database,
        fingerprint: staged.fingerprint,
        manifest: staged.manifest,
        otherwise,
        jobs: jobsOf(job),
        signal: options.signal,
        ...scopeOf(job),
        ...reloaded === undefined ? {} : {
            reloadDatabase: reloaded
        },
        ...toc === undefined ? {} : {
            toc
        }
    });
    const before = job.plan.way === 'in place' ? target.existing?.extensions ?? [] : [];
    return findings.map((finding)=>isProvided(finding, before) ? {
            ...finding,
            minor: true
        } : finding);
}
/** More extensions than in the backup, where some were in the target before. */ function isProvided({ kind, name, verdict, expected, found }, before) {
    return before.length > 0 && kind === 'object kind' && name === 'extension' && verdict === 'different' && Number(found) > Number(expected);
}
/** True where something differs that matters. */ function differs(findings) {
    return findings.some(result/* isRed */.iI);
}

// EXTERNAL MODULE: ./lib/restore/requirements.js
var requirements = __nccwpck_require__(6960);
// EXTERNAL MODULE: ./lib/backup/fingerprint/objects.js
var objects = __nccwpck_require__(5205);
;// CONCATENATED MODULE: ./lib/restore/target/objects.js


// What the fingerprint does not count. 16384 is the first OID that is not the system's own.
const OTHERS = `
WITH member AS (SELECT classid, objid FROM pg_catalog.pg_depend WHERE deptype = 'e'), other AS (
  SELECT 'large object' AS kind, 'pg_largeobject'::pg_catalog.regclass AS catalog, oid, oid::text AS name FROM pg_catalog.pg_largeobject_metadata
  UNION ALL SELECT 'operator family', 'pg_opfamily'::pg_catalog.regclass, oid, opfname FROM pg_catalog.pg_opfamily
  UNION ALL SELECT 'conversion', 'pg_conversion'::pg_catalog.regclass, oid, conname FROM pg_catalog.pg_conversion
  UNION ALL SELECT 'access method', 'pg_am'::pg_catalog.regclass, oid, amname FROM pg_catalog.pg_am
  UNION ALL SELECT 'transform', 'pg_transform'::pg_catalog.regclass, oid, oid::text FROM pg_catalog.pg_transform
  UNION ALL SELECT 'text search parser', 'pg_ts_parser'::pg_catalog.regclass, oid, prsname FROM pg_catalog.pg_ts_parser
  UNION ALL SELECT 'text search template', 'pg_ts_template'::pg_catalog.regclass, oid, tmplname FROM pg_catalog.pg_ts_template
)
SELECT kind, name FROM other o WHERE oid >= 16384
  AND NOT EXISTS (SELECT FROM member m WHERE m.classid = o.catalog AND m.objid = o.oid)`;
const objects_SHOWN = 5;
/** What users have made in a database, and its extensions, which do not make it any fuller. */ async function contentsOf(psql) {
    // The fingerprint's question finds the system's catalogs by name.
    await psql.exec(`SET search_path = pg_catalog`);
    const all = await (0,objects/* catalogObjects */.iw)(psql);
    const made = [
        ...all.filter(({ kind })=>kind !== 'extension'),
        ...await psql.rows(OTHERS)
    ];
    return {
        objects: made.length,
        examples: made.slice(0, objects_SHOWN).map(({ kind, name })=>`${kind} ${name}`),
        tables: made.filter(({ kind })=>kind === 'table').length,
        extensions: all.flatMap(({ kind, name })=>kind === 'extension' ? [
                name
            ] : [])
    };
}
/** What of replication and prepared transactions hangs on a database. Asked from any database of the server. */ async function obstaclesOf(psql, oid) {
    return {
        preparedTransactions: await names(psql, `SELECT gid AS name FROM pg_catalog.pg_prepared_xacts x JOIN pg_catalog.pg_database d ON d.datname = x.database WHERE d.oid = ${oid}`),
        replicationSlots: await names(psql, `SELECT slot_name AS name FROM pg_catalog.pg_replication_slots WHERE datoid = ${oid}`),
        subscriptions: await names(psql, `SELECT subname AS name FROM pg_catalog.pg_subscription WHERE subdbid = ${oid}`)
    };
}
/** A managed server may hide a catalog; what it hides is its own affair. */ async function names(psql, sql) {
    try {
        return (await psql.rows(`${sql} ORDER BY 1`)).map(({ name })=>name);
    } catch (error) {
        if (error instanceof postgres_psql/* SqlError */.L8 && error.sqlstate === '42501') return [];
        throw error;
    }
}

;// CONCATENATED MODULE: ./lib/restore/emptied.js



/**
 * Drops the empty database whose place was taken, where it is still empty and has no extension, whose tables could hold
 * rows. Nothing of it can fail the restore, which is done.
 * @returns why it stays; undefined where it is gone
 */ async function dropEmptied(open, maintenance, database) {
    try {
        return await drop(open, maintenance, database) ? undefined : 'It has extensions or something else in it, so it was not dropped.';
    } catch (error) {
        // Somebody is connected, or a replication slot reads it.
        return `It is empty and could not be dropped: ${(0,base_errors/* messageOf */.bD)(error)}`;
    }
}
async function drop(open, maintenance, database) {
    const psql = await open(database, 'that looks whether it is empty');
    try {
        const { objects, extensions } = await contentsOf(psql);
        if (objects > 0 || extensions.length > 0) return false;
    } finally{
        await psql.close();
    }
    const admin = await open(maintenance, 'that drops the empty database');
    try {
        // Without FORCE: whoever is connected would see it vanish.
        await admin.exec(`DROP DATABASE ${(0,postgres_psql/* quoteIdentifier */.Cm)(database)}`);
        return true;
    } finally{
        await admin.close();
    }
}

// EXTERNAL MODULE: ./lib/postgres/argv-restore.js
var argv_restore = __nccwpck_require__(934);
// EXTERNAL MODULE: ./lib/restore/archive/script/archive-sql.js
var archive_sql = __nccwpck_require__(6284);
// EXTERNAL MODULE: ./lib/restore/archive/script/entries.js
var entries = __nccwpck_require__(3635);
// EXTERNAL MODULE: ./lib/restore/archive/script/source.js + 3 modules
var source = __nccwpck_require__(5622);
// EXTERNAL MODULE: ./lib/restore/archive/script/tokens.js
var tokens = __nccwpck_require__(7801);
// EXTERNAL MODULE: ./lib/postgres/quote.js
var quote = __nccwpck_require__(1363);
;// CONCATENATED MODULE: ./lib/restore/swap/settings.js

/** Settings that hold lists of names, each of which is quoted by itself (GUC_LIST_QUOTE in PostgreSQL's guc_tables.c). */ const LISTS = new Set([
    'local_preload_libraries',
    'search_path',
    'session_preload_libraries',
    'shared_preload_libraries',
    'temp_tablespaces',
    'unix_socket_directories'
]);
/** The elements of a list such as `"$user", public`. */ function splitList(value) {
    return [
        ...value.matchAll(/\s*(?:"((?:[^"]|"")*)"|([^,"]+))\s*(?:,|$)/g)
    ].map(([, quoted, plain])=>quoted === undefined ? (plain ?? '').trim() : quoted.replaceAll('""', '"'));
}
/** The statement that gives a database a setting. */ function settingSql(database, { role, name, value }) {
    const whose = role === undefined ? `DATABASE ${(0,quote/* quoteIdentifier */.C)(database)}` : `ROLE ${(0,quote/* quoteIdentifier */.C)(role)} IN DATABASE ${(0,quote/* quoteIdentifier */.C)(database)}`;
    const parts = LISTS.has(name.toLowerCase()) ? splitList(value) : [
        value
    ];
    const list = parts.length === 0 ? "''" : parts.map((part)=>(0,quote/* quoteLiteral */.c)(part)).join(', ');
    return `ALTER ${whose} SET ${(0,quote/* quoteIdentifier */.C)(name)} TO ${list}`;
}
/** Several values of a statement as the one that is stored: the opposite of `splitList`. */ function joinValues(name, values) {
    return LISTS.has(name.toLowerCase()) ? values.map(quote/* quoteIdentifier */.C).join(', ') : values.join(', ');
}
/** `work_mem=64MB` -> its name and value. */ function parseSetting(text) {
    const at = text.indexOf('=');
    return {
        name: text.slice(0, at),
        value: text.slice(at + 1)
    };
}

;// CONCATENATED MODULE: ./lib/restore/swap/archived.js






/**
 * Reads the database's own settings, rights, owner and comment, which only a restore with `--create` would restore.
 * @throws UserError when the archive is damaged, CancelledError
 */ async function archivedProperties(request) {
    const { archive, programs, signal } = request;
    const pieces = archive.format === 'plain' ? (0,source/* piecesOfFile */.D)(archive.path, signal) : (0,source/* piecesOf */.X)((0,archive_sql/* archiveSql */.BJ)(programs, (0,argv_restore/* databaseArgs */.Zc)(archive.path), signal));
    const statements = [];
    for await (const { piece, entry } of (0,entries/* entriesOf */.M)(pieces))if (entry.kind === 'database' && piece.kind === 'sql' && piece.first && piece.last) statements.push(piece.bytes.toString('utf8'));
    return propertiesIn(statements);
}
/** Reads the statements that pg_dump writes for a database. Those that make it or name its tablespace are left out. */ function propertiesIn(statements) {
    const found = {
        owner: undefined,
        connectionLimit: undefined,
        comment: null,
        settings: [],
        grants: null
    };
    for (const statement of statements){
        const list = (0,tokens/* tokens */.LU)(statement);
        const [first = '', second = ''] = list.map(({ kind, text })=>kind === 'word' ? text : '');
        if (first === 'alter' && second === 'database') alterDatabase(list, found);
        else if (first === 'alter' && second === 'role') addSetting(list.slice(6), list[2]?.text, found);
        else if (first === 'comment') found.comment = list.find(({ kind })=>kind === 'string')?.text ?? null;
        else if (first === 'grant' || first === 'revoke') applyGrant(list, first, found);
    }
    return found;
}
/** `ALTER DATABASE name ...` */ function alterDatabase(list, found) {
    const word = list[3]?.text;
    if (word === 'owner') found.owner = list[5]?.text;
    else if (word === 'set') addSetting(list.slice(3), undefined, found);
    else if (word === 'connection') found.connectionLimit = Number(numberIn(list));
}
/** The number of `CONNECTION LIMIT = -1`; the sign is a token of its own. */ function numberIn(list) {
    return list.slice(5).map(({ text })=>text).join('').replaceAll(/[^\d-]/g, '');
}
/** `SET name TO 'value', 'value'` */ function addSetting(list, role, found) {
    const name = list[1]?.text;
    if (name === undefined) return;
    const values = list.slice(3).filter(({ kind })=>kind !== 'symbol');
    found.settings.push({
        role,
        name,
        value: joinValues(name, values.map(({ text })=>text))
    });
}
const ALL = [
    'CREATE',
    'TEMPORARY',
    'CONNECT'
];
/** What a new database lets everyone do. */ const INITIAL = [
    'CONNECT',
    'TEMPORARY'
].map((privilege)=>({
        grantee: undefined,
        privilege,
        grantable: false
    }));
function applyGrant(list, verb, found) {
    const end = (0,tokens/* indexOfWord */.Cd)(list, [
        'on'
    ]);
    const at = (0,tokens/* indexOfWord */.Cd)(list, [
        verb === 'grant' ? 'to' : 'from'
    ], end);
    const who = list[at + 1];
    if (end < 0 || at < 0 || who === undefined) return;
    const grantee = who.kind === 'word' && who.text === 'public' ? undefined : who.text;
    const named = list.slice(1, end).flatMap(({ kind, text })=>kind === 'word' ? [
            text.toUpperCase()
        ] : []);
    const privileges = named.includes('ALL') ? ALL : named.map((name)=>name === 'TEMP' ? 'TEMPORARY' : name);
    const before = found.grants ?? INITIAL;
    const others = before.filter((grant)=>grant.grantee !== grantee || !privileges.includes(grant.privilege));
    const grantable = list.some(({ kind, text })=>kind === 'word' && text === 'option');
    found.grants = verb === 'revoke' ? others : [
        ...others,
        ...privileges.map((privilege)=>({
                grantee,
                privilege,
                grantable
            }))
    ];
}

;// CONCATENATED MODULE: ./lib/restore/swap/combine.js

/**
 * The archive's settings and rights, over which the target's own go: what was set in the archive's time and not since
 * comes back, what the target says differently stays, and nobody who may use the target is locked out. What PUBLIC may
 * do, the owner, the limit of connections and the comment are the target's, where there is one.
 */ function combine(archived, target, scope) {
    const there = (role)=>role === undefined || scope.roles.has(role);
    const grants = scope.privileges ? archived.grants : null;
    return {
        ...ownerAndLimit(archived, target, scope.owner && there(archived.owner)),
        comment: unmarked(target?.comment) ?? unmarked(archived.comment),
        settings: combineSettings(archived.settings.filter(({ role })=>there(role)), target?.settings ?? []),
        grants: combineGrants(grants?.filter(({ grantee })=>there(grantee)) ?? null, target?.grants ?? null)
    };
}
function ownerAndLimit(archived, target, archivedOwner) {
    if (target !== undefined) return {
        owner: target.owner,
        connectionLimit: target.connectionLimit
    };
    return {
        owner: archivedOwner ? archived.owner : undefined,
        connectionLimit: archived.connectionLimit ?? -1
    };
}
function combineSettings(archived, target) {
    const key = ({ role, name })=>JSON.stringify([
            role ?? null,
            name.toLowerCase()
        ]);
    return [
        ...new Map([
            ...archived,
            ...target
        ].map((setting)=>[
                key(setting),
                setting
            ])).values()
    ];
}
function combineGrants(archived, target) {
    if (archived === null || target === null) return target ?? archived;
    const roles = archived.filter(({ grantee })=>grantee !== undefined);
    const key = ({ grantee, privilege })=>JSON.stringify([
            grantee ?? null,
            privilege
        ]);
    return [
        ...new Map([
            ...roles,
            ...target
        ].map((grant)=>[
                key(grant),
                grant
            ])).values()
    ];
}

;// CONCATENATED MODULE: ./lib/restore/swap/grants.js

/**
 * The statements that give a database these rights. PUBLIC, which a new database lets connect, has none but those
 * that are listed; the owner has all anyway.
 */ function grantsSql(database, grants, owner) {
    const on = `ON DATABASE ${(0,quote/* quoteIdentifier */.C)(database)}`;
    const given = grants.filter(({ grantee })=>grantee !== owner).map(({ grantee, privilege, grantable })=>{
        const to = grantee === undefined ? 'PUBLIC' : (0,quote/* quoteIdentifier */.C)(grantee);
        return `GRANT ${privilege} ${on} TO ${to}${grantable ? ' WITH GRANT OPTION' : ''}`;
    });
    return [
        `REVOKE ALL ${on} FROM PUBLIC`,
        ...given
    ];
}

;// CONCATENATED MODULE: ./lib/restore/swap/prepare.js



/**
 * Gives a database that nobody uses yet its owner, rights, settings and limit.
 * @param owner whose the database is now
 * @returns the settings that the role may not make, in words and without their values, which may be secrets: those of
 *   other roles take CREATEROLE, and since PostgreSQL 16 ADMIN on the role
 * @throws SqlError where owner or rights cannot be given: the application could then not use it
 */ async function applyProperties(psql, database, wanted, owner) {
    const name = (0,postgres_psql/* quoteIdentifier */.Cm)(database);
    if (wanted.owner !== undefined && wanted.owner !== owner) await psql.exec(`ALTER DATABASE ${name} OWNER TO ${(0,postgres_psql/* quoteIdentifier */.Cm)(wanted.owner)}`);
    if (wanted.grants !== null) await psql.exec(...grantsSql(database, wanted.grants, wanted.owner ?? owner));
    if (wanted.connectionLimit >= 0) await psql.exec(`ALTER DATABASE ${name} CONNECTION LIMIT ${wanted.connectionLimit}`);
    const lost = [];
    for (const setting of wanted.settings){
        try {
            await psql.exec(settingSql(database, setting));
        } catch (error) {
            if (!(error instanceof postgres_psql/* SqlError */.L8)) throw error;
            lost.push(`${setting.name}${setting.role === undefined ? '' : ` of role ${setting.role}`}`);
        }
    }
    return lost;
}

;// CONCATENATED MODULE: ./lib/restore/swap/properties.js


/** Reads the properties of a database, from any database of the server. */ async function readProperties(psql, database) {
    const which = `datname = ${(0,postgres_psql/* quoteLiteral */.ce)(database)}`;
    const { granted, ...row } = await psql.query(`SELECT json_build_object('owner', r.rolname, 'connectionLimit', datconnlimit, 'comment', pg_catalog.shobj_description(d.oid, 'pg_database'), 'granted', datacl IS NOT NULL)
     FROM pg_catalog.pg_database d JOIN pg_catalog.pg_roles r ON r.oid = datdba
     WHERE ${which}`);
    const settings = await psql.rows(`SELECT r.rolname AS role, c.text FROM pg_catalog.pg_db_role_setting s
     JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole,
     pg_catalog.unnest(s.setconfig) WITH ORDINALITY AS c(text, at) WHERE ${which} ORDER BY s.setrole, c.at`);
    // A grantee that is no more (OID without a role) is left out.
    const grants = await psql.rows(`SELECT DISTINCT r.rolname AS grantee, a.privilege_type AS privilege, a.is_grantable AS grantable
     FROM pg_catalog.pg_database d, pg_catalog.aclexplode(datacl) a LEFT JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
     WHERE ${which} AND (a.grantee = 0 OR r.oid IS NOT NULL) ORDER BY 1, 2, 3`);
    return {
        ...row,
        settings: settings.map(({ role, text })=>({
                role: role ?? undefined,
                ...parseSetting(text)
            })),
        grants: granted ? grants.map(({ grantee, ...grant })=>({
                ...grant,
                grantee: grantee ?? undefined
            })) : null
    };
}

;// CONCATENATED MODULE: ./lib/restore/swap/sessions.js

const EVERY_MS = 50;
/**
 * Ends the sessions on these databases, also those that come, until `over`.
 * @returns the roles of sessions that this role may not end, one for each
 */ async function endSessions(psql, databases, over) {
    const refused = new Map();
    // Autovacuum's, which have no role, are ended by the rename itself. What kind others are is hidden from most roles.
    const others = `SELECT pid, usename AS role FROM pg_catalog.pg_stat_activity
    WHERE datname IN (${databases.map(postgres_psql/* quoteLiteral */.ce).join(', ')}) AND pid <> pg_catalog.pg_backend_pid()
      AND usename IS NOT NULL`;
    while(!over.aborted){
        for (const { pid, role } of (await psql.rows(others))){
            if (refused.has(pid)) continue;
            try {
                await psql.exec(`SELECT pg_catalog.pg_terminate_backend(${pid})`);
            } catch (error) {
                if (!(error instanceof postgres_psql/* SqlError */.L8)) throw error;
                refused.set(pid, role);
            }
        }
        await new Promise((resolve)=>setTimeout(resolve, EVERY_MS));
    }
    return [
        ...refused.values()
    ];
}

;// CONCATENATED MODULE: ./lib/restore/swap/swap.js




const ATTEMPTS = 2;
/** `object_in_use`: somebody is still connected. `lock_not_available`: someone copies it, or renames it too. */ const BUSY = [
    '55006',
    '55P03'
];
/** The statements of a swap. All but the last change nothing that anybody else can see. */ function swapStatements({ target, restored, before, comment }) {
    const rename = (from, to)=>`ALTER DATABASE ${(0,postgres_psql/* quoteIdentifier */.Cm)(from)} RENAME TO ${(0,postgres_psql/* quoteIdentifier */.Cm)(to)}`;
    return [
        'BEGIN',
        "SET LOCAL lock_timeout = '10s'",
        ...before === undefined ? [] : [
            rename(target, before)
        ],
        rename(restored, target),
        `COMMENT ON DATABASE ${(0,postgres_psql/* quoteIdentifier */.Cm)(target)} IS ${comment === null ? 'NULL' : (0,postgres_psql/* quoteLiteral */.ce)(comment)}`,
        'COMMIT'
    ];
}
/**
 * Puts the restored database in the place of the target, in one transaction: whatever happens on the way, the name is
 * that of the old database or of the new one. A rename locks out new connections before it waits (up to 5 s) for the
 * old ones to end, which a second session sees to; who tries to connect meanwhile waits for the end of the transaction.
 * So connections never have to be disallowed by a setting that an interrupted run would leave behind.
 * @throws UserError, the target being as it was
 */ async function swap(request) {
    const { open, target, restored } = request;
    const oids = await withSession(open, 'that looks before the swap', (psql)=>oidsOf(psql, [
            target,
            restored
        ]));
    const wanted = oids.get(restored);
    if (wanted === undefined) throw new base_errors/* UserError */.yo(`The restored database ${JSON.stringify(restored)} is gone: someone dropped or renamed it. Run the restore again.`);
    for(let attempt = 1;; attempt += 1){
        const { error, refused } = await attemptSwap(request);
        if (error === undefined) return;
        // A connection that broke at the commit does not tell whether that came through.
        if (!(error instanceof postgres_psql/* SqlError */.L8) && await isSwapped(request, wanted)) return;
        if (request.signal.aborted) throw new base_errors/* CancelledError */.cc();
        const busy = error instanceof postgres_psql/* SqlError */.L8 && BUSY.includes(error.sqlstate);
        if (!busy) throw notSwapped(target, error);
        if (refused.length > 0 || attempt === ATTEMPTS) throw stillBusy(target, refused, error);
    }
}
async function attemptSwap(request) {
    const { open, target, restored } = request;
    const swapping = await open('that swaps');
    let refused = [];
    try {
        const ending = await open('that ends sessions');
        const over = new AbortController();
        const ended = endSessions(ending, [
            target,
            restored
        ], over.signal).catch(()=>[]);
        try {
            for (const statement of swapStatements(request))await swapping.exec(statement);
            return {
                error: undefined,
                refused
            };
        } catch (error) {
            return {
                error,
                refused: refused = await stop(over, ended)
            };
        } finally{
            await stop(over, ended);
            await ending.close();
        }
    } finally{
        // Ends its transaction, too.
        await swapping.close();
    }
}
function stop(over, ended) {
    over.abort();
    return ended;
}
async function isSwapped({ look, target }, restored) {
    try {
        return await withSession(look, 'that looks after the swap', async (psql)=>(await oidsOf(psql, [
                target
            ])).get(target) === restored);
    } catch (error) {
        throw new base_errors/* UserError */.yo(`The connection broke while database ${JSON.stringify(target)} was being replaced, and the server cannot be asked which one it is now. It is the old or the new one as a whole: look at it before you run anything else.`, {
            cause: error
        });
    }
}
async function withSession(open, name, work) {
    const psql = await open(name);
    try {
        return await work(psql);
    } finally{
        await psql.close();
    }
}
async function oidsOf(psql, names) {
    const rows = await psql.rows(`SELECT datname AS name, oid::text AS oid FROM pg_catalog.pg_database WHERE datname IN (${names.map(postgres_psql/* quoteLiteral */.ce).join(', ')})`);
    return new Map(rows.map(({ name, oid })=>[
            name,
            oid
        ]));
}
function notSwapped(target, error) {
    if (error instanceof base_errors/* CancelledError */.cc) return error;
    const why = error instanceof Error ? error.message : String(error);
    return new base_errors/* UserError */.yo(`Database ${JSON.stringify(target)} could not be replaced and is as it was: ${why}. Run the restore again.`, {
        cause: error
    });
}
function stillBusy(target, refused, cause) {
    const roles = [
        ...new Set(refused)
    ];
    const who = roles.length === 0 ? 'Sessions come back faster than they end, or a prepared transaction or a copy of it is under way.' : `${(0,units/* plural */.LS)(refused.length, 'session')} of ${roles.join(', ')} cannot be ended by this role: end them yourself (stop the application), or run \`GRANT pg_signal_backend\` to the role (which cannot end those of superusers).`;
    return new base_errors/* UserError */.yo(`Database ${JSON.stringify(target)} is in use, so it could not be replaced and is as it was. ${who} Then run the restore again.`, {
        cause
    });
}

// EXTERNAL MODULE: ./lib/postgres/server.js
var server = __nccwpck_require__(6008);
// EXTERNAL MODULE: ./lib/postgres/explain.js + 5 modules
var explain = __nccwpck_require__(3922);
;// CONCATENATED MODULE: ./lib/restore/target/server.js


/** What a database or role of the target may have set, and would stop us. */ const SETTINGS = {
    default_transaction_read_only: 'off'
};
/** Sessions that end when the run is cancelled. */ function sessionsOf({ programs, connection, reporter, signal }) {
    return (database, name)=>postgres_psql/* Psql */.DD.open({
            programs,
            connection,
            database,
            name,
            reporter,
            signal,
            settings: SETTINGS
        });
}
/** Sessions that clean up, also after the run was cancelled. */ function cleaningSessionsOf({ programs, connection, reporter }) {
    return (database, name)=>postgres_psql/* Psql */.DD.open({
            programs,
            connection,
            database,
            name,
            reporter,
            settings: SETTINGS
        });
}
/**
 * Does something in a session of its own.
 * @param what what could not be done, for the message
 */ async function inSession(open, what, connection, work) {
    const psql = await open();
    try {
        return await work(psql);
    } catch (error) {
        throw (0,explain/* explainSqlError */.s)(error, what, {
            target: connection.target
        });
    } finally{
        await psql.close();
    }
}

;// CONCATENATED MODULE: ./lib/restore/target/look.js






/** Databases that nearly every server has, to ask about one that is not there. */ const USUAL = [
    'postgres',
    'defaultdb',
    'template1'
];
/** How many databases are tried for one that lets us in. */ const MOST_TRIED = 5;
/** True for the error of connecting to a database that does not exist. */ function isMissingDatabase(error) {
    return error instanceof base_errors/* ExplainedError */.hM && /database "[^"]*" does not exist|no such database: \S/.test(error.message);
}
/**
 * Finds a database of the server that lets us in: the target itself, or where it does not exist one of the usual.
 * @param open opens a session; undefined: on the database that the user named
 * @returns the database that was reached, and whether it is the target
 * @throws UserError that explains why nothing can be reached
 */ async function reach(connection, open) {
    let missing;
    try {
        const psql = await open(undefined);
        try {
            return {
                database: await psql.value('SELECT pg_catalog.current_database()'),
                exists: true
            };
        } finally{
            await psql.close();
        }
    } catch (error) {
        if (!isMissingDatabase(error) || connection.target.database === undefined) throw error;
        missing = error;
    }
    for (const database of USUAL){
        try {
            await (await open(database)).close();
            return {
                database,
                exists: false
            };
        } catch (error) {
            if (error instanceof base_errors/* UserError */.yo) continue;
            throw error;
        }
    }
    throw new base_errors/* UserError */.yo(`There is no database ${connection.target.database} on the server, and the role may connect to none of ${USUAL.join(', ')} to make it. Create it first (\`CREATE DATABASE\`), or use a role that may.`, {
        cause: missing
    });
}
/** Reads what there is at the target, and what the role may do. Changes nothing. */ async function lookAt(connection, open, reached) {
    const facts = await inSession(()=>open(reached.database, 'that looks at the target'), 'Looking at the target server', connection, (psql)=>serverFacts(psql, reached.exists ? reached.database : connection.target.database ?? ''));
    const { candidates, row, ...server } = facts;
    const maintenance = await firstOpen(candidates.slice(0, MOST_TRIED), open);
    const existing = row === null ? undefined : await existingDatabase(connection, open, facts.database, row);
    return {
        ...server,
        maintenance,
        existing
    };
}
async function serverFacts(psql, database) {
    const server = await psql.query(`SELECT json_build_object('version', pg_catalog.current_setting('server_version'),
      'number', pg_catalog.current_setting('server_version_num')::int, 'recovering', pg_catalog.pg_is_in_recovery(),
      'lockTable', pg_catalog.current_setting('max_locks_per_transaction')::int8
        * (pg_catalog.current_setting('max_connections')::int8 + pg_catalog.current_setting('max_prepared_transactions')::int8),
      'role', json_build_object('name', current_user, 'superuser', rolsuper, 'createDatabases', rolsuper OR rolcreatedb))
    FROM pg_catalog.pg_roles WHERE rolname = current_user`);
    if (server.recovering) throw new base_errors/* UserError */.yo('The target server is a standby, into which nothing can be restored: use its primary.');
    const major = Math.floor(server.number / 10_000);
    const name = (0,postgres_psql/* quoteLiteral */.ce)(database);
    const candidates = await psql.query(`SELECT coalesce(json_agg(datname ORDER BY datname <> 'postgres', datname = 'template1', datname COLLATE "C"), '[]')
     FROM pg_catalog.pg_database WHERE datallowconn AND datconnlimit <> -2 AND (NOT datistemplate OR datname = 'template1')
       AND datname <> ${name} AND pg_catalog.strpos(datname, '${BESIDE}') = 0 AND pg_catalog.has_database_privilege(oid, 'CONNECT')`);
    const availableExtensions = await psql.query(`SELECT coalesce(json_agg(name ORDER BY name), '[]') FROM pg_catalog.pg_available_extensions`);
    return {
        database,
        version: server.version.split(' ')[0] ?? '',
        major,
        role: server.role,
        lockTable: server.lockTable,
        availableExtensions,
        candidates,
        row: await databaseRow(psql, database, major)
    };
}
/** Every database of the server. */ async function databaseNames(psql) {
    return new Set(await psql.query('SELECT json_agg(datname) FROM pg_catalog.pg_database'));
}
async function databaseRow(psql, database, major) {
    // Since PostgreSQL 16 being a member need not allow to give things to the role.
    const give = major >= 16 ? 'SET' : 'MEMBER';
    const row = await psql.query(`SELECT json_build_object('oid', d.oid::text, 'owner', r.rolname, 'isTemplate', datistemplate, 'tablespace', t.spcname, 'connectable', datallowconn AND datconnlimit <> -2,
       'mayRename', pg_catalog.pg_has_role(datdba, 'USAGE'), 'mayGive', pg_catalog.pg_has_role(datdba, '${give}'))
     FROM pg_catalog.pg_database d JOIN pg_catalog.pg_roles r ON r.oid = datdba
     JOIN pg_catalog.pg_tablespace t ON t.oid = dattablespace WHERE datname = ${(0,postgres_psql/* quoteLiteral */.ce)(database)}`);
    if (row === null) return null;
    const { connectable, ...rest } = row;
    if (!connectable) throw new base_errors/* UserError */.yo(`The target database ${JSON.stringify(database)} allows no connections, so what it holds cannot be seen. Allow them (\`ALTER DATABASE ... ALLOW_CONNECTIONS true\`), or name another target.`);
    return {
        ...rest,
        obstacles: await obstaclesOf(psql, row.oid)
    };
}
async function firstOpen(candidates, open) {
    for (const database of candidates){
        try {
            await (await open(database, 'that looks for a database to work from')).close();
            return database;
        } catch (error) {
            // Not allowed in by pg_hba.conf, for example.
            if (!(error instanceof base_errors/* UserError */.yo)) throw error;
        }
    }
    return undefined;
}
function existingDatabase(connection, open, database, row) {
    return inSession(()=>open(database, 'with the target'), `Looking at database ${JSON.stringify(database)}`, connection, async (psql)=>{
        const info = await (0,server/* inspectServer */.Eb)(psql);
        return {
            ...row,
            bytes: info.databaseBytes,
            databaseId: (0,server/* databaseId */.xe)(info),
            ...await contentsOf(psql)
        };
    });
}

;// CONCATENATED MODULE: ./lib/restore/target/roles.js

/** Asks for roles by name. */ async function knownRoles(psql, names, major) {
    // Since PostgreSQL 16 being a member need not allow SET ROLE. A database's owner is a member of pg_database_owner there.
    const right = major >= 16 ? 'SET' : 'MEMBER';
    const rows = await psql.rows(`SELECT rolname AS name, pg_catalog.pg_has_role(oid, '${right}') OR rolname = 'pg_database_owner' AS able FROM pg_catalog.pg_roles
     WHERE rolname IN (SELECT pg_catalog.json_array_elements_text(${(0,postgres_psql/* quoteLiteral */.ce)(JSON.stringify(names))}::json))`);
    return {
        there: new Set(rows.map(({ name })=>name)),
        actAs: new Set(rows.filter(({ able })=>able).map(({ name })=>name))
    };
}

;// CONCATENATED MODULE: ./lib/restore/take-place.js













/**
 * Makes the restored database the target.
 * @param notes gets what the user should know
 * @returns what the old database is called now; null where there is none any more
 * @throws UserError, the target being as it was; after the swap nothing throws
 */ async function takePlace(job, maintenance, restored, notes) {
    const { target, staged, options, plan, open, clean, connection } = job;
    const { database, existing } = target;
    const ask = (what, work)=>inSession(()=>open(maintenance, 'that prepares'), what, connection, work);
    const wanted = await wantedProperties(job, ask);
    notes.push(...await apply(job, ask, restored, wanted));
    await requireUnchanged(job, ask);
    const before = existing === undefined ? undefined : beforeName(database, staged.manifest.id, await ask('Listing the databases', databaseNames));
    await swap({
        target: database,
        restored,
        before,
        comment: wanted.comment,
        signal: options.signal,
        open: (name)=>open(maintenance, name),
        look: (name)=>clean(maintenance, name)
    });
    options.reporter.info(`${JSON.stringify(database)} is now the restored database.`);
    if (before === undefined) return null;
    const kept = plan.mode === 'fresh' ? await dropEmptied(clean, maintenance, before) : '';
    if (kept === undefined) return null;
    notes.push(`The database that was there before is kept as ${JSON.stringify(before)}. ${kept}${kept === '' ? '' : ' '}When you are sure that you need it no more: DROP DATABASE ${(0,postgres_psql/* quoteIdentifier */.Cm)(before)}.`);
    return before;
}
/** What the new database is to be like as a whole. */ async function wantedProperties({ staged, programs, options, plan, target }, ask) {
    const archived = await archivedProperties({
        archive: staged,
        programs,
        signal: options.signal
    });
    return ask("Reading the target's own settings", async (psql)=>{
        const properties = target.existing === undefined ? undefined : await readProperties(psql, target.database);
        const named = [
            archived.owner,
            ...archived.settings.map(({ role })=>role),
            ...(archived.grants ?? []).map(({ grantee })=>grantee)
        ].filter((role)=>role !== undefined);
        const { there, actAs } = await knownRoles(psql, named, target.major);
        const owner = plan.owner && archived.owner !== undefined && actAs.has(archived.owner);
        return combine(archived, properties, {
            owner,
            privileges: plan.privileges,
            roles: there
        });
    });
}
/** @returns what the user has to make up for */ async function apply({ target, options }, ask, restored, wanted) {
    const lost = await ask('Giving the restored database the rights of the target', (psql)=>applyProperties(psql, restored, wanted, target.role.name));
    if (lost.length === 0) return [];
    const note = `Role ${target.role.name} may not make these settings of the database again: ${lost.join(', ')}. Have a superuser make them (ALTER ROLE ... IN DATABASE ... SET, ALTER DATABASE ... SET) before applications rely on them.`;
    options.reporter.warn(note);
    return [
        note
    ];
}
/** @throws UserError when the target is no more what the plan was made for */ async function requireUnchanged({ target, plan, open, connection }, ask) {
    const { database, existing } = target;
    const oid = await ask('Looking at the target again', (psql)=>psql.value(`SELECT oid FROM pg_catalog.pg_database WHERE datname = ${(0,postgres_psql/* quoteLiteral */.ce)(database)}`));
    const changed = new base_errors/* UserError */.yo(`Database ${JSON.stringify(database)} has changed while the backup was being restored beside it, and is left as it is. Look at it, then run the restore again.`);
    if (oid !== (existing?.oid ?? '')) throw changed;
    if (existing === undefined || plan.mode === 'replace') return;
    const { objects } = await inSession(()=>open(database, 'with the target'), 'Looking at the target again', connection, contentsOf);
    if (objects > 0) throw changed;
}

;// CONCATENATED MODULE: ./lib/restore/beside.js











/**
 * Restores into a new database, compares it, and puts it in the place of the target.
 * @throws UserError, the target being as it was and nothing of ours left
 */ function restoreBeside(job) {
    const { maintenance } = job.target;
    if (maintenance === undefined) throw new Error('There is no database to rename others from.');
    return new Beside(job, maintenance).run();
}
class Beside {
    job;
    maintenance;
    working;
    cleaning;
    /** Databases of ours that are not in place. */ made = [];
    constructor(job, maintenance){
        this.job = job;
        this.maintenance = maintenance;
        const { programs, target, options } = job;
        const { reporter, signal } = options;
        const connection = through(job.connection, maintenance);
        const base = {
            programs,
            connection,
            major: target.major,
            server: 'the target server',
            reporter
        };
        this.working = new admin/* Admin */.M({
            ...base,
            signal
        });
        this.cleaning = new admin/* Admin */.M(base);
    }
    async run() {
        const { reporter } = this.job.options;
        try {
            return await this.restore();
        } finally{
            for (const name of this.made)await this.cleaning.dropDatabase(name).catch((error)=>{
                const why = error instanceof Error ? error.message : String(error);
                reporter.warn(`The unfinished database ${JSON.stringify(name)} could not be dropped: please do so. ${why}`);
            });
        }
    }
    async restore() {
        const { job } = this;
        const { options, plan, target, open, connection } = job;
        const { reporter } = options;
        const { id } = job.staged.manifest;
        const restored = besideName(target.database, id, await this.databases());
        const otherwise = await reporter.group('Restoring', async ()=>{
            const notes = await this.create(restored);
            await this.move(restored);
            await restoreTo(job, restored, {
                content: plan.content,
                jobs: jobsOf(job),
                singleTransaction: false
            });
            return notes;
        });
        const findings = await reporter.group('Comparing', async ()=>{
            const reloaded = await this.reload();
            return compareJob(job, restored, {
                reloaded,
                otherwise
            });
        });
        if (differs(findings)) return {
            database: null,
            previousDatabase: null,
            findings,
            notes: []
        };
        const notes = [];
        const previous = await reporter.group('Putting it into place', async ()=>{
            await inSession(()=>open(restored, 'that analyzes'), 'Analyzing the restored database', connection, (psql)=>psql.exec('ANALYZE'));
            return takePlace(job, this.maintenance, restored, notes);
        });
        this.made.splice(this.made.indexOf(restored), 1);
        return {
            database: target.database,
            previousDatabase: previous,
            findings,
            notes
        };
    }
    databases() {
        return this.ask('Listing the databases', databaseNames);
    }
    ask(what, work) {
        const { open, connection } = this.job;
        return inSession(()=>open(this.maintenance, 'that prepares'), what, connection, work);
    }
    /** Makes an empty database as the backup's was. @returns what is otherwise */ async create(name) {
        const { job } = this;
        const { target, staged, options } = job;
        // Noted before it is made: it may be there although the answer never came.
        this.made.push(name);
        const otherwise = await this.working.createDatabase(name, (0,requirements/* identityOf */.c)(staged.manifest)).catch((error)=>{
            if (isTaken(error)) this.made.pop();
            throw error;
        });
        for (const sentence of otherwise)options.reporter.warn(sentence);
        await this.ask('Marking the new database', (psql)=>psql.exec(`COMMENT ON DATABASE ${(0,postgres_psql/* quoteIdentifier */.Cm)(name)} IS ${(0,postgres_psql/* quoteLiteral */.ce)(marker(target.database))}`));
        const requires = staged.fingerprint?.requires;
        if (requires !== undefined && entriesOf(job) === undefined) await inSession(()=>job.open(name, 'that prepares'), 'Making what the backup needs', job.connection, (psql)=>(0,requirements/* prepareRequirements */.C)(psql, requires));
        return otherwise;
    }
    /** Puts the new database where the target is, while there is nothing in it. */ async move(name) {
        const tablespace = this.job.target.existing?.tablespace ?? 'pg_default';
        if (tablespace === 'pg_default') return;
        try {
            await this.ask('Moving the new database to the tablespace of the target', (psql)=>psql.exec(`ALTER DATABASE ${(0,postgres_psql/* quoteIdentifier */.Cm)(name)} SET TABLESPACE ${(0,postgres_psql/* quoteIdentifier */.Cm)(tablespace)}`));
        } catch (error) {
            if (!(error instanceof base_errors/* UserError */.yo)) throw error;
            this.job.options.reporter.warn(`The restored database stays in the default tablespace. ${error.message}`);
        }
    }
    /** The same definitions once more, to compare with; where they can be compared. */ async reload() {
        const { job } = this;
        const { staged, plan, selected, options, target } = job;
        if (!options.inputs.compare || staged.fingerprint === undefined) return undefined;
        if (selected !== undefined || plan.content === 'data') return undefined;
        const name = reloadName(target.database, staged.manifest.id, await this.databases());
        await this.create(name);
        await restoreTo(job, name, {
            content: 'schema',
            jobs: 1,
            singleTransaction: false,
            quiet: true
        });
        return name;
    }
}
/** `duplicate_database`; `unique_violation` where both are made at once. It is then not ours to drop. */ const TAKEN = [
    '42P04',
    '23505'
];
function isTaken(error) {
    return error instanceof Error && error.cause instanceof postgres_psql/* SqlError */.L8 && TAKEN.includes(error.cause.sqlstate);
}
/** The connection with another database as its own. */ function through(connection, database) {
    return {
        ...connection,
        conninfo: (other)=>connection.conninfo(other ?? database)
    };
}

// EXTERNAL MODULE: ./lib/postgres/pooler.js
var pooler = __nccwpck_require__(3154);
// EXTERNAL MODULE: ./lib/postgres/programs/index.js + 35 modules
var postgres_programs = __nccwpck_require__(6499);
;// CONCATENATED MODULE: ./lib/restore/connect.js







/**
 * Looks at the target and finds programs that suit both it and the archive. Changes nothing.
 * @throws UserError for a server that cannot be reached, is too old, a standby or behind a transaction pooler
 */ async function connectTarget(options, connection, manifest) {
    const { inputs, env, cache, tempDir, method, reporter, signal } = options;
    const bin = inputs.postgresBin === undefined ? {} : {
        bin: inputs.postgresBin
    };
    const find = {
        cache,
        reporter,
        env,
        tempDir,
        signal,
        method,
        ...bin
    };
    const wanted = inputs.postgresVersion;
    const first = wanted === 'auto' ? await (0,postgres_programs/* findAnyPrograms */.Ru)(find) : await (0,postgres_programs/* findPrograms */.z0)({
        ...find,
        major: wanted
    });
    const untouched = (database)=>postgres_psql/* Psql */.DD.open({
            programs: first,
            connection,
            signal,
            reporter,
            untouched: true,
            ...database === undefined ? {} : {
                database
            }
        });
    const reached = await reach(connection, untouched);
    await (0,pooler/* refuseTransactionPooler */.U)(()=>untouched(reached.database), {
        target: connection.target
    });
    const target = await lookAt(connection, sessionsOf({
        programs: first,
        connection,
        reporter,
        signal
    }), reached);
    (0,server/* refuseOldServer */.zV)(target);
    const needed = Math.max(target.major, (0,server/* majorOf */.Ds)(manifest.tools.pg_dump));
    const programs = wanted === 'auto' && first.major !== needed ? await (0,postgres_programs/* findPrograms */.z0)({
        ...find,
        major: needed
    }) : first;
    if (programs.major < needed) throw new base_errors/* UserError */.yo(`The target is PostgreSQL ${target.version} and the backup was made by pg_dump ${manifest.tools.pg_dump}: programs of PostgreSQL ${programs.version} do not suit both. Set postgres-version to auto or ${needed}.`);
    reporter.info(`Target server ${target.version}; pg_restore ${programs.version} (${programs.source})`);
    const access = {
        programs,
        connection,
        reporter,
        signal
    };
    return {
        connection,
        programs,
        target,
        open: sessionsOf(access),
        clean: cleaningSessionsOf(access)
    };
}

// EXTERNAL MODULE: ./lib/verify/extensions.js
var extensions = __nccwpck_require__(5899);
// EXTERNAL MODULE: ./lib/backup/manifest.js
var backup_manifest = __nccwpck_require__(8841);
;// CONCATENATED MODULE: ./lib/restore/target/types.js
/** What a swap cannot carry over, or cannot be done with. */ /** True where nobody has put anything into the database. */ function isEmpty({ objects }) {
    return objects === 0;
}

;// CONCATENATED MODULE: ./lib/restore/guard.js

/**
 * Keeps a restore away from what it must not touch.
 * `confirm` must be the target's name wherever the target holds something, is the very database that the backup was
 * made of, or is read or filled by replication.
 */ function guard(choices, manifest, target, way) {
    const guarded = {
        unconfirmed: [],
        blockers: [],
        warnings: []
    };
    const { confirm } = choices;
    const { database, existing } = target;
    const name = JSON.stringify(database);
    const confirmed = confirm === database;
    if (confirm !== undefined && !confirmed) guarded.unconfirmed.push(`confirm is ${JSON.stringify(confirm)}, but database-url names the database ${name}: check which of the two is meant. Nothing was changed.`);
    if (database === 'template0' || database === 'template1' || existing?.isTemplate === true) guarded.blockers.push(`${name} is a template, from which new databases are copied: name another database in database-url.`);
    if (existing === undefined) return guarded;
    if (way === 'beside') obstacles(target, confirmed, guarded);
    if (confirmed || confirm !== undefined) return guarded;
    const asks = `To go on, set confirm: ${database}`;
    if (existing.databaseId !== null && existing.databaseId === manifest.source.databaseId) guarded.unconfirmed.push(`${name} is the very database that backup ${manifest.id} was made of. ${asks} (or name another target).`);
    else if (!isEmpty(existing)) guarded.unconfirmed.push(`${name} is not empty: it holds ${existing.examples.join(', ')}${existing.objects > existing.examples.length ? ', ...' : ''}. ${asks}.`);
    return guarded;
}
function obstacles({ database, existing }, confirmed, guarded) {
    if (existing === undefined) return;
    const { preparedTransactions, replicationSlots, subscriptions } = existing.obstacles;
    const name = JSON.stringify(database);
    if (preparedTransactions.length > 0) guarded.blockers.push(`${name} has prepared transactions (${preparedTransactions.join(', ')}), with which it cannot be renamed. End them with COMMIT PREPARED or ROLLBACK PREPARED.`);
    const broken = [
        ...replicationSlots.length === 0 ? [] : [
            `Logical replication slots read ${name} (${replicationSlots.join(', ')}). They go on reading the old database, so their subscribers see no further change: make new slots afterwards, and have the subscribers copy everything anew.`
        ],
        ...subscriptions.length === 0 ? [] : [
            `Subscriptions fill ${name} (${subscriptions.join(', ')}). They go on filling the old database: those that the backup holds are restored disabled, and must be enabled or made anew afterwards.`
        ]
    ];
    if (confirmed) guarded.warnings.push(...broken);
    else guarded.unconfirmed.push(...broken.map((sentence)=>`${sentence} To go on, set confirm: ${database}.`));
}

;// CONCATENATED MODULE: ./lib/restore/locks.js
/** Catalogs by OID: pg_class, pg_constraint. */ const RELATION = 1259;
const CONSTRAINT = 2606;
/**
 * How many locks one transaction holds in the end that restores these entries: one for each relation, two more for the
 * TOAST table of a table and its index, one for the index of a key, one for each large object, which is locked when it
 * gets its owner.
 */ function locksFor(entries, largeObjects) {
    let locks = largeObjects;
    for (const { catalogId, text } of entries){
        if (catalogId === RELATION) locks += /^(TABLE|MATERIALIZED VIEW) (?!ATTACH )/.test(text) ? 3 : 1;
        else if (catalogId === CONSTRAINT) locks += 1;
    }
    return locks;
}
/** Why a restore in one transaction is hopeless, or undefined. */ function lockRefusal(locks, lockTable) {
    if (locks <= lockTable) return undefined;
    return `The role may make no database, so everything would be restored in one transaction, and that would hold about ${locks} locks: ` + `the server's lock table has room for ${lockTable}. Give the role CREATEDB and the target, or raise max_locks_per_transaction there (it needs a restart).`;
}

;// CONCATENATED MODULE: ./lib/restore/outwards.js
/** What of an archive has to do with other servers. */ function outwards(entries) {
    const has = (start)=>entries.some(({ text })=>text.startsWith(start));
    return [
        ...has('SUBSCRIPTION - ') ? [
            'Subscriptions are restored disabled and without a slot: enable those that are still wanted (ALTER SUBSCRIPTION).'
        ] : [],
        ...has('SERVER - ') ? [
            'Foreign servers are restored as they were: their tables lead to the same other servers as those of the source.'
        ] : []
    ];
}

;// CONCATENATED MODULE: ./lib/restore/roles.js
/**
 * The owners among the named roles: a line of the table of contents ends with one. Names stand unquoted there, so a
 * role may be taken for an owner that is none, never the other way round. Without such a table all count as owners.
 */ function ownersAmong(named, toc) {
    if (toc === undefined) return [
        ...named
    ];
    const texts = toc.map(({ text })=>text.trimEnd());
    return named.filter((role)=>texts.some((text)=>text.endsWith(` ${role.replaceAll(/[\r\n]/g, ' ')}`)));
}
/**
 * Decides whether owners and privileges are restored. `auto` leaves them out where a role is missing, or may not be
 * acted for; in `replace` that is refused instead, since applications have to go on working with what takes the place.
 */ function decideOwnership(choices, named, known, role) {
    const missing = (roles)=>roles.filter((name)=>!known.there.has(name));
    const missingOwners = missing(named.owners);
    const foreign = named.owners.filter((name)=>known.there.has(name) && !known.actAs.has(name));
    const who = JSON.stringify(role);
    const reasons = {
        owner: [
            ...missingOwners.length === 0 ? [] : [
                `these owners are no roles there: ${missingOwners.join(', ')}`
            ],
            ...foreign.length === 0 ? [] : [
                `role ${who} may not act for these owners: ${foreign.join(', ')}`
            ]
        ],
        privileges: ((lost)=>lost.length === 0 ? [] : [
                `these roles, which have privileges, are not there: ${lost.join(', ')}`
            ])(missing(named.all))
    };
    const ownership = {
        owner: true,
        privileges: true,
        blockers: [],
        warnings: []
    };
    for (const what of [
        'owner',
        'privileges'
    ]){
        const because = reasons[what].join('; ');
        const things = what === 'owner' ? 'Owners' : 'Privileges';
        if (choices[what] === 'false') ownership[what] = false;
        else if (because === '') continue;
        else if (choices[what] === 'auto' && choices.mode === 'fresh') {
            ownership[what] = false;
            ownership.warnings.push(`${things} are not restored: ${because}.${what === 'owner' ? ` Everything will belong to ${who}.` : ' Grant again what your applications need.'}`);
        } else ownership.blockers.push(`${things} cannot be restored: ${because}. ${remedy(what, missingOwners.length > 0 || what === 'privileges', foreign, who)}`);
    }
    return ownership;
}
function remedy(what, absent, foreign, who) {
    const steps = [
        ...absent ? [
            'create the missing roles (globals.sql of the backup has them, without passwords)'
        ] : [],
        ...what === 'owner' && foreign.length > 0 ? [
            `run ${foreign.map((name)=>`\`GRANT ${JSON.stringify(name)} TO ${who}\``).join(', ')}`
        ] : [],
        `set ${what}: false`
    ];
    const text = steps.join(', or ');
    return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

;// CONCATENATED MODULE: ./lib/restore/way.js

/** What is restored: a backup of rows alone has nothing else, whatever was asked for. */ function contentOf(choices, manifest) {
    const held = manifest.options['content'];
    return choices.content === 'all' && (held === 'data' || held === 'schema') ? held : choices.content;
}
/** Whether only a part of what the backup holds is restored. */ function isPartial({ tables, schemas, content }) {
    return tables.length > 0 || schemas.length > 0 || content !== 'all';
}
/** What the role lacks to make a database and rename it into place; empty where it lacks nothing. */ function lackingForBeside({ role, maintenance, existing, database }) {
    const who = JSON.stringify(role.name);
    const lacking = [];
    if (!role.createDatabases) lacking.push(`\`ALTER ROLE ${who} CREATEDB\``);
    if (existing !== undefined && !(existing.mayRename && existing.mayGive)) lacking.push(`\`GRANT ${JSON.stringify(existing.owner)} TO ${who}\` (the target's owner), or \`ALTER DATABASE ${JSON.stringify(database)} OWNER TO ${who}\``);
    if (maintenance === undefined) lacking.push(`\`GRANT CONNECT ON DATABASE postgres TO ${who}\`, or on any other database than the target: from within itself a database cannot be renamed`);
    return lacking;
}
/** Decides how a restore is done. */ function decideWay(choices, target, content) {
    const name = JSON.stringify(target.database);
    const lacking = lackingForBeside(target);
    const { existing } = target;
    if (content === 'data') return existing === undefined ? {
        refusal: `There is no database ${name}: rows alone need tables that are there.`
    } : {
        way: 'in place'
    };
    if (existing === undefined) {
        return lacking.length === 0 ? {
            way: 'beside'
        } : {
            refusal: `There is no database ${name}, and the role may not make it. Create it, or have someone run: ${lacking.join('; ')}.`
        };
    }
    if (choices.mode === 'replace') return lacking.length === 0 ? {
        way: 'beside'
    } : {
        refusal: `Database ${name} cannot be replaced by this role. Have someone run: ${lacking.join('; ')}.`
    };
    if (isEmpty(existing)) return {
        way: lacking.length === 0 ? 'beside' : 'in place'
    };
    if (isPartial(choices)) return {
        way: 'in place'
    };
    return {
        refusal: `Database ${name} is not empty (it holds ${existing.examples.join(', ')}${existing.objects > existing.examples.length ? ', ...' : ''}), and mode is fresh. ` + `Restore into a database that is empty or does not exist, or set mode: replace and confirm: the old one is then kept under another name.`
    };
}

;// CONCATENATED MODULE: ./lib/restore/plan.js








/** Nothing to meet. */ const NOTHING_PRESENT = {
    tables: [],
    missing: [],
    filled: []
};
/** Makes the plan. Pure: the same facts make the same plan. */ function planRestore(facts) {
    const { choices, staged, target, selected, named, known } = facts;
    const { manifest } = staged;
    const content = contentOf(choices, manifest);
    const decision = decideWay(choices, target, content);
    const way = 'way' in decision ? decision.way : 'beside';
    const guarded = guard(choices, manifest, target, way);
    const ownership = content === 'data' ? {
        owner: true,
        privileges: true,
        blockers: [],
        warnings: []
    } : decideOwnership(choices, named, known, target.role.name);
    return {
        backup: {
            id: manifest.id,
            name: manifest.name,
            label: manifest.label,
            storage: facts.storage,
            database: manifest.database,
            snapshotAt: manifest.snapshotAt,
            serverVersion: manifest.server.version,
            storedBytes: (0,backup_manifest/* totalBytes */.ob)(manifest),
            databaseBytes: manifest.databaseBytes,
            tables: manifest.totals?.tables ?? null,
            rows: manifest.totals?.rows ?? null
        },
        target: {
            database: target.database,
            serverVersion: target.version,
            exists: target.existing !== undefined,
            empty: target.existing === undefined || isEmpty(target.existing),
            bytes: target.existing?.bytes ?? null,
            tables: target.existing?.tables ?? 0
        },
        mode: choices.mode,
        way,
        content,
        entries: selected === undefined ? null : selected.entries.length,
        owner: ownership.owner,
        privileges: ownership.privileges,
        stagedBytes: staged.bytes,
        unconfirmed: guarded.unconfirmed,
        blockers: [
            ...'refusal' in decision ? [
                decision.refusal
            ] : [],
            ...guarded.blockers,
            ...rowsAlone(facts, content),
            ...meeting(facts, content, way),
            ...missingExtensions(facts, content),
            ...ownership.blockers,
            ...locks(facts, way, ownership.owner)
        ],
        warnings: [
            ...guarded.warnings,
            ...ownership.warnings,
            ...warningsOf(facts, content, way)
        ]
    };
}
/** A backup of rows alone says which backup has the tables. */ function rowsAlone({ staged, target, schemaBackup }, content) {
    const { manifest } = staged;
    const held = manifest.options['content'];
    if (held === 'schema' && content === 'data') return [
        `Backup ${manifest.id} holds definitions alone (content: schema), so there are no rows to restore.`
    ];
    if (held !== 'data') return [];
    if (content === 'schema') return [
        `Backup ${manifest.id} holds rows alone (content: data), so there are no definitions to restore.`
    ];
    if (target.existing !== undefined && !isEmpty(target.existing)) return [];
    return [
        `Backup ${manifest.id} holds rows alone (content: data), and the target has no tables for them. ` + (schemaBackup === undefined ? `There is no backup named "${manifest.name}" of the same database with its definitions from that time or before: make the tables yourself, or choose another backup.` : `Restore backup ${schemaBackup} with content: schema first, which has the definitions that go with it, then this one.`)
    ];
}
const plan_SHOWN = 5;
function list(names) {
    return `${names.slice(0, plan_SHOWN).join(', ')}${names.length > plan_SHOWN ? ` and ${names.length - plan_SHOWN} more` : ''}`;
}
function meeting({ present, target, toc }, content, way) {
    if (way !== 'in place' || target.existing === undefined) return [];
    if (content !== 'data') return present.tables.length === 0 ? [] : [
        `These are in the target already, and nothing of it is overwritten: ${list(present.tables)}. Rename or drop them first, or restore into another database and copy from there.`
    ];
    if (toc === undefined) return [
        'Rows alone can be restored from a backup in the custom or directory format only: a plain one is restored as a whole.'
    ];
    return [
        ...present.missing.length === 0 ? [] : [
            `Rows are restored into tables that are there, and these are not: ${list(present.missing)}. Restore their definitions first (content: schema), or choose others with tables.`
        ],
        ...present.filled.length === 0 ? [] : [
            `Rows are restored into empty tables, and these have rows: ${list(present.filled)}. Empty them first, or restore into another database and copy from there.`
        ]
    ];
}
function missingExtensions({ extensions, target, selected }, content) {
    if (content === 'data' || selected !== undefined) return [];
    const missing = extensions.filter((name)=>!target.availableExtensions.includes(name));
    if (missing.length === 0) return [];
    return [
        `The backup needs extensions that the target server does not have: ${missing.join(', ')}. Have them installed there (the list is pg_available_extensions), or restore into a server that has them.`
    ];
}
function locks({ toc, selected, staged, target }, way, owner) {
    if (way !== 'in place' || toc === undefined) return [];
    const large = owner && selected === undefined ? staged.fingerprint?.largeObjects ?? 0 : 0;
    const refusal = lockRefusal(locksFor(selected?.entries ?? toc, large), target.lockTable);
    return refusal === undefined ? [] : [
        refusal
    ];
}
function warningsOf(facts, content, way) {
    const { choices, staged, target, selected } = facts;
    const { manifest, fingerprint } = staged;
    const others = selected === undefined ? fingerprint?.requires.others ?? [] : [];
    const warnings = [
        [
            target.major < (0,server/* majorOf */.Ds)(manifest.server.version),
            `The target is PostgreSQL ${target.version}, older than the ${manifest.server.version} that the backup was made of. What it does not know ends the restore, and leaves the target as it is.`
        ],
        [
            way === 'in place' && !isPartial(choices) && content === 'all',
            `Role ${target.role.name} may not put a new database in the place of the target, so everything is restored into it in one transaction, with one job. The encoding and locale stay those of the target.`
        ],
        [
            choices.compare && fingerprint === undefined,
            'The backup was made without a fingerprint, so what is restored cannot be compared with it.'
        ],
        [
            others.length > 0,
            `The backup refers to objects that it does not hold: ${list(others)}. Without them it does not restore.`
        ]
    ];
    return [
        ...selected?.leftOut ?? [],
        ...warnings.flatMap(([applies, sentence])=>applies ? [
                sentence
            ] : []),
        ...content === 'data' ? [] : outwards(selected?.entries ?? facts.toc ?? [])
    ];
}

;// CONCATENATED MODULE: ./lib/restore/present.js

/** Names stand unquoted in a table of contents, line breaks as spaces. */ function namedIn(text, kind, { schema, name }) {
    return text.startsWith(`${kind}${schema} ${name} `.replaceAll(/[\r\n]/g, ' '));
}
const ROWS = 'TABLE DATA ';
const KINDS = /^(TABLE|VIEW|MATERIALIZED VIEW|FOREIGN TABLE|SEQUENCE) /;
/** How many tables are asked for rows in one statement. */ const AT_ONCE = 100;
/** How what is to be restored meets what is in the target database, which `psql` is connected to. */ async function presentIn(psql, entries) {
    const relations = await psql.rows(`SELECT n.nspname AS schema, c.relname AS name, c.relkind = 'r' AS table FROM pg_catalog.pg_class c
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`);
    const definitions = entries.filter(({ catalogId })=>catalogId === 1259);
    const rows = entries.filter(({ catalogId, text })=>catalogId === 0 && text.startsWith(ROWS));
    const tables = relations.filter(({ table })=>table);
    const met = tables.filter((table)=>rows.some(({ text })=>namedIn(text, ROWS, table)));
    return {
        tables: relations.filter((relation)=>definitions.some(({ text })=>{
                const kind = KINDS.exec(text)?.[0];
                return kind !== undefined && namedIn(text, kind, relation);
            })).map(nameOf),
        missing: rows.filter(({ text })=>!tables.some((table)=>namedIn(text, ROWS, table))).map(({ text })=>text.slice(ROWS.length).split(' ').slice(0, -1).join('.')),
        filled: await withRows(psql, met)
    };
}
function nameOf({ schema, name }) {
    return `${schema}.${name}`;
}
async function withRows(psql, tables) {
    const filled = [];
    for(let at = 0; at < tables.length; at += AT_ONCE){
        const some = tables.slice(at, at + AT_ONCE);
        const queries = some.map(({ schema, name }, index)=>`SELECT ${index} AS index WHERE EXISTS (SELECT FROM ONLY ${(0,postgres_psql/* quoteIdentifier */.Cm)(schema)}.${(0,postgres_psql/* quoteIdentifier */.Cm)(name)})`);
        const found = await psql.rows(queries.join(' UNION ALL '));
        filled.push(...found.flatMap(({ index })=>some[index] === undefined ? [] : [
                nameOf(some[index])
            ]));
    }
    return filled;
}

;// CONCATENATED MODULE: ./lib/restore/facts.js









/** Gathers what a plan is made from: reads the archive, and asks the target once more. Changes nothing. */ async function gatherFacts(options, connected, staged) {
    const { inputs, signal } = options;
    const { programs, target, connection, open } = connected;
    const archive = {
        archive: staged,
        programs,
        signal
    };
    const { tables, schemas } = inputs;
    const content = contentOf(inputs, staged.manifest);
    const toc = await (0,restore_archive/* readContents */.r0)(archive);
    const selected = tables.length + schemas.length === 0 ? undefined : await (0,restore_archive/* selectEntries */.XO)({
        ...archive,
        tables,
        schemas,
        content
    });
    const named = await rolesOf(archive, selected?.entries ?? toc);
    const known = await inSession(()=>open(target.existing === undefined ? target.maintenance ?? '' : target.database, 'that plans'), 'Looking for the roles that the backup names', connection, (psql)=>knownRoles(psql, named.all, target.major));
    return {
        choices: inputs,
        staged,
        storage: staged.store.url,
        target,
        toc,
        selected,
        named,
        known,
        extensions: (0,extensions/* extensionsOf */.oQ)(staged, toc ?? []),
        present: await presence(connected, selected?.entries ?? toc),
        schemaBackup: staged.manifest.options['content'] === 'data' ? await schemaBackupFor(staged.store, staged.manifest) : undefined
    };
}
async function rolesOf(archive, entries) {
    const inArchive = await (0,restore_archive/* rolesNamedIn */.sX)(archive);
    return {
        all: inArchive,
        owners: ownersAmong(inArchive, entries)
    };
}
/** How what is restored meets what is there. */ async function presence({ target, connection, open }, entries) {
    const { existing, database } = target;
    if (existing === undefined || entries === undefined) return NOTHING_PRESENT;
    return inSession(()=>open(database, 'with the target'), 'Looking at what is in the target', connection, (psql)=>presentIn(psql, entries));
}
/** The newest backup with definitions that is no newer than a backup of rows alone, of the same database. */ async function schemaBackupFor(store, manifest) {
    const { backups } = await (0,catalogue/* listBackups */.Cw)(store, manifest.name);
    return backups.filter(({ options, snapshotAt, database, source })=>options['content'] !== 'data' && snapshotAt <= manifest.snapshotAt && database === manifest.database && source.databaseId === manifest.source.databaseId).at(-1)?.id;
}

;// CONCATENATED MODULE: ./lib/restore/in-place.js




/**
 * Restores into the target itself, in one transaction with one job: all of it, or nothing. What it needs must be there:
 * to make it first would leave it behind when the restore fails.
 * @throws UserError, the target being as it was
 */ async function restoreInPlace(job) {
    const { options, plan, open, connection, target } = job;
    const { reporter } = options;
    const { database } = target;
    await reporter.group('Restoring', ()=>restoreTo(job, database, {
            content: plan.content,
            jobs: 1,
            singleTransaction: true
        }));
    // From here on the target is no more as it was: whatever fails is part of the result.
    const notes = [];
    const findings = await reporter.group('Comparing', ()=>compareJob(job, database, {
            reloaded: undefined,
            otherwise: []
        })).catch((error)=>[
            notCompared(error)
        ]);
    const analyzed = plan.target.empty && await inSession(()=>open(database, 'that analyzes'), 'Analyzing the restored database', connection, (psql)=>psql.exec('ANALYZE')).then(()=>true, ()=>false);
    if (!analyzed) notes.push(`Run ANALYZE on what was restored into ${JSON.stringify(database)}, so that queries are planned well.`);
    return {
        database,
        previousDatabase: null,
        findings,
        notes
    };
}
function notCompared(error) {
    return {
        kind: 'restore',
        name: 'compared with the fingerprint',
        verdict: 'different',
        expected: 'a comparison',
        found: (0,base_errors/* messageOf */.bD)(error)
    };
}

;// CONCATENATED MODULE: ./lib/restore/leftovers.js



/**
 * Drops what restores into a database that were killed have left. Known by the comment and the name, both of which only
 * unfinished databases have: one that somebody renamed has been put to use, and a comment comes along in a dump.
 * @param psql holds the lock of the target, so that what is found belongs to no restore at work
 */ async function dropLeftovers(psql, target, reporter) {
    const marked = await psql.query(`SELECT coalesce(json_agg(datname ORDER BY datname), '[]') FROM pg_catalog.pg_database
     WHERE datname <> ${(0,postgres_psql/* quoteLiteral */.ce)(target)}
       AND pg_catalog.shobj_description(oid, 'pg_database') = ${(0,postgres_psql/* quoteLiteral */.ce)(marker(target))}`);
    for (const name of marked.filter((each)=>isUnfinishedName(each, target))){
        try {
            // Without FORCE: nobody who is connected loses anything.
            await psql.exec(`DROP DATABASE ${(0,postgres_psql/* quoteIdentifier */.Cm)(name)}`);
            reporter.info(`Dropped ${JSON.stringify(name)}, which an interrupted restore had left.`);
        } catch (error) {
            if (!(error instanceof postgres_psql/* SqlError */.L8)) throw error;
            reporter.warn(`An interrupted restore has left the database ${JSON.stringify(name)}, which could not be dropped: ${error.message}. Please drop it.`);
        }
    }
}

// EXTERNAL MODULE: ./lib/restore/plan-text.js
var plan_text = __nccwpck_require__(183);
// EXTERNAL MODULE: ./lib/backup/result.js
var backup_result = __nccwpck_require__(3997);
// EXTERNAL MODULE: ./lib/backup/run.js + 26 modules
var run = __nccwpck_require__(5963);
// EXTERNAL MODULE: ./lib/inputs/read.js + 5 modules
var read = __nccwpck_require__(4796);
;// CONCATENATED MODULE: ./lib/restore/safety.js






/** The label that safety backups carry, so that retention of others does not see them. */ const LABEL = 'safety';
/**
 * Backs up the target, in a family of its own: `<name>-safety`. Where the backup that is restored is encrypted, this
 * one can be read with the same key.
 * @throws UserError when it could not be made: nothing of the target has been changed then
 */ async function backUpTarget(options, storage, { manifest, keys, database }) {
    const { inputs } = options;
    const name = (0,inputs_name/* familyName */.ar)(`${manifest.name}-${LABEL}`);
    const given = {
        'database-url': inputs.databaseUrl,
        databases: database,
        storage,
        name,
        label: LABEL,
        'postgres-version': String(inputs.postgresVersion),
        'postgres-bin': inputs.postgresBin,
        ...(0,backup_manifest/* isEncrypted */.ph)(manifest) ? await encryption(keys) : {}
    };
    const result = await (0,run/* runBackup */.Q)({
        ...options,
        inputs: (0,read/* readInputs */.K)('backup', (input)=>given[input])
    });
    const [reason] = (0,backup_result/* redReasons */.Z)(result);
    const id = result.results[0]?.manifest.id;
    if (reason !== undefined || id === undefined) throw new base_errors/* UserError */.yo(`The target could not be backed up first (safety-backup), so nothing was restored. ${reason instanceof Error ? reason.message : ''}`, {
        cause: reason
    });
    return {
        id,
        name,
        storage
    };
}
async function encryption({ identities, passphrase }) {
    if (passphrase !== undefined) return {
        passphrase
    };
    const { identityToRecipient } = await __nccwpck_require__.e(/* import() */ 539).then(__nccwpck_require__.bind(__nccwpck_require__, 1539));
    const recipients = await Promise.all((identities ?? []).map((identity)=>identityToRecipient(identity)));
    return {
        recipients: recipients.join('\n')
    };
}

// EXTERNAL MODULE: ./lib/restore/stage/index.js + 9 modules
var stage = __nccwpck_require__(1915);
// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __nccwpck_require__(7598);
;// CONCATENATED MODULE: ./lib/restore/target/lock.js


/** The key of the advisory lock that a restore into a database holds: 64 bits of a hash of its name, signed. */ function lockKey(database) {
    return (0,external_node_crypto_.createHash)('sha256').update(`pgkeep restore into ${database}`).digest().readBigInt64BE(0);
}
/**
 * Makes sure that no other restore is at work on the same target. The session keeps the lock until it ends.
 * @throws UserError at once when another session has it
 */ async function lockTarget(psql, database) {
    const taken = await psql.query(`SELECT to_json(pg_catalog.pg_try_advisory_lock(${lockKey(database)}))`);
    if (taken) return;
    throw new base_errors/* UserError */.yo(`Another restore into database ${JSON.stringify(database)} is at work: nothing was changed. Wait for its end, then look at what is there before you run this again.`);
}

;// CONCATENATED MODULE: ./lib/restore/perform.js














/** Plans and does the restore of a backup. @throws UserError, the target being as it was */ async function restoreChosen(options, source) {
    const { reporter, inputs, tempDir, signal } = options;
    const { chosen, connection, keys } = source;
    const connected = await reporter.group('Target', ()=>connectTarget(options, connection, chosen.manifest));
    if (!inputs.dryRun) refuseEarly(options, connected, chosen);
    const staged = await reporter.group('Fetching the backup', ()=>(0,stage/* stageBackup */.z)({
            chosen,
            keys,
            tempDir,
            tools: options,
            reporter,
            signal
        }));
    try {
        const facts = await reporter.group('Planning', async ()=>{
            const gathered = await gatherFacts(options, connected, staged);
            reporter.info((0,plan_text/* planText */.P)(planRestore(gathered)));
            return gathered;
        });
        const plan = planRestore(facts);
        if (inputs.dryRun) return {
            plan,
            done: undefined,
            safetyBackup: undefined,
            compared: false
        };
        refuse(plan);
        for (const warning of plan.warnings)reporter.warn(warning);
        const { toc, selected } = facts;
        return await carryOut({
            ...connected,
            options,
            plan,
            staged,
            toc,
            selected
        }, keys);
    } finally{
        await staged.remove();
    }
}
/** What can be seen before gigabytes are fetched. */ function refuseEarly({ inputs }, { target }, { manifest }) {
    const decision = decideWay(inputs, target, contentOf(inputs, manifest));
    // A backup of rows alone has more to say of it once it was looked at.
    if ('refusal' in decision && manifest.options['content'] !== 'data') throw new base_errors/* UserError */.yo(decision.refusal);
    const way = 'way' in decision ? decision.way : 'beside';
    const { unconfirmed, blockers } = guard(inputs, manifest, target, way);
    const [first] = [
        ...blockers,
        ...unconfirmed
    ];
    if (first !== undefined) throw new base_errors/* UserError */.yo(first);
}
/** @throws what stands in the way, one error for each */ function refuse({ blockers, unconfirmed }) {
    const reasons = [
        ...blockers,
        ...unconfirmed
    ].map((reason)=>new base_errors/* UserError */.yo(reason));
    if (reasons.length > 1) throw new AggregateError(reasons, 'The restore cannot be done.');
    if (reasons[0] !== undefined) throw reasons[0];
}
/** Does it, while no other restore into the same target is at work. */ async function carryOut(job, keys) {
    const { open, target, plan, staged, options } = job;
    const lock = await open(target.maintenance ?? target.database, 'that keeps other restores away');
    try {
        await lockTarget(lock, target.database);
        await dropLeftovers(lock, target.database, options.reporter);
        const safetyBackup = await makeSafe(job, keys);
        const done = plan.way === 'beside' ? await restoreBeside(job) : await restoreInPlace(job);
        const compared = options.inputs.compare && staged.fingerprint !== undefined;
        return {
            plan,
            done,
            safetyBackup,
            compared
        };
    } finally{
        await lock.close();
    }
}
async function makeSafe(job, keys) {
    const { options, target, staged } = job;
    const { inputs, reporter } = options;
    const { safetyBackup: storage } = inputs;
    if (storage === undefined) return undefined;
    if (target.existing === undefined || isEmpty(target.existing)) {
        reporter.info('The target holds nothing, so there is nothing to back up first.');
        return undefined;
    }
    return reporter.group('Safety backup of the target', ()=>backUpTarget(options, storage, {
            manifest: staged.manifest,
            keys,
            database: target.database
        }));
}

;// CONCATENATED MODULE: ./lib/restore/run.js











/**
 * Puts a backup into a database: fetched and checked, planned, guarded, restored beside what is there, compared, and only
 * then swapped into place.
 * @throws when nothing was put into place for another reason than that it differs; the target is then as it was.
 */ async function runRestore(options) {
    const { inputs, env, reporter, signal } = options;
    const startedAt = new Date();
    const connection = (0,parse/* parseConnection */.C)(inputs.databaseUrl ?? '', env);
    for (const secret of connection.secrets)reporter.mask(secret);
    const keys = await (0,codec/* keysOf */.YD)(inputs, reporter);
    const stores = await Promise.all(inputs.storage.map((url)=>(0,registry/* openStore */.C)(url, {
            env,
            reporter,
            signal
        })));
    let name = inputs.name === undefined ? undefined : (0,inputs_name/* familyName */.ar)(inputs.name);
    let chosen;
    const log = (failure)=>record(options, connection, {
            stores,
            name,
            chosen,
            startedAt,
            failure
        });
    try {
        name ??= await familyIn(stores);
        chosen = await (0,choose/* chooseBackup */.S)(stores, {
            name,
            label: inputs.label,
            selector: inputs.backup,
            now: startedAt,
            reporter
        });
        const { manifest, store } = chosen;
        reporter.info(`Restoring ${manifest.name}/${manifest.id} of ${manifest.snapshotAt}, from ${store.url}`);
        const performed = await restoreChosen(options, {
            chosen,
            connection,
            keys
        });
        const result = resultOf(performed, startedAt);
        tell(result, options);
        await log(result.outcome === 'differs' ? new base_errors/* UserError */.yo('What was restored differs from the backup.') : undefined);
        return result;
    } catch (error) {
        await log(signal.aborted ? new base_errors/* CancelledError */.cc() : error);
        throw error;
    }
}
/** Leaves a line of history beside the backups; a dry run leaves none. */ async function record({ inputs, run, reporter }, connection, { stores, name, chosen, startedAt, failure }) {
    if (inputs.dryRun || name === undefined) return;
    await (0,log/* writeLog */.u)({
        stores: chosen === undefined ? stores : [
            chosen.store
        ],
        run,
        reporter,
        connection
    }, name, startedAt, {
        action: 'restore',
        backup: chosen?.manifest.id ?? null,
        ...failure === undefined ? {} : {
            failure
        }
    });
}
/** The only family there is, in the first store that tells. */ async function familyIn(stores) {
    const errors = [];
    for (const store of stores){
        try {
            return await (0,catalogue/* chooseFamily */.AP)(store, undefined);
        } catch (error) {
            errors.push(error);
        }
    }
    throw errors[0];
}
function resultOf({ plan, done, safetyBackup, compared }, startedAt) {
    const findings = done?.findings ?? [];
    const red = findings.some(result/* isRed */.iI);
    return {
        outcome: done === undefined ? 'planned' : red ? 'differs' : 'restored',
        plan,
        database: done?.database ?? null,
        previousDatabase: done?.previousDatabase ?? null,
        matches: done === undefined || !compared ? null : !red,
        totals: (0,result/* totalsOf */.vA)(findings),
        findings: findings.filter(({ verdict })=>verdict !== 'equal'),
        safetyBackup: safetyBackup ?? null,
        notes: done?.notes ?? [],
        durationSeconds: (Date.now() - startedAt.getTime()) / 1000
    };
}
function tell({ outcome, plan, database, durationSeconds, notes }, { reporter }) {
    if (outcome === 'planned') return reporter.info('Nothing was changed (dry-run).');
    const what = `${plan.backup.name}/${plan.backup.id}`;
    reporter.info(outcome === 'restored' ? `${what} is restored in database ${JSON.stringify(database)}, in ${(0,units/* formatDuration */.a3)(durationSeconds)}.` : `${what} was restored, and what came out differs from the backup.`);
    for (const note of notes)reporter.info(note);
}


/***/ }),

/***/ 1915:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  B: () => (/* reexport */ DamagedPartError),
  z: () => (/* binding */ stageBackup)
});

// EXTERNAL MODULE: ./lib/backup/catalogue.js
var catalogue = __nccwpck_require__(8427);
// EXTERNAL MODULE: ./lib/backup/manifest.js
var backup_manifest = __nccwpck_require__(8841);
// EXTERNAL MODULE: ./lib/base/errors.js
var errors = __nccwpck_require__(7594);
// EXTERNAL MODULE: ./lib/storage/errors.js
var storage_errors = __nccwpck_require__(5822);
;// CONCATENATED MODULE: ./lib/restore/stage/damaged.js

/** A stored file that is not what the backup's manifest says: a verdict on the backup, not a fault of the run. */ class DamagedPartError extends errors/* UserError */.yo {
    file;
    constructor(file, message, options){
        super(message, options), this.file = file;
    }
}

// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __nccwpck_require__(1455);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __nccwpck_require__(6760);
// EXTERNAL MODULE: ./lib/backup/layout.js
var layout = __nccwpck_require__(802);
// EXTERNAL MODULE: ./lib/codec/index.js + 7 modules
var codec = __nccwpck_require__(1787);
// EXTERNAL MODULE: ./lib/postgres/programs/index.js + 35 modules
var programs = __nccwpck_require__(6499);
// EXTERNAL MODULE: ./lib/base/units.js
var units = __nccwpck_require__(8714);
// EXTERNAL MODULE: ./lib/storage/digest.js
var digest = __nccwpck_require__(3309);
;// CONCATENATED MODULE: ./lib/restore/stage/fetch.js






const OTHER_COPY = 'Use another copy of the backup, or another backup.';
const STALL_MS = 600_000;
/** So much is read only to tell an altered header from a wrong key. */ const SMALL = 16 * 1024 * 1024;
/**
 * Hands the plaintext of a stored part to `consume`, which must read it to its end and make nothing of it that
 * could not be undone: that the part is what the manifest says is known only when this resolves.
 * @throws DamagedPartError when it is not, KeyError when no key fits, or what the store or `consume` threw.
 */ async function fetchPart(request, consume) {
    const { part, signal } = request;
    const stored = new StoredPart(request);
    try {
        await consume(stored.plaintext());
        await stored.requireSound();
    } catch (error) {
        if (signal.aborted) throw new errors/* CancelledError */.cc();
        if (stored.failure !== undefined) throw stored.failure;
        const undecrypted = error === stored.undecrypted;
        const worthReading = error instanceof codec/* KeyError */.eN ? request.keysFit || part.bytes <= SMALL : undecrypted;
        // What is wrong with the stored bytes explains what was made of them.
        if (worthReading || error instanceof DamagedPartError) await stored.requireSound(error);
        if (undecrypted && error instanceof errors/* UserError */.yo && !(error instanceof codec/* KeyError */.eN)) throw new DamagedPartError(part.file, (0,errors/* messageOf */.bD)(error), {
            cause: error
        });
        throw error;
    } finally{
        stored.close();
    }
}
/** The bytes of one object as they come from the store, counted and hashed. */ class StoredPart {
    request;
    /** The store failed, or gave what cannot be right: nothing that was made of the bytes says anything. */ failure;
    /** What the decryption threw. */ undecrypted;
    meter = new digest/* DigestMeter */.yj();
    bytes = 0;
    found;
    opening;
    /** Ends the waiting for the next bytes. */ cancelNext = ()=>undefined;
    cancel = ()=>this.cancelNext();
    constructor(request){
        this.request = request;
        request.signal.addEventListener('abort', this.cancel);
    }
    /** What the part is once it is decrypted. */ async *plaintext() {
        const { part, keys } = this.request;
        try {
            if (part.encryption === 'none') yield* this.stored();
            else yield* (0,codec/* decryptStage */.Ow)(keys, part.file)(this.stored());
        } catch (error) {
            this.undecrypted = error;
            throw error;
        }
    }
    /** Reads what was not read yet. @throws DamagedPartError, with `cause`, when all of it is not what the manifest says. */ async requireSound(cause) {
        const { store, key, part } = this.request;
        while(await this.next() !== undefined);
        this.found ??= this.meter.digest();
        const difference = describeDifference(part, this.found);
        if (difference !== undefined) throw new DamagedPartError(part.file, `${store.locate(key)} ${difference} ${OTHER_COPY}`, {
            cause
        });
    }
    close() {
        this.request.signal.removeEventListener('abort', this.cancel);
        this.opening?.then(({ stream })=>stream.on('error', ()=>undefined).destroy(), ()=>undefined);
    }
    async *stored() {
        // Not `for await`: a reader that stops early leaves the rest for `requireSound`.
        for(let chunk = await this.next(); chunk !== undefined; chunk = await this.next())yield chunk;
    }
    async next() {
        try {
            const chunk = await this.uncancelled(()=>this.read());
            if (chunk === undefined) return undefined;
            this.bytes += chunk.byteLength;
            this.meter.update(chunk);
            this.request.onBytes(chunk.byteLength);
            this.requireNoMore();
            return chunk;
        } catch (error) {
            this.failure = this.explain(error);
            throw this.failure;
        }
    }
    async read() {
        this.opening ??= this.open();
        const { chunks } = await this.opening;
        const next = await chunks.next();
        return next.done === true ? undefined : next.value;
    }
    async open() {
        const stream = await this.request.store.get(this.request.key);
        return {
            stream,
            chunks: stream[Symbol.asyncIterator]()
        };
    }
    /** Waits for what may never come. Not a race with one promise for all: that would remember every chunk. */ uncancelled(work) {
        if (this.request.signal.aborted) return Promise.reject(new errors/* CancelledError */.cc());
        const { stallMs = STALL_MS } = this.request;
        let timer;
        return new Promise((resolve, reject)=>{
            this.cancelNext = ()=>reject(new errors/* CancelledError */.cc());
            timer = setTimeout(()=>reject(this.stalled(stallMs)), stallMs);
            work().then(resolve, reject);
        }).finally(()=>clearTimeout(timer));
    }
    stalled(ms) {
        const { store, key } = this.request;
        return new storage_errors/* StoreError */.AD(`Could not read ${store.locate(key)}: the store gave nothing for ${(0,units/* formatDuration */.a3)(ms / 1000)}. Check that the store works and that the network to it is fast enough.`);
    }
    /** What is too long need not be read to its end, and must not fill the disk. */ requireNoMore() {
        const { store, key, part } = this.request;
        if (this.bytes <= part.bytes) return;
        throw new DamagedPartError(part.file, `${store.locate(key)} is longer than it should be: more than ${(0,units/* formatCount */.B4)(part.bytes)} bytes. ${OTHER_COPY}`);
    }
    explain(error) {
        const { store, key, part } = this.request;
        if ((0,storage_errors/* isNotFound */.c4)(error)) return new DamagedPartError(part.file, `${store.locate(key)} is missing. ${OTHER_COPY}`, {
            cause: error
        });
        if (error instanceof errors/* UserError */.yo || error instanceof errors/* CancelledError */.cc) return error;
        return new storage_errors/* StoreError */.AD(`Could not read ${store.locate(key)}: ${(0,errors/* messageOf */.bD)(error)}`, {
            cause: error
        });
    }
}
/** In what the stored bytes are not those of the manifest. */ function describeDifference(part, found) {
    const [expected, bytes] = [
        part.bytes,
        found.bytes
    ].map(units/* formatCount */.B4);
    if (found.bytes === 0) return `is empty; it should have ${expected} bytes.`;
    if (found.bytes < part.bytes) return `is truncated: ${bytes} of ${expected} bytes.`;
    if (found.sha256 !== part.sha256) return `was altered: its SHA-256 is ${found.sha256}, and ${part.sha256} was stored.`;
    return undefined;
}

;// CONCATENATED MODULE: ./lib/restore/stage/parts.js

/** What kind of dump a file is, by its name without compression and encryption. */ const FORMATS = {
    'database.dump': 'custom',
    'database.sql': 'plain',
    'database.dir.tar': 'directory'
};
const FILE = /^(database\.dump|database\.sql|database\.dir\.tar|globals\.sql|fingerprint\.json)(\.zst|\.gz|\.lz4)?(\.age)?$/;
const COMPRESSIONS = {
    '.zst': 'zstd',
    '.gz': 'gzip',
    '.lz4': 'lz4'
};
/** Sorts out a backup's files. @throws DamagedPartError when they cannot be those of one backup. */ function planParts(manifest) {
    const planned = manifest.parts.map((part)=>plan(part, manifest.id));
    const starting = (start)=>planned.filter(({ base })=>base.startsWith(start));
    const databases = starting('database.').filter(isDatabase);
    const [database] = databases;
    if (database === undefined || databases.length !== starting('database.').length || databases.length > 1) throw damaged(manifest.id, 'does not name exactly one file with the database in it');
    const [globals, ...moreGlobals] = starting('globals.');
    const [fingerprint, ...moreFingerprints] = starting('fingerprint.');
    if (moreGlobals.length > 0 || moreFingerprints.length > 0) throw damaged(manifest.id, 'names a file twice');
    const used = [
        database,
        globals,
        fingerprint
    ];
    return {
        database,
        globals,
        fingerprint,
        others: planned.filter((one)=>!used.includes(one))
    };
}
function isDatabase(planned) {
    return Object.hasOwn(FORMATS, planned.base);
}
function plan(part, id) {
    const { file, bytes, sha256, encryption } = part;
    if (typeof file !== 'string') throw damaged(id, 'names a file without a name');
    if (!Number.isSafeInteger(bytes) || bytes <= 0) throw damaged(id, `says that ${file} has no bytes`);
    if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) throw damaged(id, `has no SHA-256 of ${file}`);
    const encrypted = encryption === 'age-recipients' || encryption === 'age-passphrase';
    if (encrypted !== file.endsWith('.age') || !(encrypted || encryption === 'none')) throw damaged(id, `says that the encryption of ${file} is "${String(encryption)}"`);
    const [, base = file, suffix] = FILE.exec(file) ?? [];
    return {
        part,
        base,
        compression: suffix === undefined ? undefined : COMPRESSIONS[suffix]
    };
}
function damaged(id, what) {
    return new DamagedPartError('manifest.json', `The manifest of ${id} ${what}, so it is damaged. Use another copy of the backup, or another backup.`);
}

;// CONCATENATED MODULE: ./lib/restore/stage/sound.js


const VERSION = 1;
/** @throws DamagedPartError when it is none, UserError when a newer pgkeep wrote it. */ function readFingerprint(text, file) {
    let value;
    try {
        value = JSON.parse(text);
    } catch (error) {
        throw new DamagedPartError(file, `${file} is not JSON, so it is damaged.`, {
            cause: error
        });
    }
    const version = value?.version;
    if (typeof version === 'number' && version >= VERSION + 1) throw new errors/* UserError */.yo(`${file} has format ${version}; this pgkeep reads format ${VERSION}. Use a newer pgkeep to read this backup.`);
    if (typeof version !== 'number' || version < VERSION || !isWhole(value)) throw new DamagedPartError(file, `${file} is no fingerprint of a backup, so it is damaged.`);
    return value;
}
function isObject(value) {
    return typeof value === 'object' && value !== null;
}
/** Whether all is there that every fingerprint has. */ function isWhole(value) {
    if (!isObject(value)) return false;
    const { tables, sequences, materializedViews, extensions, notMeasured, objects, requires } = value;
    const lists = [
        tables,
        sequences,
        materializedViews,
        extensions,
        notMeasured
    ];
    return [
        value.database,
        value.snapshotAt
    ].every((text)=>typeof text === 'string') && lists.every((list)=>Array.isArray(list) && list.every(isObject)) && isObject(objects) && isObject(requires) && typeof value.largeObjects === 'number' && (tables ?? []).every(({ rows })=>Number.isSafeInteger(rows) && rows >= 0);
}
/** @throws DamagedPartError when the files are not all of this one backup. */ function requireOneBackup(manifest, fingerprint) {
    const { id, totals } = manifest;
    if (fingerprint === undefined) {
        if (totals === null) return;
        throw new DamagedPartError('manifest.json', `The manifest of ${id} says how many rows there are, but names no fingerprint, so it was altered.`);
    }
    const same = fingerprint.database === manifest.database && fingerprint.snapshotAt === manifest.snapshotAt;
    if (!same) throw new DamagedPartError('fingerprint.json', `The fingerprint in ${id} is that of another backup: of a database at ${fingerprint.snapshotAt}, and the manifest is of ${manifest.snapshotAt}. These are parts of different backups.`);
    const tables = fingerprint.tables.length;
    const rows = fingerprint.tables.reduce((sum, table)=>sum + table.rows, 0);
    if (totals?.rows !== rows || totals.tables !== tables) throw new DamagedPartError('manifest.json', `The manifest of ${id} and its fingerprint do not agree on how many rows there are, so one of them was altered.`);
}

;// CONCATENATED MODULE: ./lib/restore/stage/space.js



/** Text as pg_dump writes it compresses to an eighth or more, mostly to a quarter. */ const MOST_RATIO = 8;
/** What to do about it. */ const BIGGER_DISK = 'Free some space, or set RUNNER_TEMP (TMPDIR on your own machine) to a folder on a bigger disk.';
/** The bytes that the unpacked files may take. What unpacks to how much is not stored, so it is estimated. */ function neededBytes({ databaseBytes }, parts) {
    const { database, globals, fingerprint } = parts;
    const small = (globals?.part.bytes ?? 0) + (fingerprint?.part.bytes ?? 0);
    const { bytes } = database.part;
    if (database.compression === undefined) return small + bytes;
    // The database has its indexes besides, and much of it may have been left out: its size is only the most.
    return small + Math.max(bytes, Math.min(databaseBytes ?? Infinity, bytes * MOST_RATIO));
}
/** Says what the backup takes on disk. @throws UserError when there is not so much. */ async function requireSpace(request) {
    const { manifest, parts, tempDir, reporter } = request;
    const needed = neededBytes(manifest, parts);
    const free = await freeBytes(tempDir);
    reporter.info(`The backup is unpacked to ${tempDir}: up to ${(0,units/* formatBytes */.z3)(needed)}, and ${(0,units/* formatBytes */.z3)(free)} are free.`);
    if (free < needed) throw new errors/* UserError */.yo(`Not enough disk space: backup ${manifest.id} may need ${(0,units/* formatBytes */.z3)(needed)} in ${tempDir}, and ${(0,units/* formatBytes */.z3)(free)} are free. ${BIGGER_DISK}`);
}
/** @throws UserError when the folder is not there. */ async function freeBytes(folder) {
    try {
        const { bavail, bsize } = await (0,promises_.statfs)(folder);
        return bavail * bsize;
    } catch (error) {
        throw unusable(folder, error);
    }
}
/** What to tell of a temporary folder in which nothing can be made. */ function unusable(tempDir, error) {
    if (isFull(error)) return diskFull(tempDir, error);
    return new errors/* UserError */.yo(`The backup cannot be unpacked to ${tempDir} (${(0,errors/* codeOf */.$N)(error) ?? (0,errors/* messageOf */.bD)(error)}). Set RUNNER_TEMP (TMPDIR on your own machine) to a folder that can be written to.`, {
        cause: error
    });
}
function isFull(error) {
    return (0,errors/* codeOf */.$N)(error) === 'ENOSPC' || (0,errors/* codeOf */.$N)(error) === 'EDQUOT';
}
function diskFull(target, cause) {
    return new errors/* UserError */.yo(`The disk filled up while the backup was unpacked to ${target}. ${BIGGER_DISK}`, {
        cause
    });
}

;// CONCATENATED MODULE: external "node:stream/promises"
const external_node_stream_promises_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:stream/promises");
// EXTERNAL MODULE: external "node:stream"
var external_node_stream_ = __nccwpck_require__(7075);
// EXTERNAL MODULE: ./lib/base/process.js
var process = __nccwpck_require__(8208);
;// CONCATENATED MODULE: ./lib/restore/stage/unpack.js







/** A disk that less than this is left of is the reason for whatever went wrong on it. */ const AS_GOOD_AS_NOTHING = 1024 * 1024;
/**
 * Writes bytes to a new file of our own, through programs where any are given: what they make goes from one to the next and
 * into the file, and never enters this process.
 * @throws DamagedPartError when a program does not like the bytes.
 */ async function toFile(plain, filters, { target, part, signal }) {
    const file = await (0,promises_.open)(target, 'wx', 0o600);
    try {
        await orFull(target, async ()=>{
            if (filters.length > 0) await feed(plain, filters, {
                stdout: file.fd,
                part,
                signal
            });
            else for await (const chunk of plain)await file.writeFile(chunk);
        });
    } finally{
        await file.close();
    }
}
/** Does `work`, and tells of a full disk as such, whoever noticed it and however. */ async function orFull(target, work) {
    try {
        await work();
    } catch (error) {
        if (isFull(error)) throw diskFull(target, error);
        // Not every program says why it could not write.
        const failed = error instanceof DamagedPartError || error instanceof ProgramError;
        if (failed && (/No space left|Disk quota/i.test(error.message) || await isNearlyFull(target))) throw diskFull(target, error);
        throw error;
    }
}
async function isNearlyFull(target) {
    return await freeBytes(target) < AS_GOOD_AS_NOTHING;
}
/** A program that could not do its work, whatever the bytes are. */ class ProgramError extends errors/* UserError */.yo {
}
/**
 * Feeds bytes to the first of some programs, each of which feeds the next, and waits for the good end of all.
 * @throws DamagedPartError when one does not like what it gets.
 */ async function feed(plain, filters, { stdout, part, signal }) {
    const children = [];
    for (const [index, { path, args, env }] of filters.entries()){
        const before = children.at(-1)?.process.stdout;
        const out = index === filters.length - 1 ? stdout : 'pipe';
        const stdio = [
            before ?? 'pipe',
            out,
            'pipe'
        ];
        children.push((0,process/* start */.n)(path, args, {
            env: {
                ...env,
                LC_ALL: 'C'
            },
            stdio: [
                ...stdio
            ],
            signal
        }));
        // Ours would keep it open when the one that reads it is gone.
        before?.destroy();
    }
    let broken;
    try {
        await (0,external_node_stream_promises_namespaceObject.pipeline)(external_node_stream_.Readable.from(plain), children[0]?.process.stdin);
    } catch (error) {
        // One that ends early takes its standard input with it: its own message tells why.
        if (![
            'EPIPE',
            'ERR_STREAM_PREMATURE_CLOSE',
            'ECONNRESET'
        ].includes((0,errors/* codeOf */.$N)(error) ?? '')) {
            for (const child of children)child.stop();
            await Promise.all(children.map((child)=>child.exit));
            throw error;
        }
        broken = error;
    }
    const exits = await Promise.all(children.map((child)=>child.exit));
    if (signal.aborted) throw new errors/* CancelledError */.cc();
    requireGoodEnd(children.map((child, index)=>({
            path: filters[index]?.path ?? '',
            exit: exits[index] ?? {
                code: null,
                signal: null
            },
            said: child.stderrTail()
        })), part, broken);
}
function requireGoodEnd(ended, part, broken) {
    const failed = ended.filter(({ exit })=>exit.code !== 0 && exit.signal !== 'SIGPIPE');
    const cause = broken === undefined ? {} : {
        cause: broken
    };
    for (const { path, exit, said } of failed){
        // As a shell has it: it is not there, or cannot be run.
        if (exit.code === 127 || exit.code === 126) throw new ProgramError(`${part} cannot be unpacked: ${said}. Install it and put it on the PATH.`, cause);
        if (exit.code === null) throw new ProgramError(`${part} was not unpacked: ${path} was ended by ${exit.signal ?? 'a signal'} from outside.`, cause);
    }
    if (failed.length === 0 && broken === undefined) return;
    const how = failed.map(({ path, exit, said })=>`${path} ended with exit code ${exit.code}. ${said}`.trim());
    const why = how.length === 0 ? 'more follows after its end.' : how.join(' ');
    throw new DamagedPartError(part, `${part} cannot be unpacked: ${why}`, cause);
}

;// CONCATENATED MODULE: ./lib/restore/stage/folder.js




/** The one folder that the archive holds. */ const PACKED = 'database.dir';
/**
 * Unpacks a tar archive of a dump in the directory format, as it comes, into the folder `target`, which must not be there.
 * Nothing but the dump's own plain files comes out of it, whatever the archive says.
 * @throws DamagedPartError when it holds anything else.
 */ async function unpackFolder(plain, filters, request) {
    const { target, part, env, signal } = request;
    const unpacked = (0,external_node_path_.join)((0,external_node_path_.dirname)(target), 'unpacked');
    await (0,promises_.mkdir)(unpacked, {
        mode: 0o700
    });
    const tar = {
        path: 'tar',
        // Only this member and what is below it. It would stop at the archive's own end otherwise, before its padding came.
        args: [
            '-xf',
            '-',
            '-C',
            unpacked,
            '--ignore-zeros',
            '--no-same-owner',
            '--no-same-permissions',
            PACKED
        ],
        // Its own options by environment would be ours.
        env: {
            ...env,
            TAR_OPTIONS: undefined
        }
    };
    await orFull(unpacked, ()=>feed(plain, [
            ...filters,
            tar
        ], {
            stdout: 'ignore',
            part,
            signal
        }));
    const folder = (0,external_node_path_.join)(unpacked, PACKED);
    await requirePlainFiles(folder, part);
    await (0,promises_.rename)(folder, target);
    await (0,promises_.rm)(unpacked, {
        recursive: true
    });
}
/** pg_dump makes plain files side by side. A link would make pg_restore read something else. */ async function requirePlainFiles(folder, part) {
    const folderItself = await (0,promises_.lstat)(folder);
    const names = folderItself.isDirectory() ? await (0,promises_.readdir)(folder) : [];
    for (const name of names){
        const file = await (0,promises_.lstat)((0,external_node_path_.join)(folder, name));
        if (!file.isFile() || file.nlink > 1) throw new DamagedPartError(part, `${part} was altered: ${JSON.stringify(name)} in it is no plain file.`);
    }
    if (!names.includes('toc.dat')) throw new DamagedPartError(part, `${part} is no dump in the directory format: it has no toc.dat.`);
}

;// CONCATENATED MODULE: ./lib/restore/stage/stage.js












/** One copy of a backup on its way to the disk. */ class Stage {
    options;
    folder = '';
    fetched = 0;
    /** A part was decrypted, so the key is right. */ opened = false;
    constructor(options){
        this.options = options;
    }
    async run() {
        const { chosen, everyPart, tempDir, reporter } = this.options;
        const { manifest } = chosen;
        const parts = planParts(manifest);
        this.requireKeys(parts.database);
        await requireSpace({
            manifest,
            parts,
            tempDir,
            reporter
        });
        this.folder = await (0,promises_.mkdtemp)((0,external_node_path_.join)(tempDir, 'pgkeep-')).catch((error)=>{
            throw unusable(tempDir, error);
        });
        const remove = ()=>(0,promises_.rm)(this.folder, {
                recursive: true,
                force: true
            });
        try {
            // The small ones first: a wrong key then shows at once.
            const fingerprint = parts.fingerprint === undefined ? undefined : await this.fingerprint(parts.fingerprint);
            requireOneBackup(manifest, fingerprint);
            const globals = parts.globals === undefined ? undefined : await this.file(parts.globals);
            if (everyPart === true) for (const part of parts.others)await this.check(part);
            const format = FORMATS[parts.database.base];
            const path = format === 'directory' ? await this.directory(parts.database) : await this.file(parts.database);
            return {
                ...chosen,
                format,
                path,
                globals,
                fingerprint,
                bytes: this.fetched,
                remove
            };
        } catch (error) {
            await remove();
            throw error;
        }
    }
    /** @throws KeyError when it is plain without fetching anything that the keys do not fit. */ requireKeys({ part }) {
        const { chosen, keys, reporter } = this.options;
        const { id } = chosen.manifest;
        const given = [
            keys.identities && 'identity',
            keys.passphrase && 'passphrase'
        ].filter(Boolean);
        if (part.encryption === 'none') {
            if (given.length > 0) reporter.info(`Backup ${id} is not encrypted: the ${given.join(' and the ')} is not needed.`);
            return;
        }
        const [input, meaning] = part.encryption === 'age-passphrase' ? [
            'passphrase',
            'the one that it was made with'
        ] : [
            'identity',
            'the age secret key of one of its recipients'
        ];
        if (given.includes(input)) return;
        throw new codec/* KeyError */.eN(given.length === 0 ? `Backup ${id} is encrypted, and no key was given. Give the input ${input}: ${meaning}.` : `Backup ${id} does not open with the input ${given.join()}. Give the input ${input} instead: ${meaning}.`);
    }
    async fingerprint(planned) {
        return readFingerprint(await (0,promises_.readFile)(await this.file(planned), 'utf8'), planned.part.file);
    }
    /** Fetches a part into a file. Returns its path. */ async file(planned) {
        const { signal } = this.options;
        const filter = await this.filter(planned);
        const filters = filter === undefined ? [] : [
            filter
        ];
        return this.place(planned.base, (target)=>this.fetch(planned, (plain)=>toFile(plain, filters, {
                    target,
                    part: planned.part.file,
                    signal
                })));
    }
    /** Fetches the dump that is a folder. Returns its path. */ async directory(planned) {
        const { signal, tools } = this.options;
        const filter = await this.filter(planned);
        const filters = filter === undefined ? [] : [
            filter
        ];
        return this.place('database.dir', (target)=>this.fetch(planned, (plain)=>unpackFolder(plain, filters, {
                    target,
                    part: planned.part.file,
                    env: tools.env,
                    signal
                })));
    }
    /** Makes something that gets its name only once it is whole. */ async place(name, make) {
        const incoming = (0,external_node_path_.join)(this.folder, 'incoming');
        await (0,promises_.mkdir)(incoming, {
            recursive: true,
            mode: 0o700
        });
        await make((0,external_node_path_.join)(incoming, name));
        await (0,promises_.rename)((0,external_node_path_.join)(incoming, name), (0,external_node_path_.join)(this.folder, name));
        return (0,external_node_path_.join)(this.folder, name);
    }
    /** Fetches a part only to see that it is there as it was stored. */ async check(planned) {
        await this.fetch(planned, async (plain)=>{
            for await (const chunk of plain)void chunk;
        });
    }
    async filter({ compression }) {
        const { tools } = this.options;
        if (compression === undefined) return undefined;
        // Wherever there is a shell there is gzip.
        const tool = compression === 'gzip' ? {
            path: 'gzip',
            env: {}
        } : (await (0,programs/* installTools */.HG)([
            compression
        ], tools))[compression];
        return {
            path: tool.path,
            args: [
                '-dcq'
            ],
            env: {
                ...tools.env,
                ...tool.env
            }
        };
    }
    async fetch({ part }, consume) {
        const { chosen, keys, signal, reporter, stallMs } = this.options;
        const { store, manifest } = chosen;
        const total = (0,backup_manifest/* totalBytes */.ob)(manifest);
        await fetchPart({
            store,
            key: (0,layout/* backupKey */.eT)(manifest.name, manifest.id, part.file),
            part,
            keys,
            keysFit: this.opened,
            signal,
            stallMs,
            onBytes: (bytes)=>{
                this.fetched += bytes;
                const label = `Fetching ${manifest.id}`;
                reporter.progress({
                    label,
                    bytes: this.fetched,
                    share: this.fetched / total
                });
            }
        }, consume);
        this.opened ||= part.encryption !== 'none';
    }
}

;// CONCATENATED MODULE: ./lib/restore/stage/index.js







/**
 * Fetches a backup's files: each is hashed as it comes, decrypted, unpacked, and there only if it is exactly what was
 * stored. A copy that is damaged or cannot be read is warned about, and another store's is taken.
 * @throws DamagedPartError, KeyError, StoreError, or UserError when there is not enough disk space. Nothing is left then.
 */ async function stageBackup(options) {
    const { chosen, reporter, signal, fallback = true } = options;
    let failure;
    const tellFailure = ()=>{
        if (failure !== undefined) reporter.warn(`The copy in ${failure.url} cannot be used, so another store's is tried. ${(0,errors/* messageOf */.bD)(failure.error)}`);
        failure = undefined;
    };
    for (const store of [
        chosen.store,
        ...fallback ? chosen.others : []
    ]){
        try {
            const manifest = store === chosen.store ? chosen.manifest : await (0,catalogue/* readBackup */.fe)(store, chosen.manifest.name, chosen.manifest.id);
            if (manifest === undefined) continue;
            tellFailure();
            const others = [
                chosen.store,
                ...chosen.others
            ].filter((other)=>other !== store);
            return await new Stage({
                ...options,
                chosen: {
                    store,
                    manifest,
                    others
                }
            }).run();
        } catch (error) {
            if (signal.aborted) throw new errors/* CancelledError */.cc();
            if (!isOfTheCopy(error)) throw error;
            tellFailure();
            failure = {
                error,
                url: store.url
            };
        }
    }
    // The last one's; it was told of no other way.
    throw failure?.error;
}
/** Another copy may be better. A wrong key or a full disk would be the same with every copy. */ function isOfTheCopy(error) {
    return error instanceof DamagedPartError || error instanceof storage_errors/* StoreError */.AD || error instanceof backup_manifest/* ManifestError */.Sh;
}


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

/***/ 7780:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   $: () => (/* binding */ putObject)
/* harmony export */ });
/* harmony import */ var _digest_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3309);
/* harmony import */ var _sink_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(1802);


/**
 * Stores a small object that is all in memory (a manifest, a report) and proves it, or leaves nothing behind.
 * An object that is there already is replaced.
 */ async function putObject(store, key, bytes, options = {}) {
    const sink = await _sink_js__WEBPACK_IMPORTED_MODULE_1__/* .StoreSink */ .X.open(store, key, {
        ...options,
        estimatedBytes: bytes.byteLength
    });
    try {
        await sink.write(bytes);
        return await sink.finish((0,_digest_js__WEBPACK_IMPORTED_MODULE_0__/* .digestOfBytes */ .by)(bytes));
    } catch (error) {
        await sink.abort();
        throw error;
    }
}


/***/ }),

/***/ 7517:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   A: () => (/* binding */ readObject),
/* harmony export */   c: () => (/* binding */ readMany)
/* harmony export */ });
/* harmony import */ var _retry_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(6351);

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
    return (0,_retry_js__WEBPACK_IMPORTED_MODULE_0__/* .retrying */ .R)(`Reading ${key}`, body, {
        attempts: 3
    });
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

/***/ 1802:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   X: () => (/* binding */ StoreSink)
/* harmony export */ });
/* harmony import */ var _base_errors_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7594);
/* harmony import */ var _base_units_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(8714);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(5822);



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
    cancel = ()=>this.fail(new _base_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .CancelledError */ .cc());
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
        if (digest.bytes !== this.written) throw new _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .StoreError */ .AD(`${this.name}: ${this.written} bytes were sent where ${digest.bytes} were counted. Please report this fault of pgkeep.`);
        return this.upload.complete(digest);
    }
    /** Forgets the object, and what is under way. Safe at any time, and twice. */ async abort() {
        this.fail(new _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .StoreError */ .AD(`${this.name}: the upload was given up.`));
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
            const error = `${this.name}: the store took nothing for ${(0,_base_units_js__WEBPACK_IMPORTED_MODULE_2__/* .formatDuration */ .a3)(ms / 1000)}, so the upload was given up.`;
            this.fail(new _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .StoreError */ .AD(`${error} Check that the store works and that the network to it is fast enough.`));
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

/***/ 3011:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Gg: () => (/* binding */ titleOf),
/* harmony export */   LC: () => (/* binding */ equal),
/* harmony export */   TN: () => (/* binding */ keyOf),
/* harmony export */   q7: () => (/* binding */ notMeasured),
/* harmony export */   yn: () => (/* binding */ different)
/* harmony export */ });
function equal(kind, name) {
    return {
        kind,
        name,
        verdict: 'equal'
    };
}
function different(kind, name, expected, found, more = {}) {
    return {
        kind,
        name,
        verdict: 'different',
        expected,
        found,
        ...more
    };
}
function notMeasured(kind, name, why) {
    return {
        kind,
        name,
        verdict: 'not measured',
        why
    };
}
/** `public.orders`, for people. */ function titleOf({ schema, name }) {
    return `${schema}.${name}`;
}
/** Tells two names apart whatever they hold. */ function keyOf({ schema, name }) {
    return JSON.stringify([
        schema,
        name
    ]);
}


/***/ }),

/***/ 6891:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  I: () => (/* binding */ compareRestored)
});

// UNUSED EXPORTS: compareContents

// EXTERNAL MODULE: ./lib/postgres/explain.js + 5 modules
var explain = __nccwpck_require__(3922);
// EXTERNAL MODULE: ./lib/postgres/server.js
var server = __nccwpck_require__(6008);
// EXTERNAL MODULE: ./lib/verify/compare/findings.js
var compare_findings = __nccwpck_require__(3011);
;// CONCATENATED MODULE: ./lib/verify/compare/collation.js

/**
 * Encoding and sorting of the restored database against the source's.
 * @param otherwise what this server cannot have as the source had it; differences of the locale are then not measured.
 */ function compareCollation(source, { encoding, collation }, otherwise = []) {
    const locale = [
        [
            'provider',
            source.localeProvider,
            collation.provider
        ],
        [
            'collate',
            source.collate,
            collation.collate
        ],
        [
            'ctype',
            source.ctype,
            collation.ctype
        ],
        [
            'locale',
            source.locale,
            collation.locale
        ],
        [
            'ICU rules',
            source.icuRules,
            collation.icuRules
        ]
    ];
    const differing = locale.filter(([, expected, found])=>!same(expected, found));
    const findings = [
        source.encoding === encoding ? (0,compare_findings/* equal */.LC)('collation', 'encoding') : (0,compare_findings/* different */.yn)('collation', 'encoding', source.encoding, encoding)
    ];
    if (otherwise.length > 0) {
        findings.push((0,compare_findings/* notMeasured */.q7)('collation', 'locale', otherwise.join(' ')));
        return findings;
    }
    for (const [name, expected, found] of differing)findings.push((0,compare_findings/* different */.yn)('collation', name, expected ?? 'none', found ?? 'none'));
    if (differing.length > 0) return findings;
    findings.push((0,compare_findings/* equal */.LC)('collation', 'locale'), ...versionFinding(source.collationVersion, collation.version));
    return findings;
}
function versionFinding(expected, found) {
    if (expected === null || found === null) return [];
    if (expected === found) return [
        (0,compare_findings/* equal */.LC)('collation', 'version')
    ];
    return [
        (0,compare_findings/* different */.yn)('collation', 'version', expected, found, {
            minor: true,
            why: 'the library that sorts text has another version here; a restore builds its indexes anew, so they are sound'
        })
    ];
}
/** Absent in the manifest: not known then. `en_US.UTF-8` and `en_US.utf8` are one name of a locale. */ function same(expected, found) {
    if (expected === undefined) return true;
    if (expected === null || found === null) return expected === found;
    return codesetless(expected) === codesetless(found);
}
function codesetless(locale) {
    return locale.replace(/\.([\w-]+)/, (_, codeset)=>`.${codeset.toLowerCase().replaceAll('-', '')}`);
}

// EXTERNAL MODULE: ./lib/backup/fingerprint/queries.js
var queries = __nccwpck_require__(7597);
// EXTERNAL MODULE: ./lib/backup/fingerprint/savepoint.js
var savepoint = __nccwpck_require__(5328);
// EXTERNAL MODULE: ./lib/postgres/psql.js
var postgres_psql = __nccwpck_require__(59);
;// CONCATENATED MODULE: ./lib/verify/compare/counting.js



/** Begins a transaction that reads as the fingerprint's own did, and cannot write. */ async function beginReading(psql) {
    await psql.exec('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY');
    const settings = [
        'row_security = off',
        ...queries/* PINNED_SETTINGS */.bX,
        ...queries/* SCAN_SETTINGS */.u2
    ];
    await psql.exec(settings.map((setting)=>`SET LOCAL ${setting}`).join('; '));
}
/** Counts (and hashes) tables over several sessions, the largest first. */ async function countInParallel(open, jobs, tables, algorithm) {
    const result = {
        rows: [],
        unreadable: new Map()
    };
    // Hashing keeps one core busy, so that a large table is shared out; counting is over before that would pay.
    const pieces = algorithm === undefined ? tables : tables.flatMap((table)=>split(table, jobs));
    const queue = (0,queries/* batches */.Xy)([
        ...pieces
    ].sort((a, b)=>(b.bytes ?? 0) - (a.bytes ?? 0)));
    const work = async ()=>{
        const psql = await open();
        try {
            await beginReading(psql);
            for(let batch = queue.shift(); batch !== undefined; batch = queue.shift())await countBatch(psql, batch, algorithm, result);
        } finally{
            await psql.close();
        }
    };
    const workers = Array.from({
        length: Math.min(Math.max(jobs, 1), queue.length)
    }, work);
    const ends = await Promise.allSettled(workers);
    for (const end of ends)if (end.status === 'rejected') throw end.reason;
    return {
        ...result,
        rows: merged(result.rows)
    };
}
const SPLIT_BYTES = 32 * 1024 * 1024;
const PAGE_BYTES = 8192;
/** A large table in parts by the pages of its rows; on a server with other pages they are just less even. */ function split(table, parts) {
    const bytes = table.bytes ?? 0;
    const count = Math.min(parts, Math.floor(bytes / SPLIT_BYTES));
    if (count < 2 || table.condition !== null) return [
        table
    ];
    const start = (index)=>`'(${Math.floor(bytes / PAGE_BYTES / count * index)},0)'::tid`;
    return Array.from({
        length: count
    }, (_, index)=>{
        const from = index === 0 ? [] : [
            `ctid >= ${start(index)}`
        ];
        const to = index === count - 1 ? [] : [
            `ctid < ${start(index + 1)}`
        ];
        return {
            ...table,
            bytes: bytes / count,
            condition: `WHERE ${[
                ...from,
                ...to
            ].join(' AND ')}`
        };
    });
}
/** What was counted of the parts of a table put together. */ function merged(rows) {
    const byOid = new Map();
    for (const row of rows){
        const other = byOid.get(row.oid);
        byOid.set(row.oid, other === undefined ? row : sum(row, other));
    }
    return [
        ...byOid.values()
    ];
}
function sum(a, b) {
    // Of no rows there is no sum.
    const add = (x, y)=>(BigInt(x ?? 0) + BigInt(y ?? 0)).toString();
    return {
        ...a,
        rows: a.rows + b.rows,
        high: add(a.high, b.high),
        low: add(a.low, b.low),
        generatedHigh: add(a.generatedHigh, b.generatedHigh),
        generatedLow: add(a.generatedLow, b.generatedLow)
    };
}
/** A batch in one statement; where that fails, each of its tables alone. */ async function countBatch(psql, batch, algorithm, { rows, unreadable }) {
    try {
        const counts = await (0,savepoint/* inSavepoint */.t)(psql, 'counting', ()=>psql.rows((0,queries/* countQueries */.aQ)(batch, algorithm)));
        rows.push(...counts);
    } catch (error) {
        // Of class 53 and 57: the server has no room, or is ending. That says nothing of the table.
        if (!(error instanceof postgres_psql/* SqlError */.L8) || /^5[37]/.test(error.sqlstate)) throw error;
        const [table, ...others] = batch;
        // The message may hold a value; its code does not.
        if (others.length === 0 && table !== undefined) unreadable.set(table.oid, error.sqlstate);
        else for (const one of batch)await countBatch(psql, [
            one
        ], algorithm, {
            rows,
            unreadable
        });
    }
}

// EXTERNAL MODULE: external "node:readline"
var external_node_readline_ = __nccwpck_require__(481);
// EXTERNAL MODULE: ./lib/base/errors.js
var base_errors = __nccwpck_require__(7594);
// EXTERNAL MODULE: ./lib/base/process.js
var process = __nccwpck_require__(8208);
// EXTERNAL MODULE: ./lib/base/units.js
var units = __nccwpck_require__(8714);
// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __nccwpck_require__(7598);
;// CONCATENATED MODULE: ./lib/verify/compare/entries.js

const HEADER = /^-- Name: (.*); Type: ([A-Z0-9 ]+); Schema: (.*); Owner: .*$/;
const TABLESPACE = /^SET default_tablespace = .*;$/;
const ACCESS_METHOD = /^SET default_table_access_method = .*;$/;
const COMPLETE = '-- PostgreSQL database dump complete';
const RULE = '--';
/**
 * Splits the output of `pg_dump --schema-only` into its entries, fed line by line. Only names and hashes are kept, so
 * memory grows with the number of objects and not with their text. Left out is what hangs on the order of entries:
 * pg_dump sorts by OID where nothing else tells two objects apart. A setting that is written once and holds for what
 * comes after it counts as part of those entries.
 */ class DefinitionEntries {
    #entries = [];
    #hash;
    /** Empty lines and rules that may turn out to belong to the next header. */ #held = [];
    #tablespace = '';
    #accessMethod = '';
    line(line) {
        if (line === '' || line === RULE) this.#held.push(line);
        else if (TABLESPACE.test(line)) this.#tablespace = line;
        else if (ACCESS_METHOD.test(line)) this.#accessMethod = line;
        else if (line === COMPLETE || /^\\(un)?restrict /.test(line)) this.#held = [];
        else this.#text(line);
    }
    /** All entries; nothing may be fed any more. */ end() {
        this.#close();
        return this.#entries;
    }
    #text(line) {
        const match = HEADER.exec(line);
        if (match !== null) {
            this.#close();
            const [, name = '', type = '', schema = ''] = match;
            this.#hash = (0,external_node_crypto_.createHash)('sha256');
            if (/^(TABLE|MATERIALIZED VIEW)$/.test(type)) this.#hash.update(this.#accessMethod);
            if (/^(TABLE|MATERIALIZED VIEW|INDEX|CONSTRAINT)$/.test(type)) this.#hash.update(this.#tablespace);
            this.#entries.push({
                type,
                schema,
                name,
                hash: ''
            });
        } else if (this.#held.length > 0) this.#hash?.update(`${this.#held.join('\n')}\n`);
        this.#held = [];
        this.#hash?.update(`${line}\n`);
    }
    #close() {
        const last = this.#entries.at(-1);
        if (last !== undefined && this.#hash !== undefined) last.hash = this.#hash.digest('hex');
        this.#hash = undefined;
        this.#held = [];
    }
}
/** What is in only one of two dumps, or in both with another text. Several may have one name, such as two casts. */ function diffEntries(expected, found) {
    const left = group(found);
    const differences = [];
    for (const [key, entries] of group(expected)){
        const others = left.get(key) ?? [];
        left.delete(key);
        const hashes = entries.map(({ hash })=>hash);
        const extra = others.filter(({ hash })=>!take(hashes, hash));
        const [entry] = entries;
        if (entry === undefined) continue;
        for(let index = 0; index < Math.max(hashes.length, extra.length); index += 1){
            const how = index >= extra.length ? 'missing' : index >= hashes.length ? 'added' : 'changed';
            differences.push({
                entry,
                how
            });
        }
    }
    for (const entries of left.values())for (const entry of entries)differences.push({
        entry,
        how: 'added'
    });
    return differences;
}
function group(entries) {
    const groups = new Map();
    for (const entry of entries){
        const key = JSON.stringify([
            entry.type,
            entry.schema,
            entry.name
        ]);
        const members = groups.get(key);
        if (members === undefined) groups.set(key, [
            entry
        ]);
        else members.push(entry);
    }
    return groups;
}
/** Takes one of them out; false where there is none. */ function take(hashes, hash) {
    const at = hashes.indexOf(hash);
    if (at !== -1) hashes.splice(at, 1);
    return at !== -1;
}

;// CONCATENATED MODULE: ./lib/verify/compare/definitions.js






const SHOWN = 20;
const NAME = 'of the restored database';
/**
 * The definitions of the restored database against those of a reload of the same archive without rows. Never against
 * the source's own text: an expression changes its text when it is read back for the first time.
 */ async function compareDefinitions(request) {
    const { database, reloadDatabase } = request;
    if (request.manifest.options['content'] === 'data') return [
        (0,compare_findings/* notMeasured */.q7)('definitions', NAME, 'the backup holds rows only')
    ];
    if (reloadDatabase === undefined) return [
        (0,compare_findings/* notMeasured */.q7)('definitions', NAME, 'there is nothing to compare them with')
    ];
    const stop = new AbortController();
    const signal = AbortSignal.any([
        request.signal,
        stop.signal
    ]);
    const read = (name)=>readDefinitions({
            ...request,
            signal
        }, name).catch((error)=>{
            stop.abort();
            throw error;
        });
    const ends = await Promise.allSettled([
        read(reloadDatabase),
        read(database)
    ]);
    const errors = ends.flatMap((end)=>end.status === 'rejected' ? [
            end.reason
        ] : []);
    const failure = errors.find((error)=>!(error instanceof base_errors/* CancelledError */.cc)) ?? errors[0];
    if (failure !== undefined) throw failure;
    const [expected, found] = ends.map((end)=>end.status === 'fulfilled' ? end.value : []);
    return judgeDefinitions(diffEntries(expected ?? [], found ?? []));
}
/** The entries of a database's schema-only dump. @throws UserError when pg_dump fails. */ async function readDefinitions({ programs, connection, signal, manifest }, database) {
    // SQL_ASCII holds text of no known encoding, which cannot be converted.
    const encoding = manifest.server.encoding === 'SQL_ASCII' ? [] : [
        '--encoding=UTF8'
    ];
    const child = (0,process/* start */.n)(programs.path('pg_dump'), [
        '--format=plain',
        '--schema-only',
        '--no-password',
        ...encoding,
        `--dbname=${connection.conninfo(database)}`
    ], {
        env: {
            ...connection.env,
            ...programs.env
        },
        signal
    });
    const entries = new DefinitionEntries();
    if (child.process.stdout !== null) {
        const lines = (0,external_node_readline_.createInterface)({
            input: child.process.stdout,
            crlfDelay: Infinity
        });
        for await (const line of lines)entries.line(line);
    }
    const exit = await child.exit;
    if (signal.aborted) throw new base_errors/* CancelledError */.cc();
    if (exit.code !== 0) throw new base_errors/* UserError */.yo(`pg_dump cannot read the definitions of the restored database.\n${child.stderrTail()}`);
    return entries.end();
}
const FOUND = {
    missing: 'missing',
    added: 'present',
    changed: 'another definition'
};
const EXPECTED = {
    missing: 'present',
    added: 'missing',
    changed: 'the definition of the backup'
};
/** Names what differs; never shows a definition, which may hold data. */ function judgeDefinitions(differences) {
    if (differences.length === 0) return [
        (0,compare_findings/* equal */.LC)('definitions', NAME)
    ];
    const shown = differences.slice(0, SHOWN).map(({ entry, how })=>(0,compare_findings/* different */.yn)('object', entryTitle(entry), EXPECTED[how], FOUND[how]));
    const rest = differences.length - shown.length;
    if (rest === 0) return shown;
    return [
        ...shown,
        (0,compare_findings/* different */.yn)('definitions', NAME, 'those of the backup', `${(0,units/* plural */.LS)(rest, 'more difference')}`)
    ];
}
/** `view public.v`, `privileges of table public.orders`. */ function entryTitle({ type, schema, name }) {
    const space = schema === '-' ? '' : `${schema}.`;
    const about = /^(ACL|COMMENT|SECURITY LABEL)$/.test(type) ? /^([A-Z][A-Z ]*) (.*)$/.exec(name) : null;
    if (about === null) return `${type.toLowerCase()} ${space}${name}`;
    const what = type === 'ACL' ? 'privileges' : type.toLowerCase();
    return `${what} of ${(about[1] ?? '').toLowerCase()} ${space}${about[2] ?? ''}`;
}

// EXTERNAL MODULE: ./lib/backup/fingerprint/objects.js
var fingerprint_objects = __nccwpck_require__(5205);
// EXTERNAL MODULE: ./lib/verify/compare/request.js
var request = __nccwpck_require__(936);
;// CONCATENATED MODULE: ./lib/verify/compare/kinds.js



/** How many objects of each kind there are. */ async function compareKinds(comparison) {
    const { psql, fingerprint } = comparison;
    const objects = await (0,fingerprint_objects/* catalogObjects */.iw)(psql);
    const found = (0,fingerprint_objects/* countKinds */.xb)(objects.filter((object)=>!isPrepared(object, fingerprint.requires)));
    return judgeKinds(fingerprint.objects, found, (0,request/* excuse */.I)(comparison));
}
/** What had to be made before a part of a database could be restored is not of the archive. */ function isPrepared({ kind, name }, { schemas, extensions }) {
    if (kind === 'schema') return schemas.includes(name);
    return kind === 'extension' && extensions.some((extension)=>extension.name === name);
}
/** @param excused why fewer than expected is no difference */ function judgeKinds(expected, found, excused) {
    const kinds = [
        ...new Set([
            ...Object.keys(expected),
            ...Object.keys(found)
        ])
    ].sort();
    return kinds.map((kind)=>{
        const [wanted, there] = [
            expected[kind] ?? 0,
            found[kind] ?? 0
        ];
        if (wanted === there) return (0,compare_findings/* equal */.LC)('object kind', kind);
        if (there < wanted && excused !== undefined) return (0,compare_findings/* notMeasured */.q7)('object kind', kind, `${wanted - there} of ${wanted} are not there: ${excused}`);
        return (0,compare_findings/* different */.yn)('object kind', kind, String(wanted), String(there));
    });
}
/**
 * Kinds of which each object has an entry of its own, and nothing else is in that catalog by that title. What pg_dump
 * writes inside of a table's definition, or only sometimes apart, cannot be counted so.
 */ const ENTRIES = {
    schema: /^2615 SCHEMA - (?!public )/,
    table: /^1259 TABLE (?!ATTACH )/,
    view: /^1259 VIEW /,
    'materialized view': /^1259 MATERIALIZED VIEW /,
    'foreign table': /^1259 FOREIGN TABLE /,
    sequence: /^1259 SEQUENCE /,
    function: /^1255 (FUNCTION|PROCEDURE|AGGREGATE) /,
    policy: /^3256 POLICY /,
    rule: /^2618 RULE (?!\S+ \S+ _RETURN )/,
    domain: /^1247 DOMAIN /,
    extension: /^3079 EXTENSION - (?!plpgsql )/,
    'event trigger': /^3466 EVENT TRIGGER /,
    publication: /^6104 PUBLICATION /,
    'foreign key': /^2606 FK CONSTRAINT /
};
/** The counted objects against the archive's table of contents. */ function compareContents({ objects }, toc) {
    const lines = toc.map(({ catalogId, text })=>`${catalogId} ${text} `);
    return Object.entries(ENTRIES).flatMap(([kind, pattern])=>{
        const wanted = objects[kind] ?? 0;
        const listed = lines.filter((line)=>pattern.test(line)).length;
        const name = `${kind}, in the table of contents`;
        if (listed === wanted) return wanted === 0 ? [] : [
            (0,compare_findings/* equal */.LC)('object kind', name)
        ];
        return [
            (0,compare_findings/* different */.yn)('object kind', name, String(wanted), String(listed))
        ];
    });
}

// EXTERNAL MODULE: ./lib/backup/fingerprint/large-objects.js
var large_objects = __nccwpck_require__(9983);
// EXTERNAL MODULE: ./lib/backup/fingerprint/requires.js
var requires = __nccwpck_require__(1222);
;// CONCATENATED MODULE: ./lib/verify/compare/relations.js





/** Whether each materialized view has the rows that the archive gives it. */ async function compareMaterializedViews(comparison) {
    const { psql, fingerprint } = comparison;
    if (fingerprint.materializedViews.length === 0) return [];
    const views = await psql.rows(`SELECT n.nspname AS schema, c.relname AS name, c.relispopulated AS populated
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'm'`);
    const restored = new Map(views.map((view)=>[
            (0,compare_findings/* keyOf */.TN)(view),
            view.populated
        ]));
    const unfilled = new Set((comparison.unfilled ?? []).map(compare_findings/* keyOf */.TN));
    const text = (populated)=>populated ? 'populated' : 'not populated';
    return fingerprint.materializedViews.map((view)=>{
        const found = restored.get((0,compare_findings/* keyOf */.TN)(view));
        const name = (0,compare_findings/* titleOf */.Gg)(view);
        if (found === view.populated) return (0,compare_findings/* equal */.LC)('materialized view', name);
        if (found === false && unfilled.has((0,compare_findings/* keyOf */.TN)(view))) return (0,compare_findings/* notMeasured */.q7)('materialized view', name, OTHER_SERVER);
        const why = (0,request/* excuseFor */.R)(comparison, found === undefined ? 'MATERIALIZED VIEW' : DATA, view);
        if (why !== undefined) return (0,compare_findings/* notMeasured */.q7)('materialized view', name, why);
        return (0,compare_findings/* different */.yn)('materialized view', name, text(view.populated), found === undefined ? 'missing' : text(found));
    });
}
const DATA = 'MATERIALIZED VIEW DATA';
const OTHER_SERVER = 'it reads a foreign table, and nothing that is restored here may reach another server';
/** How many large objects there are. */ async function compareLargeObjects({ psql, fingerprint }) {
    const found = Number(await psql.value('SELECT count(*) FROM pg_catalog.pg_largeobject_metadata'));
    const expected = fingerprint.largeObjects;
    if (found === expected) return expected === 0 ? [] : [
        (0,compare_findings/* equal */.LC)('large objects', (0,units/* plural */.LS)(found, 'large object')),
        ...await compareLargeContent(psql, fingerprint.largeObjectContent)
    ];
    return [
        (0,compare_findings/* different */.yn)('large objects', 'all', (0,units/* plural */.LS)(expected, 'large object'), (0,units/* plural */.LS)(found, 'large object'))
    ];
}
async function compareLargeContent(psql, expected) {
    if (expected === undefined) return [];
    const found = await (0,large_objects/* hashLargeObjects */.G)(psql, expected.algorithm);
    if ('why' in found) return [
        (0,compare_findings/* notMeasured */.q7)('large objects', 'content', found.why)
    ];
    return found.high === expected.high && found.low === expected.low ? [
        (0,compare_findings/* equal */.LC)('large objects', 'content')
    ] : [
        (0,compare_findings/* different */.yn)('large objects', 'content', 'that of the snapshot', 'another')
    ];
}
/** The extensions of the source, or those that a part of it needs: there or not, and in which version. */ async function compareExtensions(comparison) {
    const { psql, fingerprint } = comparison;
    const expected = [
        ...fingerprint.extensions,
        ...fingerprint.requires.extensions
    ];
    if (expected.length === 0) return [];
    const restored = new Map((await (0,requires/* readExtensions */.HW)(psql)).map((extension)=>[
            extension.name,
            extension
        ]));
    return expected.map(({ name, version })=>{
        const found = restored.get(name);
        if (found === undefined) {
            const missing = comparison.leftOut?.some(({ text })=>text.trimEnd() === `EXTENSION - ${name}`);
            return missing === true ? (0,compare_findings/* notMeasured */.q7)('extension', name, 'it is missing here, as was allowed') : (0,compare_findings/* different */.yn)('extension', name, `version ${version}`, 'missing');
        }
        if (found.version === version) return (0,compare_findings/* equal */.LC)('extension', name);
        return (0,compare_findings/* different */.yn)('extension', name, `version ${version}`, `version ${found.version}`, {
            minor: true,
            why: 'an archive does not say which version to make, so the one of this server was made'
        });
    });
}

;// CONCATENATED MODULE: ./lib/verify/compare/sequences.js


const SEQUENCES = `
SELECT n.nspname AS schema, c.relname AS name, pg_catalog.pg_sequence_last_value(c.oid)::text AS value,
  s.seqincrement::text AS increment, s.seqcycle AS cycle
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_sequence s ON s.seqrelid = c.oid WHERE c.relpersistence <> 't'`;
/** Each sequence of the fingerprint against the restored one. */ async function compareSequences(comparison) {
    const { psql, fingerprint } = comparison;
    if (fingerprint.sequences.length === 0) return [];
    const found = await psql.rows(SEQUENCES);
    const restored = new Map(found.map((sequence)=>[
            (0,compare_findings/* keyOf */.TN)(sequence),
            sequence
        ]));
    return fingerprint.sequences.map((sequence)=>{
        const there = restored.get((0,compare_findings/* keyOf */.TN)(sequence));
        const why = there === undefined ? (0,request/* excuseFor */.R)(comparison, 'SEQUENCE', sequence) : undefined;
        return why === undefined ? judgeSequence(sequence, there) : (0,compare_findings/* notMeasured */.q7)('sequence', (0,compare_findings/* titleOf */.Gg)(sequence), why);
    });
}
/**
 * A sequence is no part of a snapshot: the archive has some value between those read before and after the dump, in the
 * direction in which it counts.
 */ function judgeSequence(expected, found) {
    const name = (0,compare_findings/* titleOf */.Gg)(expected);
    const { before, after } = expected;
    const bounds = boundsText(expected);
    if (found === undefined) return (0,compare_findings/* different */.yn)('sequence', name, bounds, 'missing');
    if (before === after) {
        return found.value === before ? (0,compare_findings/* equal */.LC)('sequence', name) : (0,compare_findings/* different */.yn)('sequence', name, bounds, valueText(found.value));
    }
    if (found.cycle) return (0,compare_findings/* notMeasured */.q7)('sequence', name, 'it was used during the dump, and starts over');
    const direction = found.increment.startsWith('-') ? -1n : 1n;
    const ordered = (a, b)=>(BigInt(b) - BigInt(a)) * direction >= 0n;
    if (after === null || typeof after === 'string' && before !== null && !ordered(before, after)) return (0,compare_findings/* notMeasured */.q7)('sequence', name, 'it was set back during the dump');
    const within = found.value === null ? before === null : (before === null || ordered(before, found.value)) && (after === undefined || ordered(found.value, after));
    return within ? (0,compare_findings/* equal */.LC)('sequence', name) : (0,compare_findings/* different */.yn)('sequence', name, bounds, valueText(found.value));
}
function valueText(value) {
    return value ?? 'never used';
}
function boundsText({ before, after }) {
    if (after === undefined) return `${valueText(before)} or later`;
    return before === after ? valueText(before) : `${valueText(before)} to ${valueText(after)}`;
}

// EXTERNAL MODULE: ./lib/backup/fingerprint/counts.js
var counts = __nccwpck_require__(9397);
// EXTERNAL MODULE: ./lib/backup/fingerprint/tables.js
var tables = __nccwpck_require__(7896);
;// CONCATENATED MODULE: ./lib/verify/compare/judge-table.js


/** What was counted of a restored table against what the fingerprint says. */ function judgeTable(expected, found) {
    const name = (0,compare_findings/* titleOf */.Gg)(expected);
    const rows = (0,units/* plural */.LS)(expected.rows, 'row');
    if (expected.rows !== found.rows) return [
        (0,compare_findings/* different */.yn)('table', name, rows, (0,units/* plural */.LS)(found.rows, 'row'))
    ];
    if (expected.content === undefined) return [
        (0,compare_findings/* equal */.LC)('table', name)
    ];
    const own = judge_table_same(expected.content, found.content) ? (0,compare_findings/* equal */.LC)('table', name) : (0,compare_findings/* different */.yn)('table', name, `${rows} as they were`, `${rows}, not all of them as they were`);
    if (expected.content.generated === undefined) return [
        own
    ];
    const generated = judge_table_same(expected.content.generated, found.content?.generated) ? (0,compare_findings/* equal */.LC)('generated columns', name) : (0,compare_findings/* different */.yn)('generated columns', name, 'the values of the source', 'other values', {
        minor: true,
        why: 'a restore computes them anew, and the expression does not give the same again'
    });
    return [
        own,
        generated
    ];
}
function judge_table_same(expected, found) {
    return expected.high === found?.high && expected.low === found.low;
}

;// CONCATENATED MODULE: ./lib/verify/compare/strangers.js


const AT_ONCE = 200;
/**
 * Tables whose rows the archive does not hold: they must be empty. Those of extensions are filled by the extension.
 * @param tables the restored tables that the fingerprint does not know
 */ async function strangers(psql, tables) {
    if (tables.length === 0) return [];
    const members = new Set(await psql.query(`SELECT coalesce(json_agg(objid::int8), '[]') FROM pg_depend WHERE classid = 'pg_class'::regclass AND deptype = 'e'`));
    const own = tables.filter(({ oid })=>!members.has(oid));
    const filled = new Set();
    for(let at = 0; at < own.length; at += AT_ONCE){
        const queries = own.slice(at, at + AT_ONCE).map(({ oid, schema, name })=>`SELECT ${oid}::int8 AS oid WHERE EXISTS (SELECT FROM ONLY ${(0,postgres_psql/* quoteIdentifier */.Cm)(schema)}.${(0,postgres_psql/* quoteIdentifier */.Cm)(name)})`);
        for (const { oid } of (await psql.rows(queries.join(' UNION ALL '))))filled.add(oid);
    }
    return own.filter(({ oid })=>filled.has(oid)).map((table)=>(0,compare_findings/* different */.yn)('table', (0,compare_findings/* titleOf */.Gg)(table), 'no rows in the backup', 'rows'));
}

;// CONCATENATED MODULE: ./lib/verify/compare/tables.js








/** The rows of each table, and their content where the fingerprint has it. */ async function compareTables(comparison) {
    const { fingerprint, psql, open, jobs, only } = comparison;
    const chosen = only?.tables === undefined ? undefined : new Set(only.tables.map(compare_findings/* keyOf */.TN));
    const expected = fingerprint.tables.filter((table)=>chosen?.has((0,compare_findings/* keyOf */.TN)(table)) ?? true);
    const found = await (0,tables/* countedTables */.sF)(psql);
    const pairs = pairUp(expected, found);
    const wanted = pairs.flatMap(({ restored })=>restored);
    const hashed = expected.find(({ content })=>content !== undefined)?.content?.algorithm;
    const unlike = hashed === undefined ? [] : await otherEncoding(comparison);
    const algorithm = unlike.length === 0 ? hashed : undefined;
    const counted = await countInParallel(()=>open('that compares rows'), jobs, wanted, algorithm);
    const readable = wanted.filter(({ oid })=>!counted.unreadable.has(oid));
    const actual = new Map((0,counts/* tableFingerprints */.Y0)(readable, counted.rows, algorithm).map((table)=>[
            (0,compare_findings/* keyOf */.TN)(table),
            table
        ]));
    const findings = pairs.flatMap(({ expected: table, restored })=>{
        const broken = restored.find(({ oid })=>counted.unreadable.has(oid));
        if (broken !== undefined) return [
            (0,compare_findings/* different */.yn)('table', (0,compare_findings/* titleOf */.Gg)(table), (0,units/* plural */.LS)(table.rows, 'row'), 'it cannot be read', {
                why: `reading ${(0,compare_findings/* titleOf */.Gg)(broken)} ended with SQLSTATE ${counted.unreadable.get(broken.oid) ?? ''}`
            })
        ];
        const there = actual.get((0,compare_findings/* keyOf */.TN)(table));
        if (there === undefined) return [
            missing(comparison, table)
        ];
        const { content, ...rowsOnly } = table;
        const measured = algorithm === undefined || content === undefined ? rowsOnly : table;
        return [
            ...judgeTable(measured, there),
            ...missingPartitions(table, restored)
        ];
    });
    findings.push(...unlike);
    if (chosen !== undefined) return findings;
    const known = new Set(wanted.map(({ oid })=>oid));
    const others = found.filter(({ oid })=>!known.has(oid));
    return [
        ...findings,
        ...await strangers(psql, others),
        ...carriedOver(comparison)
    ];
}
/** Content hashes are those of bytes, and another encoding has others for the same text. */ async function otherEncoding({ psql, manifest }) {
    const encoding = await psql.value('SHOW server_encoding');
    if (encoding === manifest.server.encoding) return [];
    const why = `this database is encoded in ${encoding}, the source in ${manifest.server.encoding}`;
    return [
        (0,compare_findings/* notMeasured */.q7)('table', 'content of the rows', why)
    ];
}
/**
 * Tables belong together by name. Partitions that the fingerprint counts as one are looked for by their own names too:
 * a partition that was archived alone has no parent here.
 */ function pairUp(expected, found) {
    const pairs = expected.map((table)=>({
            expected: table,
            restored: []
        }));
    const byName = new Map(pairs.map((pair)=>[
            (0,compare_findings/* keyOf */.TN)(pair.expected),
            pair
        ]));
    const byPartition = new Map(pairs.flatMap((pair)=>(pair.expected.partitions ?? []).map((leaf)=>[
                (0,compare_findings/* keyOf */.TN)(leaf),
                pair
            ])));
    for (const table of found){
        const pair = byPartition.get((0,compare_findings/* keyOf */.TN)(table)) ?? byName.get((0,compare_findings/* keyOf */.TN)(table.hashRoot ?? table));
        pair?.restored.push({
            ...table,
            // Counted together under the fingerprint's name, and as the source's extension had it.
            hashRoot: {
                schema: pair.expected.schema,
                name: pair.expected.name
            },
            condition: pair.expected.condition ?? null
        });
    }
    return pairs;
}
function missing(comparison, table) {
    const why = (0,request/* excuseFor */.R)(comparison, 'TABLE', table);
    if (why !== undefined) return (0,compare_findings/* notMeasured */.q7)('table', (0,compare_findings/* titleOf */.Gg)(table), why);
    return (0,compare_findings/* different */.yn)('table', (0,compare_findings/* titleOf */.Gg)(table), (0,units/* plural */.LS)(table.rows, 'row'), 'missing');
}
function missingPartitions(table, restored) {
    const there = new Set(restored.map(compare_findings/* keyOf */.TN));
    return (table.partitions ?? []).filter((leaf)=>!there.has((0,compare_findings/* keyOf */.TN)(leaf))).map((leaf)=>(0,compare_findings/* different */.yn)('table', (0,compare_findings/* titleOf */.Gg)(leaf), `a partition of ${(0,compare_findings/* titleOf */.Gg)(table)}`, 'missing'));
}
/** What the fingerprint itself could not measure. */ function carriedOver({ fingerprint }) {
    return fingerprint.notMeasured.map(({ what, why })=>what.startsWith('table ') ? (0,compare_findings/* notMeasured */.q7)('table', what.slice('table '.length), why) : (0,compare_findings/* notMeasured */.q7)('sequence', what, why));
}

;// CONCATENATED MODULE: ./lib/verify/compare/index.js











/** What the rows and the catalog are compared for, in the order of the report. */ const MEASURES = [
    [
        'extensions',
        compareExtensions
    ],
    [
        'objects',
        compareKinds
    ],
    [
        'tables',
        compareTables
    ],
    [
        'sequences',
        compareSequences
    ],
    [
        'materialized views',
        compareMaterializedViews
    ],
    [
        'large objects',
        compareLargeObjects
    ]
];
/**
 * Compares a restored database with what its source held at the snapshot of the dump: with the fingerprint, and its
 * definitions with a reload of the same archive. Writes nothing. What is equal is a finding too.
 * @throws UserError when the server cannot be asked, CancelledError.
 */ async function compareRestored(request) {
    const wants = (aspect)=>request.only?.aspects.includes(aspect) ?? true;
    const { fingerprint, toc } = request;
    const contents = fingerprint !== undefined && toc !== undefined && holdsDefinitions(request) && wants('contents') ? compareContents(fingerprint, toc) : [];
    // One after the other: each of them keeps all cores busy by itself.
    const definitions = wants('definitions') ? await compareDefinitions(request) : [];
    const measured = await compareMeasured(request, wants);
    return [
        ...contents,
        ...definitions,
        ...measured
    ];
}
async function compareMeasured(request, wants) {
    const { fingerprint, manifest } = request;
    const psql = await request.open('that compares');
    try {
        const findings = wants('collation') ? compareCollation(manifest.server, await (0,server/* inspectServer */.Eb)(psql), request.otherwise) : [];
        if (fingerprint === undefined) return [
            ...findings,
            (0,compare_findings/* notMeasured */.q7)('table', 'all', 'the backup was made without a fingerprint')
        ];
        await beginReading(psql);
        for (const [aspect, compare] of MEASURES){
            if (!wants(aspect) || aspect === 'objects' && !holdsDefinitions(request)) continue;
            findings.push(...await compare({
                ...request,
                fingerprint,
                psql
            }));
        }
        return findings;
    } catch (error) {
        throw (0,explain/* explainSqlError */.s)(error, 'Comparing the restored database', {
            target: request.connection.target
        });
    } finally{
        await psql.close();
    }
}
function holdsDefinitions({ manifest }) {
    return manifest.options['content'] !== 'data';
}


/***/ }),

/***/ 936:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   I: () => (/* binding */ excuse),
/* harmony export */   R: () => (/* binding */ excuseFor)
/* harmony export */ });
const WHY_LEFT_OUT = 'it needs an extension that is missing here';
/** Why what is missing in the restored database need not be there; undefined: it must. */ function excuse({ leftOut }) {
    return leftOut === undefined || leftOut.length === 0 ? undefined : WHY_LEFT_OUT;
}
/** The same for one object: whether an entry of its kind and name was left out. Names stand unquoted there. */ function excuseFor({ leftOut = [] }, type, { schema, name }) {
    const start = `${type} ${schema} ${name} `.replaceAll(/[\r\n]/g, ' ');
    return leftOut.some(({ text })=>text.startsWith(start)) ? WHY_LEFT_OUT : undefined;
}


/***/ }),

/***/ 5899:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   kb: () => (/* binding */ doWithout),
/* harmony export */   lI: () => (/* binding */ lackingOn),
/* harmony export */   oQ: () => (/* binding */ extensionsOf)
/* harmony export */ });
/* harmony import */ var _base_errors_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7594);
/* harmony import */ var _postgres_psql_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(59);


/** The extensions that a backup needs: by its fingerprint, or by the archive itself where there is none. */ function extensionsOf(staged, toc) {
    const { fingerprint } = staged;
    const known = fingerprint === undefined ? [] : [
        ...fingerprint.extensions,
        ...fingerprint.requires.extensions
    ];
    const listed = toc.flatMap(({ text })=>/^EXTENSION - (.+?)\s*$/.exec(text)?.[1] ?? []);
    // In every database there is, and never in a package of its own.
    return [
        ...new Set([
            ...known.map(({ name })=>name),
            ...listed
        ])
    ].filter((name)=>name !== 'plpgsql');
}
/** Those of the extensions that a server of the user's does not have. */ async function lackingOn({ connection }, programs, extensions, { reporter, signal }) {
    const name = 'that looks for extensions';
    const psql = await _postgres_psql_js__WEBPACK_IMPORTED_MODULE_1__/* .Psql */ .DD.open({
        programs,
        connection,
        reporter,
        signal,
        name
    });
    try {
        const rows = await psql.rows('SELECT name FROM pg_catalog.pg_available_extensions');
        const available = new Set(rows.map((row)=>row.name));
        return extensions.filter((extension)=>!available.has(extension)).map((extension)=>({
                name: extension,
                why: 'the server of `scratch-url` does not have it'
            }));
    } finally{
        await psql.close();
    }
}
/**
 * The names of extensions that the backup is to be verified without.
 * @throws UserError when the user did not allow that, or the backup cannot be divided by what needs them.
 */ function doWithout(missing, { format, fingerprint }, { inputs, reporter }) {
    if (missing.length === 0) return [];
    const allowed = new Set(inputs.allowMissingExtensions);
    const refused = missing.filter(({ name })=>!allowed.has(name));
    if (refused.length > 0) throw missingExtensions(refused, [
        ...allowed
    ]);
    const names = missing.map(({ name })=>name);
    const list = names.join(', ');
    if (format === 'plain') throw new _base_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .UserError */ .yo(`A plain backup cannot be verified without the extensions that it needs (${list}): it cannot be restored in part. Make backups in the custom format.`);
    // Nothing in such an archive says what needs them, since they are not in it.
    const needed = fingerprint?.requires.extensions.filter(({ name })=>names.includes(name)) ?? [];
    if (needed.length > 0) throw new _base_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .UserError */ .yo(`The backup of a part of a database cannot be verified without the extensions that it needs (${list}). Make one of the whole database, or leave out what needs them (exclude-tables).`);
    reporter.warn(`NOT VERIFIED: all that needs ${names.length === 1 ? 'the extension' : 'the extensions'} ${list}, which this server does not have. It is left out and reported as not measured.`);
    return names;
}
function missingExtensions(missing, allowed) {
    const reasons = missing.map(({ name, why })=>`  ${name}: ${why}`);
    const block = [
        ...allowed,
        ...missing.map(({ name })=>name)
    ].map((name)=>`  ${name}`);
    return new _base_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .UserError */ .yo([
        'The backup needs extensions that the scratch server cannot have:',
        ...reasons,
        'To verify the rest, and have what needs them reported as not verified, give this input:',
        'allow-missing-extensions: |',
        ...block
    ].join('\n'));
}


/***/ }),

/***/ 1097:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   $N: () => (/* binding */ holdsRowsOf),
/* harmony export */   CL: () => (/* binding */ divideArchive)
/* harmony export */ });
/* unused harmony export divide */
/* harmony import */ var _base_errors_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7594);
/* harmony import */ var _base_process_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(8208);
/* harmony import */ var _postgres_toc_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(5649);



/** Divides an archive's entries. `dependencies` as `parseDependencies` has them. */ function divide(toc, dependencies, extensions) {
    const out = new Set(toc.filter(({ text })=>extensions.some((name)=>text.trimEnd() === `EXTENSION - ${name}`)).map(idOf));
    // An entry may stand before what it depends on.
    for(let before = -1; before !== out.size;){
        before = out.size;
        for (const { dumpId } of toc)if (dependencies.get(dumpId)?.some((needed)=>out.has(needed)) === true) out.add(dumpId);
    }
    return {
        restored: toc.filter(({ dumpId })=>!out.has(dumpId)),
        leftOut: toc.filter(({ dumpId })=>out.has(dumpId))
    };
}
const idOf = ({ dumpId })=>dumpId;
/** Whether the rows of a table are among these entries. Their names stand unquoted, line breaks as spaces. */ function holdsRowsOf(entries, { schema, name }) {
    const start = `TABLE DATA ${schema} ${name} `.replaceAll(/[\r\n]/g, ' ');
    return entries.some(({ text })=>text.startsWith(start));
}
/** Reads an archive's entries and divides them. @throws UserError when the archive cannot be read. */ async function divideArchive(path, extensions, { programs, signal }) {
    const list = await (0,_base_process_js__WEBPACK_IMPORTED_MODULE_1__/* .run */ .e)(programs.path('pg_restore'), [
        '--list',
        '--verbose',
        path
    ], {
        env: {
            ...process.env,
            ...programs.env
        },
        signal
    });
    if (list.code !== 0) throw new _base_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .UserError */ .yo(`The table of contents cannot be read.\n${list.stderr}`);
    const text = list.stdout.toString('utf8');
    return divide((0,_postgres_toc_js__WEBPACK_IMPORTED_MODULE_2__/* .parseToc */ .AI)(text), (0,_postgres_toc_js__WEBPACK_IMPORTED_MODULE_2__/* .parseDependencies */ .fb)(text), extensions);
}


/***/ }),

/***/ 6259:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   U: () => (/* binding */ reportText)
/* harmony export */ });
/* harmony import */ var _base_table_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(2341);
/* harmony import */ var _base_text_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(8566);
/* harmony import */ var _base_units_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(8714);
/* harmony import */ var _report_view_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(2489);




/** A list longer than this is cut, with how many more there are: a database without a single table as it should be. */ const LONGEST_LIST = 500;
const COLUMNS = [
    {
        title: 'COMPARED',
        shrinks: true
    },
    {
        title: 'EQUAL',
        align: 'right'
    },
    {
        title: 'DIFFERENT',
        align: 'right'
    },
    {
        title: 'NOT MEASURED',
        align: 'right'
    }
];
function cells({ title, equal, different, notMeasured }) {
    return [
        title,
        (0,_base_units_js__WEBPACK_IMPORTED_MODULE_1__/* .formatCount */ .B4)(equal),
        (0,_base_units_js__WEBPACK_IMPORTED_MODULE_1__/* .formatCount */ .B4)(different),
        (0,_base_units_js__WEBPACK_IMPORTED_MODULE_1__/* .formatCount */ .B4)(notMeasured)
    ];
}
const titleOf = ({ kind, name })=>(0,_base_text_js__WEBPACK_IMPORTED_MODULE_2__/* .printableLine */ .oy)(name === '' ? kind : `${kind} ${name}`);
function difference(finding, paint) {
    const { expected, found, why } = finding;
    const lines = [
        ...expected === undefined ? [] : [
            `    expected  ${(0,_base_text_js__WEBPACK_IMPORTED_MODULE_2__/* .printableLine */ .oy)(expected)}`
        ],
        ...found === undefined ? [] : [
            `    found     ${(0,_base_text_js__WEBPACK_IMPORTED_MODULE_2__/* .printableLine */ .oy)(found)}`
        ],
        ...why === undefined ? [] : [
            `    ${paint((0,_base_text_js__WEBPACK_IMPORTED_MODULE_2__/* .printableLine */ .oy)(why), 'dim')}`
        ]
    ];
    return [
        `  ${titleOf(finding)}`,
        ...lines
    ].map((line)=>`${line}\n`).join('');
}
function unmeasured(finding, paint) {
    const { why } = finding;
    return `  ${titleOf(finding)}${why === undefined ? '' : paint(`: ${(0,_base_text_js__WEBPACK_IMPORTED_MODULE_2__/* .printableLine */ .oy)(why)}`, 'dim')}\n`;
}
function section(title, findings, show) {
    if (findings.length === 0) return [];
    const rest = findings.length - LONGEST_LIST;
    return [
        `\n${title}\n`,
        ...findings.slice(0, LONGEST_LIST).map(show),
        ...rest > 0 ? [
            `  ... and ${(0,_base_units_js__WEBPACK_IMPORTED_MODULE_1__/* .plural */ .LS)(rest, 'more', 'more')}; the JSON report has them all.\n`
        ] : []
    ];
}
/** A report for people: the verdict, what was compared, each difference, and what was not measured and why. */ function reportText(report, { paint, width }) {
    const view = (0,_report_view_js__WEBPACK_IMPORTED_MODULE_0__/* .viewOf */ .d)(report);
    const verdict = !view.passed ? paint('FAILED', 'red') : view.without > 0 ? paint('PASSED IN PART', 'yellow') : paint('PASSED', 'green');
    const facts = [
        ...view.facts.slice(1),
        [
            'Control',
            (0,_report_view_js__WEBPACK_IMPORTED_MODULE_0__/* .controlText */ .J)(report)
        ]
    ];
    const [head = '', ...rows] = (0,_base_table_js__WEBPACK_IMPORTED_MODULE_3__/* .renderTable */ .b)(COLUMNS, [
        ...view.rows,
        view.total
    ].map(cells), width).trimEnd().split('\n');
    return [
        `${verdict} ${paint((0,_base_text_js__WEBPACK_IMPORTED_MODULE_2__/* .printableLine */ .oy)(view.headline), 'bold')}\n\n`,
        ...facts.map(([title, text])=>`${title.padEnd(11)}${(0,_base_text_js__WEBPACK_IMPORTED_MODULE_2__/* .printableLine */ .oy)(text)}\n`),
        `\n${[
            paint(head, 'dim'),
            ...rows
        ].join('\n')}\n`,
        ...section(paint('Different', 'red'), view.red, (finding)=>difference(finding, paint)),
        ...section(paint('Different, but no reason to fail', 'yellow'), view.minor, (finding)=>difference(finding, paint)),
        ...section(paint('Not measured', 'yellow'), view.notMeasured, (finding)=>unmeasured(finding, paint))
    ].join('');
}


/***/ }),

/***/ 2489:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   J: () => (/* binding */ controlText),
/* harmony export */   d: () => (/* binding */ viewOf)
/* harmony export */ });
/* harmony import */ var _base_units_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(8714);
/* harmony import */ var _result_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(1852);


/** What each kind of finding is called as a row, in the order that they are shown. */ const TITLES = {
    part: 'Stored parts',
    definitions: 'Definitions',
    restore: 'Restore',
    'object kind': 'Kinds of objects',
    object: 'Objects',
    table: 'Tables',
    'generated columns': 'Generated columns',
    sequence: 'Sequences',
    'materialized view': 'Materialized views',
    'large objects': 'Large objects',
    extension: 'Extensions',
    collation: 'Collations',
    index: 'Indexes',
    'expected table': 'Expected tables',
    check: 'Checks',
    age: 'Age',
    control: 'Control'
};
const count = (findings, verdict)=>findings.filter((finding)=>finding.verdict === verdict).length;
function rowOf(title, findings) {
    return {
        title,
        equal: count(findings, 'equal'),
        different: count(findings, 'different'),
        notMeasured: count(findings, 'not measured')
    };
}
function headlineOf({ name, backupId, verdict }, view) {
    const { red, minor, notMeasured, without } = view;
    const passed = verdict === 'passed';
    return `${[
        passed ? `${name}/${backupId} restores, and equals what was backed up${notMeasured.length === 0 ? '' : ' wherever it was measured'}` : `${name}/${backupId} did not pass: ${(0,_base_units_js__WEBPACK_IMPORTED_MODULE_1__/* .plural */ .LS)(red.length, 'thing differs', 'things differ')}`,
        ...minor.length === 0 ? [] : [
            `${(0,_base_units_js__WEBPACK_IMPORTED_MODULE_1__/* .plural */ .LS)(minor.length, 'difference')} of no consequence`
        ],
        ...notMeasured.length === 0 ? [] : [
            `${(0,_base_units_js__WEBPACK_IMPORTED_MODULE_1__/* .plural */ .LS)(notMeasured.length, 'thing was', 'things were')} not measured`
        ],
        ...without === 0 ? [] : [
            `NOT VERIFIED is all that needs ${(0,_base_units_js__WEBPACK_IMPORTED_MODULE_1__/* .plural */ .LS)(without, 'extension')} that the scratch server lacked`
        ]
    ].join('; ')}.`;
}
const moment = (iso)=>`${iso.slice(0, 19).replace('T', ' ')} UTC`;
function factsOf(report) {
    const { seconds, server } = report;
    return [
        [
            'Backup',
            `${report.name}/${report.backupId}${report.label === null ? '' : `, label ${report.label}`}`
        ],
        [
            'Database',
            `${report.database}, as it was at ${moment(report.snapshotAt)}`
        ],
        [
            'Read from',
            `${report.storage}, ${(0,_base_units_js__WEBPACK_IMPORTED_MODULE_1__/* .formatBytes */ .z3)(report.bytes)} in ${(0,_base_units_js__WEBPACK_IMPORTED_MODULE_1__/* .formatDuration */ .a3)(seconds.fetch)}`
        ],
        [
            'Restored',
            `in ${(0,_base_units_js__WEBPACK_IMPORTED_MODULE_1__/* .formatDuration */ .a3)(seconds.restore)} into PostgreSQL ${server.scratch}; the backup was made of ${server.source}`
        ],
        [
            'Compared',
            `in ${(0,_base_units_js__WEBPACK_IMPORTED_MODULE_1__/* .formatDuration */ .a3)(seconds.compare)}; ${(0,_base_units_js__WEBPACK_IMPORTED_MODULE_1__/* .formatDuration */ .a3)(seconds.total)} in all`
        ]
    ];
}
/** What became of the damage on purpose; it may name a table. */ function controlText({ control }) {
    switch(control.outcome){
        case 'noticed':
            return `passed: damage on purpose was noticed${control.damage === null ? '' : ` (${control.damage})`}`;
        case 'not noticed':
            return `FAILED: damage on purpose was not noticed${control.damage === null ? '' : ` (${control.damage})`}, so nothing else in this report counts`;
        case 'not applicable':
            return 'not applicable: there is nothing in the backup that could be damaged measurably';
        case 'not run':
            return 'not run';
    }
}
/** Sorts a report for reading. */ function viewOf(report) {
    const { findings, totals } = report;
    const kinds = Object.entries(TITLES);
    const view = {
        passed: report.verdict === 'passed',
        without: count(findings.filter(({ kind })=>kind === 'extension'), 'not measured'),
        facts: factsOf(report),
        rows: kinds.map(([kind, title])=>rowOf(title, findings.filter((finding)=>finding.kind === kind))).filter(({ equal, different, notMeasured })=>equal + different + notMeasured > 0),
        total: {
            title: 'Total',
            ...totals
        },
        red: findings.filter(_result_js__WEBPACK_IMPORTED_MODULE_0__/* .isRed */ .iI),
        minor: findings.filter((finding)=>finding.verdict === 'different' && !(0,_result_js__WEBPACK_IMPORTED_MODULE_0__/* .isRed */ .iI)(finding)),
        notMeasured: findings.filter(({ verdict })=>verdict === 'not measured')
    };
    return {
        ...view,
        headline: headlineOf(report, view)
    };
}


/***/ }),

/***/ 1852:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Yz: () => (/* binding */ outputsOf),
/* harmony export */   Z0: () => (/* binding */ redReasons),
/* harmony export */   iI: () => (/* binding */ isRed),
/* harmony export */   iW: () => (/* binding */ verifiedOf),
/* harmony export */   q0: () => (/* binding */ describe),
/* harmony export */   vA: () => (/* binding */ totalsOf)
/* harmony export */ });
/* unused harmony export fitting */
/* harmony import */ var _base_errors_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7594);
/* harmony import */ var _base_units_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(8714);


/** True for what makes a verification fail. */ function isRed({ verdict, minor }) {
    return verdict === 'different' && minor !== true;
}
function totalsOf(findings) {
    const count = (verdict)=>findings.filter((finding)=>finding.verdict === verdict).length;
    return {
        equal: count('equal'),
        different: count('different'),
        notMeasured: count('not measured')
    };
}
/** What of a report is stored beside the backup: nothing with the name of a table in it. */ function verifiedOf(report, facts) {
    return {
        version: 1,
        backupId: report.backupId,
        // A sound backup stays sound however old it is.
        verdict: report.findings.some((finding)=>isRed(finding) && finding.kind !== 'age') ? 'failed' : 'passed',
        startedAt: report.startedAt,
        finishedAt: report.finishedAt,
        restoreSeconds: report.seconds.restore,
        compareSeconds: report.seconds.compare,
        totals: report.totals,
        tables: facts.totals?.tables ?? null,
        rows: facts.totals?.rows ?? null,
        control: report.control.outcome,
        server: report.server.scratch,
        pgkeep: facts.pgkeep,
        ...facts.runUrl === undefined ? {} : {
            runUrl: facts.runUrl
        }
    };
}
/** The runner takes a mebibyte of all outputs of a job. */ const LONGEST_REPORT = 400_000;
/** A report as an output can hold it: what was equal is left out where there is very much of it. */ function fitting(report) {
    if (JSON.stringify(report).length <= LONGEST_REPORT) return report;
    const findings = [];
    let length = 0;
    for (const finding of report.findings.filter(({ verdict })=>verdict !== 'equal')){
        length += JSON.stringify(finding).length;
        if (length > LONGEST_REPORT) break;
        findings.push(finding);
    }
    return {
        ...report,
        findings
    };
}
/** The outputs of a verification but for its `outcome`. */ function outputsOf({ report }) {
    return {
        verified: report.verdict === 'passed',
        report: fitting(report),
        'backup-id': report.backupId,
        'restore-seconds': report.seconds.restore,
        differences: report.findings.filter(isRed).length
    };
}
/** Everything that makes the run red, each an error to show; empty for a green run. */ function redReasons({ report, stored, passedOver = [] }) {
    const red = report.findings.filter(isRed);
    const [first] = red;
    const more = red.length > 1 ? `, and ${(0,_base_units_js__WEBPACK_IMPORTED_MODULE_1__/* .plural */ .LS)(red.length - 1, 'more difference')}` : '';
    const failed = (what)=>`Backup ${report.name}/${report.backupId} did not pass verification: ${what}${more}. Do not rely on it; the report names every difference.`;
    return [
        ...first === undefined ? [] : [
            new _base_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ExplainedError */ .hM(failed(describe(first)), failed(first.kind))
        ],
        ...stored === undefined ? [
            new _base_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .UserError */ .yo(`The verdict on ${report.name}/${report.backupId} could not be stored in ${report.storage}; see the warning above.`)
        ] : [],
        // What was verified is sound, but it is not the newest, which nobody can restore.
        ...passedOver.map((why)=>new _base_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .UserError */ .yo(`A newer backup is damaged: ${why}`))
    ];
}
/** One finding in words. */ function describe({ kind, name, expected, found, why }) {
    const thing = name === '' ? kind : `${kind} ${name}`;
    if (expected !== undefined && found !== undefined) return `${thing}: ${found} instead of ${expected}`;
    return why === undefined ? thing : `${thing}: ${why}`;
}


/***/ }),

/***/ 5646:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  R: () => (/* binding */ runVerify)
});

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __nccwpck_require__(7598);
// EXTERNAL MODULE: ./lib/backup/choose.js + 1 modules
var choose = __nccwpck_require__(4979);
// EXTERNAL MODULE: ./lib/backup/catalogue.js
var catalogue = __nccwpck_require__(8427);
// EXTERNAL MODULE: ./lib/backup/log.js
var backup_log = __nccwpck_require__(6104);
// EXTERNAL MODULE: ./lib/backup/verified.js
var backup_verified = __nccwpck_require__(8484);
// EXTERNAL MODULE: ./lib/base/errors.js
var errors = __nccwpck_require__(7594);
// EXTERNAL MODULE: ./lib/base/units.js
var units = __nccwpck_require__(8714);
// EXTERNAL MODULE: ./lib/codec/index.js + 7 modules
var codec = __nccwpck_require__(1787);
// EXTERNAL MODULE: ./lib/inputs/name.js
var inputs_name = __nccwpck_require__(902);
// EXTERNAL MODULE: ./lib/storage/registry.js + 3 modules
var registry = __nccwpck_require__(25);
;// CONCATENATED MODULE: ./lib/verify/age.js

/** Whether the backup is young enough: its age is that of its snapshot, since that is what would be lost. */ function ageOf({ snapshotAt }, maxMs, now) {
    const ms = now.getTime() - new Date(snapshotAt).getTime();
    if (ms <= maxMs) return {
        kind: 'age',
        name: '',
        verdict: 'equal'
    };
    return {
        kind: 'age',
        name: '',
        verdict: 'different',
        expected: `at most ${(0,units/* formatDuration */.a3)(maxMs / 1000)}`,
        found: (0,units/* formatDuration */.a3)(ms / 1000),
        why: 'no newer backup was found; look for failed runs of the backup workflow'
    };
}

// EXTERNAL MODULE: external "node:perf_hooks"
var external_node_perf_hooks_ = __nccwpck_require__(643);
// EXTERNAL MODULE: ./lib/restore/stage/index.js + 9 modules
var stage = __nccwpck_require__(1915);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __nccwpck_require__(1455);
// EXTERNAL MODULE: ./lib/restore/archive/index.js + 25 modules
var archive = __nccwpck_require__(5831);
// EXTERNAL MODULE: ./lib/postgres/psql.js
var postgres_psql = __nccwpck_require__(59);
// EXTERNAL MODULE: ./lib/verify/compare/findings.js
var compare_findings = __nccwpck_require__(3011);
;// CONCATENATED MODULE: ./lib/verify/amcheck.js



/** A schema of our own, so that nothing of the restored database stands in the way. */ const OURS = 'pgkeep_amcheck';
const AT_ONCE = 50;
/** index_corrupted */ const CORRUPTED = 'XX002';
// An index on a partitioned table itself has no pages, and is not valid until each partition has its own.
const INDEXES = `
SELECT c.oid::int8 AS oid, n.nspname AS schema, c.relname AS name, i.indisvalid AS valid, a.amname = 'btree' AS btree
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_am a ON a.oid = c.relam
WHERE c.relkind = 'i' AND c.relpersistence <> 't' AND c.oid >= 16384
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY c.relpages DESC`;
/**
 * Whether the indexes of a restored database are sound: valid, and for B-trees in order from page to page
 * (https://www.postgresql.org/docs/current/amcheck.html). That each row is in its index is not checked, which would
 * take as long as building it did. Leaves the database as it was.
 */ async function checkIndexes(open, jobs) {
    const psql = await open('that looks for indexes');
    try {
        const indexes = await psql.rows(INDEXES);
        const invalid = indexes.filter(({ valid })=>!valid).map((index)=>broken(index, 'it is not valid'));
        const trees = indexes.filter(({ valid, btree })=>valid && btree);
        const checked = trees.length === 0 ? [] : await checkTrees(open, psql, trees, jobs);
        const sound = indexes.length - invalid.length;
        const summary = sound === 0 || invalid.length > 0 ? [] : [
            (0,compare_findings/* equal */.LC)('index', `${(0,units/* plural */.LS)(sound, 'index', 'indexes')} valid`)
        ];
        return [
            ...summary,
            ...invalid,
            ...checked
        ];
    } finally{
        await psql.close();
    }
}
async function checkTrees(open, psql, trees, jobs) {
    const amcheck = await provideAmcheck(psql);
    if ('why' in amcheck) return [
        (0,compare_findings/* notMeasured */.q7)('index', 'order inside of B-trees', amcheck.why)
    ];
    try {
        const damaged = await inParallel(open, jobs, trees, `${(0,postgres_psql/* quoteIdentifier */.Cm)(amcheck.schema)}.bt_index_check`);
        return damaged.length > 0 ? damaged : [
            (0,compare_findings/* equal */.LC)('index', `order inside of ${(0,units/* plural */.LS)(trees.length, 'B-tree', 'B-trees')}`)
        ];
    } finally{
        if (amcheck.ours) await psql.exec(`DROP SCHEMA ${OURS} CASCADE`);
    }
}
/** The schema that amcheck is in, or why there is none. */ async function provideAmcheck(psql) {
    const there = await psql.value(`SELECT n.nspname FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'amcheck'`);
    if (there !== '') return {
        schema: there,
        ours: false
    };
    try {
        // A restored event trigger must not run at this.
        await psql.exec('SET session_replication_role = replica');
        await psql.exec('BEGIN', `CREATE SCHEMA ${OURS}`, `CREATE EXTENSION amcheck SCHEMA ${OURS}`, 'COMMIT');
        return {
            schema: OURS,
            ours: true
        };
    } catch (error) {
        if (!(error instanceof postgres_psql/* SqlError */.L8)) throw error;
        await psql.exec('ROLLBACK');
        return {
            why: `the extension amcheck cannot be had here (${error.message})`
        };
    }
}
/** Several sessions; each takes the next few indexes, the largest first. */ async function inParallel(open, jobs, trees, check) {
    const queue = [
        ...trees
    ];
    const damaged = [];
    const work = async ()=>{
        const psql = await open('that checks indexes');
        try {
            // Few at a time, so that the last ones are shared out evenly.
            const some = Math.min(AT_ONCE, Math.max(1, Math.floor(trees.length / (jobs * 4))));
            for(let batch = queue.splice(0, some); batch.length > 0; batch = queue.splice(0, some))damaged.push(...await checkBatch(psql, batch, check));
        } finally{
            await psql.close();
        }
    };
    const workers = Array.from({
        length: Math.max(1, Math.min(jobs, trees.length))
    }, work);
    for (const end of (await Promise.allSettled(workers)))if (end.status === 'rejected') throw end.reason;
    return damaged;
}
/** All in one statement; where that fails, each alone. */ async function checkBatch(psql, batch, check) {
    const oids = batch.map(({ oid })=>oid).join(',');
    try {
        await psql.exec(`SELECT ${check}(o::regclass) FROM unnest('{${oids}}'::oid[]) o`);
        return [];
    } catch (error) {
        if (!(error instanceof postgres_psql/* SqlError */.L8)) throw error;
        const [index, ...others] = batch;
        if (index === undefined) return [];
        // amcheck's own messages tell of pages; another one may come from a function of the user's, and hold a value.
        const found = error.sqlstate === CORRUPTED ? error.message : `checking it fails (SQLSTATE ${error.sqlstate})`;
        if (others.length === 0) return [
            broken(index, found)
        ];
        const findings = [];
        for (const one of batch)findings.push(...await checkBatch(psql, [
            one
        ], check));
        return findings;
    }
}
function broken({ schema, name }, found) {
    return (0,compare_findings/* different */.yn)('index', `${schema}.${name}`, 'a sound index', found);
}

// EXTERNAL MODULE: ./lib/base/text.js
var base_text = __nccwpck_require__(8566);
;// CONCATENATED MODULE: ./lib/verify/expected-tables.js



const NEAR = 3;
const SYNTAX = 'a name as in SQL, such as orders, app.orders or "Odd Name".t';
/** Ordinary, partitioned and foreign tables that are neither the system's nor temporary. */ const TABLES = `
SELECT n.nspname AS schema, c.relname AS name
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'f') AND c.relpersistence <> 't'
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`;
/**
 * Whether tables are there that the user says must be.
 * @param names identifiers as in SQL; one without a schema is in `public`
 */ async function expectTables(open, names) {
    if (names.length === 0) return [];
    const psql = await open('that looks for tables');
    try {
        const tables = await psql.rows(TABLES);
        const findings = [];
        for (const text of names){
            const wanted = await parse(psql, text);
            findings.push(wanted === undefined ? (0,compare_findings/* different */.yn)('expected table', (0,base_text/* printableLine */.oy)(text), SYNTAX, 'something else') : judge((0,base_text/* printableLine */.oy)(text), wanted, tables));
        }
        return findings;
    } finally{
        await psql.close();
    }
}
/** As the server reads it; undefined where it is no name of a table. */ async function parse(psql, text) {
    try {
        const parts = await psql.query(`SELECT pg_catalog.to_json(pg_catalog.parse_ident(${(0,postgres_psql/* quoteLiteral */.ce)(text.trim())}))`);
        const [first, second, ...others] = parts;
        if (first === undefined || others.length > 0) return undefined;
        return second === undefined ? {
            schema: 'public',
            name: first
        } : {
            schema: first,
            name: second
        };
    } catch (error) {
        if (error instanceof postgres_psql/* SqlError */.L8 || error instanceof TypeError) return undefined;
        throw error;
    }
}
function judge(text, wanted, tables) {
    if (tables.some(({ schema, name })=>schema === wanted.schema && name === wanted.name)) return (0,compare_findings/* equal */.LC)('expected table', text);
    const near = nearest(wanted, tables);
    const why = near.length === 0 ? undefined : `near it there is ${near.map((one)=>JSON.stringify(one)).join(', ')}`;
    return (0,compare_findings/* different */.yn)('expected table', text, 'a table', 'missing', why === undefined ? {} : {
        why
    });
}
/** Tables with that name elsewhere, or in other letters, or with one like it. */ function nearest(wanted, tables) {
    const name = wanted.name.toLowerCase();
    const far = Math.max(1, Math.floor(name.length / 3));
    return tables.map((table)=>({
            table,
            steps: distance(name, table.name.toLowerCase())
        })).filter(({ steps })=>steps <= far).sort((a, b)=>a.steps - b.steps).slice(0, NEAR).map(({ table })=>`${table.schema}.${table.name}`);
}
/** How many letters must be put in, taken out or changed to make one of the other. */ function distance(a, b) {
    let row = Array.from({
        length: b.length + 1
    }, (_, index)=>index);
    for(let i = 1; i <= a.length; i += 1){
        const next = [
            i
        ];
        for(let j = 1; j <= b.length; j += 1){
            const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
            next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
        }
        row = next;
    }
    return row[b.length] ?? 0;
}

;// CONCATENATED MODULE: ./lib/verify/checks.js






const TIMEOUT = '10min';
const EXPECTED = 'one row, one true';
/** Rows are counted up to this. */ const MANY = 100;
/**
 * Runs the user's own checks, each in a session of its own that cannot write.
 * @returns one finding a check: `equal` when it gave exactly one row with one column that is true.
 */ async function runChecks(open, checks) {
    const findings = [];
    for (const sql of checks){
        const psql = await open('that runs a check');
        try {
            findings.push(checks_judge(sql, await ask(psql, sql)));
        } catch (error) {
            if (!(error instanceof postgres_psql/* SqlError */.L8)) throw error;
            findings.push((0,compare_findings/* different */.yn)('check', nameOf(sql), EXPECTED, refusal(error)));
        } finally{
            await psql.close();
        }
    }
    return findings;
}
/**
 * The check reaches the server as a literal, never as psql's own input: psql would obey a backslash in it. The server
 * opens a cursor for it, which takes exactly one statement, and one that reads.
 */ async function ask(psql, sql) {
    // PostgreSQL has no text with it, so it would be no statement.
    if (sql.includes('\0')) throw new postgres_psql/* SqlError */.L8('a zero byte in the statement', '42601', '');
    await psql.exec('BEGIN READ ONLY', `SET LOCAL statement_timeout = '${TIMEOUT}'`, 'SET LOCAL search_path = public', `DO ${(0,postgres_psql/* quoteLiteral */.ce)(block(sql))}`);
    return psql.query(`SELECT pg_catalog.current_setting('pgkeep.answer')`);
}
function block(sql) {
    return `
DECLARE
  answers refcursor;
  answer record;
  more bigint := 0;
  shown json := '[]';
BEGIN
  OPEN answers NO SCROLL FOR EXECUTE ${(0,postgres_psql/* quoteLiteral */.ce)(sql)};
  FETCH answers INTO answer;
  IF FOUND THEN
    shown := (SELECT coalesce(pg_catalog.json_agg(e.value), '[]') FROM pg_catalog.json_each(pg_catalog.row_to_json(answer)) e);
    MOVE FORWARD ${MANY} FROM answers;
    GET DIAGNOSTICS more = ROW_COUNT;
    more := more + 1;
  END IF;
  PERFORM pg_catalog.set_config('pgkeep.answer', pg_catalog.json_build_object('rows', more, 'values', shown)::text, true);
END`;
}
function checks_judge(sql, { rows, values }) {
    const name = nameOf(sql);
    const not = (found)=>(0,compare_findings/* different */.yn)('check', name, EXPECTED, found);
    if (rows === 0) return not('no row');
    if (rows > 1) return not(rows > MANY ? `more than ${MANY} rows` : (0,units/* plural */.LS)(rows, 'row'));
    if (values.length !== 1) return not(`one row of ${(0,units/* plural */.LS)(values.length, 'column')}`);
    const [value] = values;
    if (value === true) return (0,compare_findings/* equal */.LC)('check', name);
    if (value === false) return not('false');
    // What else it may be is data.
    return not(value === null ? 'null' : 'a value that is neither true nor false');
}
const WRITES = new Set([
    '25006',
    '25001',
    '0A000',
    '42P11'
]);
function refusal(error) {
    const message = (0,base_text/* printableLine */.oy)((0,errors/* messageOf */.bD)(error));
    if (error.sqlstate === '57014') return `no answer within ${TIMEOUT}`;
    if (!WRITES.has(error.sqlstate)) return `an error: ${message}`;
    return `an error, since a check is one statement that only reads: ${message}`;
}
function nameOf(sql) {
    return (0,base_text/* cutTo */.yd)((0,base_text/* printableLine */.oy)(sql.trim()), 200);
}

// EXTERNAL MODULE: ./lib/verify/compare/index.js + 10 modules
var compare = __nccwpck_require__(6891);
// EXTERNAL MODULE: ./lib/postgres/explain.js + 5 modules
var explain = __nccwpck_require__(3922);
// EXTERNAL MODULE: ./lib/verify/compare/request.js
var compare_request = __nccwpck_require__(936);
// EXTERNAL MODULE: ./lib/backup/fingerprint/objects.js
var objects = __nccwpck_require__(5205);
;// CONCATENATED MODULE: ./lib/verify/control/objects.js

/** What is dropped by the name that PostgreSQL itself gives an object: `DROP TRIGGER touch ON app.orders`. */ const DROPPED = new Set([
    'index',
    'view',
    'materialized view',
    'foreign table',
    'trigger',
    'policy',
    'rule',
    'function',
    'statistics object',
    'event trigger',
    'publication'
]);
/** Catalogs and OIDs to the statement that drops them; a constraint goes by its table. */ function identify(psql, objects) {
    const list = (numbers)=>`'{${numbers.join(',')}}'::oid[]`;
    return psql.rows(`
    SELECT o.catalog::int8 AS catalog, o.oid::int8 AS oid, i.identity, CASE WHEN k.oid IS NOT NULL
        THEN 'ALTER TABLE ' || k.conrelid::regclass || ' DROP CONSTRAINT ' || quote_ident(k.conname)
        ELSE 'DROP ' || CASE i.type WHEN 'statistics object' THEN 'statistics' ELSE i.type END || ' ' || i.identity END AS drop
    FROM unnest(${list(objects.map(({ catalog })=>catalog))}, ${list(objects.map(({ oid })=>oid))}) AS o(catalog, oid)
    CROSS JOIN LATERAL pg_identify_object(o.catalog, o.oid, 0) i
    LEFT JOIN pg_constraint k ON o.catalog = 'pg_constraint'::regclass AND k.oid = o.oid`);
}
/** How many of each kind are looked at: enough to find one that nothing hangs on. */ const LOOKED_AT = 200;
/** Something lost that is no table, by kind. */ async function objectDrops(psql, random) {
    const kinds = new Map();
    for (const { kind, catalog, oid, via } of (await (0,objects/* catalogObjects */.iw)(psql))){
        if (kind === 'index' ? via !== null : !DROPPED.has(kind) && !isConstraint(kind)) continue;
        const members = kinds.get(kind);
        if (members === undefined) kinds.set(kind, [
            {
                catalog,
                oid
            }
        ]);
        else members.push({
            catalog,
            oid
        });
    }
    const result = [];
    for (const [kind, objects] of kinds){
        const from = random(Math.max(1, objects.length - LOOKED_AT + 1));
        const some = await identify(psql, objects.slice(from, from + LOOKED_AT));
        result.push(some.map(({ drop, identity })=>({
                description: `${kind} dropped: ${identity}`,
                scope: {
                    aspects: [
                        'objects'
                    ]
                },
                expects: {
                    kind: 'object kind',
                    name: kind
                },
                apply: async (session)=>{
                    await session.exec(drop);
                    return true;
                }
            })));
    }
    return result;
}
function isConstraint(kind) {
    return kind === 'foreign key' || kind.endsWith(' constraint');
}

;// CONCATENATED MODULE: ./lib/verify/control/others.js


/** A sequence that was at rest during the dump set to where it was not. */ function sequenceResets({ sequences }) {
    return sequences.filter(({ before, after })=>before === after).map((sequence)=>{
        const name = (0,postgres_psql/* quoteLiteral */.ce)(`${(0,postgres_psql/* quoteIdentifier */.Cm)(sequence.schema)}.${(0,postgres_psql/* quoteIdentifier */.Cm)(sequence.name)}`);
        return {
            description: `sequence ${(0,compare_findings/* titleOf */.Gg)(sequence)} reset`,
            scope: {
                aspects: [
                    'sequences'
                ]
            },
            expects: {
                kind: 'sequence',
                name: (0,compare_findings/* titleOf */.Gg)(sequence)
            },
            apply: async (psql)=>{
                const at = `(SELECT CASE WHEN seqmin::text = ${(0,postgres_psql/* quoteLiteral */.ce)(sequence.before ?? '')} THEN seqmax ELSE seqmin END
            FROM pg_sequence WHERE seqrelid = ${name}::regclass)`;
                return await psql.value(`SELECT setval(${name}::regclass, ${at})::text`) !== sequence.before;
            }
        };
    });
}
/** A large object lost. */ function largeObjectLosses({ largeObjects }) {
    if (largeObjects === 0) return [];
    const unlink = 'SELECT lo_unlink(oid) FROM (SELECT oid FROM pg_largeobject_metadata LIMIT 1) o';
    return [
        {
            description: 'one large object deleted',
            scope: {
                aspects: [
                    'large objects'
                ]
            },
            expects: {
                kind: 'large objects',
                name: 'all'
            },
            apply: async (psql)=>await psql.value(unlink) === '1'
        }
    ];
}
/** A materialized view without its rows. */ function viewLosses({ materializedViews }) {
    return materializedViews.filter(({ populated })=>populated).map((view)=>({
            description: `rows of materialized view ${(0,compare_findings/* titleOf */.Gg)(view)} removed`,
            scope: {
                aspects: [
                    'materialized views'
                ]
            },
            expects: {
                kind: 'materialized view',
                name: (0,compare_findings/* titleOf */.Gg)(view)
            },
            apply: async (psql)=>{
                const name = `${(0,postgres_psql/* quoteIdentifier */.Cm)(view.schema)}.${(0,postgres_psql/* quoteIdentifier */.Cm)(view.name)}`;
                await psql.exec(`REFRESH MATERIALIZED VIEW ${name} WITH NO DATA`);
                return true;
            }
        }));
}
/** An extension lost. */ function extensionDrops({ extensions, requires }) {
    return [
        ...extensions,
        ...requires.extensions
    ].filter(({ name })=>name !== 'plpgsql').map(({ name })=>({
            description: `extension dropped: ${name}`,
            scope: {
                aspects: [
                    'extensions'
                ]
            },
            expects: {
                kind: 'extension',
                name
            },
            apply: async (psql)=>{
                await psql.exec(`DROP EXTENSION ${(0,postgres_psql/* quoteIdentifier */.Cm)(name)}`);
                return true;
            }
        }));
}

;// CONCATENATED MODULE: ./lib/verify/control/rows.js


/** The tables that had rows. */ function places({ tables }) {
    return tables.filter(({ rows })=>rows > 0).flatMap((table)=>(table.partitions ?? [
            table
        ]).map((leaf)=>({
                table,
                leaf
            })));
}
function sqlName({ schema, name }) {
    return `${(0,postgres_psql/* quoteIdentifier */.Cm)(schema)}.${(0,postgres_psql/* quoteIdentifier */.Cm)(name)}`;
}
function candidate({ table, leaf }, what, apply) {
    return {
        description: `${what} table ${(0,compare_findings/* titleOf */.Gg)(leaf)}`,
        scope: {
            aspects: [
                'tables'
            ],
            tables: [
                table
            ]
        },
        expects: {
            kind: 'table',
            name: (0,compare_findings/* titleOf */.Gg)(table)
        },
        apply
    };
}
/** One row less. */ function deletions(fingerprint) {
    return places(fingerprint).map((place)=>candidate(place, 'one row deleted from', async (psql)=>{
            const from = sqlName(place.leaf);
            const row = await someRow(psql, from, place.table.condition ?? '');
            if (row === '') return false;
            await psql.exec(`DELETE FROM ONLY ${from} WHERE ctid = ${(0,postgres_psql/* quoteLiteral */.ce)(row)}`);
            return isGone(psql, from, row);
        }));
}
/** One value changed, where the fingerprint knows the content. */ function changes(fingerprint) {
    if (fingerprint.level !== 'content') return [];
    return places(fingerprint).map((place)=>candidate(place, 'one value changed in', async (psql)=>{
            const from = sqlName(place.leaf);
            const { condition } = place.table;
            for (const { name, changed } of (await changeable(psql, from))){
                const also = `${condition === undefined ? 'WHERE' : `${condition} AND`} (${changed}) IS DISTINCT FROM ${name}`;
                const row = await someRow(psql, from, also);
                if (row === '') continue;
                await psql.exec(`UPDATE ONLY ${from} SET ${name} = ${changed} WHERE ctid = ${(0,postgres_psql/* quoteLiteral */.ce)(row)}`);
                return isGone(psql, from, row);
            }
            return false;
        }));
}
/** All rows lost. */ function truncations(fingerprint) {
    return places(fingerprint).map((place)=>candidate(place, 'all rows removed from', async (psql)=>{
            const from = sqlName(place.leaf);
            if (await someRow(psql, from, place.table.condition ?? '') === '') return false;
            await psql.exec(`TRUNCATE ONLY ${from}`);
            return true;
        }));
}
/** The table itself lost. Partitions that are counted together are left to the others. */ function tableDrops(fingerprint) {
    return fingerprint.tables.filter(({ partitions, condition })=>partitions === undefined && condition === undefined).map((table)=>candidate({
            table,
            leaf: table
        }, 'dropped:', async (psql)=>{
            await psql.exec(`DROP TABLE ${sqlName(table)}`);
            return true;
        }));
}
/** The place of a row that meets the condition; empty where there is none. */ function someRow(psql, from, condition) {
    return psql.value(`SELECT ctid FROM ONLY ${from} ${condition} LIMIT 1`);
}
/** A rule or an always-on trigger may have undone it. A changed row is in another place than it was. */ async function isGone(psql, from, row) {
    return await psql.value(`SELECT count(*) FROM ONLY ${from} WHERE ctid = ${(0,postgres_psql/* quoteLiteral */.ce)(row)}`) === '0';
}
/** Columns that may be written, each with an expression for another value. */ function changeable(psql, from) {
    return psql.rows(`
    SELECT quote_ident(a.attname) AS name, CASE
        WHEN NOT a.attnotnull AND t.typtype <> 'd' THEN 'NULL'
        WHEN t.typcategory = 'N' AND t.typname ~ '^(int|float|numeric)' THEN quote_ident(a.attname) || ' + 1'
        WHEN t.typname IN ('text', 'varchar') THEN quote_ident(a.attname) || $$ || '.'$$
        WHEN t.typname = 'bool' THEN 'NOT ' || quote_ident(a.attname)
      END AS changed
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = ${(0,postgres_psql/* quoteLiteral */.ce)(from)}::regclass AND a.attnum > 0 AND NOT a.attisdropped
      AND a.attgenerated = '' AND a.attidentity <> 'a'
      AND ((NOT a.attnotnull AND t.typtype <> 'd') OR (t.typcategory = 'N' AND t.typname ~ '^(int|float|numeric)')
        OR t.typname IN ('text', 'varchar', 'bool'))
    ORDER BY a.attnotnull, a.attnum`);
}

;// CONCATENATED MODULE: ./lib/verify/control/damage.js




/** A kind of damage of which this many could not be done is given up. */ const TRIES = 10;
/**
 * Damages a restored database in one way that the fingerprint measures: a kind of damage at random, then one of its
 * kind. What triggers, rules and dependencies do not let happen is tried elsewhere.
 * @returns what was done; undefined where nothing could be, as in an empty database.
 */ async function damage(psql, fingerprint, { random, objects }) {
    // No trigger undoes it, and no foreign key or event trigger stands in the way.
    await psql.exec('SET session_replication_role = replica');
    const ofRows = [
        deletions,
        changes,
        truncations,
        tableDrops
    ];
    const others = [
        sequenceResets,
        largeObjectLosses,
        viewLosses,
        extensionDrops
    ];
    const kinds = [
        ...ofRows,
        ...others
    ].map((candidates)=>candidates(fingerprint));
    if (objects) kinds.push(...await objectDrops(psql, random));
    for (const candidates of shuffled(kinds, random))for (const candidate of shuffled(candidates, random).slice(0, TRIES))if (await happens(psql, candidate)) return candidate;
    return undefined;
}
async function happens(psql, candidate) {
    await psql.exec('BEGIN');
    try {
        const done = await candidate.apply(psql);
        await psql.exec(done ? 'COMMIT' : 'ROLLBACK');
        return done;
    } catch (error) {
        if (!(error instanceof postgres_psql/* SqlError */.L8)) throw error;
        await psql.exec('ROLLBACK');
        return false;
    }
}
/** Fisher and Yates' shuffle. */ function shuffled(list, random) {
    const result = [
        ...list
    ];
    for(let left = result.length; left > 1; left -= 1){
        const [taken] = result.splice(random(left), 1);
        if (taken !== undefined) result.push(taken);
    }
    return result;
}

;// CONCATENATED MODULE: ./lib/verify/control/index.js






/**
 * Damages the restored database, which must have been found equal, and compares what was damaged again by the same
 * code: a comparison that does not notice has proved nothing.
 * @param random a whole number below its argument; default: the system's own source
 */ async function runControl(request, random = (below)=>(0,external_node_crypto_.randomInt)(below)) {
    const done = await doDamage(request, random);
    if (done === undefined) {
        const why = 'there is nothing in this database whose loss the fingerprint would show';
        return {
            findings: [
                {
                    kind: 'control',
                    name: 'damage on purpose',
                    verdict: 'not measured',
                    why
                }
            ],
            control: {
                outcome: 'not applicable',
                damage: null
            }
        };
    }
    const noticed = controlNoticed(done, await (0,compare/* compareRestored */.I)({
        ...request,
        only: done.scope
    }));
    const finding = noticed ? {
        kind: 'control',
        name: done.description,
        verdict: 'equal'
    } : {
        kind: 'control',
        name: done.description,
        verdict: 'different',
        expected: 'noticed',
        found: 'not noticed',
        why: 'the comparison does not see what it must, so nothing of it counts'
    };
    return {
        findings: [
            finding
        ],
        control: {
            outcome: noticed ? 'noticed' : 'not noticed',
            damage: done.description
        }
    };
}
async function doDamage(request, random) {
    const { fingerprint, manifest } = request;
    if (fingerprint === undefined) return undefined;
    // Where objects may be missing, another one that is missing does not show.
    const objects = manifest.options['content'] !== 'data' && (0,compare_request/* excuse */.I)(request) === undefined;
    const psql = await request.open('that damages the copy');
    try {
        return await damage(psql, fingerprint, {
            random,
            objects
        });
    } catch (error) {
        throw (0,explain/* explainSqlError */.s)(error, 'Damaging the restored copy', {
            target: request.connection.target
        });
    } finally{
        await psql.close();
    }
}
/** Whether the difference that the damage makes was named. */ function controlNoticed({ expects }, findings) {
    return findings.some(({ kind, name, verdict, minor })=>verdict === 'different' && minor !== true && kind === expects.kind && name === expects.name);
}

// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __nccwpck_require__(8161);
// EXTERNAL MODULE: ./lib/backup/all-or-stop.js
var all_or_stop = __nccwpck_require__(8676);
// EXTERNAL MODULE: ./lib/base/reporter.js
var reporter = __nccwpck_require__(7872);
// EXTERNAL MODULE: ./lib/postgres/server.js
var postgres_server = __nccwpck_require__(6008);
// EXTERNAL MODULE: ./lib/restore/requirements.js
var requirements = __nccwpck_require__(6960);
// EXTERNAL MODULE: ./lib/verify/left-out.js
var left_out = __nccwpck_require__(1097);
// EXTERNAL MODULE: ./lib/postgres/connection/parse.js + 2 modules
var connection_parse = __nccwpck_require__(1276);
// EXTERNAL MODULE: ./lib/postgres/programs/index.js + 35 modules
var postgres_programs = __nccwpck_require__(6499);
// EXTERNAL MODULE: ./lib/postgres/scratch/admin.js + 1 modules
var scratch_admin = __nccwpck_require__(2448);
;// CONCATENATED MODULE: ./lib/postgres/scratch/borrow.js



/**
 * Uses a server of the user's as a scratch server: makes databases and roles on it, and removes just these in `stop`.
 * Nothing else of it is changed. Other than on a server of our own, what is on it stays when this process is killed.
 * @throws UserError where the role may not create databases, or nothing answers; CancelledError.
 */ async function borrowScratch(options) {
    const { connection, programs, reporter, signal } = options;
    const base = {
        connection,
        programs,
        reporter,
        server: 'the server of `scratch-url`'
    };
    const found = await new scratch_admin/* Admin */.M({
        ...base,
        major: 0,
        signal
    }).ask('Looking at the server of `scratch-url`', (psql)=>psql.query(`SELECT json_build_object('version', current_setting('server_version'),
         'number', current_setting('server_version_num')::int, 'role', current_user,
         'able', rolsuper OR rolcreatedb, 'recovering', pg_catalog.pg_is_in_recovery())
       FROM pg_catalog.pg_roles WHERE rolname = current_user`));
    if (found.recovering) {
        throw new errors/* UserError */.yo('The server of `scratch-url` is a standby, on which nothing can be created: use its primary.');
    }
    if (!found.able) {
        throw new errors/* UserError */.yo(`The role ${found.role} may not create databases on the server of \`scratch-url\`: run ` + `\`ALTER ROLE ${(0,postgres_psql/* quoteIdentifier */.Cm)(found.role)} CREATEDB\` there as a superuser, or leave \`scratch-url\` out, ` + 'so that pgkeep starts a server of its own.');
    }
    const major = Math.floor(found.number / 10_000);
    return new BorrowedServer(options, found.version.split(' ')[0] ?? '', major, {
        working: new scratch_admin/* Admin */.M({
            ...base,
            major,
            signal
        }),
        // A cancelled run cleans up too, so these sessions do not end by its signal.
        cleaning: new scratch_admin/* Admin */.M({
            ...base,
            major
        })
    });
}
class BorrowedServer {
    options;
    version;
    major;
    admins;
    connection;
    databases = [];
    roles = [];
    constructor(options, version, major, admins){
        this.options = options;
        this.version = version;
        this.major = major;
        this.admins = admins;
        this.connection = options.connection;
    }
    createDatabase = async (name, identity)=>{
        const { working } = this.admins;
        if (await working.databaseExists(name)) {
            throw new errors/* UserError */.yo(`The server of \`scratch-url\` has a database ${name} already, which is left as it is. Remove it if a run ` + 'that was killed has left it.');
        }
        // Noted before it is made: it may be there although the answer never came.
        this.databases.push(name);
        return working.createDatabase(name, identity);
    };
    dropDatabase = async (name)=>{
        const at = this.databases.indexOf(name);
        if (at < 0) throw new Error(`The database ${name} is not ours to drop.`);
        await this.admins.working.dropDatabase(name);
        this.databases.splice(at, 1);
    };
    createRoles = async (names)=>{
        // Noted before they are made, as above.
        await this.admins.working.createRoles(names, (missing)=>this.roles.push(...missing));
    };
    /** The user's server is not ours to look after. */ explain(error) {
        return Promise.resolve(error);
    }
    async stop() {
        const { cleaning } = this.admins;
        const left = [];
        const tidy = async (what, work)=>{
            try {
                await work();
            } catch (error) {
                left.push(`${what}: ${(0,errors/* messageOf */.bD)(error)}`);
            }
        };
        for (const name of this.databases.splice(0))await tidy(`database ${name}`, ()=>cleaning.dropDatabase(name));
        const roles = this.roles.splice(0);
        if (roles.length > 0) await tidy('roles', ()=>dropRoles(cleaning, roles, left));
        if (left.length > 0) this.options.reporter.warn(`On the server of \`scratch-url\` these could not be removed, please drop them: ${left.join('; ')}.`);
    }
}
async function dropRoles(admin, roles, left) {
    await admin.ask('Dropping roles', async (psql)=>{
        for (const role of roles){
            try {
                await psql.exec(`DROP ROLE IF EXISTS ${(0,postgres_psql/* quoteIdentifier */.Cm)(role)}`);
            } catch (error) {
                if (!(error instanceof postgres_psql/* SqlError */.L8)) throw error;
                left.push(`role ${role}: ${error.message}`);
            }
        }
    });
}

// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __nccwpck_require__(6760);
// EXTERNAL MODULE: ./lib/postgres/connection/options.js
var connection_options = __nccwpck_require__(6774);
;// CONCATENATED MODULE: ./lib/postgres/scratch/connection.js



/** A database that is on every server of ours and never restored into. */ const MAINTENANCE = 'template1';
/**
 * A connection to a server of our own by its socket. The environment holds nothing of the user's: no `PG*`
 * variable, no service file, no password file.
 * @param major since PostgreSQL 17 a login event trigger of the restored database would run whenever we connect, so
 *   these sessions have event triggers off.
 */ function scratchConnection(user, password, { socketFolder, major }) {
    const nowhere = (0,external_node_path_.join)(socketFolder, 'none');
    const env = {
        PATH: process.env['PATH'] ?? '',
        PGPASSFILE: nowhere,
        PGSERVICEFILE: nowhere,
        PGSYSCONFDIR: nowhere,
        ...process.env['TMPDIR'] === undefined ? {} : {
            TMPDIR: process.env['TMPDIR']
        },
        ...major >= 17 ? {
            PGOPTIONS: '-c event_triggers=off'
        } : {}
    };
    const options = new Map([
        [
            'host',
            socketFolder
        ],
        [
            'port',
            '5432'
        ],
        [
            'user',
            user
        ],
        [
            'dbname',
            MAINTENANCE
        ],
        [
            'password',
            password
        ]
    ]);
    return (0,connection_parse/* parseConnection */.C)((0,connection_options/* formatKeywords */.ce)(options), env);
}

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __nccwpck_require__(3024);
// EXTERNAL MODULE: external "node:child_process"
var external_node_child_process_ = __nccwpck_require__(1421);
// EXTERNAL MODULE: ./lib/base/process.js
var base_process = __nccwpck_require__(8208);
;// CONCATENATED MODULE: ./lib/postgres/scratch/user.js




/** Users that own nothing and, on a runner, may do nothing. */ const CANDIDATES = [
    'nobody',
    'postgres'
];
/** Where files that are no RAM disk's may lie on every system (FHS 5.15); users other than ours may reach it. */ const SHARED_TEMP = '/var/tmp';
/** tmpfs and ramfs, as statfs(2) has them. */ const RAM_DISKS = new Set([
    0x01021994,
    0x858458f6
]);
const PROBE_MS = 20_000;
/** The whole environment of the server and of what looks after it: nothing of ours but where programs are found. */ function serverEnv(server) {
    return {
        PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
        HOME: '/nonexistent',
        LC_ALL: 'C',
        TZ: 'UTC',
        ...server.env
    };
}
/** The words in front of a command that make it run as that user; empty where the spawning itself does. */ function prefixOf(user, env) {
    if (user.how !== 'sudo' || user.name === undefined) return [];
    // sudo drops LD_LIBRARY_PATH and keeps things of ours, so the environment is made anew behind it.
    const variables = Object.entries(env).map(([name, value])=>`${name}=${value}`);
    return [
        'sudo',
        '-n',
        '-u',
        user.name,
        '--',
        'env',
        '-i',
        ...variables
    ];
}
/**
 * Starts a program as that user, in a session of its own, so that no signal of our terminal reaches it. As root the
 * supplementary groups go too: libuv clears them whenever it changes the user.
 */ function spawnAs(user, command, options) {
    const [program = '', ...args] = [
        ...prefixOf(user, options.env),
        ...command
    ];
    return (0,external_node_child_process_.spawn)(program, args, {
        env: options.env,
        stdio: options.stdio,
        cwd: '/',
        detached: true,
        ...user.ids ?? {}
    });
}
/** Runs a short program as that user. Resolves with what it printed; a program that is not there is exit code 127. */ function runAs(user, command, { env, signal }) {
    return new Promise((resolve)=>{
        const child = spawnAs(user, command, {
            env,
            stdio: [
                'ignore',
                'pipe',
                'pipe'
            ]
        });
        let text = '';
        const stop = ()=>void child.kill('SIGKILL');
        const timer = setTimeout(stop, PROBE_MS);
        const end = (code)=>{
            clearTimeout(timer);
            signal?.removeEventListener('abort', stop);
            resolve({
                code,
                text: text.trim()
            });
        };
        for (const stream of [
            child.stdout,
            child.stderr
        ])stream?.on('data', (chunk)=>text += chunk.toString());
        child.once('error', (error)=>{
            text += error.message;
            end(127);
        });
        child.once('close', (code)=>end(code ?? 1));
        if (signal?.aborted === true) stop();
        else signal?.addEventListener('abort', stop, {
            once: true
        });
    });
}
/**
 * Chooses the user and the folder of a scratch server: another user than ours wherever that can be had without asking
 * anyone, in `tempDir`, or in /var/tmp where that user may not enter `tempDir`.
 * @returns the choice and, where it is less than wished for, a sentence that says so.
 * @throws UserError where nobody may run it (we are root, and no other user can reach the programs or the folders).
 */ async function choosePlace(server, tempDir, signal) {
    const env = serverEnv(server);
    const folders = [
        tempDir,
        ...await isDisk(SHARED_TEMP) ? [
            SHARED_TEMP
        ] : []
    ];
    const users = await otherUsers();
    const refusals = [];
    for (const user of users){
        for (const folder of folders){
            const { code, text } = await runAs(user, probe(server, folder), {
                env,
                signal
            });
            if (signal.aborted) throw new errors/* CancelledError */.cc();
            if (code === 0) {
                const moved = `The scratch server's files are in ${folder}: its user ${user.name ?? ''} may not enter ${tempDir}.`;
                return {
                    user,
                    folder,
                    note: folder === tempDir ? undefined : moved
                };
            }
            refusals.push(`${user.name ?? ''}: ${text.split('\n')[0] ?? ''}`);
        }
    }
    if (process.getuid?.() === 0) {
        throw new errors/* UserError */.yo('The scratch server cannot be started: PostgreSQL refuses to run as root, and no other user can run it here ' + `(${refusals.join('; ') || `there is no user ${CANDIDATES.join(' or ')}`}). Let everybody enter the folders ` + `that ${server.postgres} and ${tempDir} lie in (\`chmod o+x\`), or run pgkeep as another user.`);
    }
    return {
        user: {
            how: 'self',
            name: undefined,
            ids: undefined
        },
        folder: tempDir,
        note: 'The scratch server runs as the same system user as this job, since no other user is to be had without a ' + 'password: code inside the backup could read what this job can.'
    };
}
async function otherUsers() {
    const root = process.getuid?.() === 0;
    if (!root && (await (0,base_process/* run */.e)('sudo', [
        '-n',
        'true'
    ], {
        timeoutMs: PROBE_MS
    })).code !== 0) return [];
    for (const name of CANDIDATES){
        const [uid, gid] = await Promise.all([
            idOf('-u', name),
            idOf('-g', name)
        ]);
        if (uid === undefined || gid === undefined || uid === process.getuid?.()) continue;
        return [
            {
                how: root ? 'root' : 'sudo',
                name,
                ids: root ? {
                    uid,
                    gid
                } : undefined
            }
        ];
    }
    return [];
}
async function idOf(what, name) {
    const { code, stdout } = await (0,base_process/* run */.e)('id', [
        what,
        name
    ]);
    const id = Number(stdout.toString());
    return code === 0 && Number.isInteger(id) && id > 0 ? id : undefined;
}
function probe(server, folder) {
    const script = 'cd "$1" && "$2" --version && "$3" --version';
    return [
        'sh',
        '-c',
        script,
        'sh',
        folder,
        server.initdb,
        server.postgres
    ];
}
async function isDisk(folder) {
    try {
        return !RAM_DISKS.has((await (0,promises_.statfs)(folder)).type);
    } catch  {
        return false;
    }
}

;// CONCATENATED MODULE: ./lib/postgres/scratch/localedef.js



/** Where glibc keeps the sources of locales (Debian's package `locales`; on other systems `glibc-locale-source`). */ const SOURCES = '/usr/share/i18n';
/**
 * Finds what a libc locale is made of among the sources on this machine.
 * @returns undefined where they are not here, or know no such locale.
 */ function localeSource(locale, sources = SOURCES) {
    const match = /^([A-Za-z0-9_]+)(?:\.([A-Za-z0-9_-]+))?(@[A-Za-z0-9_]+)?$/.exec(locale);
    if (match === null) return undefined;
    const [, language = '', codeset, modifier = ''] = match;
    const input = [
        `${language}${modifier}`,
        language
    ].find((name)=>(0,external_node_fs_.existsSync)((0,external_node_path_.join)(sources, 'locales', name)));
    const charmaps = (0,external_node_path_.join)(sources, 'charmaps');
    if (input === undefined || !(0,external_node_fs_.existsSync)(charmaps)) return undefined;
    const wanted = plain(codeset ?? defaultCodeset(`${language}${modifier}`, sources) ?? '');
    const charmap = (0,external_node_fs_.readdirSync)(charmaps).map((file)=>file.replace(/\.gz$/, '')).find((name)=>plain(name) === wanted);
    if (charmap === undefined) return undefined;
    const folder = `${language}${codeset === undefined ? '' : `.${wanted}`}${modifier}`;
    return {
        input,
        charmap,
        folder
    };
}
/** The character set that a locale without one in its name has: `de_DE ISO-8859-1`. */ function defaultCodeset(locale, sources) {
    const list = (0,external_node_path_.join)(sources, 'SUPPORTED');
    if (!(0,external_node_fs_.existsSync)(list)) return undefined;
    return (0,external_node_fs_.readFileSync)(list, 'utf8').split('\n').map((line)=>line.trim().split(/\s+/)).find(([name])=>name === locale)?.[1];
}
function plain(codeset) {
    return codeset.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}
/** Each takes most of a second; a runner's archive holds one or two. */ const MOST_ARCHIVED = 8;
/**
 * Libc locales of a server's own. It sees them by LOCPATH, and then no more those of the system's archive, which are
 * therefore made again with the first.
 */ class OwnLocales {
    folder;
    user;
    env;
    /** The folder of each. */ made = new Map();
    constructor(folder, user, env){
        this.folder = folder;
        this.user = user;
        this.env = env;
    }
    /** What there is, as glibc spells it: `de_DE.utf8`. */ get names() {
        return [
            ...new Set(this.made.values())
        ];
    }
    /**
   * Makes what can be made of `locales`.
   * @param used those that the server uses already, from wherever they are
   * @returns whether anything was made, so that a server started anew sees more.
   */ async make(locales, used) {
        const wanted = locales.filter((locale)=>!this.made.has(locale) && localeSource(locale) !== undefined);
        if (wanted.length === 0) return false;
        const kept = this.made.size > 0 ? [] : [
            ...used,
            ...await this.archived()
        ];
        await runAs(this.user, [
            'mkdir',
            '-p',
            this.folder
        ], {
            env: this.env
        });
        for (const locale of new Set([
            ...wanted,
            ...kept
        ]))await this.makeOne(locale);
        return wanted.some((locale)=>this.made.has(locale));
    }
    async archived() {
        const { code, text } = await runAs(this.user, [
            'localedef',
            '--list-archive'
        ], {
            env: this.env
        });
        return code === 0 ? text.split('\n').filter((name)=>name !== '').slice(0, MOST_ARCHIVED) : [];
    }
    async makeOne(locale) {
        const source = localeSource(locale);
        if (source === undefined) return;
        const { input, charmap, folder } = source;
        const options = [
            '--no-archive',
            '-c',
            '-i',
            input,
            '-f',
            charmap
        ];
        const command = [
            'localedef',
            ...options,
            (0,external_node_path_.join)(this.folder, folder)
        ];
        // 1 is for mere warnings.
        if ((await runAs(this.user, command, {
            env: this.env
        })).code <= 1) this.made.set(locale, folder);
    }
}

;// CONCATENATED MODULE: ./lib/postgres/scratch/preload.js


/** An empty database that is always there: workers that serve one database and look for their extension idle in it. */ const ELSEWHERE = 'template1';
/**
 * Extensions that can only be created, or whose labels can only be restored, once their library is preloaded. Those
 * that would reach other servers as soon as they are (pglogical, citus) are not here: they cannot be created.
 * In the order of preloading: timescaledb wants to be early.
 */ const PRELOADS = {
    timescaledb: {
        library: 'timescaledb',
        settings: ()=>({
                'timescaledb.max_background_workers': '0',
                'timescaledb.telemetry_level': 'off'
            })
    },
    pg_cron: {
        library: 'pg_cron',
        // launch_active_jobs is not known to old versions; no job may run at the same time as none, and none can log in.
        settings: (database)=>({
                'cron.database_name': database,
                'cron.launch_active_jobs': 'off',
                'cron.max_running_jobs': '0',
                'cron.use_background_workers': 'off',
                'cron.log_run': 'off',
                'cron.log_statement': 'off'
            })
    },
    pg_net: {
        library: 'pg_net',
        settings: ()=>({
                'pg_net.database_name': ELSEWHERE
            })
    },
    pg_stat_statements: {
        library: 'pg_stat_statements',
        settings: ()=>({
                'pg_stat_statements.track': 'none',
                'pg_stat_statements.save': 'off'
            })
    },
    pg_stat_kcache: {
        library: 'pg_stat_kcache'
    },
    pg_qualstats: {
        library: 'pg_qualstats',
        settings: ()=>({
                'pg_qualstats.enabled': 'off'
            })
    },
    pg_wait_sampling: {
        library: 'pg_wait_sampling'
    },
    pg_stat_monitor: {
        library: 'pg_stat_monitor'
    },
    pgaudit: {
        library: 'pgaudit',
        settings: ()=>({
                'pgaudit.log': 'none'
            })
    },
    set_user: {
        library: 'set_user'
    },
    anon: {
        library: 'anon'
    },
    pg_squeeze: {
        library: 'pg_squeeze'
    },
    pg_tle: {
        library: 'pg_tle'
    },
    vchord: {
        library: 'vchord'
    },
    vectors: {
        library: 'vectors'
    },
    pg_search: {
        library: 'pg_search'
    }
};
/**
 * The settings that preload what these extensions need, of what is installed beside the server.
 * @param database the one that extensions which serve only one are bound to
 */ function preloadSettings(server, extensions, database) {
    const wanted = Object.entries(PRELOADS).filter(([name])=>extensions.includes(name)).map(([, preload])=>preload)// pg_stat_kcache builds on pg_stat_statements, and says so by refusing to start.
    .filter(({ library })=>library !== 'pg_stat_kcache' || extensions.includes('pg_stat_statements')).filter(({ library })=>hasLibrary(server.postgres, library));
    if (wanted.length === 0) return {};
    return {
        shared_preload_libraries: wanted.map(({ library })=>library).join(','),
        ...Object.assign({}, ...wanted.map(({ settings })=>settings?.(database) ?? {}))
    };
}
/** Whether a library is in the folder of the server's own, which stands in a fixed place beside its programs. */ function hasLibrary(postgres, library) {
    const root = (0,external_node_path_.dirname)((0,external_node_path_.dirname)((0,external_node_fs_.realpathSync)(postgres)));
    return [
        'lib',
        'lib/postgresql',
        'lib64',
        'lib64/pgsql'
    ].flatMap((folder)=>[
            `${library}.so`,
            `${library}.dylib`
        ].map((file)=>(0,external_node_path_.join)(root, folder, file))).some(external_node_fs_.existsSync);
}

// EXTERNAL MODULE: external "node:readline"
var external_node_readline_ = __nccwpck_require__(481);
;// CONCATENATED MODULE: ./lib/postgres/scratch/helper.js

const TAIL_LINES = 30;
/** A shell program of ours that lives until its standard input ends, and says in words how far it is. */ class Helper {
    child;
    /** Resolves, never rejects, when it has ended. */ exit;
    stderr = [];
    said = new Map();
    look = [];
    done = false;
    constructor(child){
        this.child = child;
        // It has ended already: that is what counts.
        child.stdin?.on('error', ()=>undefined);
        if (child.stdout !== null) {
            (0,external_node_readline_.createInterface)({
                input: child.stdout
            }).on('line', (word)=>{
                this.said.set(word, this.times(word) + 1);
                this.wake();
            });
        }
        if (child.stderr !== null) {
            (0,external_node_readline_.createInterface)({
                input: child.stderr
            }).on('line', (line)=>{
                this.stderr.push(line);
                if (this.stderr.length > TAIL_LINES) this.stderr.shift();
            });
        }
        this.exit = new Promise((resolve)=>{
            child.once('error', (error)=>{
                this.stderr.push(error.message);
                resolve();
            });
            child.once('close', ()=>resolve());
        });
        void this.exit.then(()=>{
            this.done = true;
            this.wake();
        });
    }
    get ended() {
        return this.done;
    }
    /** The last lines of its standard error. */ get tail() {
        return this.stderr.join('\n');
    }
    /** How often it has said that word. */ times(word) {
        return this.said.get(word) ?? 0;
    }
    /** Waits until it has said a word that often. False when it ends before. */ async hear(word, times = 1) {
        while(this.times(word) < times){
            if (this.done) return false;
            await new Promise((resolve)=>this.look.push(resolve));
        }
        return true;
    }
    /** Gives it a line to read. */ tell(line) {
        this.child.stdin?.write(`${line}\n`);
    }
    /** Tells it to clean up and end. */ close() {
        this.child.stdin?.end();
    }
    wake() {
        for (const resolve of this.look.splice(0))resolve();
    }
}

;// CONCATENATED MODULE: ./lib/postgres/scratch/script.js

/** Marks every program that the server starts, by its environment. */ const MARK = 'PGKEEP_SCRATCH';
/**
 * Ends whatever the server started: its own processes by their working folder, and other programs (`COPY ... FROM
 * PROGRAM`) by the variable that they inherited. Does nothing where there is no /proc.
 */ function sweep(folder) {
    return `sweep() {
  for process in /proc/[0-9]*; do
    if [ "$process/cwd" -ef ${(0,base_text/* shell */.vf)(`${folder}/data`)} ]; then kill -s "$1" "\${process#/proc/}"; fi
  done
  for file in $(grep -lsF ${(0,base_text/* shell */.vf)(`${MARK}=${folder}`)} /proc/[0-9]*/environ); do
    process=\${file#/proc/}
    kill -s "$1" "\${process%/environ}"
  done
} 2>/dev/null
`;
}
/** Deletes folders, also those that restored code took its own rights on, and tries again while a process still writes. */ function remove(folders) {
    const names = folders.map(base_text/* shell */.vf).join(' ');
    return `cd /
for round in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  rm -rf ${names} 2>/dev/null && break
  [ -n "$(find ${names} -mindepth 1 2>/dev/null)" ] || break
  chmod -R u+rwX ${names} 2>/dev/null
  sleep 0.1
done
`;
}
/**
 * What runs as the server's user: makes the cluster, runs the server, and takes both away when its standard input
 * ends, which it does when we close it or die in whatever way. The first line of the input is the superuser's
 * password; each line after it restarts the server. Prints `entered` once its folder is there, and `ready` each time the server accepts connections.
 * @param locales the folder whose locales the server sees once it is there
 */ function supervisorScript(paths, programs) {
    const { folder, socketFolder } = paths;
    const own = [
        ...new Set([
            folder,
            socketFolder
        ])
    ];
    return `umask 077
exec 3<&0 </dev/null
read -r password <&3 || exit 1
child= stopping= restarting= how=TERM
${sweep(folder)}
ask() {
  if [ -n "$child" ]; then kill -s "$1" "$child" 2>/dev/null; fi
}
trap 'stopping=1; ask "$how"' TERM INT HUP
trap 'restarting=1; ask INT' USR1
reap() {
  while :; do
    if [ -n "$stopping" ] && [ -z "$killer" ]; then
      (ticks=0
        while [ $ticks -lt 120 ]; do
          kill -0 "$child" || exit 0
          sleep 0.05
          ticks=$((ticks + 1))
        done
        sweep KILL
        kill -s KILL "$child") 2>/dev/null &
      killer=$!
    fi
    wait "$child"
    code=$?
    kill -0 "$child" 2>/dev/null || break
  done
  child=
  if [ -n "$killer" ]; then wait "$killer"; fi
  killer=
}
finish() {
  trap '' TERM INT HUP USR1
  kill "$watcher" 2>/dev/null
  sweep KILL
  segment=$(sed -n '7s/.* //p' ${(0,base_text/* shell */.vf)(`${folder}/data/postmaster.pid`)} 2>/dev/null)
  if [ -n "$segment" ]; then ipcrm -m "$segment" 2>/dev/null; fi
  ${remove(own).trimEnd().replaceAll('\n', '\n  ')}
  exit "$1"
}
killer=
(while read -r line; do kill -s USR1 $$; done; kill -s TERM $$) <&3 >/dev/null 2>&1 &
watcher=$!
${own.map((name)=>`mkdir -m 711 ${(0,base_text/* shell */.vf)(name)} || finish 1`).join('\n')}
echo entered
cd ${(0,base_text/* shell */.vf)(folder)} || finish 1
printf '%s\\n' "$password" >password
password=
${words(programs.initdb)} >log 2>&1 3<&- &
child=$!
[ -z "$stopping" ] || ask TERM
reap
rm -f password
[ -z "$stopping" ] || finish 0
if [ "$code" != 0 ]; then tail -n 30 log >&2; finish 1; fi
how=QUIT
while :; do
  restarting=
  if [ -d ${(0,base_text/* shell */.vf)(programs.locales)} ]; then export LOCPATH=${(0,base_text/* shell */.vf)(programs.locales)}:/usr/lib/locale; fi
  ${MARK}=${(0,base_text/* shell */.vf)(folder)} ${words(programs.postgres)} >log 2>&1 3<&- &
  child=$!
  [ -z "$stopping" ] || ask QUIT
  (while kill -0 "$child" 2>/dev/null; do
    if [ "$(sed -n 1p data/postmaster.pid 2>/dev/null)" = "$child" ] && grep -qs '^ready' data/postmaster.pid; then
      echo ready
      break
    fi
    sleep 0.02
  done) &
  poller=$!
  reap
  wait "$poller"
  [ -z "$stopping" ] || finish 0
  [ -n "$restarting" ] && [ "$code" = 0 ] || break
done
tail -n 30 log >&2
finish 1
`;
}
/**
 * What runs as ourselves: makes the folders that hold everything, and when its standard input ends, waits for the
 * supervisor's cleaning up (unless it read a line) and does what that left undone. Restored code may run as the supervisor's user and end it;
 * where the server has a user of its own it cannot end the keeper. Prints `made` once the folders are there.
 * @param asUser the words that make a command run as the server's user
 */ function keeperScript({ bases, folder, socketFolder }, asUser) {
    const own = [
        ...new Set([
            folder,
            socketFolder
        ])
    ];
    const clean = `${sweep(folder)}sweep QUIT
sleep 0.3
sweep KILL
${remove(own)}`;
    return `umask 077
trap '' INT HUP TERM
mkdir ${bases.map(base_text/* shell */.vf).join(' ')} || exit 1
echo made
exec >/dev/null
now=
while read -r line; do now=1; done
rounds=0
[ -z "$now" ] || rounds=160
while [ -e ${(0,base_text/* shell */.vf)(folder)} ] && [ $rounds -lt 160 ]; do
  rmdir ${own.map(base_text/* shell */.vf).join(' ')} 2>/dev/null || sleep 0.05
  rounds=$((rounds + 1))
done
if [ -e ${(0,base_text/* shell */.vf)(folder)} ]; then
  ${words([
        ...asUser,
        'sh',
        '-c',
        clean
    ])}
fi
${remove(bases)}`;
}
function words(command) {
    return command.map(base_text/* shell */.vf).join(' ');
}

;// CONCATENATED MODULE: ./lib/postgres/scratch/process.js








/** `sun_path` has 108 bytes, the last of them zero. */ const LONGEST_SOCKET = 107;
const SOCKET = '.s.PGSQL.5432';
/** Short on every system; a socket takes no room there. */ const SHORT_TEMP = '/tmp';
const OURSELVES = {
    how: 'self',
    name: undefined,
    ids: undefined
};
/**
 * A server and the two shell programs that look after it: the supervisor runs it as its user, the keeper holds the
 * folders as ourselves. Nothing is left once `stop` has resolved, nor seconds after this process died in any way.
 */ class ServerProcess {
    paths;
    keeper;
    supervisor;
    stopped = false;
    constructor(paths, keeper, supervisor){
        this.paths = paths;
        this.keeper = keeper;
        this.supervisor = supervisor;
        // However it ended, there is nobody to wait for any more.
        void supervisor.exit.then(()=>{
            keeper.tell('now');
            keeper.close();
        });
    }
    /**
   * Makes the folders and the cluster and starts the server; returns when it accepts connections.
   * @throws UserError with the end of the server's log, CancelledError. Then nothing is left of it.
   */ static async start(options, signal) {
        if (signal.aborted) throw new errors/* CancelledError */.cc();
        const { place, env } = options;
        const paths = choosePaths(place.folder);
        const helpers = [];
        const help = (user, script)=>{
            const child = spawnAs(user, [
                'sh',
                '-c',
                script
            ], {
                env,
                stdio: [
                    'pipe',
                    'pipe',
                    'pipe'
                ]
            });
            const helper = new Helper(child);
            helpers.push(helper);
            return helper;
        };
        const onAbort = ()=>{
            for (const helper of helpers)helper.close();
        };
        signal.addEventListener('abort', onAbort, {
            once: true
        });
        try {
            const keeper = help(OURSELVES, keeperScript(paths, prefixOf(place.user, env)));
            if (!await keeper.hear('made')) throw failure(`its folder in ${place.folder}`, keeper);
            await admit(place.user, paths.bases);
            // Told to stop while it was admitted: nobody would close what is started now.
            if (signal.aborted) throw new errors/* CancelledError */.cc();
            const supervisor = help(place.user, supervisorScript(paths, commandsOf(options, paths)));
            supervisor.tell(options.password);
            const server = new ServerProcess(paths, keeper, supervisor);
            if (!await supervisor.hear('entered')) throw failure('its folder', supervisor);
            await process_close(place.user, paths.bases);
            if (!await supervisor.hear('ready')) throw failure('the server', supervisor);
            return server;
        } catch (error) {
            onAbort();
            await Promise.all(helpers.map(({ exit })=>exit));
            throw signal.aborted ? new errors/* CancelledError */.cc() : error;
        } finally{
            signal.removeEventListener('abort', onAbort);
        }
    }
    /** For connections. */ get socketFolder() {
        return this.paths.socketFolder;
    }
    /** A folder whose locales the server sees after `restart`, instead of those of the system's archive. */ get localeFolder() {
        return (0,external_node_path_.join)(this.paths.folder, 'locale');
    }
    /** What the server said last when it ended without being told to; undefined as long as it runs. */ get lost() {
        return this.supervisor.ended && !this.stopped ? this.supervisor.tail : undefined;
    }
    /** The same, for a server that may be about to end. */ async lostWithin(ms) {
        const waited = new Promise((resolve)=>void setTimeout(resolve, ms).unref());
        await Promise.race([
            this.supervisor.exit,
            waited
        ]);
        return this.lost;
    }
    /** Calls `tell` when the server ends without being told to. */ onLost(tell) {
        void this.supervisor.exit.then(()=>{
            if (!this.stopped) tell(this.supervisor.tail);
        });
    }
    /** Restarts the server; its sessions end. */ async restart() {
        const times = this.supervisor.times('ready') + 1;
        this.supervisor.tell('restart');
        if (!await this.supervisor.hear('ready', times)) throw failure('the server, when it was restarted', this.supervisor);
    }
    /**
   * Ends the server and waits until its processes and folders are gone. Safe to call twice.
   * @returns folders that could not be removed.
   */ async stop() {
        this.stopped = true;
        this.supervisor.close();
        this.keeper.close();
        await Promise.all([
            this.supervisor.exit,
            this.keeper.exit
        ]);
        return this.paths.bases.filter((folder)=>(0,external_node_fs_.existsSync)(folder));
    }
}
/** Where everything lies; all names are new, and those that others than us can use cannot be guessed. */ function choosePaths(parent) {
    const name = ()=>(0,external_node_crypto_.randomBytes)(8).toString('hex');
    const base = (0,external_node_path_.join)(parent, `pgkeep-scratch-${name().slice(0, 8)}`);
    const folder = (0,external_node_path_.join)(base, name());
    // Lists of folders and hosts are split at commas.
    if (Buffer.byteLength((0,external_node_path_.join)(folder, SOCKET)) <= LONGEST_SOCKET && /^[\w./-]+$/.test(folder)) return {
        bases: [
            base
        ],
        folder,
        socketFolder: folder
    };
    const short = (0,external_node_path_.join)(SHORT_TEMP, `pgkeep-${name()}`);
    return {
        bases: [
            base,
            short
        ],
        folder,
        socketFolder: (0,external_node_path_.join)(short, name())
    };
}
function commandsOf(options, { folder, socketFolder }) {
    const data = (0,external_node_path_.join)(folder, 'data');
    return {
        initdb: options.initdb({
            data,
            passwordFile: (0,external_node_path_.join)(folder, 'password')
        }),
        postgres: options.postgres({
            data,
            socketFolder
        }),
        locales: (0,external_node_path_.join)(folder, 'locale')
    };
}
/** Lets the server's user make its own folders in ours. */ async function admit({ how, ids }, bases) {
    for (const base of bases){
        if (how === 'root' && ids !== undefined) await (0,promises_.chown)(base, ids.uid, ids.gid);
        if (how === 'sudo') await (0,promises_.chmod)(base, 0o777);
    }
}
/** Both of us pass through, nobody lists what is inside; for where the folder cannot belong to the server's user. */ async function process_close({ how }, bases) {
    if (how === 'sudo') for (const base of bases)await (0,promises_.chmod)(base, 0o711);
}
function failure(what, helper) {
    const { tail } = helper;
    const reason = /No space left on device/.test(tail) ? ' The disk is full: free some space, or use a folder on a larger disk (RUNNER_TEMP, or TMPDIR on a terminal).' : '';
    return new errors/* UserError */.yo(`A scratch server could not be started: ${what} could not be made ready.${reason}` + (tail === '' ? '' : `\nIts last words:\n${tail}`));
}

;// CONCATENATED MODULE: ./lib/postgres/scratch/settings.js

const MB = 1024 * 1024;
/** What this machine has now. */ function readResources() {
    return {
        // Knows control groups; Node 20.13 and newer.
        memory: typeof process.availableMemory === 'function' ? process.availableMemory() : (0,external_node_os_.freemem)(),
        cpus: (0,external_node_os_.availableParallelism)()
    };
}
/**
 * The settings of a server that is filled once, compared and thrown away: nothing is made durable, little is logged,
 * nothing happens by itself. They are given on the command line, where no `ALTER SYSTEM` of a restored script
 * can change them.
 */ function scratchSettings(major, socketFolder, { memory, cpus }) {
    const workers = Math.min(Math.max(cpus, 1), 8);
    return {
        // Reached by its socket alone.
        listen_addresses: '',
        port: '5432',
        unix_socket_directories: socketFolder,
        unix_socket_permissions: '0777',
        max_connections: '64',
        // A schema dump locks every table at once, in one transaction.
        max_locks_per_transaction: '2048',
        // Nothing has to survive.
        fsync: 'off',
        synchronous_commit: 'off',
        full_page_writes: 'off',
        wal_level: 'minimal',
        wal_skip_threshold: '0',
        wal_init_zero: 'off',
        max_wal_senders: '0',
        archive_mode: 'off',
        max_wal_size: '4GB',
        checkpoint_timeout: '1h',
        checkpoint_flush_after: '0',
        bgwriter_flush_after: '0',
        bgwriter_lru_maxpages: '0',
        restart_after_crash: 'off',
        // As many restores as processors build indexes at the same time.
        shared_buffers: megabytes(memory / 8, 32, 1024),
        maintenance_work_mem: megabytes(memory / 3 / workers, 64, 1024),
        work_mem: megabytes(memory / 32 / workers, 4, 64),
        max_parallel_maintenance_workers: String(Math.max(1, Math.floor(workers / 2))),
        max_parallel_workers: String(workers),
        max_worker_processes: String(workers + 8),
        huge_pages: 'off',
        // Files in the data folder: nothing is left in /dev/shm, which containers limit to 64 MB.
        dynamic_shared_memory_type: 'mmap',
        ...major >= 14 ? {
            min_dynamic_shared_memory: megabytes(memory / 64, 0, 64)
        } : {},
        jit: 'off',
        // Nothing happens by itself.
        autovacuum: 'off',
        max_logical_replication_workers: '0',
        track_counts: 'off',
        track_io_timing: 'off',
        // Errors of statements may hold values of rows: they go to their client, not to the log.
        log_destination: 'stderr',
        logging_collector: 'off',
        log_min_messages: 'log',
        log_min_error_statement: 'panic',
        log_error_verbosity: 'terse',
        log_statement: 'none',
        log_min_duration_statement: '-1',
        log_checkpoints: 'off',
        log_autovacuum_min_duration: '-1',
        lc_messages: 'C'
    };
}
function megabytes(bytes, least, most) {
    return `${Math.round(Math.min(Math.max(bytes / MB, least), most))}MB`;
}

;// CONCATENATED MODULE: ./lib/postgres/scratch/start.js










/** initdb writes the bootstrap role's name into SQL as it is, so others than these are given by renaming. */ const PLAIN_NAME = /^(?!pg_|none$|public$)[a-z_][a-z0-9_]*$/;
const DISK_FULL = /No space left on device|Disk quota exceeded|wrote only \d+ of \d+ bytes/;
const FREE_SPACE = ' Free some space, or use a folder on a larger disk (RUNNER_TEMP, or TMPDIR on a terminal).';
/** A server that answers no more is given this long to end. */ const LOST_MS = 10_000;
/** The database that initdb makes besides the templates. */ const FIRST_DATABASE = 'postgres';
/**
 * Starts a throwaway server: as a user of its own wherever possible, on a private socket, with settings for speed, with
 * nothing running by itself. `createDatabase` may restart it, for a locale that has to be made first.
 * @throws UserError with the end of the server's log where it does not start; CancelledError. Nothing is left then.
 */ async function startScratch(options) {
    const { server, tempDir, reporter, signal } = options;
    const { note, ...place } = await choosePlace(server, tempDir, signal);
    if (note !== undefined) reporter.info(note);
    const password = (0,external_node_crypto_.randomBytes)(24).toString('base64url');
    reporter.mask(password);
    const env = serverEnv(server);
    const first = PLAIN_NAME.test(options.bootstrapRole) ? options.bootstrapRole : 'pgkeep_bootstrap';
    const { major } = server;
    const running = await ServerProcess.start({
        place,
        env,
        password,
        initdb: ({ data, passwordFile })=>[
                ...[
                    server.initdb,
                    `--pgdata=${data}`,
                    `--username=${first}`,
                    `--pwfile=${passwordFile}`
                ],
                ...[
                    '--auth=scram-sha-256',
                    '--encoding=UTF8',
                    '--locale=C',
                    '--no-sync'
                ],
                ...major >= 18 ? [
                    '--no-data-checksums'
                ] : []
            ],
        postgres: ({ data, socketFolder })=>{
            const settings = {
                ...scratchSettings(major, socketFolder, readResources()),
                ...preloadSettings(server, options.extensions, options.database)
            };
            return [
                ...[
                    server.postgres,
                    '-D',
                    data
                ],
                ...Object.entries(settings).flatMap(([name, value])=>[
                        '-c',
                        `${name}=${value}`
                    ])
            ];
        }
    }, signal);
    const connectionOf = (user)=>scratchConnection(user, password, {
            socketFolder: running.socketFolder,
            major
        });
    try {
        const user = await nameBootstrap(options, connectionOf, first, password);
        const locales = new OwnLocales(running.localeFolder, place.user, env);
        const made = new OwnServer(options, running, connectionOf(user), locales);
        reporter.info(`A scratch server of PostgreSQL ${server.version} is ready` + (place.user.name === undefined ? '.' : `, run by the user ${place.user.name}.`));
        return made;
    } catch (error) {
        await running.stop();
        throw error;
    }
}
/** Gives the bootstrap role its name where initdb could not. Returns what it is called now. */ async function nameBootstrap(options, connectionOf, first, password) {
    const { bootstrapRole, clients, reporter, signal } = options;
    if (first === bootstrapRole) return first;
    const inSession = async (user, sql)=>{
        const psql = await postgres_psql/* Psql */.DD.open({
            programs: clients,
            connection: connectionOf(user),
            signal
        });
        await psql.exec(sql).finally(()=>psql.close());
    };
    // A session cannot rename its own role.
    const helper = `pgkeep_${(0,external_node_crypto_.randomBytes)(8).toString('hex')}`;
    await inSession(first, `CREATE ROLE ${helper} SUPERUSER LOGIN PASSWORD ${(0,postgres_psql/* quoteLiteral */.ce)(password)}`);
    let name = bootstrapRole;
    try {
        await inSession(helper, `ALTER ROLE ${(0,postgres_psql/* quoteIdentifier */.Cm)(first)} RENAME TO ${(0,postgres_psql/* quoteIdentifier */.Cm)(bootstrapRole)}`);
    } catch (error) {
        if (!(error instanceof postgres_psql/* SqlError */.L8)) throw error;
        name = first;
        reporter.info(`The scratch server's first role is called ${first}: PostgreSQL refuses the source's name for it (${error.message}).`);
    }
    await inSession(name, `DROP ROLE ${helper}`);
    return name;
}
class OwnServer {
    options;
    running;
    connection;
    locales;
    version;
    major;
    admin;
    fresh = true;
    constructor(options, running, connection, locales){
        this.options = options;
        this.running = running;
        this.connection = connection;
        this.locales = locales;
        const { server, clients, reporter, signal } = options;
        this.version = server.version;
        this.major = server.major;
        const admin = {
            ...{
                programs: clients,
                connection,
                major: server.major,
                reporter,
                signal
            },
            server: 'the scratch server',
            makeLocales: async (missing)=>{
                if (await this.locales.make(missing, await this.localesInUse())) await running.restart();
            }
        };
        this.admin = new scratch_admin/* Admin */.M(admin);
        running.onLost((tail)=>reporter.warn(lostMessage(tail)));
    }
    createDatabase = (name, identity)=>this.alive(async ()=>{
            if (name === FIRST_DATABASE && this.fresh) {
                await this.admin.dropDatabase(name);
                this.fresh = false;
            }
            const notes = await this.admin.createDatabase(name, identity);
            await this.importCollations(name);
            return notes;
        });
    dropDatabase = (name)=>this.alive(()=>this.admin.dropDatabase(name));
    createRoles = (names)=>this.alive(()=>this.admin.createRoles(names));
    async explain(error) {
        if (error instanceof errors/* CancelledError */.cc || this.options.signal.aborted) return error;
        const answers = await this.admin.ask('Looking whether it is there', (psql)=>psql.value('SELECT 1')).then(()=>true, ()=>false);
        const lost = answers ? this.running.lost : await this.running.lostWithin(LOST_MS);
        if (lost !== undefined) return new errors/* UserError */.yo(lostMessage(lost), {
            cause: error
        });
        const full = DISK_FULL.test((0,errors/* messageOf */.bD)(error));
        return full ? new errors/* UserError */.yo(`The scratch server's disk is full.${FREE_SPACE}`, {
            cause: error
        }) : error;
    }
    async stop() {
        const left = await this.running.stop();
        if (left.length > 0) this.options.reporter.warn(`The scratch server's folder could not be removed: ${left.join(', ')}.`);
    }
    /** Locales that databases have already; a server that does not see them any more would refuse to open these. */ localesInUse() {
        return this.admin.ask('Listing locales', (psql)=>psql.query(`SELECT coalesce(json_agg(DISTINCT l), '[]') FROM pg_catalog.pg_database, LATERAL (VALUES (datcollate), (datctype)) v(l)
         WHERE l NOT IN ('C', 'POSIX')`));
    }
    /**
   * Makes the collations of our own locales as initdb would have: `de_DE.utf8` and, where the encoding fits, `de_DE`.
   * `pg_import_system_collations` does not see them, since `locale -a` knows nothing of LOCPATH.
   */ async importCollations(database) {
        const { names } = this.locales;
        if (names.length === 0) return;
        await this.admin.ask('Making collations', async (psql)=>{
            for (const locale of names){
                for (const name of new Set([
                    locale,
                    locale.replace(/\.[^@]*/, '')
                ])){
                    try {
                        await psql.exec(`CREATE COLLATION IF NOT EXISTS pg_catalog.${(0,postgres_psql/* quoteIdentifier */.Cm)(name)} ` + `(PROVIDER = libc, LOCALE = ${(0,postgres_psql/* quoteLiteral */.ce)(locale)})`);
                    } catch (error) {
                        // A locale of another encoding.
                        if (!(error instanceof postgres_psql/* SqlError */.L8)) throw error;
                    }
                }
            }
        }, database);
    }
    async alive(work) {
        try {
            return await work();
        } catch (error) {
            throw await this.explain(error);
        }
    }
}
function lostMessage(tail) {
    const full = DISK_FULL.test(tail) ? ` Its disk is full.${FREE_SPACE}` : ' If it was killed for lack of memory, use fewer `jobs` or a larger machine.';
    return `The scratch server has ended by itself.${full}${tail === '' ? '' : `\nIts last words:\n${tail}`}`;
}

;// CONCATENATED MODULE: ./lib/postgres/scratch/index.js



// EXTERNAL MODULE: ./lib/verify/extensions.js
var verify_extensions = __nccwpck_require__(5899);
;// CONCATENATED MODULE: ./lib/verify/place.js





/** The database that the backup is restored into, on a server of our own. */ const RESTORED = 'restored';
/** Programs that read the archive: of the pg_dump that made it, or of the server if that is newer. */ function programsFor(options, staged) {
    const { server, tools } = staged.manifest;
    return (0,postgres_programs/* findPrograms */.z0)({
        ...installing(options),
        major: Math.max((0,postgres_server/* majorOf */.Ds)(server.version), (0,postgres_server/* majorOf */.Ds)(tools.pg_dump))
    });
}
/**
 * Starts the scratch server, or opens the server that the user gave.
 * @throws UserError when an extension is missing that was not allowed to be.
 */ async function openPlace(options, staged, programs, facts) {
    const { inputs, reporter, signal, tempDir } = options;
    const { extensions, bootstrapRole } = facts;
    if (inputs.scratchUrl !== undefined) {
        const connection = (0,connection_parse/* parseConnection */.C)(inputs.scratchUrl, {});
        for (const secret of connection.secrets)reporter.mask(secret);
        const scratch = await borrowScratch({
            connection,
            programs,
            reporter,
            signal
        });
        const lacking = await (0,verify_extensions/* lackingOn */.lI)(scratch, programs, extensions, options);
        return {
            scratch,
            programs,
            readers: programs,
            missing: (0,verify_extensions/* doWithout */.kb)(lacking, staged, options)
        };
    }
    const { postgresVersion } = inputs;
    const major = postgresVersion === 'auto' ? (0,postgres_server/* majorOf */.Ds)(staged.manifest.server.version) : postgresVersion;
    const { server, missing } = await (0,postgres_programs/* provideServer */.F2)({
        ...installing(options),
        major,
        extensions
    });
    const names = new Set((0,verify_extensions/* doWithout */.kb)(missing, staged, options));
    const scratch = await startScratch({
        server,
        clients: programs,
        tempDir,
        bootstrapRole,
        extensions: extensions.filter((name)=>!names.has(name)),
        database: RESTORED,
        reporter,
        signal
    });
    const suited = programs.major >= server.major ? programs : await (0,postgres_programs/* findPrograms */.z0)({
        ...installing(options),
        major: server.major
    });
    return {
        scratch,
        programs: suited,
        readers: programs,
        missing: [
            ...names
        ]
    };
}
function installing({ inputs, cache, reporter, env, tempDir, signal, method }) {
    return {
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
}

;// CONCATENATED MODULE: ./lib/verify/restored.js
const DEFINITIONS = 'of the archive';
/** Whether the definitions in the archive are those that the database had. */ function definitionsFinding({ fingerprint, manifest }, found) {
    const finding = {
        kind: 'definitions',
        name: DEFINITIONS
    };
    const expected = fingerprint?.schema;
    if (expected === undefined || expected === null) {
        const why = fingerprint === undefined ? 'the backup was made without a fingerprint' : 'the backup holds rows only';
        return {
            ...finding,
            verdict: 'not measured',
            why
        };
    }
    if (typeof found !== 'string') return {
        ...finding,
        verdict: 'not measured',
        why: found.why
    };
    if (found === expected) return {
        ...finding,
        verdict: 'equal'
    };
    return {
        ...finding,
        verdict: 'different',
        expected: `those at the snapshot (SHA-256 ${expected.slice(0, 12)}...)`,
        found: `others (${found.slice(0, 12)}...)`,
        why: `the archive is not the one that was dumped, or pg_restore is not of the version of the pg_dump that made it (${manifest.tools.pg_dump})`
    };
}
/** What pg_restore or psql complained about. Anything that is not known to be harmless is a difference. */ function restoreFindings(errors) {
    if (errors.length === 0) return [
        {
            kind: 'restore',
            name: 'without an error',
            verdict: 'equal'
        }
    ];
    return errors.map(({ message, entry, harmless })=>{
        const finding = {
            kind: 'restore',
            name: entry ?? ''
        };
        return harmless === undefined ? {
            ...finding,
            verdict: 'different',
            expected: 'no error',
            found: message
        } : {
            ...finding,
            verdict: 'different',
            minor: true,
            why: `${message}: ${harmless}`
        };
    });
}
/** Extensions that were left out; where there is a fingerprint, comparing with it tells of them. */ function missingFindings({ fingerprint }, missing) {
    if (fingerprint !== undefined) return [];
    return missing.map((name)=>({
            kind: 'extension',
            name,
            verdict: 'not measured',
            why: 'it is missing here, as was allowed'
        }));
}

;// CONCATENATED MODULE: ./lib/verify/copies.js










/** A backup's copies on a server: the restored database, and one with its definitions alone to compare those with. */ class Copies {
    options;
    staged;
    place;
    names;
    constructor(options, staged, place){
        this.options = options;
        this.staged = staged;
        this.place = place;
        // On a server of the user's there may be databases of any name.
        const prefix = options.inputs.scratchUrl === undefined ? '' : `pgkeep_${staged.manifest.id}_`;
        this.names = {
            restored: prefix + RESTORED,
            reloaded: `${prefix}reloaded`
        };
    }
    get jobs() {
        const { jobs } = this.options.inputs;
        return jobs === 'auto' ? (0,external_node_os_.availableParallelism)() : jobs;
    }
    /** A session on the restored database, or another. */ open(name, database = this.names.restored) {
        const { place, options } = this;
        return postgres_psql/* Psql */.DD.open({
            programs: place.programs,
            connection: place.scratch.connection,
            database,
            signal: options.signal,
            reporter: options.reporter,
            name,
            // Notices of a restored database are the user's own and say nothing here.
            settings: {
                client_min_messages: 'warning'
            }
        });
    }
    /** All that the archive names must be there; on a server of our own they may also do what they could do. */ async makeRoles({ roles, statements }) {
        const { options, staged, place } = this;
        const { signal } = options;
        const named = await (0,archive/* rolesNamedIn */.sX)({
            archive: staged,
            programs: place.programs,
            signal
        });
        await place.scratch.createRoles([
            ...new Set([
                ...roles,
                ...staged.fingerprint?.roles ?? [],
                ...named
            ])
        ]);
        if (options.inputs.scratchUrl !== undefined) return;
        const psql = await this.open('that gives roles their rights', 'postgres');
        try {
            for (const statement of statements)await psql.exec(statement).catch((error)=>this.note(error));
        } finally{
            await psql.close();
        }
    }
    /** A right that cannot be given shows, where it matters, in what is restored. */ note(error) {
        if (this.options.signal.aborted) throw error;
        this.options.reporter.info(`A right of a role was left out: ${error.message}`);
    }
    /** Returns what the server could not have as the source had it, one sentence each. */ async makeDatabases() {
        const { scratch } = this.place;
        const identity = (0,requirements/* identityOf */.c)(this.staged.manifest);
        const requires = this.staged.fingerprint?.requires;
        const otherwise = await scratch.createDatabase(this.names.restored, identity);
        await scratch.createDatabase(this.names.reloaded, identity);
        if (requires === undefined) return otherwise;
        for (const database of Object.values(this.names)){
            const psql = await this.open('that prepares', database);
            await (0,requirements/* prepareRequirements */.C)(psql, requires).finally(()=>psql.close());
        }
        return otherwise;
    }
    /** What of the archive can be restored where extensions are missing; undefined: all of it. */ async divide() {
        const { place, staged, options } = this;
        if (place.missing.length === 0) return undefined;
        return (0,left_out/* divideArchive */.CL)(staged.path, place.missing, {
            programs: place.programs,
            signal: options.signal
        });
    }
    /** Another major's pg_restore writes other text for the same definitions. */ async definitions(signal) {
        const { staged, place } = this;
        const { pg_dump: made } = staged.manifest.tools;
        if (place.readers.major === (0,postgres_server/* majorOf */.Ds)(made)) return (0,archive/* definitionsHash */.Hn)({
            archive: staged,
            programs: place.readers,
            signal
        });
        return {
            why: `pg_restore ${place.readers.version} writes them otherwise than pg_restore ${made}, which is not to be had here`
        };
    }
    /** Restores both copies at once, and compares the archive's definitions with the source's. */ async restore(division) {
        const { staged, place, options, names } = this;
        const stop = new AbortController();
        const signal = AbortSignal.any([
            options.signal,
            stop.signal
        ]);
        const source = {
            archive: staged,
            programs: place.programs,
            signal
        };
        const common = {
            ...source,
            connection: place.scratch.connection,
            owner: true,
            privileges: true,
            singleTransaction: false,
            neutralised: true,
            ...division === undefined ? {} : {
                entries: division.restored
            }
        };
        const [whole, , definitions, toc] = await (0,all_or_stop/* allOrStop */.P)(stop, [
            (0,archive/* restoreInto */.p5)({
                ...common,
                database: names.restored,
                content: 'all',
                jobs: this.jobs,
                estimatedBytes: staged.manifest.databaseBytes,
                reporter: options.reporter
            }),
            (0,archive/* restoreInto */.p5)({
                ...common,
                database: names.reloaded,
                content: 'schema',
                jobs: 1,
                estimatedBytes: null,
                reporter: reporter/* silentReporter */.P
            }),
            this.definitions(signal),
            (0,archive/* readContents */.r0)(source)
        ]);
        const findings = [
            definitionsFinding(staged, definitions),
            ...restoreFindings(whole.errors),
            ...missingFindings(staged, place.missing)
        ];
        return {
            findings,
            toc,
            unfilled: whole.dependsOnForeign
        };
    }
}

;// CONCATENATED MODULE: ./lib/verify/globals.js
/** What of a backup's `globals.sql` a scratch server is given. */ const NAME = String.raw`("(?:[^"]|"")+"|[^\s;"]+)`;
const CREATE = new RegExp(`^CREATE ROLE ${NAME}$`);
const ALTER = new RegExp(`^ALTER ROLE ${NAME} WITH [A-Z0-9 -]+?(?= VALID UNTIL | PASSWORD |$)`);
const GRANT = new RegExp(`^GRANT ${NAME} TO ${NAME}(?: WITH [A-Z, ]+?)?(?= GRANTED BY |$)`);
/** Reads what `pg_dumpall --globals-only` wrote. */ function readGlobals(sql) {
    const globals = {
        roles: [],
        statements: []
    };
    for (const statement of statementsOf(sql)){
        const role = CREATE.exec(statement)?.[1];
        if (role !== undefined) globals.roles.push(unquote(role));
        // Who granted a membership need not be allowed to, once only part of the grants are there.
        const grant = GRANT.exec(statement)?.[0];
        const kept = grant ?? ALTER.exec(statement)?.[0];
        if (kept !== undefined) globals.statements.push(kept);
    }
    return globals;
}
/** The statements of a script, without comments and psql's own commands. */ function* statementsOf(sql) {
    const token = /"(?:[^"]|"")*"|'(?:[^']|'')*'|--[^\n]*|^\\[^\n]*|;|[^"'\-\\;]+|[\s\S]/gm;
    let statement = '';
    for (const [text] of sql.matchAll(token)){
        if (text.startsWith('--') || text.startsWith('\\') && statement.trim() === '') continue;
        if (text !== ';') {
            statement += text;
            continue;
        }
        yield statement.trim();
        statement = '';
    }
}
function unquote(name) {
    return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}

// EXTERNAL MODULE: ./lib/verify/result.js
var verify_result = __nccwpck_require__(1852);
;// CONCATENATED MODULE: ./lib/verify/examine.js













/** Restores a staged backup into a scratch server, compares it, and puts the comparison itself to the test. */ async function examine(options, staged) {
    const { reporter } = options;
    refuseRowsAlone(staged);
    const programs = await reporter.group('PostgreSQL programs', ()=>programsFor(options, staged));
    const globals = await globalsOf(staged);
    const place = await reporter.group('Scratch server', async ()=>{
        const toc = await (0,archive/* readContents */.r0)({
            archive: staged,
            programs,
            signal: options.signal
        });
        return openPlace(options, staged, programs, {
            extensions: (0,verify_extensions/* extensionsOf */.oQ)(staged, toc ?? []),
            bootstrapRole: bootstrapRole(staged, globals)
        });
    });
    try {
        return await compareCopies(options, staged, place, globals);
    } catch (error) {
        throw await place.scratch.explain(error);
    } finally{
        await place.scratch.stop();
    }
}
function refuseRowsAlone({ manifest }) {
    if (manifest.options['content'] !== 'data') return;
    throw new errors/* UserError */.yo(`Backup ${manifest.id} holds rows alone (content: data), which restore only into tables that are there. Verify a backup with content: all of the same database instead.`);
}
async function globalsOf({ globals }) {
    return globals === undefined ? {
        roles: [],
        statements: []
    } : readGlobals(await (0,promises_.readFile)(globals, 'utf8'));
}
/** Older backups do not tell; a role called postgres is nearly always the one. */ function bootstrapRole({ fingerprint }, { roles }) {
    return fingerprint?.bootstrapRole ?? roles.find((role)=>role === 'postgres') ?? 'postgres';
}
/** Restores and compares on a server that is there. */ async function compareCopies(options, staged, place, globals) {
    const copies = new Copies(options, staged, place);
    const { inputs, reporter, signal } = options;
    await copies.makeRoles(globals);
    const restoring = external_node_perf_hooks_.performance.now();
    const otherwise = await copies.makeDatabases();
    for (const sentence of otherwise)reporter.warn(sentence);
    const division = await copies.divide();
    const restored = await reporter.group('Restoring', ()=>copies.restore(division));
    const comparing = external_node_perf_hooks_.performance.now();
    const request = {
        open: (name)=>copies.open(name),
        programs: place.programs,
        connection: place.scratch.connection,
        database: copies.names.restored,
        reloadDatabase: copies.names.reloaded,
        fingerprint: staged.fingerprint,
        manifest: staged.manifest,
        otherwise,
        jobs: copies.jobs,
        signal,
        unfilled: restored.unfilled,
        ...restored.toc === undefined ? {} : {
            toc: restored.toc
        },
        ...division === undefined ? {} : {
            leftOut: division.leftOut
        }
    };
    const compared = await reporter.group('Comparing', ()=>(0,compare/* compareRestored */.I)(request));
    const findings = [
        ...restored.findings,
        ...compared,
        ...await expectTables(request.open, inputs.expectTables),
        ...await runChecks(request.open, inputs.checks),
        ...await checkIndexes(request.open, copies.jobs)
    ];
    const control = inputs.control && !findings.some(verify_result/* isRed */.iI) ? await runControl(request, options.random) : {
        findings: [],
        control: {
            outcome: 'not run',
            damage: null
        }
    };
    return {
        findings: [
            ...findings,
            ...control.findings
        ],
        control: control.control,
        serverVersion: place.scratch.version,
        seconds: {
            restore: (comparing - restoring) / 1000,
            compare: (external_node_perf_hooks_.performance.now() - comparing) / 1000
        }
    };
}

;// CONCATENATED MODULE: ./lib/verify/prove.js




/** Fetches the backup and proves it. A part that is not what was stored is a finding, and the end of it. */ async function prove(options, { chosen, keys }) {
    const { reporter, signal, tempDir } = options;
    const started = external_node_perf_hooks_.performance.now();
    const fetchSeconds = ()=>(external_node_perf_hooks_.performance.now() - started) / 1000;
    let staged;
    try {
        staged = await reporter.group('Fetching the backup', ()=>(0,stage/* stageBackup */.z)({
                chosen,
                keys,
                tempDir,
                tools: options,
                everyPart: true,
                fallback: false,
                reporter,
                signal
            }));
    } catch (error) {
        if (!(error instanceof stage/* DamagedPartError */.B)) throw error;
        reporter.error(error.message);
        return {
            findings: [
                {
                    kind: 'part',
                    name: error.file,
                    verdict: 'different',
                    why: (0,errors/* messageOf */.bD)(error)
                }
            ],
            control: {
                outcome: 'not run',
                damage: null
            },
            serverVersion: '-',
            bytes: 0,
            seconds: {
                fetch: fetchSeconds(),
                restore: 0,
                compare: 0
            }
        };
    }
    const fetch = fetchSeconds();
    try {
        const parts = staged.manifest.parts.map(({ file })=>({
                kind: 'part',
                name: file,
                verdict: 'equal'
            }));
        const examined = await examine(options, staged);
        return {
            ...examined,
            findings: [
                ...parts,
                ...examined.findings
            ],
            bytes: staged.bytes,
            seconds: {
                ...examined.seconds,
                fetch
            }
        };
    } finally{
        await staged.remove();
    }
}

;// CONCATENATED MODULE: ./lib/verify/run.js













/**
 * Proves that a backup restores: fetches it, restores it into a scratch server and compares that with what the
 * database held at the dump's own snapshot. The verdict is stored beside the backup.
 * @throws when it did not come to a verdict; a backup that is damaged or differs is a verdict, `failed`.
 */ async function runVerify(options) {
    const { inputs, env, reporter, signal } = options;
    const keys = await (0,codec/* keysOf */.YD)(inputs, reporter);
    if (inputs.scratchUrl !== undefined) reporter.mask(inputs.scratchUrl);
    const stores = await Promise.all(inputs.storage.map((url)=>(0,registry/* openStore */.C)(url, {
            env,
            reporter,
            signal
        })));
    const startedAt = new Date();
    let name = inputs.name === undefined ? undefined : (0,inputs_name/* familyName */.ar)(inputs.name);
    let chosen;
    const log = (store, failure)=>name === undefined ? Promise.resolve() : (0,backup_log/* writeLog */.u)({
            stores: store === undefined ? stores : [
                store
            ],
            run: options.run,
            reporter
        }, name, startedAt, {
            action: 'verify',
            backup: chosen?.manifest.id ?? null,
            ...failure === undefined ? {} : {
                failure
            }
        });
    try {
        name ??= await familyIn(stores);
        chosen = await (0,choose/* chooseBackup */.S)(stores, {
            name,
            label: inputs.label,
            selector: inputs.backup,
            now: startedAt,
            pick: options.random ?? ((below)=>(0,external_node_crypto_.randomInt)(below)),
            reporter
        });
        const result = await verifyChosen(options, chosen, keys, startedAt);
        const red = result.report.findings.find(verify_result/* isRed */.iI);
        if (red !== undefined) await log(chosen.store, new Error(`Verification failed: ${red.kind}.`));
        else await log(chosen.store, chosen.passedOver === undefined ? undefined : new Error('A newer backup is damaged.'));
        return result;
    } catch (error) {
        await log(chosen?.store, signal.aborted ? new errors/* CancelledError */.cc() : error);
        throw error;
    }
}
/** The only family there is, in the first store that tells. */ async function familyIn(stores) {
    const errors = [];
    for (const store of stores){
        try {
            return await (0,catalogue/* chooseFamily */.AP)(store, undefined);
        } catch (error) {
            errors.push(error);
        }
    }
    throw errors[0];
}
async function verifyChosen(options, chosen, keys, startedAt) {
    const { inputs, reporter } = options;
    const { manifest, store } = chosen;
    reporter.info(`Verifying ${manifest.name}/${manifest.id} of ${manifest.snapshotAt}, from ${store.url}`);
    const age = inputs.maxAge === undefined ? [] : [
        ageOf(manifest, inputs.maxAge, startedAt)
    ];
    const proof = await prove(options, {
        chosen,
        keys
    });
    const findings = [
        ...age,
        ...proof.findings
    ];
    const finishedAt = new Date();
    const report = {
        version: 1,
        verdict: findings.some(verify_result/* isRed */.iI) ? 'failed' : 'passed',
        backupId: manifest.id,
        name: manifest.name,
        label: manifest.label,
        database: manifest.database,
        snapshotAt: manifest.snapshotAt,
        storage: store.url,
        startedAt: startedAt.toISOString(),
        finishedAt: finishedAt.toISOString(),
        server: {
            scratch: proof.serverVersion,
            source: manifest.server.version
        },
        bytes: proof.bytes,
        seconds: {
            ...proof.seconds,
            total: (finishedAt.getTime() - startedAt.getTime()) / 1000
        },
        totals: (0,verify_result/* totalsOf */.vA)(findings),
        control: proof.control,
        findings
    };
    tell(report, options);
    const stored = await storeVerdict(report, chosen, options);
    return {
        report,
        stored,
        ...chosen.passedOver === undefined ? {} : {
            passedOver: chosen.passedOver
        }
    };
}
function tell({ verdict, totals, seconds, name, backupId }, { reporter }) {
    const { equal, different, notMeasured } = totals;
    reporter.info(`${name}/${backupId} ${verdict} verification in ${(0,units/* formatDuration */.a3)(seconds.total)}: ${(0,units/* plural */.LS)(equal, 'thing')} equal, ${different} different, ${notMeasured} not measured.`);
}
/** Stores the verdict. A store that does not take it leaves a verdict that nobody will find, which is not green. */ async function storeVerdict(report, { store, manifest }, { version, run, reporter }) {
    const verified = (0,verify_result/* verifiedOf */.iW)(report, {
        pgkeep: version,
        runUrl: run.runUrl,
        totals: manifest.totals
    });
    try {
        return await (0,backup_verified/* writeVerified */.wJ)(store, manifest.name, verified);
    } catch (error) {
        reporter.warn(`${store.url} did not take the verdict. ${(0,errors/* messageOf */.bD)(error)}`);
        return undefined;
    }
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
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __nccwpck_require__(3024);
// EXTERNAL MODULE: ./lib/base/errors.js
var errors = __nccwpck_require__(7594);
// EXTERNAL MODULE: ./lib/inputs/read.js + 5 modules
var read = __nccwpck_require__(4796);
// EXTERNAL MODULE: ./lib/inputs/table.js + 6 modules
var table = __nccwpck_require__(730);
// EXTERNAL MODULE: ./lib/inputs/unknown.js
var unknown = __nccwpck_require__(5075);
// EXTERNAL MODULE: ./lib/inputs/values.js
var inputs_values = __nccwpck_require__(7035);
;// CONCATENATED MODULE: ./lib/cli/flags.js

const ALL = [
    'backup',
    'restore',
    'verify',
    'list',
    'show'
];
const CLI_FLAGS = {
    'identity-file': {
        description: 'Read the identity from this file, which age-keygen wrote; repeatable. It wins over PGKEEP_IDENTITY',
        commands: [
            'restore',
            'verify'
        ],
        short: 'i',
        placeholder: 'FILE'
    },
    json: {
        description: 'Print JSON',
        commands: [
            'restore',
            'verify',
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
    restore: {
        summary: 'Restore a backup into a database, never over one that you did not name',
        operands: []
    },
    verify: {
        summary: 'Prove that a backup restores: restore it into a throwaway server and compare',
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
                    type: flag.placeholder === undefined ? 'boolean' : 'string',
                    multiple: flag.placeholder !== undefined,
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
function readIdentityFile(path) {
    try {
        return (0,external_node_fs_.readFileSync)(path, 'utf8');
    } catch (error) {
        const why = (0,errors/* codeOf */.$N)(error) === 'ENOENT' ? 'there is no such file' : `it cannot be read (${(0,errors/* codeOf */.$N)(error) ?? 'error'})`;
        throw new errors/* UserError */.yo(`Option --identity-file is ${JSON.stringify(path)}: ${why}.`, {
            cause: error
        });
    }
}
/** The keys of all identity files together, which is an identity file again; undefined where none was named. */ function identityOf(flags) {
    const files = flags.values.get('identity-file');
    if (files !== undefined && flags.values.has('identity')) throw new errors/* UserError */.yo('Options --identity and --identity-file are both given. Give one or the other.');
    return files?.map(readIdentityFile).join('\n');
}
/** The text of an input: the flag, else the environment. Only the command line knows of DATABASE_URL. */ function sourceOf(flags, env) {
    const identity = identityOf(flags);
    return (name)=>{
        const given = flags.values.get(name);
        if (given !== undefined) return given.join('\n');
        if (name === 'identity' && identity !== undefined) return identity;
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
        return spec.type === 'secret' && text !== '' && (!name.endsWith('-url') || HAS_PASSWORD.test(text));
    }).map(([name])=>`--${name} on the command line shows a secret to everyone who can list processes, and to your shell's history. Set ${envName(name)} instead${name === 'identity' ? ', or give --identity-file' : ''}.`);
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
    const json = readSwitch(flags, 'json', false);
    switch(first){
        case 'backup':
            return {
                ...terminal,
                command: first,
                inputs: (0,read/* readInputs */.K)(first, source)
            };
        case 'restore':
            return {
                ...terminal,
                command: first,
                inputs: (0,read/* readInputs */.K)(first, source),
                json
            };
        case 'verify':
            return {
                ...terminal,
                command: first,
                inputs: (0,read/* readInputs */.K)(first, source),
                json
            };
        case 'list':
            return {
                ...terminal,
                command: first,
                inputs: (0,read/* readInputs */.K)(first, source),
                json
            };
        case 'show':
            return {
                ...terminal,
                command: first,
                inputs: (0,read/* readInputs */.K)(first, source),
                json,
                id: operands[0] ?? ''
            };
    }
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

// EXTERNAL MODULE: ./lib/backup/result.js
var backup_result = __nccwpck_require__(3997);
// EXTERNAL MODULE: ./lib/backup/run.js + 26 modules
var run = __nccwpck_require__(5963);
// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __nccwpck_require__(8161);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __nccwpck_require__(6760);
// EXTERNAL MODULE: ./lib/postgres/programs/index.js + 35 modules
var programs = __nccwpck_require__(6499);
;// CONCATENATED MODULE: ./lib/cli/commands/machine.js




/** Where programs that had to be unpacked are kept: the runner's tool cache, or a folder of the user's own. */ function cacheFolder(env) {
    return env['RUNNER_TOOL_CACHE'] ?? (0,external_node_path_.join)(env['XDG_CACHE_HOME'] ?? (0,external_node_path_.join)((0,external_node_os_.homedir)(), '.cache'), 'pgkeep', 'tools');
}
function terminalOptions({ env, reporter, signal }) {
    return {
        env,
        reporter,
        signal,
        tempDir: env['RUNNER_TEMP'] ?? (0,external_node_os_.tmpdir)(),
        cache: (0,programs/* folderCache */.Pv)(()=>cacheFolder(env)),
        // On someone's own machine nothing is installed system-wide.
        method: 'rootless',
        version: version/* VERSION */.x,
        run: {}
    };
}

;// CONCATENATED MODULE: ./lib/cli/commands/backup.js



/** `pgkeep backup`. Prints the manifest's URL of each copy. @throws when anything went wrong. */ async function backupCommand(inputs, context) {
    const result = await (0,run/* runBackup */.Q)({
        ...terminalOptions(context),
        inputs
    });
    for (const { locations } of result.results)for (const location of locations)context.print(`${location}\n`);
    const reasons = (0,backup_result/* redReasons */.Z)(result);
    if (reasons.length > 0) throw new AggregateError(reasons);
}

// EXTERNAL MODULE: ./lib/backup/catalogue.js
var catalogue = __nccwpck_require__(8427);
// EXTERNAL MODULE: ./lib/backup/manifest.js
var backup_manifest = __nccwpck_require__(8841);
// EXTERNAL MODULE: ./lib/base/units.js
var units = __nccwpck_require__(8714);
// EXTERNAL MODULE: ./lib/inputs/name.js
var inputs_name = __nccwpck_require__(902);
// EXTERNAL MODULE: ./lib/storage/registry.js + 3 modules
var registry = __nccwpck_require__(25);
// EXTERNAL MODULE: ./lib/base/table.js
var base_table = __nccwpck_require__(2341);
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
    return title + (0,base_table/* renderTable */.b)(COLUMNS, backups.map(row), context.width);
}

// EXTERNAL MODULE: ./lib/restore/result.js
var restore_result = __nccwpck_require__(3177);
// EXTERNAL MODULE: ./lib/restore/run.js + 34 modules
var restore_run = __nccwpck_require__(6823);
;// CONCATENATED MODULE: ./lib/cli/commands/restore.js



/** `pgkeep restore`. Prints what was restored where. @throws when anything went wrong. */ async function restoreCommand(inputs, json, context) {
    const result = await (0,restore_run/* runRestore */.Y)({
        ...terminalOptions(context),
        inputs
    });
    context.print(json ? `${JSON.stringify(result, null, 2)}\n` : (0,restore_result/* resultText */.D6)(result));
    const reasons = (0,restore_result/* redReasons */.Z0)(result);
    if (reasons.length > 0) throw new AggregateError(reasons);
}

// EXTERNAL MODULE: ./lib/base/text.js
var base_text = __nccwpck_require__(8566);
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
    const parts = (0,base_table/* renderTable */.b)([
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

// EXTERNAL MODULE: ./lib/verify/report-text.js
var report_text = __nccwpck_require__(6259);
// EXTERNAL MODULE: ./lib/verify/result.js
var verify_result = __nccwpck_require__(1852);
// EXTERNAL MODULE: ./lib/verify/run.js + 26 modules
var verify_run = __nccwpck_require__(5646);
;// CONCATENATED MODULE: ./lib/cli/commands/verify.js




/** `pgkeep verify`. Prints the report. @throws when the backup did not pass, or nothing could be found out. */ async function verifyCommand(inputs, json, context) {
    const result = await (0,verify_run/* runVerify */.R)({
        ...terminalOptions(context),
        inputs
    });
    const { paint, print, width } = context;
    print(json ? `${JSON.stringify(result.report, null, 2)}\n` : (0,report_text/* reportText */.U)(result.report, {
        paint,
        width
    }));
    const reasons = (0,verify_result/* redReasons */.Z0)(result);
    if (reasons.length > 0) throw new AggregateError(reasons);
}

;// CONCATENATED MODULE: ./lib/inputs/spec.js
/** The commands that are actions too. */ const ACTIONS = (/* unused pure expression or super */ null && ([
    'backup',
    'restore',
    'verify'
]));
/** The headings that the help and the README sort inputs under, in this order. */ const GROUPS = [
    'Database',
    'Storage',
    'What is dumped',
    'What is restored',
    'What is proved',
    'How it is stored',
    'How it is read',
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
        ...(0,table/* isRequired */.gx)(spec, command) ? [
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
            own: inputs.filter(([, spec])=>(0,table/* groupOf */.F8)(spec, command) === group)
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
        ...entries(cliFlagsOf(command).map(([name, { description, short, placeholder }])=>({
                left: `${short === undefined ? '' : `-${short}, `}--${name === 'color' ? '[no-]' : ''}${name}${placeholder === undefined ? '' : `=${placeholder}`}`,
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
;// CONCATENATED MODULE: ./lib/cli/style.js
const STYLES = {
    bold: 1,
    dim: 2,
    red: 31,
    green: 32,
    yellow: 33
};
/** True for a terminal that can move its cursor and show colours. */ function isCapable({ stream, env }) {
    return stream.isTTY === true && env['TERM'] !== 'dumb';
}
/** True where text may be coloured; no-color.org: NO_COLOR present and not empty means no. */ function usesColor(output) {
    return isCapable(output) && output.color !== false && (output.env['NO_COLOR'] ?? '') === '';
}
/** Text without control characters in one of the styles. */ function styled(text, style) {
    return `\u001b[${STYLES[style]}m${text}\u001b[0m`;
}

;// CONCATENATED MODULE: ./lib/cli/reporter.js




const REDRAW_MS = 100;
const BAR_COLUMNS = 24;
const CLEAR_LINE = '\r\u001b[2K';
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
        const output = {
            stream: options.terminal,
            env: options.env,
            color: options.color
        };
        this.interactive = isCapable(output);
        this.colors = usesColor(output);
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
        return this.colors ? styled(text, style) : text;
    }
}

;// CONCATENATED MODULE: ./lib/cli/main.js














const SECRET_VARIABLES = [
    'DATABASE_URL',
    ...Object.entries(table/* TABLE */.Bt).filter(([, { type }])=>type === 'secret').map(([name])=>envName(name))
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
        const colors = usesColor({
            stream: process.stdout,
            env: process.env,
            color: 'color' in invocation ? invocation.color : undefined
        });
        const context = {
            env: process.env,
            reporter,
            signal,
            width: process.stdout.isTTY ? process.stdout.columns : undefined,
            paint: (text, style)=>colors ? styled(text, style) : text,
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
        case 'restore':
        case 'verify':
        case 'list':
        case 'show':
            return main_run(invocation, context);
    }
}
async function main_run(invocation, context) {
    const { reporter } = context;
    if (invocation.warnings.length > 0) hideArguments(invocation.command);
    for (const secret of secretsOf(invocation.command, invocation.inputs))reporter.mask(secret);
    for (const warning of invocation.warnings)reporter.warn(warning);
    if (invocation.command !== 'list' && invocation.command !== 'show') reporter.info(`pgkeep ${version/* VERSION */.x}`);
    switch(invocation.command){
        case 'backup':
            return backupCommand(invocation.inputs, context);
        case 'restore':
            return restoreCommand(invocation.inputs, invocation.json, context);
        case 'verify':
            return verifyCommand(invocation.inputs, invocation.json, context);
        case 'list':
            return listCommand(invocation.inputs, invocation.json, context);
        case 'show':
            return showCommand(invocation.id, invocation.inputs, invocation.json, context);
    }
}

// EXTERNAL MODULE: ./lib/base/reporter.js
var reporter = __nccwpck_require__(7872);
;// CONCATENATED MODULE: ./lib/index.js
// Everything in one bundle; what each entry does not need is loaded only when it is used.
/** The actions by name: `dist/<name>.js` runs one of them. */ const actions = {
    backup: async ()=>(await Promise.all(/* import() */[__nccwpck_require__.e(421), __nccwpck_require__.e(310)]).then(__nccwpck_require__.bind(__nccwpck_require__, 9310))).backupAction(),
    restore: async ()=>(await Promise.all(/* import() */[__nccwpck_require__.e(421), __nccwpck_require__.e(597)]).then(__nccwpck_require__.bind(__nccwpck_require__, 2597))).restoreAction(),
    verify: async ()=>(await Promise.all(/* import() */[__nccwpck_require__.e(421), __nccwpck_require__.e(415)]).then(__nccwpck_require__.bind(__nccwpck_require__, 4415))).verifyAction()
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
