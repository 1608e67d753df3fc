export { DatabaseGoneError } from './database.js';
export { effectsOf } from './effects.js';
export { readSchema } from './schema.js';
export { diffSchemas } from './schema-diff.js';
export type { SchemaObject } from './schema-objects.js';
export { namesOf, hasUncounted, newRoles, takeFacts } from './take.js';
export { NOTHING, type DatabaseFacts } from './types.js';
