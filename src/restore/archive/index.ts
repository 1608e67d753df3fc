export { readContents, type ArchiveRequest } from './contents.js';
export { definitionsHash } from './definitions.js';
export { dependsOnForeign, isNeutralised, type RelationName } from './foreign.js';
export { restoreInto, type Restored, type RestoreInto } from './into.js';
export { dropSubscriptions, neutralise } from './neutralise.js';
export { restoreArchive } from './restore.js';
export { rolesNamedIn } from './roles.js';
export { selectEntries, type Selected, type SelectRequest } from './select/select.js';
