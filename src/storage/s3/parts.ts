const MIB = 1024 * 1024;
const LEAST = 8 * MIB;
/** Parts grow for the sake of fewer parts up to here; beyond, only because there may be no more parts. */
const COMFORTABLE = 64 * MIB;
/** S3 allows 5 GiB; Node cannot hold more than 4 GiB in one buffer. */
const MOST = 2048 * MIB;
const BUFFERS = 64 * MIB;
/** Enough to hide the latency of a request at a gigabit; more would only cost memory. */
const MOST_PARALLEL = 3;

/** How an object is cut. */
export interface PartPlan {
  /** How many parts may be under way at once. One buffer more than that is in memory. */
  parallel: number;
  /** The size of a part that is not the last, in bytes. */
  partBytes(index: number): number;
}

/**
 * Cuts an object whose size is only estimated. A thousand parts suffice for up to 64 GB. All are equal (R2 demands it)
 * up to half of `maxParts`; only when the estimate was that much too small do they grow, doubling every twentieth of
 * `maxParts`, so that the number of parts does not end a backup: without any estimate there is room for 3.9 TiB.
 */
export function planParts(estimatedBytes: number | undefined, maxParts: number): PartPlan {
  const estimate = estimatedBytes ?? 0;
  const wanted = Math.max(LEAST, Math.min(COMFORTABLE, estimate / 1000), estimate / (maxParts / 2));
  const base = Math.min(MOST, Math.ceil(wanted / MIB) * MIB);
  return {
    parallel: Math.max(1, Math.min(MOST_PARALLEL, Math.floor(BUFFERS / base) - 1)),
    partBytes: (index) => {
      if (index < maxParts / 2) return base;
      const step = Math.floor((index - maxParts / 2) / (maxParts / 20)) + 1;
      return Math.min(MOST, base * 2 ** step);
    },
  };
}
