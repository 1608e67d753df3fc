/** `2026-11-20T02:17:09.120Z` -> `2026-11-20 02:17 UTC`, for people. */
export function minuteOf(time: string): string {
  return `${time.slice(0, 16).replace('T', ' ')} UTC`;
}
