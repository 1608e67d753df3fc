export { commandEnvironment, databaseUrl, type Login } from './environment.js';
export { redactError, redactLine, redactor } from './redact.js';
export { openRelay, type Relay } from './relay.js';
export { sanitize } from './sanitize.js';
export { runShell } from './shell.js';
export { secretsOf } from './secrets.js';
