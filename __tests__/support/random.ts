/** Numbers that look random and are the same for the same seed, so that a history that failed can be had again. */
export class Random {
  constructor(private state: number) {}

  /** A whole number from 0 to below `below`. The generator is mulberry32. */
  below(below: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.below(items.length)] ?? items[0];
  }
}

/** A new seed for every run; `PGKEEP_SEED=` makes a run that failed happen again. Put it in the suite's name. */
export function seedOfRun(): number {
  const given = Number(process.env.PGKEEP_SEED);
  return given > 0 ? given : Math.floor(Math.random() * 2 ** 31) + 1;
}
