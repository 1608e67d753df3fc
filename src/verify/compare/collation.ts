import type { Manifest } from '../../backup/manifest.js';
import type { ServerInfo } from '../../postgres/server.js';
import type { Finding } from '../types.js';
import { different, equal, notMeasured } from './findings.js';

type Found = Pick<ServerInfo, 'encoding' | 'collation'>;

/**
 * Encoding and sorting of the restored database against the source's.
 * @param otherwise what this server cannot have as the source had it; differences of the locale are then not measured.
 */
export function compareCollation(
  source: Manifest['server'],
  { encoding, collation }: Found,
  otherwise: readonly string[] = [],
): Finding[] {
  const locale: [string, string | null | undefined, string | null][] = [
    ['provider', source.localeProvider, collation.provider],
    ['collate', source.collate, collation.collate],
    ['ctype', source.ctype, collation.ctype],
    ['locale', source.locale, collation.locale],
    ['ICU rules', source.icuRules, collation.icuRules],
  ];
  const differing = locale.filter(([, expected, found]) => !same(expected, found));
  const findings = [
    source.encoding === encoding
      ? equal('collation', 'encoding')
      : different('collation', 'encoding', source.encoding, encoding),
  ];
  if (source.collate === null) {
    findings.push(
      notMeasured(
        'collation',
        'locale',
        'the dump that was imported does not say how its database sorted text',
      ),
    );
    return findings;
  }
  if (otherwise.length > 0) {
    findings.push(notMeasured('collation', 'locale', otherwise.join(' ')));
    return findings;
  }
  for (const [name, expected, found] of differing)
    findings.push(different('collation', name, expected ?? 'none', found ?? 'none'));
  if (differing.length > 0) return findings;
  findings.push(equal('collation', 'locale'), ...versionFinding(source.collationVersion, collation.version));
  return findings;
}

function versionFinding(expected: string | null, found: string | null): Finding[] {
  if (expected === null || found === null) return [];
  if (expected === found) return [equal('collation', 'version')];
  return [
    different('collation', 'version', expected, found, {
      minor: true,
      why: 'the library that sorts text has another version here; a restore builds its indexes anew, so they are sound',
    }),
  ];
}

/** Absent in the manifest: not known then. `en_US.UTF-8` and `en_US.utf8` are one name of a locale. */
function same(expected: string | null | undefined, found: string | null): boolean {
  if (expected === undefined) return true;
  if (expected === null || found === null) return expected === found;
  return codesetless(expected) === codesetless(found);
}

function codesetless(locale: string): string {
  return locale.replace(
    /\.([\w-]+)/,
    (_, codeset: string) => `.${codeset.toLowerCase().replaceAll('-', '')}`,
  );
}
