/** The actions that have a reusable workflow. `prune` has none: a backup prunes by the same inputs. */
export const REUSABLE = ['backup', 'verify', 'restore', 'check-migrations', 'status'] as const;

export type Reusable = (typeof REUSABLE)[number];

/** An input of the workflow itself: what the job runs on, not what the action does. */
export interface JobInput {
  type: 'string' | 'number';
  /** One sentence for users, without a full stop. */
  description: string;
  default?: string | number;
}

/** Which runs wait for each other. */
interface Queue {
  /** For the reader of the workflow, line by line. */
  why: readonly string[];
  group: string;
  /** Whether a newer run ends an older one; else all wait their turn. */
  cancels: boolean;
}

interface Settings {
  timeoutMinutes: number;
  queue: Queue;
  /** The permissions that a calling job may have to give, each with what needs it. */
  permissions: Readonly<Record<string, string>>;
  /** The action's inputs that the workflow does not take, each with the reason. */
  notTaken: Readonly<Record<string, string>>;
}

const FAMILY: Queue = {
  why: [
    'Backups and verifications of one family (`name`) take turns: none is pruned while it is read. All wait (by default',
    'GitHub drops all but the last one that waits), and none is cancelled for another.',
  ],
  group: "pgkeep-${{ inputs.name || '{database}' }}",
  cancels: false,
};

const OWN_TOKEN = {
  'github-token': "the job's own token, with the permissions that the calling job gives it",
};
const GONE = 'a file on a runner that ends with the job: use the action itself for it';

const ROLE = { 'id-token: write': 'with `aws-role-to-assume`' };
const READS = { 'actions: read': 'with `artifact://`: artifacts are listed and read' };

export const WORKFLOWS: Readonly<Record<Reusable, Settings>> = {
  backup: {
    timeoutMinutes: 120,
    queue: FAMILY,
    permissions: { 'actions: write': 'with `artifact://`: artifacts are listed, read and deleted', ...ROLE },
    notTaken: OWN_TOKEN,
  },
  verify: {
    timeoutMinutes: 120,
    queue: FAMILY,
    permissions: {
      'actions: write':
        'with `artifact://`: artifacts are listed and read, and the verdict before this one deleted',
      ...ROLE,
    },
    notTaken: OWN_TOKEN,
  },
  restore: {
    // Where GitHub ends a hosted job: a restore should not be cut short by us.
    timeoutMinutes: 360,
    queue: {
      why: [
        'One restore at a time. They do not queue with the backups: a job that waits for its approval holds the group, for',
        'up to 30 days, and no backup may wait for that.',
      ],
      group: 'pgkeep-restore-${{ inputs.name }}',
      cancels: false,
    },
    permissions: { ...READS, ...ROLE },
    notTaken: OWN_TOKEN,
  },
  'check-migrations': {
    timeoutMinutes: 60,
    queue: {
      why: [
        'A newer commit of the pull request makes an older check pointless, and nothing is backed up here. Checks that differ',
        'in one of these inputs, such as those of a matrix, do not end each other.',
      ],
      // No `command`: GitHub takes no name of more than 400 characters.
      group:
        'pgkeep-check-migrations-${{ github.event.pull_request.number || github.ref }}-${{ inputs.name }}-${{ inputs.working-directory }}-${{ inputs.label }}-${{ inputs.postgres-version }}',
      cancels: true,
    },
    permissions: {
      'contents: read': 'always: the repository is checked out',
      'pull-requests: write': 'for the comment (not with `comment: false`) and `approve-label`',
      ...READS,
      ...ROLE,
    },
    notTaken: OWN_TOKEN,
  },
  status: {
    timeoutMinutes: 15,
    queue: {
      why: ['It only reads, so it need not wait for a backup; but two at once could open two issues.'],
      group: 'pgkeep-status-${{ inputs.name }}',
      cancels: false,
    },
    permissions: { 'issues: write': 'with `issue: true`', ...READS, ...ROLE },
    notTaken: { ...OWN_TOKEN, badge: GONE, report: GONE },
  },
};

/** The secrets that S3 is reached with, under the names that every program for AWS knows. */
export const AWS_SECRETS = {
  AWS_ACCESS_KEY_ID: 'The id of a key for `s3://`, where no role is taken',
  AWS_SECRET_ACCESS_KEY: 'The secret of that key',
  AWS_SESSION_TOKEN: 'The token of a temporary key',
} as const;

const SETUP: JobInput = {
  type: 'string',
  description:
    'What has to run before the check, such as `npm ci`: by bash, in `working-directory`, without any secret',
};

/** The inputs that a workflow takes beside those of its action. */
export function jobInputs(workflow: Reusable): Record<string, JobInput> {
  return {
    ...(workflow === 'check-migrations' ? { setup: SETUP } : {}),
    'runs-on': { type: 'string', description: 'The label of the runner', default: 'ubuntu-latest' },
    'timeout-minutes': {
      type: 'string',
      description: 'After how many minutes the job is ended',
      default: String(WORKFLOWS[workflow].timeoutMinutes),
    },
    environment: {
      type: 'string',
      description:
        'An environment of your repository that the job runs in; its secrets win over those of the same names that the calling job passes',
    },
    'aws-role-to-assume': {
      type: 'string',
      description: 'The ARN of a role on AWS that is taken by OIDC, so that no key is stored',
    },
    'aws-region': {
      type: 'string',
      description:
        'The region that this role is taken in, and that of the bucket where the storage URL names none',
    },
    'aws-role-duration-seconds': {
      type: 'string',
      description: 'How long the role is taken for: it must outlast the run, and the role must allow as much',
      default: '3600',
    },
  };
}
