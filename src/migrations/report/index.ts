export { migrationPage } from './page.js';
export { migrationComment, migrationSummary } from './summary.js';
export { migrationText, type TextOptions } from './text.js';
