import type { RunRecord } from '../../backup/history.js';
import type { Inventory } from '../../backup/inventory.js';
import type { Policy } from '../../retention/types.js';
import type { StatusResult } from '../result.js';

/** What lies in one storage. */
export interface Contents {
  inventory: Inventory;
  /** Oldest first. */
  records: readonly RunRecord[];
}

/** Everything that the page shows. */
export interface Report {
  result: StatusResult;
  /** Of each storage in the result; undefined where nothing could be read, or there is no family. */
  contents: readonly (Contents | undefined)[];
  /** What the next prune keeps. */
  policy: Policy;
  /** `owner/name`, where it is known. */
  repository?: string | undefined;
  now: Date;
}
