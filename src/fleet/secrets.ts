import type { Problem } from './types.js';

const DO = 'Put it into a secret of the repository, and write the name of that secret here';

/** What gives a secret away, wherever it stands: comments are read by the same people. */
const SECRETS: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/postgres(?:ql)?:\/\//i, 'the URL of a database'],
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s/@'"]*:[^\s/@'"]+@/i, 'a URL with a password'],
  [/\b(?:ssl)?password\s*=\s*\S/i, 'a password'],
  [/AGE-SECRET-KEY-/i, 'an age secret key'],
  [/\bhooks\.slack\.com\/services\//i, 'the URL of a Slack webhook'],
  [/\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/, 'an AWS access key'],
  [/\baws_secret_access_key\W{1,3}[\w/+]{40}/i, 'a secret key of AWS'],
  [/\b(?:gh[pousr]_|github_pat_)\w{20,}/, 'a GitHub token'],
];

/** Every line of the file that holds what looks like a secret; the secret is not repeated. */
export function secretsIn(text: string): Problem[] {
  return text.split(/\r\n|\r|\n/).flatMap((line, index) => {
    for (const [pattern, what] of SECRETS) {
      const found = pattern.exec(line);
      if (found !== null)
        return [
          {
            line: index + 1,
            column: found.index + 1,
            message: `${what} stands in this file, for everybody who can read the repository. ${DO}; replace it if this was ever pushed`,
          },
        ];
    }
    return [];
  });
}
