import { CancelledError, codeOf, messageOf, UserError } from '../../base/errors.js';
import { StoreError } from '../errors.js';

/** What was attempted, for the message. */
export interface S3Attempt {
  /** `write s3://bucket/key` */
  doing: string;
  bucket: string;
  /** Where the bucket was looked for: an endpoint's address, or AWS and its region. */
  where: string;
  /** What the key must be allowed to do: `s3:PutObject`. */
  permission: string;
}

type Explain = (attempt: S3Attempt, error: Said) => string;

interface Said {
  code: string;
  status: number | undefined;
  region: string | undefined;
}

const wrongRegion: Explain = ({ bucket, where }, { region }) =>
  `The bucket ${bucket} lives in another region than ${where}. ` +
  (region === undefined
    ? 'Set region= in the storage URL, or AWS_REGION.'
    : `Set region=${region} in the storage URL.`);
const expired: Explain = () =>
  'The credentials have expired or were revoked. A long backup needs a session that outlasts it ' +
  '(role-duration-seconds of aws-actions/configure-aws-credentials; the role must allow as much).';
const denied: Explain = ({ bucket, permission }) =>
  `Access was denied. These credentials need ${permission} on the bucket ${bucket} (and kms:GenerateDataKey and kms:Decrypt with sse=aws:kms).`;
const locked: Explain = () =>
  'It is locked against removal (Object Lock, a legal hold or a retention rule of the bucket). ' +
  'Keep backups for at least as long as the lock lasts, or shorten the lock.';
const full: Explain = () =>
  'The storage is full or its quota is used up. Free some space or raise the quota.';
const unknownKey: Explain = ({ where }) =>
  `The access key id is not known at ${where}. Check AWS_ACCESS_KEY_ID or the profile, and that the endpoint is the provider's who issued it.`;

/** What S3 services say, and what that means for the user. */
const EXPLAINED: Record<string, Explain> = {
  NoSuchBucket: ({ bucket, where }) =>
    `The bucket ${bucket} does not exist at ${where}. Create it, or correct the bucket, endpoint= or region= in the storage URL.`,
  AccessDenied: denied,
  Forbidden: denied,
  AllAccessDisabled: denied,
  AccountProblem: denied,
  InvalidAccessKeyId: unknownKey,
  InvalidAccessKey: unknownKey,
  SignatureDoesNotMatch: () =>
    'The secret key does not belong to the access key id (or the region is wrong). Check AWS_SECRET_ACCESS_KEY or the profile.',
  ExpiredToken: expired,
  ExpiredTokenException: expired,
  TokenRefreshRequired: expired,
  InvalidToken: expired,
  RequestTimeTooSkewed: () =>
    "This machine's clock is more than 15 minutes off, so the store refuses its signatures. Set the clock (NTP).",
  RequestExpired: () =>
    "This machine's clock is wrong, so the store refuses its signatures. Set the clock (NTP).",
  CredentialsProviderError: () =>
    'No credentials were found. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, run aws-actions/configure-aws-credentials before this, or name a profile.',
  PermanentRedirect: wrongRegion,
  TemporaryRedirect: wrongRegion,
  AuthorizationHeaderMalformed: wrongRegion,
  IllegalLocationConstraintException: wrongRegion,
  NotImplemented: ({ where }) =>
    `The service at ${where} does not know this operation or one of its settings. Leave out storage-class=, sse= and kms-key-id=, or use a service that has them.`,
  EntityTooLarge: () => 'The object is larger than this service takes.',
  InvalidStorageClass: () =>
    'The service does not have the storage class of the storage URL. Correct or leave out storage-class=.',
  QuotaExceeded: full,
  XMinioStorageFull: full,
  InsufficientStorage: full,
  InvalidBucketName: ({ bucket }) => `The service does not take "${bucket}" as the name of a bucket.`,
  NoSuchUpload: () =>
    'The store no longer knows the upload: someone or a lifecycle rule removed it while it was written.',
};

/** Services refuse the removal of a locked object under the names of other faults; only their words tell. */
const LOCKED = /\bobject lock\b|\bWORM protected\b|\blegal hold\b|\bis (currently )?immutable\b/i;

/** What passes by itself: a busy or restarting service, a digest broken on the way. */
const PASSING =
  /^(SlowDown|SlowDownWrite|SlowDownRead|InternalError|ServiceUnavailable|RequestTimeout|Throttling.*|TooManyRequests.*|RequestLimitExceeded|BadDigest|XAmzContentSHA256Mismatch|XAmzContentChecksumMismatch|IncompleteBody|OperationAborted|ConditionalRequestConflict)$/;
const PASSING_STATUS = [408, 425, 429, 500, 502, 503, 504];

const CUT = /^(ECONNRESET|EPIPE|ECONNABORTED|ERR_STREAM_PREMATURE_CLOSE|ERR_HTTP2_.*)$/;
const UNREACHABLE = /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL|EAI_AGAIN)$/;
const TLS = /CERT|^(EPROTO|ERR_TLS.*|ERR_SSL.*|UNABLE_TO_.*)$/;

/**
 * Turns whatever the SDK or the network threw into an error that says what to do and whether trying again can help.
 * The SDK's own errors are not kept: beside the message they carry keys, tokens and signed text.
 */
export function s3Error(error: unknown, attempt: S3Attempt): Error {
  if (error instanceof UserError || error instanceof CancelledError) return error;
  const said = saidBy(error);
  const start = `Could not ${attempt.doing}.`;
  const { code, status } = said;
  if (code === 'AbortError') return new CancelledError();
  if (code === 'NoSuchKey' || (status === 404 && (code === 'NotFound' || code === '')))
    return new StoreError(`${start} There is no such object.`, { notFound: true });
  const explained = explanation(said, messageOf(error));
  if (explained !== undefined)
    return new StoreError(`${start} ${explained(attempt, said)}`, { cause: causeOf(error, said), code });
  const network = status === undefined ? networkFault(code, messageOf(error), attempt) : undefined;
  if (network !== undefined)
    return new StoreError(`${start} ${network.text}`, {
      cause: causeOf(error, said),
      retryable: network.retryable,
    });
  return unexplained(error, said, attempt);
}

function unexplained(error: unknown, said: Said, { doing, where }: S3Attempt): StoreError {
  const { code, status } = said;
  const retryable = PASSING.test(code) || (status !== undefined && PASSING_STATUS.includes(status));
  const answer = [status, code].filter((part) => part !== undefined && part !== '').join(' ');
  const told = answer === '' ? 'something that is not S3' : answer;
  const words = retryable ? '.' : `: ${cleaned(messageOf(error))}`;
  return new StoreError(`Could not ${doing}. The service at ${where} answered ${told}${words}`, {
    cause: causeOf(error, said),
    retryable,
    code,
  });
}

function explanation({ code, status }: Said, message: string): Explain | undefined {
  if (status !== undefined && LOCKED.test(message)) return locked;
  return Object.hasOwn(EXPLAINED, code) ? EXPLAINED[code] : byStatus(status);
}

function byStatus(status: number | undefined): Explain | undefined {
  if (status === 401 || status === 403) return denied;
  if (status === 301 || status === 307) return wrongRegion;
  if (status === 501) return EXPLAINED.NotImplemented;
  return status === 507 ? full : undefined;
}

function networkFault(
  code: string,
  message: string,
  { where }: S3Attempt,
): { text: string; retryable: boolean } | undefined {
  if (/Region is missing/.test(message))
    return { text: 'No region is known. Set region= in the storage URL, or AWS_REGION.', retryable: false };
  if (code === 'ENOTFOUND')
    return {
      text: `The host of ${where} does not exist in DNS. Check endpoint= and region=.`,
      retryable: false,
    };
  if (TLS.test(code))
    return {
      text: `No trusted TLS connection to ${where} could be made (${code}). Check that endpoint= has the right scheme and host; for a certificate authority of your own set NODE_EXTRA_CA_CERTS to its file.`,
      retryable: false,
    };
  if (UNREACHABLE.test(code))
    return {
      text: `${where} cannot be reached (${code}). Check endpoint=, the network and firewalls.`,
      retryable: true,
    };
  if (code === 'TimeoutError' || code === 'ETIMEDOUT')
    return { text: `${where} did not answer in time.`, retryable: true };
  if (CUT.test(code) || /socket hang up|aborted|premature|network socket disconnected/i.test(message))
    return { text: `The connection to ${where} was cut.`, retryable: true };
  return undefined;
}

/** What the error says of itself. Services name errors by `name`, Node by `code`; an answer without a body has neither. */
function saidBy(error: unknown): Said {
  if (typeof error !== 'object' || error === null) return { code: '', status: undefined, region: undefined };
  const { name, $metadata, $response } = error as {
    name?: unknown;
    $metadata?: { httpStatusCode?: number };
    $response?: { statusCode?: number; headers?: Record<string, string> };
  };
  const status = $metadata?.httpStatusCode ?? $response?.statusCode;
  const named =
    typeof name === 'string' &&
    !/^(Error|TypeError|SyntaxError|AggregateError|UnknownError|Unknown|\d+)$/.test(name)
      ? name
      : '';
  return {
    code: named === '' ? (codeOf(error) ?? wrappedCode(error)) : named,
    status,
    region: $response?.headers?.['x-amz-bucket-region'],
  };
}

/** The system's code where the SDK wrapped an error that it did not take for one, and kept only its text. */
function wrappedCode(error: object): string {
  return /\b(E[A-Z]{4,}|EPIPE|EAI_AGAIN|AbortError)\b/.exec(messageOf(error))?.[1] ?? '';
}

function causeOf(error: unknown, { code, status }: Said): Error {
  return new Error(
    [status, code, cleaned(messageOf(error))].filter((part) => part !== undefined && part !== '').join(' '),
  );
}

/** A service's own words, short and without signatures or keys. */
function cleaned(message: string): string {
  return message
    .replace(
      /(x-amz-[a-z-]+|authorization|signature|credential|awsaccesskeyid)(\s*[=:]\s*)[^\s&,;]+/gi,
      '$1$2***',
    )
    .replace(/\s+/g, ' ')
    .slice(0, 300);
}
