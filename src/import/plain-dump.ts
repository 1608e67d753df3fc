import { messageOf, UserError } from '../base/errors.js';
import { printableLine } from '../base/text.js';
import { encodingIn, entriesOf, piecesOf, plainBytes, type Part } from '../restore/archive/index.js';
import { contentOf, createdDatabase, plainVersion, UNKNOWN_LOCALE, type DumpFacts } from './facts.js';

const BEGIN = '-- PostgreSQL database dump';
/** What may stand behind the end: pg_dump's own last line, and what `supabase db dump` adds. */
const BEHIND = /^(\\unrestrict |RESET ALL;)/;
const VERSION = /^-- Dumped (from database|by pg_dump) version (\S+)/;
const RUN = { content: 'all', owner: true, privileges: true, singleTransaction: false } as const;
/** A statement of a dump's head that is worth a look; none of them is longer. */
const LOOKED_AT = 2000;

/**
 * Reads a plain dump to its end.
 * @param file the name for messages
 * @throws UserError when it is cut off, or tells psql to do what no dump does; and what the source threw
 */
export async function readPlainDump(source: AsyncIterable<Uint8Array>, file: string): Promise<DumpFacts> {
  const reading = new Reading(source, file);
  const found = new PlainFacts(file);
  try {
    for await (const part of entriesOf(piecesOf(reading.bytes()))) found.see(part);
  } catch (error) {
    if (reading.failed || !(error instanceof UserError) || found.refused) throw error;
    throw new UserError(
      `${file} is cut off: it lacks the line "-- PostgreSQL database dump complete", which pg_dump writes last, so it is no whole backup. Import another copy.`,
      { cause: error },
    );
  }
  return found.facts();
}

/** Tells what the source threw from what its bytes were found to be. */
class Reading {
  failed = false;

  constructor(
    private readonly source: AsyncIterable<Uint8Array>,
    private readonly file: string,
  ) {}

  async *bytes(): AsyncIterable<Uint8Array> {
    try {
      for await (const chunk of this.source) {
        // No text of PostgreSQL has one. psql leaves out the rest of such a line without an error, and with it rows.
        if (chunk.includes(0))
          throw new UserError(
            `${this.file} is damaged: it has a byte of zero in it, which no dump has. Import another copy.`,
          );
        yield chunk;
      }
    } catch (error) {
      this.failed = true;
      throw error;
    }
  }
}

/** What the pieces of a plain dump say, as they pass. */
class PlainFacts {
  refused = false;
  #server = '';
  #pgDump = '';
  #encoding = 'UTF8';
  #created: ReturnType<typeof createdDatabase>;
  #definitions = false;
  #rows = false;
  readonly #tables = new Set<string>();

  constructor(private readonly file: string) {}

  see(part: Part): void {
    const { piece, entry } = part;
    if (entry.kind === 'end') this.#behind(piece);
    const { title } = entry;
    if (entry.kind === 'rows' || entry.kind === 'sequence value' || entry.kind === 'large object')
      this.#rows = true;
    else if (title !== undefined && entry.kind !== 'database') {
      this.#definitions = true;
      if (title.includes('; Type: TABLE; ')) this.#tables.add(title);
    }
    if (piece.kind === 'command') this.#command(part);
    if (!piece.first || piece.bytes.length > LOOKED_AT) return;
    if (piece.kind === 'comment' && title === undefined) this.#comment(piece.bytes.toString('utf8'));
    if (piece.kind === 'sql') this.#statement(piece.bytes.toString('utf8'));
  }

  facts(): DumpFacts {
    const held = { definitions: this.#definitions, tables: this.#tables.size > 0, rows: this.#rows };
    return {
      format: 'plain',
      content: contentOf(held),
      database: this.#created?.name,
      createdAt: undefined,
      server: {
        version: this.#server,
        encoding: this.#encoding,
        ...(this.#created?.locale ?? UNKNOWN_LOCALE),
        collationVersion: null,
      },
      pgDump: this.#pgDump,
      compression: undefined,
      createsDatabase: this.#created !== undefined,
      tables: this.#tables.size,
    };
  }

  #comment(line: string): void {
    const [, by, version = ''] = VERSION.exec(line) ?? [];
    if (by === 'from database') this.#server = plainVersion(version);
    if (by === 'by pg_dump') this.#pgDump = plainVersion(version);
  }

  #statement(statement: string): void {
    this.#encoding = encodingIn(statement) ?? this.#encoding;
    if (statement.startsWith('CREATE DATABASE ')) this.#created ??= createdDatabase(statement);
  }

  /** One that is refused now would be refused when it is restored, too. */
  #command(part: Part): void {
    try {
      plainBytes(part, RUN);
    } catch (error) {
      this.#refuse(`${this.file} is refused. ${messageOf(error)}`, error);
    }
  }

  /** Restored as one, two dumps would become a mixture of both. */
  #behind({ kind, bytes }: Part['piece']): void {
    const text = bytes.toString('utf8').trimEnd();
    if (kind === 'comment' && text === BEGIN)
      this.#refuse(
        `${this.file} holds more than one dump, one behind the other. Cut it in front of each line "${BEGIN}", and import the files one by one.`,
      );
    if (kind === 'comment' || kind === 'blank' || BEHIND.test(text)) return;
    this.#refuse(
      `${this.file} goes on behind its end: "${printableLine(text.slice(0, 60))}". Take out what does not belong to the dump.`,
    );
  }

  #refuse(message: string, cause?: unknown): never {
    this.refused = true;
    throw new UserError(message, cause === undefined ? {} : { cause });
  }
}
