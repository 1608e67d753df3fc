/** When a message is sent: for failures, for every run, or when a run ends in another way than the one before it. */
export type NotifyOn = 'failure' | 'always' | 'change';

/** Where messages go to. All of it is secret. */
export interface NotifyTargets {
  notifySlack?: string | undefined;
  notifyWebhook?: string | undefined;
  healthcheckUrl?: string | undefined;
  notifyOn: NotifyOn;
}

/** The newest backup that a family has, for whoever must know at night how much would be lost. */
export interface NewestBackup {
  id: string;
  /** ISO 8601, UTC. */
  snapshotAt: string;
  /** Whether its newest verification passed; null where there was none. */
  verified: boolean | null;
}

/** What a run did to one family. */
export interface FamilyNotice {
  /** The family. */
  name: string;
  database: string | null;
  outcome: 'success' | 'failure';
  /** The backup that was made, restored or verified. */
  backup: string | null;
  /** Why it failed, without the name of anything in the database. */
  reasons: string[];
  /** Null where there is none; undefined where the storage could not be asked. */
  newest: NewestBackup | null | undefined;
  /** How the run of the same action before this one ended; null where there was none; undefined where it is not known. */
  before: 'success' | 'failure' | null | undefined;
}

/** A run that ended, as messages tell it. */
export interface Notice {
  action: string;
  outcome: 'success' | 'failure';
  /** Why the run failed before, or beside, what it did to any family. */
  reasons: string[];
  families: FamilyNotice[];
  /** ISO 8601, UTC. */
  startedAt: string;
  finishedAt: string;
  /** Where it ran; nothing outside of GitHub. */
  run: { repository?: string; workflow?: string; runUrl?: string };
}
