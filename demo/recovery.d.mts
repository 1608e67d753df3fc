export function recoveryCommands(markdown: string): { title: string; commands: string[] }[];
