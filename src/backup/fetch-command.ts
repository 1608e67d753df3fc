import { fileURLToPath } from 'node:url';
import { shell } from '../base/text.js';
import { s3Settings } from '../storage/s3/settings.js';
import { parseStorageUrl } from '../storage/url.js';

/**
 * The stock command that brings a backup's files into the current folder. Whoever runs it in a disaster has credentials
 * and nothing else, so what only this run's environment says of an S3 service is written out.
 * @param url the storage's URL, as the user wrote it
 * @param location the URL of the backup's own folder
 * @param env what the store was opened with
 */
export function fetchCommand(url: string, location: string, env: NodeJS.ProcessEnv): string {
  const storage = parseStorageUrl(url);
  if (storage.scheme === 'file') return `cp -r ${shell(`${fileURLToPath(location)}/.`)} .`;
  if (storage.scheme === 'artifact') return artifactCommand(location, env);
  const { endpoint, region } = s3Settings(storage.s3, env);
  return [
    `aws s3 cp --recursive ${shell(`${decodeURIComponent(location)}/`)} .`,
    ...(endpoint === undefined ? [] : [`--endpoint-url ${shell(withoutUser(endpoint))}`]),
    ...(region === undefined ? [] : [`--region ${shell(region)}`]),
  ].join(' ');
}

/** The run that makes the backup is the one that we are part of; `~2` ends a name that the run had given before. */
function artifactCommand(location: string, env: NodeJS.ProcessEnv): string {
  const [, owner, repository, name, id] =
    /^artifact:\/\/([^/]+)\/([^/]+)\/([^/]+)\/([^/]+)/.exec(location) ?? [];
  const actions = `repos/${owner}/${repository}/actions`;
  const run = env['GITHUB_RUN_ID'];
  const list = `${actions}${run === undefined ? '' : `/runs/${run}`}/artifacts?per_page=100`;
  const prefix = `pgkeep.${name}.${id}.`;
  const pick = `.artifacts[] | select(.name | startswith("${prefix}")) | "\\(.id) \\(.name)"`;
  return [
    `gh api --paginate ${shell(list)} --jq ${shell(pick)}`,
    `while read -r id name; do file="\${name#${prefix}}"; gh api "${actions}/artifacts/$id/zip" > "\${file%~*}"; done`,
  ].join(' | ');
}

/** Nobody checked an address that stands in the environment: it may hold a password. */
function withoutUser(endpoint: string): string {
  if (!URL.canParse(endpoint)) return endpoint;
  const { protocol, host, pathname } = new URL(endpoint);
  return `${protocol}//${host}${pathname}`.replace(/\/+$/, '');
}
