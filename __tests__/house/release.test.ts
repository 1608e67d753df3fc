import { describe, expect, it } from '@jest/globals';
import { faultsOf, notesOf, withPins } from '../../scripts/release.mjs';
import { read } from './files.js';

const CHANGELOG = `# Changelog

## [Unreleased]

- Later

## [1.2.3] - 2026-11-21

### Fixed

- A thing

## [1.2.2] - 2026-11-01

- Older

[1.2.3]: https://example.com
`;

describe('notes of a release', () => {
  it.each([
    ['1.2.3', '### Fixed\n\n- A thing'],
    ['1.2.2', '- Older'],
    ['1.2.4', undefined],
    // A dot is a dot.
    ['1.2', undefined],
    ['1a2.3', undefined],
  ])('%s', (version, notes) => expect(notesOf(CHANGELOG, version)).toBe(notes));

  it('are there for the project itself once it is released: until then, what is unreleased', () => {
    expect(read('CHANGELOG.md')).toMatch(/^## \[Unreleased\]$/m);
  });
});

describe('what cannot be released', () => {
  const faults = (version: string, said = version): string[] =>
    faultsOf(version, { packageJson: { version: said }, changelog: CHANGELOG });

  it('is nothing where all agree', () => expect(faults('1.2.3')).toEqual([]));

  it.each(['v1.2.3', '1.2', '01.2.3', '1.2.3-beta', '1.2.3; rm', ''])('%j is no version', (version) =>
    expect(faults(version)).toEqual([`"${version}" is not a version such as 1.2.3.`]),
  );

  it('is a version that package.json and the changelog do not know', () =>
    expect(faults('1.3.0', '1.2.3')).toEqual([
      expect.stringContaining('package.json says 1.2.3'),
      'CHANGELOG.md has no heading "## [1.3.0] - <date>".',
    ]));
});

describe('pins', () => {
  const sha = 'a'.repeat(40);

  it('name the new commit and version', () => {
    const old = 'b'.repeat(40);
    expect(
      withPins(
        `uses: pgkeep/pgkeep@${old} # v1.2.2\nuses: pgkeep/pgkeep/verify@<sha> # v0.0.1`,
        '1.2.3',
        sha,
      ),
    ).toBe(`uses: pgkeep/pgkeep@${sha} # v1.2.3\nuses: pgkeep/pgkeep/verify@${sha} # v1.2.3`);
  });

  it.each([
    'uses: pgkeep/pgkeep@v1',
    `uses: actions/checkout@${'b'.repeat(40)} # v7.0.1`,
    `uses: pgkeep/other@${'b'.repeat(40)} # v1.2.2`,
  ])('leaves %s', (text) => expect(withPins(text, '1.2.3', sha)).toBe(text));

  it('refuses what is no commit', () => expect(() => withPins('', '1.2.3', 'main')).toThrow('full SHA'));

  it('stand in the documentation', () =>
    expect(withPins(read('SECURITY.md'), '9.9.9', sha)).toContain(`pgkeep/pgkeep@${sha} # v9.9.9`));
});
