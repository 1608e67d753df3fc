import { fileURLToPath } from 'node:url';
import { shell } from '../base/text.js';
import { parseStorageUrl } from '../storage/url.js';

/**
 * The stock command that brings a backup's files into the current folder.
 * @param url the storage's URL, as the user wrote it; an endpoint that stands in the environment alone is not known here.
 * @param location the URL of the backup's own folder.
 */
export function fetchCommand(url: string, location: string): string {
  const storage = parseStorageUrl(url);
  if (storage.scheme === 'file') return `cp -r ${shell(`${fileURLToPath(location)}/.`)} .`;
  const { endpoint, region } = storage.s3;
  return [
    `aws s3 cp --recursive ${shell(`${decodeURIComponent(location)}/`)} .`,
    ...(endpoint === undefined ? [] : [`--endpoint-url ${shell(endpoint)}`]),
    ...(region === undefined ? [] : [`--region ${shell(region)}`]),
  ].join(' ');
}
