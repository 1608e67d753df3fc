import { messageOf } from '../base/errors.js';
import type { Reporter } from '../base/reporter.js';
import type { IssueApi } from './issue-api.js';

const PAGE = 100;
/** More events than this are not read to learn a name. */
const PAGES = 20;

interface RestLabel {
  name?: string;
}

interface RestEvent {
  event: string;
  label?: RestLabel;
  actor?: { login?: string } | null;
}

/**
 * Whether a pull request carries a label, as GitHub says now: the payload of a run that is run again is as old as the first
 * run. Only people with the triage role, or more, can set one (docs.github.com, "Repository roles for an organization").
 * @returns the label, with who set it where that can be read; undefined where it is not there, or nobody can tell.
 */
export async function labelOf(
  api: IssueApi,
  number: number,
  label: string,
  reporter: Reporter,
): Promise<{ label: string; by: string | null } | undefined> {
  try {
    const labels = (await api.request('GET', `/${number}/labels?per_page=${PAGE}`)) as RestLabel[];
    if (!labels.some((each) => isSame(each, label))) return undefined;
  } catch (error) {
    reporter.warn(
      `The labels of pull request ${number} could not be read, so "${label}" counts as not set. ${messageOf(error)}`,
    );
    return undefined;
  }
  return { label, by: await setterOf(api, number, label, reporter) };
}

/** GitHub takes labels that differ in case alone for one. */
const isSame = ({ name }: RestLabel, label: string): boolean => name?.toLowerCase() === label.toLowerCase();

/** Who set a label that is set, the last time. Events are listed oldest first. */
async function setterOf(
  api: IssueApi,
  number: number,
  label: string,
  reporter: Reporter,
): Promise<string | null> {
  let by: string | null = null;
  try {
    for (let page = 1; page <= PAGES; page += 1) {
      const path = `/${number}/events?per_page=${PAGE}&page=${page}`;
      const events = (await api.request('GET', path)) as RestEvent[];
      for (const { event, label: of, actor } of events)
        if (event === 'labeled' && of !== undefined && isSame(of, label)) by = actor?.login ?? null;
      if (events.length < PAGE) return by;
    }
  } catch (error) {
    reporter.info(`Who set the label "${label}" could not be read. ${messageOf(error)}`);
  }
  return null;
}
