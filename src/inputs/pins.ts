/** Other people's actions at a commit, with the version behind it: `actions/checkout@<40 hex> # v7.0.1`. */
const PIN = /([\w-]+\/[\w./-]+)@([0-9a-f]{40} # v\d+\.\d+\.\d+)/g;

/** An action that is to be pinned: `actions/checkout@PIN`. */
const TO_BE_PINNED = /([\w-]+\/[\w./-]+)@PIN\b/g;

/**
 * The commit that each action is pinned at in these texts.
 * @throws Error when two texts do not agree.
 */
export function pinsIn(texts: readonly string[]): ReadonlyMap<string, string> {
  const pins = new Map<string, string>();
  for (const [, action = '', pin = ''] of texts.flatMap((text) => [...text.matchAll(PIN)])) {
    const other = pins.get(action) ?? pin;
    if (other !== pin) throw new Error(`${action} is pinned twice: ${other} and ${pin}.`);
    pins.set(action, pin);
  }
  return pins;
}

/**
 * The text with each action pinned as in `pins`, also one that was pinned otherwise before.
 * @throws Error for an action that nothing is known of.
 */
export function pinned(text: string, pins: ReadonlyMap<string, string>): string {
  return text
    .replaceAll(PIN, (before, action: string) =>
      pins.has(action) ? `${action}@${pins.get(action)}` : before,
    )
    .replaceAll(TO_BE_PINNED, (_all, action: string) => {
      const pin = pins.get(action);
      if (pin === undefined) throw new Error(`${action} is pinned nowhere in .github/workflows.`);
      return `${action}@${pin}`;
    });
}
