import { COMMANDS_WITH_STORAGE, type InputSpec } from '../spec.js';

/** Artifacts as a storage, and the token that they are read with. */
export const GITHUB = {
  'github-token': {
    type: 'secret',
    group: 'Storage',
    commands: COMMANDS_WITH_STORAGE,
    actionDefault: '${{ github.token }}',
    placeholder: 'TOKEN',
    description:
      'The token that artifacts are listed, read and deleted with; the job needs `permissions: actions: write` (`read` where nothing is deleted). On the command line `GITHUB_TOKEN`, with `GITHUB_REPOSITORY`',
    descriptions: {
      'check-migrations':
        'The token that artifacts are read with (`permissions: actions: read`), the pull request is commented with and its labels are read (`pull-requests: write`)',
    },
  },
  'artifact-retention-days': {
    type: 'number',
    min: 1,
    max: 400,
    group: 'How it is stored',
    commands: ['backup'],
    defaultText: "the repository's",
    placeholder: 'DAYS',
    description:
      'How long GitHub keeps artifacts (`artifact://`); a `keep-` policy that reaches further back is refused',
  },
} as const satisfies Record<string, InputSpec>;
