export const ACCESS_KEY: string;
export const SECRET_KEY: string;
export function missingCeph(): string[];
export interface CephServer {
  endpoint: string;
  port: number;
  accessKey: string;
  secretKey: string;
  env: Record<string, string>;
  folder: string;
  stop(): void;
}
export function startCeph(options?: {
  store?: 'memstore' | 'bluestore';
  sizeGib?: number;
  folder?: string;
}): Promise<CephServer>;
