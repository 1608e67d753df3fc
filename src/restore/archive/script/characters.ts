/** The ASCII characters that matter in SQL, by their codes. */
export const NEWLINE = 10;
export const RETURN = 13;
export const QUOTE = 39;
export const IDENTIFIER_QUOTE = 34;
export const DOLLAR = 36;
export const DASH = 45;
export const SLASH = 47;
export const STAR = 42;
export const BACKSLASH = 92;
export const SEMICOLON = 59;
export const OPEN = 40;
export const CLOSE = 41;

/** A space, tab or end of a line. */
export function isSpace(byte: number): boolean {
  return byte === 32 || (byte >= 9 && byte <= 13);
}

/** What a word may begin with: a letter of any language, or an underscore. */
export function isWordStart(byte: number): boolean {
  return (byte >= 97 && byte <= 122) || (byte >= 65 && byte <= 90) || byte === 95 || byte >= 128;
}

/** What a word may go on with. */
export function isWord(byte: number): boolean {
  return isWordStart(byte) || (byte >= 48 && byte <= 57) || byte === DOLLAR;
}

/** Where the tag of a dollar quote that begins here ends: at its second dollar, or at what can be in no tag. */
export function endOfTag(buffer: Buffer, start: number): number {
  let end = start + 1;
  if (end < buffer.length && isWordStart(buffer[end] ?? 0))
    while (end < buffer.length && isWord(buffer[end] ?? 0) && buffer[end] !== DOLLAR) end += 1;
  return end;
}

/** How many block comments deeper these two characters lead. */
export function nesting(first: number | undefined, second: number | undefined): 1 | 0 | -1 {
  if (first === SLASH && second === STAR) return 1;
  return first === STAR && second === SLASH ? -1 : 0;
}
