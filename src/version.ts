/** This pgkeep's version; the build puts package.json's in. */
export const VERSION = '__PGKEEP_VERSION__';
