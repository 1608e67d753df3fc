export const id = 205;
export const ids = [205];
export const modules = {

/***/ 3205:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  openS3Store: () => (/* binding */ openS3Store)
});

// EXTERNAL MODULE: ./lib/storage/retry.js
var storage_retry = __webpack_require__(16351);
// EXTERNAL MODULE: external "node:http"
var external_node_http_ = __webpack_require__(37067);
// EXTERNAL MODULE: external "node:https"
var external_node_https_ = __webpack_require__(44708);
// EXTERNAL MODULE: ./node_modules/@aws-sdk/client-s3/dist-cjs/index.js
var dist_cjs = __webpack_require__(53711);
// EXTERNAL MODULE: ./node_modules/https-proxy-agent/dist/index.js
var dist = __webpack_require__(3669);
// EXTERNAL MODULE: ./lib/base/errors.js
var errors = __webpack_require__(17594);
// EXTERNAL MODULE: ./lib/storage/errors.js
var storage_errors = __webpack_require__(85822);
;// CONCATENATED MODULE: ./lib/storage/s3/errors.js


const wrongRegion = ({ bucket, where }, { region })=>`The bucket ${bucket} lives in another region than ${where}. ` + (region === undefined ? 'Set region= in the storage URL, or AWS_REGION.' : `Set region=${region} in the storage URL.`);
const expired = ()=>'The credentials have expired or were revoked. A long backup needs a session that outlasts it ' + '(role-duration-seconds of aws-actions/configure-aws-credentials; the role must allow as much).';
const denied = ({ bucket, permission })=>`Access was denied. These credentials need ${permission} on the bucket ${bucket} (and kms:GenerateDataKey and kms:Decrypt with sse=aws:kms).`;
const locked = ()=>'It is locked against removal (Object Lock, a legal hold or a retention rule of the bucket). ' + 'Keep backups for at least as long as the lock lasts, or shorten the lock.';
const full = ()=>'The storage is full or its quota is used up. Free some space or raise the quota.';
const unknownKey = ({ where })=>`The access key id is not known at ${where}. Check AWS_ACCESS_KEY_ID or the profile, and that the endpoint is the provider's who issued it.`;
/** What S3 services say, and what that means for the user. */ const EXPLAINED = {
    NoSuchBucket: ({ bucket, where })=>`The bucket ${bucket} does not exist at ${where}. Create it, or correct the bucket, endpoint= or region= in the storage URL.`,
    AccessDenied: denied,
    Forbidden: denied,
    AllAccessDisabled: denied,
    AccountProblem: denied,
    InvalidAccessKeyId: unknownKey,
    InvalidAccessKey: unknownKey,
    SignatureDoesNotMatch: ()=>'The secret key does not belong to the access key id (or the region is wrong). Check AWS_SECRET_ACCESS_KEY or the profile.',
    ExpiredToken: expired,
    ExpiredTokenException: expired,
    TokenRefreshRequired: expired,
    InvalidToken: expired,
    RequestTimeTooSkewed: ()=>"This machine's clock is more than 15 minutes off, so the store refuses its signatures. Set the clock (NTP).",
    RequestExpired: ()=>"This machine's clock is wrong, so the store refuses its signatures. Set the clock (NTP).",
    CredentialsProviderError: ()=>'No credentials were found. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, run aws-actions/configure-aws-credentials before this, or name a profile.',
    PermanentRedirect: wrongRegion,
    TemporaryRedirect: wrongRegion,
    AuthorizationHeaderMalformed: wrongRegion,
    IllegalLocationConstraintException: wrongRegion,
    NotImplemented: ({ where })=>`The service at ${where} does not know this operation or one of its settings. Leave out storage-class=, sse= and kms-key-id=, or use a service that has them.`,
    EntityTooLarge: ()=>'The object is larger than this service takes.',
    InvalidStorageClass: ()=>'The service does not have the storage class of the storage URL. Correct or leave out storage-class=.',
    QuotaExceeded: full,
    XMinioStorageFull: full,
    InsufficientStorage: full,
    InvalidBucketName: ({ bucket })=>`The service does not take "${bucket}" as the name of a bucket.`,
    NoSuchUpload: ()=>'The store no longer knows the upload: someone or a lifecycle rule removed it while it was written.'
};
/** Services refuse the removal of a locked object under the names of other faults; only their words tell. */ const LOCKED = /\bobject lock\b|\bWORM protected\b|\blegal hold\b|\bis (currently )?immutable\b/i;
/** What passes by itself: a busy or restarting service, a digest broken on the way. */ const PASSING = /^(SlowDown|SlowDownWrite|SlowDownRead|InternalError|ServiceUnavailable|RequestTimeout|Throttling.*|TooManyRequests.*|RequestLimitExceeded|BadDigest|XAmzContentSHA256Mismatch|XAmzContentChecksumMismatch|IncompleteBody|OperationAborted|ConditionalRequestConflict)$/;
const PASSING_STATUS = [
    408,
    425,
    429,
    500,
    502,
    503,
    504
];
const CUT = /^(ECONNRESET|EPIPE|ECONNABORTED|ERR_STREAM_PREMATURE_CLOSE|ERR_HTTP2_.*)$/;
const UNREACHABLE = /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL|EAI_AGAIN)$/;
const TLS = /CERT|^(EPROTO|ERR_TLS.*|ERR_SSL.*|UNABLE_TO_.*)$/;
/**
 * Turns whatever the SDK or the network threw into an error that says what to do and whether trying again can help.
 * The SDK's own errors are not kept: beside the message they carry keys, tokens and signed text.
 */ function s3Error(error, attempt) {
    if (error instanceof errors/* UserError */.yo || error instanceof errors/* CancelledError */.cc) return error;
    const said = saidBy(error);
    const start = `Could not ${attempt.doing}.`;
    const { code, status } = said;
    if (code === 'AbortError') return new errors/* CancelledError */.cc();
    if (code === 'NoSuchKey' || status === 404 && (code === 'NotFound' || code === '')) return new storage_errors/* StoreError */.AD(`${start} There is no such object.`, {
        notFound: true
    });
    const explained = explanation(said, (0,errors/* messageOf */.bD)(error));
    if (explained !== undefined) return new storage_errors/* StoreError */.AD(`${start} ${explained(attempt, said)}`, {
        cause: causeOf(error, said),
        code
    });
    const network = status === undefined ? networkFault(code, (0,errors/* messageOf */.bD)(error), attempt) : undefined;
    if (network !== undefined) return new storage_errors/* StoreError */.AD(`${start} ${network.text}`, {
        cause: causeOf(error, said),
        retryable: network.retryable
    });
    return unexplained(error, said, attempt);
}
function unexplained(error, said, { doing, where }) {
    const { code, status } = said;
    const retryable = PASSING.test(code) || status !== undefined && PASSING_STATUS.includes(status);
    const answer = [
        status,
        code
    ].filter((part)=>part !== undefined && part !== '').join(' ');
    const told = answer === '' ? 'something that is not S3' : answer;
    const words = retryable ? '.' : `: ${cleaned((0,errors/* messageOf */.bD)(error))}`;
    return new storage_errors/* StoreError */.AD(`Could not ${doing}. The service at ${where} answered ${told}${words}`, {
        cause: causeOf(error, said),
        retryable,
        code
    });
}
function explanation({ code, status }, message) {
    if (status !== undefined && LOCKED.test(message)) return locked;
    return Object.hasOwn(EXPLAINED, code) ? EXPLAINED[code] : byStatus(status);
}
function byStatus(status) {
    if (status === 401 || status === 403) return denied;
    if (status === 301 || status === 307) return wrongRegion;
    if (status === 501) return EXPLAINED.NotImplemented;
    return status === 507 ? full : undefined;
}
function networkFault(code, message, { where }) {
    if (/Region is missing/.test(message)) return {
        text: 'No region is known. Set region= in the storage URL, or AWS_REGION.',
        retryable: false
    };
    if (code === 'ENOTFOUND') return {
        text: `The host of ${where} does not exist in DNS. Check endpoint= and region=.`,
        retryable: false
    };
    if (TLS.test(code)) return {
        text: `No trusted TLS connection to ${where} could be made (${code}). Check that endpoint= has the right scheme and host; for a certificate authority of your own set NODE_EXTRA_CA_CERTS to its file.`,
        retryable: false
    };
    if (UNREACHABLE.test(code)) return {
        text: `${where} cannot be reached (${code}). Check endpoint=, the network and firewalls.`,
        retryable: true
    };
    if (code === 'TimeoutError' || code === 'ETIMEDOUT') return {
        text: `${where} did not answer in time.`,
        retryable: true
    };
    if (CUT.test(code) || /socket hang up|aborted|premature|network socket disconnected/i.test(message)) return {
        text: `The connection to ${where} was cut.`,
        retryable: true
    };
    return undefined;
}
/** What the error says of itself. Services name errors by `name`, Node by `code`; an answer without a body has neither. */ function saidBy(error) {
    if (typeof error !== 'object' || error === null) return {
        code: '',
        status: undefined,
        region: undefined
    };
    const { name, $metadata, $response } = error;
    const status = $metadata?.httpStatusCode ?? $response?.statusCode;
    const named = typeof name === 'string' && !/^(Error|TypeError|SyntaxError|AggregateError|UnknownError|Unknown|\d+)$/.test(name) ? name : '';
    return {
        code: named === '' ? (0,errors/* codeOf */.$N)(error) ?? wrappedCode(error) : named,
        status,
        region: $response?.headers?.['x-amz-bucket-region']
    };
}
/** The system's code where the SDK wrapped an error that it did not take for one, and kept only its text. */ function wrappedCode(error) {
    return /\b(E[A-Z]{4,}|EPIPE|EAI_AGAIN|AbortError)\b/.exec((0,errors/* messageOf */.bD)(error))?.[1] ?? '';
}
function causeOf(error, { code, status }) {
    return new Error([
        status,
        code,
        cleaned((0,errors/* messageOf */.bD)(error))
    ].filter((part)=>part !== undefined && part !== '').join(' '));
}
/** A service's own words, short and without signatures or keys. */ function cleaned(message) {
    return message.replace(/(x-amz-[a-z-]+|authorization|signature|credential|awsaccesskeyid)(\s*[=:]\s*)[^\s&,;]+/gi, '$1$2***').replace(/\s+/g, ' ').slice(0, 300);
}

;// CONCATENATED MODULE: ./lib/storage/s3/client.js






const S3_TIMEOUTS = {
    connectMs: 10_000,
    stallMs: 60_000,
    cleanupMs: 20_000,
    cancelledMs: 2000
};
/** Connections at once. Latency, not the service, decides how fast many small objects are read. */ const SOCKETS = 64;
const quiet = {
    trace () {},
    debug () {},
    info () {},
    warn () {},
    error () {}
};
function agentsFor(proxy) {
    const options = {
        keepAlive: true,
        maxSockets: SOCKETS
    };
    if (proxy === undefined) return {
        httpAgent: new external_node_http_.Agent(options),
        httpsAgent: new external_node_https_.Agent(options)
    };
    const agent = new dist.HttpsProxyAgent(proxy, options);
    return {
        httpAgent: agent,
        httpsAgent: agent
    };
}
/** The SDK's client, one attempt a request, with errors of our own. */ class S3Connection {
    location;
    settings;
    timeouts;
    signal;
    client;
    getting;
    bucket;
    /** Where the bucket is looked for, for messages. */ where;
    constructor(location, settings, timeouts, signal){
        this.location = location;
        this.settings = settings;
        this.timeouts = timeouts;
        this.signal = signal;
        // Its warning about Node 20 would stand in the log of every run; what Node pgkeep needs is our own business.
        process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
        const { endpoint, region, profile, credentials, aws } = settings;
        this.bucket = location.bucket;
        this.where = endpoint ?? `AWS${region === undefined ? '' : ` in ${region}`}`;
        this.client = new dist_cjs.S3Client({
            ...endpoint === undefined ? {} : {
                endpoint
            },
            ...region === undefined ? {} : {
                region
            },
            ...profile === undefined || credentials !== undefined ? {} : {
                profile
            },
            ...credentials === undefined ? {} : {
                credentials
            },
            forcePathStyle: settings.pathStyle,
            // Services other than AWS refuse or mangle the CRC32 headers and trailers that the SDK sends by default.
            requestChecksumCalculation: aws ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED',
            responseChecksumValidation: 'WHEN_REQUIRED',
            // Some services never answer it and each part would wait six seconds.
            expectContinueHeader: false,
            maxAttempts: 1,
            logger: quiet,
            requestHandler: {
                connectionTimeout: timeouts.connectMs,
                socketTimeout: timeouts.stallMs,
                ...agentsFor(settings.proxy)
            }
        });
    }
    /**
   * Sends one request: `request` gets the client and the signal that ends it.
   * @throws StoreError or CancelledError.
   */ async send(purpose, request) {
        const own = purpose.cleanup === true ? this.cleanupSignal() : this.signal;
        const signals = [
            purpose.signal,
            own
        ].filter((one)=>one !== undefined);
        const [only, ...more] = signals;
        const signal = only !== undefined && more.length === 0 ? only : AbortSignal.any(signals);
        try {
            return await request(this.client, signal);
        } catch (error) {
            throw this.explain(error, purpose);
        }
    }
    /**
   * Reads an object. As `send`, but how such a request is made is worked out once and not thousands of times: a list of
   * all backups costs a fifth less CPU. A request with a signal of its own is made by itself.
   */ async get(command, purpose) {
        return this.send(purpose, async (client, abortSignal)=>{
            if (purpose.signal !== undefined) return client.send(command, {
                abortSignal
            });
            const options = this.signal === undefined ? {} : {
                abortSignal: this.signal
            };
            this.getting ??= command.resolveMiddleware(client.middlewareStack, client.config, options);
            return (await this.getting(command)).output;
        });
    }
    explain(error, { doing, permission, cleanup }) {
        const explained = s3Error(error, {
            doing,
            permission,
            bucket: this.bucket,
            where: this.where
        });
        const late = cleanup === true && explained instanceof errors/* CancelledError */.cc;
        return late ? s3Error({
            name: 'TimeoutError'
        }, {
            doing,
            permission,
            bucket: this.bucket,
            where: this.where
        }) : explained;
    }
    cleanupSignal() {
        const cancelled = this.signal?.aborted === true;
        return AbortSignal.timeout(cancelled ? this.timeouts.cancelledMs : this.timeouts.cleanupMs);
    }
    /** The full key of an object. */ key(key) {
        return this.location.prefix + key;
    }
    /** An object's name in messages. */ name(key) {
        return `s3://${this.bucket}/${this.key(key)}`;
    }
}

// EXTERNAL MODULE: ./lib/storage/s3/settings.js
var s3_settings = __webpack_require__(44671);
// EXTERNAL MODULE: external "node:stream"
var external_node_stream_ = __webpack_require__(57075);
// EXTERNAL MODULE: ./lib/storage/keys.js
var keys = __webpack_require__(17433);
;// CONCATENATED MODULE: ./lib/storage/s3/download.js



/** How often in a row reading may break off without a single byte having come. */ const FRUITLESS = 5;
/**
 * Opens an object. The bytes that the returned iterator gives go on where they broke off when the connection is cut, or
 * times out because the reader was busy with other things; an object that was replaced in between is an error.
 * @throws StoreError, with `notFound` where there is none.
 */ async function download(connection, key, retry, signal) {
    const purpose = {
        doing: `read ${connection.name(key)}`,
        permission: 's3:GetObject',
        ...signal === undefined ? {} : {
            signal
        }
    };
    const open = async (offset, etag)=>{
        const range = offset === 0 ? {} : {
            Range: `bytes=${offset}-`,
            ...etag === undefined ? {} : {
                IfMatch: etag
            }
        };
        const command = new dist_cjs.GetObjectCommand({
            Bucket: connection.bucket,
            Key: connection.key(key),
            ...range
        });
        const { Body, ContentLength, ETag } = await connection.get(command, purpose);
        return {
            body: Body,
            bytes: ContentLength,
            etag: ETag
        };
    };
    return bytesOf(await open(0, undefined), open, connection, purpose, retry);
}
async function* bytesOf(first, open, connection, purpose, retry) {
    let { body } = first;
    let offset = 0;
    let fruitless = 0;
    for(;;){
        try {
            for await (const chunk of body){
                const bytes = chunk;
                offset += bytes.byteLength;
                fruitless = 0;
                yield bytes;
            }
            if (first.bytes === undefined || offset === first.bytes) return;
            throw new storage_errors/* StoreError */.AD(`Could not ${purpose.doing}. Only ${offset} of ${first.bytes} bytes came.`, {
                retryable: true
            });
        } catch (error) {
            const explained = connection.explain(error, purpose);
            fruitless += 1;
            if (!(explained instanceof storage_errors/* StoreError */.AD) || !explained.retryable || fruitless > FRUITLESS) throw explained;
            body = (await (0,storage_retry/* retrying */.R)(`Reading on at byte ${offset}`, ()=>open(offset, first.etag), retry)).body;
        }
    }
}

;// CONCATENATED MODULE: ./lib/storage/s3/remove.js


/** Removes one object; none is no error. Works after the run was cancelled too. */ async function removeObject(connection, key) {
    const purpose = {
        doing: `remove ${connection.name(key)}`,
        permission: 's3:DeleteObject',
        cleanup: true
    };
    try {
        await connection.send(purpose, (client, abortSignal)=>client.send(new dist_cjs.DeleteObjectCommand({
                Bucket: connection.bucket,
                Key: connection.key(key)
            }), {
                abortSignal
            }));
    } catch (error) {
        if (!(error instanceof storage_errors/* StoreError */.AD && error.notFound)) throw error;
    }
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(77598);
// EXTERNAL MODULE: ./lib/storage/digest.js
var digest = __webpack_require__(63309);
;// CONCATENATED MODULE: ./lib/storage/s3/checksum.js

/**
 * The digest of one part. Undefined where this Node may not make it (MD5 under FIPS): then nothing is promised to the
 * store, and the object is read again at the end.
 */ function partDigest(kind, bytes) {
    try {
        return (0,external_node_crypto_.createHash)(kind).update(bytes).digest();
    } catch  {
        return undefined;
    }
}
/**
 * What a service shows for a whole object that was sent in these parts: for MD5 the ETag, `md5(md5s)-count` in hex; for
 * SHA-256 AWS's composite checksum, `sha256(sha256s)-count` in base64. An object sent without parts has its plain digest.
 */ function wholeChecksum(kind, parts, multipart) {
    const digests = parts.filter((digest)=>digest !== undefined);
    const [first] = digests;
    if (first === undefined || digests.length !== parts.length) return undefined;
    const encoding = kind === 'md5' ? 'hex' : 'base64';
    if (!multipart) return first.toString(encoding);
    const whole = (0,external_node_crypto_.createHash)(kind).update(Buffer.concat(digests)).digest(encoding);
    return `${whole}-${parts.length}`;
}
/** An ETag as it is: without quotes, in lower case. Undefined for none and for an empty one. */ function plainEtag(etag) {
    const plain = etag?.replace(/^W\//, '').replaceAll('"', '').toLowerCase();
    return plain === '' ? undefined : plain;
}

;// CONCATENATED MODULE: ./lib/storage/s3/object.js



/** The metadata by which an upload knows its own object again. */ const MARK = 'pgkeep-upload';
/** The requests that write one object, as functions. Each is a single attempt. */ class S3Object {
    connection;
    key;
    mark;
    signal;
    kind;
    name;
    /** `mark` is put on the object; `signal` ends everything but cleaning up. */ constructor(connection, key, mark, signal){
        this.connection = connection;
        this.key = key;
        this.mark = mark;
        this.signal = signal;
        this.kind = connection.settings.aws ? 'sha256' : 'md5';
        this.name = connection.name(key);
    }
    get target() {
        return {
            Bucket: this.connection.bucket,
            Key: this.connection.key(this.key)
        };
    }
    /** What the URL asks for, for the request that makes the object. */ get settings() {
        const { storageClass, sse, kmsKeyId } = this.connection.location;
        return {
            ContentType: 'application/octet-stream',
            Metadata: {
                [MARK]: this.mark
            },
            ...storageClass === undefined ? {} : {
                StorageClass: storageClass
            },
            ...sse === undefined ? {} : {
                ServerSideEncryption: sse
            },
            ...kmsKeyId === undefined ? {} : {
                SSEKMSKeyId: kmsKeyId
            }
        };
    }
    write(request) {
        const purpose = {
            doing: `write ${this.name}`,
            permission: 's3:PutObject',
            signal: this.signal
        };
        return this.connection.send(purpose, (client, abortSignal)=>request(client, {
                abortSignal
            }));
    }
    /** Starts a multipart upload and returns its id. */ async start() {
        const algorithm = this.kind === 'sha256' ? {
            ChecksumAlgorithm: 'SHA256'
        } : {};
        const command = new dist_cjs.CreateMultipartUploadCommand({
            ...this.target,
            ...this.settings,
            ...algorithm
        });
        const { UploadId } = await this.write((client, options)=>client.send(command, options));
        if (UploadId === undefined) throw new storage_errors/* StoreError */.AD(`Could not write ${this.name}. The service gave no upload id.`);
        return UploadId;
    }
    async part(uploadId, index, bytes) {
        const digest = partDigest(this.kind, bytes);
        const command = new dist_cjs.UploadPartCommand({
            ...this.target,
            ...checksumOf(this.kind, digest),
            UploadId: uploadId,
            PartNumber: index + 1,
            ContentLength: bytes.byteLength,
            Body: bytes
        });
        const { ETag } = await this.write((client, options)=>client.send(command, options));
        return {
            bytes: bytes.byteLength,
            etag: ETag,
            digest
        };
    }
    /** Joins the parts. Returns the object's checksum if the service told it at once. */ async join(uploadId, parts) {
        const command = new dist_cjs.CompleteMultipartUploadCommand({
            ...this.target,
            UploadId: uploadId,
            MultipartUpload: {
                Parts: parts.map(({ etag, digest }, index)=>({
                        PartNumber: index + 1,
                        ETag: etag,
                        ...this.kind === 'sha256' ? {
                            ChecksumSHA256: digest?.toString('base64')
                        } : {}
                    }))
            }
        });
        return (await this.write((client, options)=>client.send(command, options))).ChecksumSHA256;
    }
    /** Stores a small object in one request. Returns its checksum if the service told it. */ async put(bytes) {
        const digest = partDigest(this.kind, bytes);
        const command = new dist_cjs.PutObjectCommand({
            ...this.target,
            ...this.settings,
            ...checksumOf(this.kind, digest),
            ContentLength: bytes.byteLength,
            Body: bytes
        });
        const { ETag, ChecksumSHA256 } = await this.write((client, options)=>client.send(command, options));
        return {
            checksum: ChecksumSHA256,
            part: {
                bytes: bytes.byteLength,
                etag: ETag,
                digest
            }
        };
    }
    /** Undefined where there is no such object. `cleanup`: also after the run was cancelled. */ async head(cleanup = false) {
        const purpose = {
            doing: `read back ${this.name}`,
            permission: 's3:GetObject and s3:ListBucket',
            ...cleanup ? {
                cleanup
            } : {
                signal: this.signal
            }
        };
        const mode = this.kind === 'sha256' ? {
            ChecksumMode: 'ENABLED'
        } : {};
        const command = new dist_cjs.HeadObjectCommand({
            ...this.target,
            ...mode
        });
        try {
            const head = await this.connection.send(purpose, (client, abortSignal)=>client.send(command, {
                    abortSignal
                }));
            return {
                bytes: head.ContentLength,
                etag: plainEtag(head.ETag),
                sha256: head.ChecksumSHA256,
                mark: head.Metadata?.[MARK]
            };
        } catch (error) {
            if (error instanceof storage_errors/* StoreError */.AD && error.notFound) return undefined;
            throw error;
        }
    }
    /** Gives up a multipart upload and frees its parts. */ async abort(uploadId) {
        const purpose = {
            doing: `remove the unfinished upload of ${this.name}`,
            permission: 's3:AbortMultipartUpload',
            cleanup: true
        };
        const command = new dist_cjs.AbortMultipartUploadCommand({
            ...this.target,
            UploadId: uploadId
        });
        try {
            await this.connection.send(purpose, (client, abortSignal)=>client.send(command, {
                    abortSignal
                }));
        } catch (error) {
            const gone = error instanceof storage_errors/* StoreError */.AD && (error.notFound || error.code === 'NoSuchUpload');
            if (!gone) throw error;
        }
    }
    /** The ids of all unfinished uploads of exactly this key. */ async unfinished() {
        const purpose = {
            doing: `look for unfinished uploads of ${this.name}`,
            permission: 's3:ListBucketMultipartUploads',
            cleanup: true
        };
        const command = new dist_cjs.ListMultipartUploadsCommand({
            Bucket: this.target.Bucket,
            Prefix: this.target.Key
        });
        const page = await this.connection.send(purpose, (client, abortSignal)=>client.send(command, {
                abortSignal
            }));
        return (page.Uploads ?? []).flatMap(({ Key, UploadId })=>Key === this.target.Key && UploadId !== undefined ? [
                UploadId
            ] : []);
    }
}
function checksumOf(kind, digest) {
    if (digest === undefined) return {};
    const text = digest.toString('base64');
    return kind === 'md5' ? {
        ContentMD5: text
    } : {
        ChecksumSHA256: text
    };
}

;// CONCATENATED MODULE: ./lib/storage/s3/parts.js
const MIB = 1024 * 1024;
const LEAST = 8 * MIB;
/** Parts grow for the sake of fewer parts up to here; beyond, only because there may be no more parts. */ const COMFORTABLE = 64 * MIB;
/** S3 allows 5 GiB; Node cannot hold more than 4 GiB in one buffer. */ const MOST = 2048 * MIB;
const BUFFERS = 64 * MIB;
/** Enough to hide the latency of a request at a gigabit; more would only cost memory. */ const MOST_PARALLEL = 3;
/**
 * Cuts an object whose size is only estimated. A thousand parts suffice for up to 64 GB. All are equal (R2 demands it)
 * up to half of `maxParts`; only when the estimate was that much too small do they grow, doubling every twentieth of
 * `maxParts`, so that the number of parts does not end a backup: without any estimate there is room for 3.9 TiB.
 */ function planParts(estimatedBytes, maxParts) {
    const estimate = estimatedBytes ?? 0;
    const wanted = Math.max(LEAST, Math.min(COMFORTABLE, estimate / 1000), estimate / (maxParts / 2));
    const base = Math.min(MOST, Math.ceil(wanted / MIB) * MIB);
    return {
        parallel: Math.max(1, Math.min(MOST_PARALLEL, Math.floor(BUFFERS / base) - 1)),
        partBytes: (index)=>{
            if (index < maxParts / 2) return base;
            const step = Math.floor((index - maxParts / 2) / (maxParts / 20)) + 1;
            return Math.min(MOST, base * 2 ** step);
        }
    };
}

;// CONCATENATED MODULE: ./lib/storage/s3/upload.js









/**
 * An object on its way to S3. A first part that is short is the whole object and goes in one request; everything else
 * is a multipart upload. The object carries a mark of this upload, so that after an answer that never reached us we can
 * tell whether the object that is there is the one we wrote.
 */ class S3Upload {
    connection;
    key;
    retry;
    parallel;
    plan;
    stop = new AbortController();
    mark = (0,external_node_crypto_.randomUUID)();
    object;
    starting;
    parts = new Map();
    underWay = new Set();
    /** The whole object, where it is small. */ small;
    /** An upload may have been started whose id never reached us. */ strays = false;
    /** The object was asked for: it may be there, whatever we heard. */ asked = false;
    stored;
    state = 'open';
    constructor(connection, key, options, retry){
        this.connection = connection;
        this.key = key;
        this.retry = retry;
        this.plan = planParts(options.estimatedBytes, connection.settings.maxParts);
        this.parallel = this.plan.parallel;
        this.object = new S3Object(connection, key, this.mark, this.stop.signal);
    }
    partBytes(index) {
        return this.plan.partBytes(index);
    }
    async part(index, bytes) {
        if (index === 0 && bytes.byteLength < this.partBytes(0)) {
            this.small = Buffer.from(bytes);
            return;
        }
        const uploadId = await this.start();
        this.parts.set(index, await this.track(this.object.part(uploadId, index, bytes)));
    }
    start() {
        this.starting ??= this.track(this.object.start()).catch((error)=>{
            this.starting = undefined;
            // Only a clear refusal says that nothing was started.
            if (!(error instanceof storage_errors/* StoreError */.AD) || error.retryable) this.strays = true;
            throw error;
        });
        return this.starting;
    }
    async track(work) {
        this.underWay.add(work);
        try {
            return await work;
        } finally{
            this.underWay.delete(work);
        }
    }
    async complete(expected) {
        this.stored ??= await this.track(this.store(expected));
        const readBack = await this.track(this.prove(expected, this.stored));
        // The object is whole: a key that may not list uploads must not cost it.
        if (this.strays) await this.abortStrays().catch((error)=>this.retry.reporter?.warn((0,errors/* messageOf */.bD)(error)));
        this.state = 'proven';
        return {
            bytes: expected.bytes,
            readBack
        };
    }
    /** Makes the object appear. When an earlier attempt did so without our hearing of it, that one counts. */ async store(expected) {
        const askedBefore = this.asked;
        this.asked = true;
        if (this.starting === undefined) {
            const { checksum, part } = await this.object.put(this.small ?? new Uint8Array());
            this.parts.set(0, part);
            return {
                checksum,
                multipart: false
            };
        }
        const parts = this.sortedParts();
        const bytes = parts.reduce((sum, part)=>sum + part.bytes, 0);
        if (bytes !== expected.bytes) throw new storage_errors/* StoreError */.AD(`${this.object.name}: ${bytes} of ${expected.bytes} bytes were sent as parts.`);
        try {
            return {
                checksum: await this.object.join(await this.starting, parts),
                multipart: true
            };
        } catch (error) {
            const gone = error instanceof storage_errors/* StoreError */.AD && error.code === 'NoSuchUpload';
            if (gone && askedBefore && await this.isOurs()) return {
                checksum: undefined,
                multipart: true
            };
            throw error;
        }
    }
    sortedParts() {
        return Array.from({
            length: this.parts.size
        }, (_, index)=>{
            const part = this.parts.get(index);
            if (part === undefined) throw new storage_errors/* StoreError */.AD(`${this.object.name}: part ${index + 1} was never sent.`);
            return part;
        });
    }
    async prove(expected, stored) {
        const head = await this.object.head();
        if (head === undefined) {
            // Some services report a failed join in the body of a good answer. What is not there can be asked for again.
            this.stored = undefined;
            throw new storage_errors/* StoreError */.AD(`${this.object.name} is not there although the store took it.`, {
                retryable: true
            });
        }
        const { kind } = this.object;
        const shown = kind === 'sha256' ? stored.checksum ?? head.sha256 : head.etag;
        const digests = this.sortedParts().map(({ digest })=>digest);
        const ours = wholeChecksum(kind, digests, stored.multipart);
        const rightSize = head.bytes === expected.bytes;
        if (rightSize && ours !== undefined && shown === ours) return kind;
        // An ETag need not be an MD5 (encryption, other services): then only the bytes themselves can tell.
        const found = rightSize ? await (0,digest/* digestOf */.ol)(await download(this.connection, this.key, this.retry, this.stop.signal)) : {
            bytes: head.bytes ?? 0,
            sha256: undefined
        };
        if (found.sha256 !== undefined && (0,digest/* sameDigest */.VB)({
            bytes: found.bytes,
            sha256: found.sha256
        }, expected)) return 'read-again';
        if (head.mark !== this.mark) throw new storage_errors/* StoreError */.AD(`${this.object.name} is not what was just sent there. Either something else writes to the same place, ` + `or ${this.connection.where} is no S3 service: check endpoint= in the storage URL.`);
        await this.removeOurs();
        throw new storage_errors/* StoreError */.AD(`${this.object.name} is not what was sent: ${expected.bytes} bytes with SHA-256 ${expected.sha256} were sent, ` + `the store has ${found.bytes} bytes${found.sha256 === undefined ? '' : ` with ${found.sha256}`}. ` + 'It was removed. Run the backup again; if this comes back, do not trust this store.');
    }
    async isOurs() {
        return (await this.object.head(true))?.mark === this.mark;
    }
    async abort() {
        if (this.state === 'proven') return;
        this.state = 'aborted';
        this.stop.abort();
        await Promise.allSettled(this.underWay);
        const uploadId = await this.starting?.catch(()=>undefined);
        const cleaning = [];
        if (uploadId !== undefined) cleaning.push(this.object.abort(uploadId));
        if (this.strays) cleaning.push(this.abortStrays());
        if (this.asked) cleaning.push(this.removeOurs());
        const failed = (await Promise.allSettled(cleaning)).find((result)=>result.status === 'rejected');
        if (failed === undefined) return;
        const reason = failed.reason;
        throw new storage_errors/* StoreError */.AD(`What was sent of ${this.object.name} may be left in the bucket and cost storage. ` + `Let a lifecycle rule of the bucket remove unfinished multipart uploads after a few days. ` + (reason instanceof Error ? reason.message : ''), {
            retryable: (0,storage_errors/* isRetryable */.r3)(reason)
        });
    }
    async removeOurs() {
        if (await this.isOurs()) await removeObject(this.connection, this.key);
    }
    /** No one else writes this key: unfinished uploads of it are attempts of ours whose answer was lost. */ async abortStrays() {
        for (const uploadId of (await this.object.unfinished()))await this.object.abort(uploadId);
        this.strays = false;
    }
}

;// CONCATENATED MODULE: ./lib/storage/s3/store.js








/** A bucket, or what lies below a prefix in it. */ class S3Store {
    url;
    connection;
    retry;
    readsAtOnce = SOCKETS;
    constructor(url, connection, retry){
        this.url = url;
        this.connection = connection;
        this.retry = retry;
    }
    // eslint-disable-next-line @typescript-eslint/require-await -- the first request comes with the first part
    async upload(key, options = {}) {
        return new S3Upload(this.connection, (0,keys/* checkKey */.y)(key), options, this.retry);
    }
    async get(key) {
        const bytes = await download(this.connection, (0,keys/* checkKey */.y)(key), this.retry);
        return external_node_stream_.Readable.from(bytes, {
            objectMode: false
        });
    }
    async stat(key) {
        const purpose = {
            doing: `look at ${this.connection.name(key)}`,
            permission: 's3:GetObject and s3:ListBucket'
        };
        try {
            const head = await this.connection.send(purpose, (client, abortSignal)=>client.send(new dist_cjs.HeadObjectCommand({
                    Bucket: this.connection.bucket,
                    Key: this.connection.key((0,keys/* checkKey */.y)(key))
                }), {
                    abortSignal
                }));
            return {
                key,
                bytes: head.ContentLength ?? 0,
                modified: head.LastModified ?? new Date(0)
            };
        } catch (error) {
            if (error instanceof storage_errors/* StoreError */.AD && error.notFound) return undefined;
            throw error;
        }
    }
    async *list(prefix) {
        for await (const { Contents } of this.pages((0,keys/* checkPrefix */.b)(prefix))){
            for (const { Key, Size, LastModified } of Contents ?? []){
                // Consoles make empty objects that end in a slash, to show a folder.
                if (Key === undefined || Key.endsWith('/')) continue;
                yield {
                    key: this.relative(Key),
                    bytes: Size ?? 0,
                    modified: LastModified ?? new Date(0)
                };
            }
        }
    }
    async folders(prefix) {
        (0,keys/* checkPrefix */.b)(prefix);
        const parent = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
        const names = [];
        for await (const { CommonPrefixes } of this.pages(parent, '/')){
            for (const { Prefix } of CommonPrefixes ?? []){
                if (Prefix !== undefined) names.push(this.relative(Prefix).slice(parent.length, -1));
            }
        }
        return names;
    }
    async *pages(prefix, delimiter) {
        const purpose = {
            doing: `list ${this.connection.name(prefix)}`,
            permission: 's3:ListBucket'
        };
        let token;
        do {
            const command = new dist_cjs.ListObjectsV2Command({
                Bucket: this.connection.bucket,
                Prefix: this.connection.key(prefix),
                ...delimiter === undefined ? {} : {
                    Delimiter: delimiter
                },
                ...token === undefined ? {} : {
                    ContinuationToken: token
                }
            });
            const page = await this.connection.send(purpose, (client, abortSignal)=>client.send(command, {
                    abortSignal
                }));
            yield page;
            if (page.IsTruncated === true && page.NextContinuationToken === undefined) throw new storage_errors/* StoreError */.AD(`Could not ${purpose.doing}. The service ended the list half-way, so it cannot be trusted.`);
            token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
        }while (token !== undefined)
    }
    async remove(key) {
        await removeObject(this.connection, (0,keys/* checkKey */.y)(key));
    }
    locate(key) {
        const path = this.connection.key((0,keys/* checkKey */.y)(key)).split('/').map(encodeURIComponent).join('/');
        return `s3://${this.connection.bucket}/${path}`;
    }
    relative(key) {
        return key.slice(this.connection.location.prefix.length);
    }
}

;// CONCATENATED MODULE: ./lib/storage/s3/open.js




/** Opens an S3 store. AWS_MAX_ATTEMPTS, which the SDKs know, says how often a request is tried. */ function openS3Store(url, location, context, retry) {
    const settings = (0,s3_settings/* s3Settings */.o)(location, context.env);
    const timeouts = {
        ...S3_TIMEOUTS,
        ...context.timeouts
    };
    const connection = new S3Connection(location, settings, timeouts, context.signal);
    const attempts = Number(context.env.AWS_MAX_ATTEMPTS);
    const options = Number.isInteger(attempts) && attempts > 0 ? {
        attempts,
        ...retry
    } : retry;
    return (0,storage_retry/* withRetry */.b)(new S3Store(url, connection, options), options);
}


/***/ })

};
