import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseStorageUrl } from '../../src/storage/url.js';
import { projectFiles, read, ROOT } from '../house/files.js';
import { DOCS, PAGES } from './pages.js';

/** A page without its fenced blocks. */
const prose = (page: string): string => read(page).replaceAll(/^ *```[^]*?^ *```$/gm, '');

/** The anchors that GitHub gives to a page's headings: a second one of a name gets `-1`. */
function anchorsOf(page: string): string[] {
  const seen = new Map<string, number>();
  return [...prose(page).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => {
    const slug = title
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-');
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    return times === 0 ? slug : `${slug}-${times}`;
  });
}

/** The links on a page to files of the project: their path from the root, and the anchor. */
function linksOf(page: string): { target: string; file: string; anchor: string | undefined }[] {
  return [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^https:\/\//.test(target))
    .map((target) => {
      const [file = '', anchor] = target.split('#');
      return { target, file: file === '' ? page : normalize(join(dirname(page), file)), anchor };
    });
}

/** Every storage URL on a page, without the ones that stand for their kind or for an object. */
function storageUrls(page: string): string[] {
  const found = [...read(page).matchAll(/(?<![\w/])(?:s3|file):\/\/[^\s`'"|)]+/g)].map(([url]) => url);
  return found.filter((url) => !url.endsWith('/') && !url.includes('${{'));
}

describe.each(PAGES)('%s', (page) => {
  it('has only links that lead somewhere', () => {
    for (const { target, file, anchor } of linksOf(page)) {
      expect([target, existsSync(join(ROOT, file))]).toEqual([target, true]);
      if (anchor !== undefined)
        expect([target, anchorsOf(file)]).toEqual([target, expect.arrayContaining([anchor])]);
    }
  });

  it('links by https alone', () => expect(prose(page)).not.toMatch(/\]\((?:http|mailto):/));

  it('names only storages that pgkeep takes', () => {
    for (const url of storageUrls(page)) expect(() => parseStorageUrl(url)).not.toThrow();
  });

  it('begins with its only title', () => {
    expect(read(page)).toMatch(/^# \S/);
    expect(prose(page).match(/^# /gm)).toHaveLength(1);
  });
});

it('files that link to pages on GitHub link to those that there are', () => {
  const files = (projectFiles() ?? []).filter(
    (file) => /\.(ya?ml|md|ts|json)$/.test(file) && !file.startsWith('dist/'),
  );
  const links = files.flatMap((file) =>
    [...read(file).matchAll(/github\.com\/pgkeep\/pgkeep\/blob\/main\/([\w./-]*\w)/g)].map(
      ([, path = '']) => path,
    ),
  );
  for (const path of links) expect([path, existsSync(join(ROOT, path))]).toEqual([path, true]);
});

describe('docs/', () => {
  it.each(['docs/README.md', 'README.md'])('can all be reached from %s', (index) => {
    const linked = linksOf(index).map(({ file }) => file);
    for (const page of DOCS.filter((each) => each !== 'docs/README.md')) expect(linked).toContain(page);
  });
});
