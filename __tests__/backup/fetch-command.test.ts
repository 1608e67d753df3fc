import { expect, it } from '@jest/globals';
import { fetchCommand } from '../../src/backup/fetch-command.js';

it.each([
  ['file:///var/my%20backups', 'file:///var/my%20backups/shop/1', "cp -r '/var/my backups/shop/1/.' ."],
  ['s3://bucket/p', 's3://bucket/p/shop/1', 'aws s3 cp --recursive s3://bucket/p/shop/1/ .'],
  [
    "s3://bucket/it's?endpoint=https://s3.example.com&region=auto",
    "s3://bucket/it's/shop/1",
    "aws s3 cp --recursive 's3://bucket/it'\\''s/shop/1/' . --endpoint-url https://s3.example.com --region auto",
  ],
])('%s is fetched by stock programs', (url, location, command) => {
  expect(fetchCommand(url, location)).toBe(command);
});
