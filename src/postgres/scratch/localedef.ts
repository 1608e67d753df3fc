import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runAs, type RunAsOptions, type ServerUser } from './run-as.js';

/** Where glibc keeps the sources of locales (Debian's package `locales`; on other systems `glibc-locale-source`). */
const SOURCES = '/usr/share/i18n';

/** What localedef makes one locale of. */
export interface LocaleSource {
  /** A file of `locales/`: `de_DE@euro`. */
  input: string;
  /** A file of `charmaps/` without its `.gz`: `UTF-8`. */
  charmap: string;
  /** The folder's name as glibc spells it: `de_DE.utf8`. */
  folder: string;
}

/**
 * Finds what a libc locale is made of among the sources on this machine.
 * @returns undefined where they are not here, or know no such locale.
 */
export function localeSource(locale: string, sources = SOURCES): LocaleSource | undefined {
  const match = /^([A-Za-z0-9_]+)(?:\.([A-Za-z0-9_-]+))?(@[A-Za-z0-9_]+)?$/.exec(locale);
  if (match === null) return undefined;
  const [, language = '', codeset, modifier = ''] = match;
  const input = [`${language}${modifier}`, language].find((name) =>
    existsSync(join(sources, 'locales', name)),
  );
  const charmaps = join(sources, 'charmaps');
  if (input === undefined || !existsSync(charmaps)) return undefined;
  const wanted = plain(codeset ?? defaultCodeset(`${language}${modifier}`, sources) ?? '');
  const charmap = readdirSync(charmaps)
    .map((file) => file.replace(/\.gz$/, ''))
    .find((name) => plain(name) === wanted);
  if (charmap === undefined) return undefined;
  const folder = `${language}${codeset === undefined ? '' : `.${wanted}`}${modifier}`;
  return { input, charmap, folder };
}

/** The character set that a locale without one in its name has: `de_DE ISO-8859-1`. */
function defaultCodeset(locale: string, sources: string): string | undefined {
  const list = join(sources, 'SUPPORTED');
  if (!existsSync(list)) return undefined;
  return readFileSync(list, 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .find(([name]) => name === locale)?.[1];
}

function plain(codeset: string): string {
  return codeset.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

/** Each takes most of a second; a runner's archive holds one or two. */
const MOST_ARCHIVED = 8;

/**
 * Libc locales of a server's own. It sees them by LOCPATH, and then no more those of the system's archive, which are
 * therefore made again with the first.
 */
export class OwnLocales {
  /** The folder of each. */
  private readonly made = new Map<string, string>();
  private readonly options: RunAsOptions;

  constructor(
    private readonly folder: string,
    private readonly user: ServerUser,
    env: Record<string, string>,
  ) {
    this.options = { env, isolated: false };
  }

  /** What there is, as glibc spells it: `de_DE.utf8`. */
  get names(): string[] {
    return [...new Set(this.made.values())];
  }

  /**
   * Makes what can be made of `locales`.
   * @param used those that the server uses already, from wherever they are
   * @returns whether anything was made, so that a server started anew sees more.
   */
  async make(locales: readonly string[], used: readonly string[]): Promise<boolean> {
    const wanted = locales.filter((locale) => !this.made.has(locale) && localeSource(locale) !== undefined);
    if (wanted.length === 0) return false;
    const kept = this.made.size > 0 ? [] : [...used, ...(await this.archived())];
    await runAs(this.user, ['mkdir', '-p', this.folder], this.options);
    for (const locale of new Set([...wanted, ...kept])) await this.makeOne(locale);
    return wanted.some((locale) => this.made.has(locale));
  }

  private async archived(): Promise<string[]> {
    const { code, text } = await runAs(this.user, ['localedef', '--list-archive'], this.options);
    return code === 0
      ? text
          .split('\n')
          .filter((name) => name !== '')
          .slice(0, MOST_ARCHIVED)
      : [];
  }

  private async makeOne(locale: string): Promise<void> {
    const source = localeSource(locale);
    if (source === undefined) return;
    const { input, charmap, folder } = source;
    const options = ['--no-archive', '-c', '-i', input, '-f', charmap];
    const command = ['localedef', ...options, join(this.folder, folder)];
    // 1 is for mere warnings.
    if ((await runAs(this.user, command, this.options)).code <= 1) this.made.set(locale, folder);
  }
}
