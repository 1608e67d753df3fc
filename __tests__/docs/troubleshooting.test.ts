import { describe, expect, it } from '@jest/globals';
import { read } from '../house/files.js';
import { HOLE, sourceTexts, textsIn } from './source-texts.js';

/** The messages in the tables of the page. */
const messages = [...read('docs/troubleshooting.md').matchAll(/^\| (.+?) +\| .* \|$/gm)]
  .map(([, cell = '']) => cell.replaceAll('\\', '').trim())
  .filter((cell) => cell !== 'Message' && !/^-+$/.test(cell));
const texts = sourceTexts();

/** Whether the code can say a message in which `...` stands for what is put in. */
function said(message: string): boolean {
  const parts = message.split('...').map((part) => part.trim());
  return texts.some((text) => {
    let from = 0;
    return parts.every((part) => {
      const at = text.indexOf(part, from);
      from = at + part.length;
      return at !== -1;
    });
  });
}

describe('the messages of docs/troubleshooting.md', () => {
  it('are many', () => expect(messages.length).toBeGreaterThan(60));

  it.each(messages)('are in the code: %s', (message) => expect(said(message)).toBe(true));

  it('are each there once', () => expect(new Set(messages).size).toBe(messages.length));

  it('would not be found where the code says something else', () => {
    expect(said('The server refused the passwort of role ...')).toBe(false);
    expect(said('in time. ... No answer from')).toBe(false);
  });
});

it('strings that are joined are one text', () => {
  const found = textsIn("f(`a ${x} b ` + 'c' + (y ? 'd' : z) + \"e\");");
  expect(found[0]).toBe(`a ${HOLE} b c${HOLE}e`);
});
