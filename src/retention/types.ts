/** How many backups a rule keeps: a whole number above 0, or all of them. */
export type Count = number | 'unlimited';

/** A span of calendar time, e.g. `1y5m7d2h`. Months are calendar months, in UTC. */
export interface Within {
  years: number;
  months: number;
  days: number;
  hours: number;
}

/** What to keep. A rule that is absent keeps nothing by itself; a policy without any rule keeps everything. */
export interface Policy {
  last?: Count;
  hourly?: Count;
  daily?: Count;
  weekly?: Count;
  monthly?: Count;
  yearly?: Count;
  /** Every backup made in this span before the newest one. */
  within?: Within;
}

/** What the plan needs to know of one backup. */
export interface Candidate {
  id: string;
  /** Of its snapshot. */
  time: Date;
  label: string | null;
  /** Its newest verification passed. */
  verified: boolean;
  /** As stored. */
  bytes: number;
}

/** The fate of one backup. */
export interface Decision {
  id: string;
  keep: boolean;
  /** Why it is kept: `daily snapshot 3 of 7`, ..., or what keeps it whatever the policy says. Empty where it is removed. */
  reasons: string[];
}

export interface RetentionPlan {
  /** Newest first. Only the backups that the policy looks at: with a label, those that carry it. */
  decisions: Decision[];
  keptBytes: number;
  removedBytes: number;
  /** What a reader of the plan should know besides, a sentence each. */
  notes: string[];
}
