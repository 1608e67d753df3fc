export function notesOf(changelog: string, version: string): string | undefined;
export function faultsOf(
  version: string,
  texts: { packageJson: { version: string }; changelog: string },
): string[];
export function withPins(text: string, version: string, commit: string): string;
