#!/usr/bin/env node
// At once: the title takes the arguments, which may hold a secret, out of the process list.
process.title = 'pgkeep';
const { runCli } = await import('./index.js');
await runCli();
