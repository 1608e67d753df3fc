export const PASSWORD: string;
export interface PostgresServer {
  major: number;
  port: number;
  folder: string;
  socket: string;
  log: string;
  pid: number;
  url(database?: string, user?: string, password?: string): string;
  stop(how?: NodeJS.Signals): Promise<void>;
}
export function freePort(): Promise<number>;
export function listening(port: number, seconds?: number): Promise<void>;
export function startPostgres(options: {
  major: number;
  config?: Record<string, string | number>;
  initdb?: string[];
  bin?: string;
}): Promise<PostgresServer>;
