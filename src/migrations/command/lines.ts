import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { stripVTControlCharacters } from 'node:util';

/** What is longer is cut: a program may print a file without a single end of line. */
const LONGEST_LINE = 2000;

/** Gives each line of a stream, without colours, to `onLine`; resolves at the end of the stream. */
export function readLines(stream: Readable, onLine: (line: string) => void): Promise<void> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const tell = (line: string): void => {
    const plain = stripVTControlCharacters(line.replace(/\r$/, ''));
    onLine(plain.length > LONGEST_LINE ? `${plain.slice(0, LONGEST_LINE)}…` : plain);
  };
  const take = (text: string): void => {
    const lines = (rest + text).split('\n');
    rest = (lines.pop() ?? '').slice(0, LONGEST_LINE + 1);
    lines.forEach(tell);
  };
  return new Promise((resolve) => {
    stream.on('data', (chunk: Buffer) => take(decoder.write(chunk)));
    stream.once('close', () => {
      take(decoder.end());
      if (rest !== '') tell(rest);
      resolve();
    });
  });
}
