export interface Contents {
  count: number;
  hash: string;
}
export const CONTENTS: string;
export function parseContents(text: string): Map<string, Contents>;
export function compare(
  source: ReadonlyMap<string, Contents>,
  restored: ReadonlyMap<string, Contents>,
): { name: string; source: number | undefined; restored: number | undefined; same: boolean }[];
