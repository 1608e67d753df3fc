import { expect, it } from '@jest/globals';
import { fetchCommand } from '../../src/backup/fetch-command.js';

const AWS = 'aws s3 cp --recursive s3://bucket/p/shop/1/ .';
const here = { AWS_ENDPOINT_URL: 'https://all.example.com:9000/', AWS_DEFAULT_REGION: 'home' };

it.each<[string, string, NodeJS.ProcessEnv, string]>([
  ['file:///var/my%20backups', 'file:///var/my%20backups/shop/1', here, "cp -r '/var/my backups/shop/1/.' ."],
  ['s3://bucket/p', 's3://bucket/p/shop/1', {}, AWS],
  [
    "s3://bucket/it's?endpoint=https://s3.example.com&region=auto",
    "s3://bucket/it's/shop/1",
    here,
    "aws s3 cp --recursive 's3://bucket/it'\\''s/shop/1/' . --endpoint-url https://s3.example.com --region auto",
  ],
  [
    'artifact://',
    'artifact://acme/shop/shop.v2/20261120T020000Z-k3fd',
    { GITHUB_RUN_ID: '77' },
    `gh api --paginate 'repos/acme/shop/actions/runs/77/artifacts?per_page=100' --jq '.artifacts[] | select(.name | startswith("pgkeep.shop.v2.20261120T020000Z-k3fd.")) | "\\(.id) \\(.name)"'` +
      ` | while read -r id name; do file="\${name#pgkeep.shop.v2.20261120T020000Z-k3fd.}"; gh api "repos/acme/shop/actions/artifacts/$id/zip" > "\${file%~*}"; done`,
  ],
  // What only the environment says, since nobody will have that.
  ['s3://bucket/p', 's3://bucket/p/shop/1', { AWS_REGION: 'eu-central-1' }, `${AWS} --region eu-central-1`],
  [
    's3://bucket/p',
    's3://bucket/p/shop/1',
    here,
    `${AWS} --endpoint-url https://all.example.com:9000 --region home`,
  ],
  [
    's3://bucket/p',
    's3://bucket/p/shop/1',
    { ...here, AWS_ENDPOINT_URL_S3: 'https://s3.example.com/a b', AWS_REGION: 'auto' },
    `${AWS} --endpoint-url https://s3.example.com/a%20b --region auto`,
  ],
  // What follows from the address.
  [
    's3://bucket/p',
    's3://bucket/p/shop/1',
    { AWS_ENDPOINT_URL: 'https://x.r2.cloudflarestorage.com' },
    `${AWS} --endpoint-url https://x.r2.cloudflarestorage.com --region auto`,
  ],
  // Credentials are never written.
  [
    's3://bucket/p',
    's3://bucket/p/shop/1',
    {
      AWS_ENDPOINT_URL: 'https://s3.example.com',
      AWS_ACCESS_KEY_ID: 'key',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_PROFILE: 'mine',
    },
    `${AWS} --endpoint-url https://s3.example.com --region us-east-1`,
  ],
])('%s is fetched by stock programs', (url, location, env, command) => {
  expect(fetchCommand(url, location, env)).toBe(command);
});
