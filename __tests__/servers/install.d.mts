export function installServers(): Promise<string>;
export function majors(): number[];
