/** PostgreSQL's names of the encodings that servers have, by those of the Encoding Standard; the rest is UTF-8. */
const LABELS: Record<string, string> = {
  LATIN2: 'iso-8859-2',
  LATIN3: 'iso-8859-3',
  LATIN4: 'iso-8859-4',
  LATIN6: 'iso-8859-10',
  LATIN7: 'iso-8859-13',
  LATIN8: 'iso-8859-14',
  LATIN9: 'iso-8859-15',
  LATIN10: 'iso-8859-16',
  ISO_8859_5: 'iso-8859-5',
  ISO_8859_6: 'iso-8859-6',
  ISO_8859_7: 'iso-8859-7',
  ISO_8859_8: 'iso-8859-8',
  KOI8R: 'koi8-r',
  KOI8U: 'koi8-u',
  WIN866: 'ibm866',
  WIN874: 'windows-874',
  EUC_JP: 'euc-jp',
  EUC_JIS_2004: 'euc-jp',
  EUC_KR: 'euc-kr',
  EUC_CN: 'gbk',
};

/** Turns the bytes of a dump in this encoding into text. */
export function decoderOf(encoding: string): (bytes: Uint8Array) => string {
  if (encoding === 'LATIN1') return (bytes) => Buffer.from(bytes).toString('latin1');
  const windows = /^WIN(125\d)$/.exec(encoding);
  const label = windows === null ? (LABELS[encoding] ?? 'utf-8') : `windows-${windows[1]}`;
  const decoder = new TextDecoder(label, { ignoreBOM: true });
  return (bytes) => decoder.decode(bytes);
}

/** The encoding that a statement says the rest of the dump has. */
export function encodingIn(statement: string): string | undefined {
  return /^SET client_encoding = '(\w+)';/.exec(statement)?.[1];
}
