import { setTimeout as delay } from 'node:timers/promises';
import { codeOf } from '../base/errors.js';
import { webFetch } from '../base/web-fetch.js';

/** How patient a sender is. No message is worth more of a job's time. */
export interface Patience {
  attempts: number;
  /** Of one attempt, in milliseconds. */
  timeoutMs: number;
  /** The first wait in milliseconds; the next is three times as long. */
  waitMs: number;
}

export const PATIENCE: Patience = { attempts: 3, timeoutMs: 10_000, waitMs: 1000 };

/** What is sent: JSON, or text. */
export interface Message {
  type: 'application/json' | 'text/plain; charset=utf-8';
  body: string;
}

/** An answer that another attempt may change. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * Sends one message. Never throws: what it is about matters more than the message.
 * @returns undefined, or why it was not taken, without the URL, which is a secret.
 */
export async function send(
  url: string,
  message: Message,
  { attempts, timeoutMs, waitMs }: Patience = PATIENCE,
): Promise<string | undefined> {
  let why: string | undefined;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    if (attempt > 1) await delay(waitMs * 3 ** (attempt - 2));
    const answer = await once(url, message, timeoutMs);
    if (answer === undefined) return undefined;
    ({ why } = answer);
    if (!answer.passing) break;
  }
  return why;
}

async function once(
  url: string,
  { type, body }: Message,
  timeoutMs: number,
): Promise<{ why: string; passing: boolean } | undefined> {
  try {
    const response = await webFetch(url, {
      method: 'POST',
      headers: { 'content-type': type, 'user-agent': 'pgkeep' },
      body,
      signal: AbortSignal.timeout(timeoutMs),
    });
    // Unread bodies hold connections, and with them the process.
    await response.body?.cancel();
    if (response.ok) return undefined;
    return { why: `it answered ${response.status}`, passing: PASSING.has(response.status) };
  } catch (error) {
    return { why: reasonOf(error, timeoutMs), passing: true };
  }
}

/** In words that cannot hold the URL: nothing of the error but its code. */
function reasonOf(error: unknown, timeoutMs: number): string {
  const { name, cause } = error as { name?: unknown; cause?: unknown };
  if (name === 'TimeoutError') return `it gave no answer within ${timeoutMs / 1000} s`;
  const code = codeOf(cause) ?? codeOf(error);
  return code === undefined ? 'it could not be reached' : `it could not be reached (${code})`;
}
