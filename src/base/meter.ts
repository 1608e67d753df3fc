import type { Progress } from './reporter.js';
import { formatBytes, formatDuration } from './units.js';

/** Milliseconds between two progress lines in a log. */
export const LOG_EVERY_MS = 15_000;

// Before this much is known, an estimate of the time left would only jump about.
const ESTIMATE_AFTER_MS = 3000;
const ESTIMATE_FROM_SHARE = 0.01;

/** What is known of a piece of work at one moment. */
export interface Reading {
  label: string;
  bytes: number;
  /** Bytes a second since the work began; undefined in its first moment. */
  rate: number | undefined;
  /** 0 to 1; an estimate never says that all is done while it is not. */
  share: number | undefined;
  secondsLeft: number | undefined;
}

/**
 * Turns progress updates into rate and time left. Each label is a piece of work of its own, and several may be under
 * way at once; bytes that go back begin it anew.
 */
export class Meter {
  private readonly works = new Map<string, { startedAt: number; bytes: number }>();

  /**
   * @param now milliseconds of a clock that never goes back.
   * @returns whether this update began a new piece of work, and the reading.
   */
  update(progress: Progress, now: number): { started: boolean; reading: Reading } {
    const before = this.works.get(progress.label);
    const started = before === undefined || progress.bytes < before.bytes;
    const startedAt = started ? now : before.startedAt;
    this.works.set(progress.label, { startedAt, bytes: progress.bytes });
    const elapsed = now - startedAt;
    const share = progress.share === undefined ? undefined : Math.min(Math.max(progress.share, 0), 0.99);
    const estimable = share !== undefined && share >= ESTIMATE_FROM_SHARE && elapsed >= ESTIMATE_AFTER_MS;
    return {
      started,
      reading: {
        label: progress.label,
        bytes: progress.bytes,
        rate: elapsed > 0 ? (progress.bytes * 1000) / elapsed : undefined,
        share,
        secondsLeft: estimable ? ((elapsed / 1000) * (1 - share)) / share : undefined,
      },
    };
  }
}

/** `1.2 GiB, 85.0 MiB/s, 42%, about 3 min 5 s left`. */
export function describeReading({ bytes, rate, share, secondsLeft }: Reading): string {
  return [
    formatBytes(bytes),
    ...(rate === undefined ? [] : [`${formatBytes(rate)}/s`]),
    ...(share === undefined ? [] : [`${Math.floor(share * 100)}%`]),
    ...(secondsLeft === undefined ? [] : [`about ${formatDuration(secondsLeft)} left`]),
  ].join(', ');
}

/** Decides when a log gets a progress line: every 15 seconds, counted anew for each piece of work. */
export class ProgressLog {
  private readonly meter = new Meter();
  private readonly lastLines = new Map<string, number>();

  /** The line to write now, or undefined. */
  line(progress: Progress, now: number): string | undefined {
    const { started, reading } = this.meter.update(progress, now);
    if (started) this.lastLines.set(progress.label, now);
    if (now - (this.lastLines.get(progress.label) ?? now) < LOG_EVERY_MS) return undefined;
    this.lastLines.set(progress.label, now);
    return `${reading.label}: ${describeReading(reading)}`;
  }
}
