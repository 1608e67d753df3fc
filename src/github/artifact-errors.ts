import { codeOf, messageOf } from '../base/errors.js';
import { NAME_TAKEN } from '../storage/artifact/access.js';
import { StoreError } from '../storage/errors.js';

const BROKEN =
  /Unable to make request|Upload progress stalled|socket hang up|ECONN|ETIMEDOUT|EPIPE|EAI_AGAIN|ENOTFOUND/;

/**
 * What @actions/artifact throws when it cannot make an artifact. Its errors are told apart by their text: the client
 * wraps its own classes in plain errors (`artifact-twirp-client.js`, `request`).
 */
export function uploadError(error: unknown, name: string): StoreError {
  const said = messageOf(error);
  const could = `Could not make the artifact ${name}.`;
  if (/storage quota|insufficient usage/i.test(said))
    return new StoreError(
      `${could} The artifact storage of this account is used up. GitHub counts gigabyte-hours over the month, for all repositories and Packages together: what was stored until now stays counted, so deleting artifacts does not help at once, and uploads are blocked until the month ends. Raise the spending limit, or store in s3://bucket/prefix, which this does not touch.`,
      { code: 'QUOTA', cause: error },
    );
  if (/\(409\)/.test(said))
    return new StoreError(`${could} This run has made one of that name already.`, {
      code: NAME_TAKEN,
      cause: error,
    });
  if (/\((401|403)\)/.test(said))
    return new StoreError(
      `${could} GitHub refused it: artifacts can be made only while the job runs, and only where the settings of the repository or organization allow them.`,
      { cause: error },
    );
  if (/ACTIONS_RUNTIME_TOKEN|ACTIONS_RESULTS_URL|JWT token/.test(said))
    return new StoreError(
      `${could} GitHub gives what that needs to actions only, not to programs that a run: step starts. Use the action, not the command line.`,
      { cause: error },
    );
  // The Azure client's RestError has the status of the last of its own attempts.
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  const passing = BROKEN.test(said) || BROKEN.test(codeOf(error) ?? '') || typeof status === 'number';
  return new StoreError(
    `${could} ${passing ? 'The connection to GitHub broke off, or its store did not take the bytes' : firstLine(said)}.`,
    { retryable: passing, cause: error },
  );
}

/** What follows may be an answer of a server, with everything that was sent. */
function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').replace(/\.$/, '').slice(0, 300);
}
